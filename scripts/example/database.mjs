// The example's local D1: tables, and the one account that may purge the cache.
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { CONFIG, EXAMPLE } from './paths.mjs';

const ADVICE = 'remove examples/sveltekit/.wrangler to start over with empty data.';

export async function applyMigrations({ persistTo, config = CONFIG }) {
  mkdirSync(persistTo, { recursive: true });
  await run('wrangler', ['d1', 'migrations', 'apply', 'DB', ...local(persistTo, config)], {
    cwd: EXAMPLE,
    advice: ADVICE,
  });
}

/**
 * Makes an owner in the local database, once, with a random password that is kept beside
 * the data. Sign-up cannot make one: in production that takes access to the database too.
 */
export async function ensureOwner({ persistTo, config = CONFIG }) {
  const note = join(persistTo, 'owner.json');
  if (existsSync(note)) return JSON.parse(readFileSync(note, 'utf8'));

  const owner = { email: 'owner@example.test', password: randomBytes(9).toString('base64url') };
  const file = join(persistTo, 'owner.sql');
  writeFileSync(file, await ownerSql(owner), { mode: 0o600 });
  try {
    await run('wrangler', ['d1', 'execute', 'DB', '--file', file, '-y', ...local(persistTo, config)], {
      cwd: EXAMPLE,
      advice: ADVICE,
    });
  } finally {
    rmSync(file);
  }
  writeFileSync(note, JSON.stringify(owner), { mode: 0o600 });
  return owner;
}

async function ownerSql({ email, password }) {
  // better-auth's own hash: the account is like any other that signed up.
  const resolve = createRequire(join(EXAMPLE, 'package.json')).resolve;
  const { hashPassword } = await import(resolve('better-auth/crypto'));
  const hash = await hashPassword(password);
  const [userId, now] = [randomUUID(), new Date().toISOString()];
  return `
    DELETE FROM "user" WHERE email = '${email}';
    INSERT INTO "user" (id, name, email, emailVerified, createdAt, updatedAt, role)
    VALUES ('${userId}', 'Local owner', '${email}', 1, '${now}', '${now}', 'owner');
    INSERT INTO account (id, accountId, providerId, userId, password, createdAt, updatedAt)
    VALUES ('${randomUUID()}', '${userId}', 'credential', '${userId}', '${hash}', '${now}', '${now}');
  `;
}

const local = (persistTo, config) => ['--local', '--persist-to', persistTo, '--config', config];
