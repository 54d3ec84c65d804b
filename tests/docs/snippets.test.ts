// Runs every snippet of the documents, and every example in the types, on workerd's KV.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as clients from '@codex/cloudflare-clients';
import * as betterAuth from '@codex/cloudflare-clients/better-auth';
import { build, transform } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { unstable_getMiniflareWorkerOptions as readConfig } from 'wrangler';
import { at, run } from '../../scripts/lib.mjs';
import { DURABLE_OBJECTS } from '../support/classes.js';
import { type Snippet, snippetsIn, snippetsOf } from '../support/snippets.js';
import { bundled } from '../support/workerd.js';

// What is about `./testing` runs in testing.test.ts.
const isAboutTesting = ({ where }: Snippet) => /^(docs\/testing\.md|js\/testing\/)/.test(where);
const documents = [...snippetsOf('README.md'), ...snippetsIn('docs', '.md')].filter(
  (snippet) => !isAboutTesting(snippet),
);
const examples = snippetsIn('js', '.ts').filter((snippet) => !isAboutTesting(snippet));
const ofLanguage = (language: string) =>
  [...documents, ...examples].filter((snippet) => snippet.language === language && !snippet.file);

let miniflare: Miniflare;
let context: Record<string, unknown>;
beforeAll(async () => {
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...(await bundled(new URL('../workerd/worker.ts', import.meta.url))),
      compatibilityDate: '2026-08-01',
      kvNamespaces: ['AUTH_SESSION_KV', 'RATE_LIMIT_KV', 'CACHE_KV'],
      durableObjects: DURABLE_OBJECTS,
    }),
  );
  const env = await miniflare.getBindings<Record<string, clients.KVHandle & clients.ObjectHandle>>();
  const expiresAt = new Date(Date.now() + 3_600_000);
  // What the snippets take for given.
  context = {
    ...clients,
    ...betterAuth,
    env,
    expiresAt,
    token: 'token',
    address: '203.0.113.7',
    settings: { logo: 'blue' },
    cache: new clients.CacheClient(env.CACHE_KV as clients.KVHandle),
    loadFeatured: async () => [],
    loadSession: async () => ({ session: { expiresAt, userId: 'u1' }, user: { id: 'u1' } }),
    queueForLater: () => {},
    request: new Request('https://shop.example', { headers: { 'user-agent': 'Firefox' } }),
    deleteFromDatabase: async () => {},
    changeInDatabase: async () => {},
    sessions: new clients.SessionCacheClient(env.AUTH_SESSION_KV as clients.KVHandle, {
      revocations: env.SESSION_DO as never,
    }),
    console: { log: () => {} },
  };
});
afterAll(() => miniflare.dispose());

async function execute({ code }: Snippet): Promise<unknown> {
  const { code: script } = await transform(`async () => {${code.replace(/^import .*$/gm, '')}}`, {
    loader: 'ts',
  });
  return new Function(...Object.keys(context), `return (${script.replace(/;\s*$/, '')})()`)(
    ...Object.values(context),
  );
}

/** What a snippet exports that is a module of a Worker. */
async function exported({ code }: Snippet): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: code, resolveDir: at('.'), loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    outdir: '/',
    format: 'esm',
    conditions: ['workerd'],
    external: ['cloudflare:*'],
    loader: { '.wasm': 'copy' },
    logLevel: 'silent',
  });
  return Object.values(metafile.outputs).flatMap((output) => output.exports);
}

it('finds the snippets', () => {
  expect(ofLanguage('ts').length).toBeGreaterThan(10);
  expect(documents.filter(({ file }) => file).length).toBeGreaterThan(5);
  // Every client's typings show how it is used.
  const shown = (name: string) => examples.some(({ code }) => code.includes(`new ${name}(`));
  const names = Object.keys(clients).filter((name) => name.endsWith('Client'));
  expect(names.filter((name) => !shown(name))).toEqual([]);
});

describe('TypeScript runs', () => {
  it.each(ofLanguage('ts'))('$where', async (snippet) => {
    const log = vi.fn();
    context.console = { log };
    const [, names] = /^export \{ (.+) \} from/m.exec(snippet.code) ?? [];
    if (names) return expect(await exported(snippet)).toEqual(names.split(', '));
    await execute(snippet);
    // What a snippet says it prints, it prints.
    const said = /console\.log\(.*?\); \/\/ (.*)/.exec(snippet.code)?.[1];
    if (said) expect(log).toHaveBeenCalledWith(said);
  });
});

describe('hooks run, with their objects and without', () => {
  const hooks = documents.filter(
    ({ file, where }) => file === 'src/hooks.server.ts' && !/better-auth/.test(where),
  );
  const findSession = async () => ({
    session: { expiresAt: context.expiresAt, userId: 'u1' },
    user: { id: 'u1' },
  });
  it.each(hooks)('$where', async (snippet) => {
    Object.assign(context, { building: false, findSession });
    const code = snippet.code.replace('export const handle: Handle =', 'return');
    const handle = (await execute({ ...snippet, code })) as (given: object) => Promise<unknown>;
    const { AUTH_SESSION_KV, SESSION_DO } = context.env as Record<string, unknown>;
    for (const env of [{ AUTH_SESSION_KV }, { AUTH_SESSION_KV, SESSION_DO }]) {
      const event = { locals: {}, cookies: { get: () => crypto.randomUUID() }, platform: { env } };
      expect(await handle({ event, resolve: () => 'resolved' })).toBe('resolved');
      expect(event.locals).toEqual({ user: { id: 'u1' } });
    }
  });

  it('finds them', () => {
    expect(hooks).toHaveLength(2);
  });
});

describe('configuration is what wrangler takes', () => {
  it.each(ofLanguage('jsonc'))('$where', ({ code }) => {
    const folder = mkdtempSync(join(tmpdir(), 'snippet-'));
    const file = join(folder, 'wrangler.jsonc');
    writeFileSync(file, code);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (const environment of [undefined, ...Object.keys(JSON.parse(code).env ?? {})]) {
      const { workerOptions } = readConfig(file, environment);
      const named = (JSON.parse(code).env?.[environment ?? ''] ?? JSON.parse(code)).kv_namespaces ?? [];
      expect(Object.keys(workerOptions.kvNamespaces ?? {})).toHaveLength(named.length);
    }
    expect(warn).not.toHaveBeenCalled();
    rmSync(folder, { recursive: true });
  });
});

describe('commands are there', () => {
  const commands = ofLanguage('sh').flatMap(({ code, where }) =>
    code
      .split('\n')
      .map((line) => line.replace(/ +#.*/, ''))
      .filter(Boolean)
      .map((line) => ({ line, where })),
  );
  it.each(commands)('$line ($where)', ({ line }) => {
    const [program, ...args] = line.split(' ') as [string, ...string[]];
    if (program === 'npm') {
      const scripts = Object.keys(JSON.parse(run('cat', ['package.json'], { quiet: true }).stdout).scripts);
      const script = args[0] === 'run' ? args[1] : args[0];
      expect([...scripts, 'install']).toContain(script);
      return;
    }
    // The tutorial's test makes its project by it.
    if (args[0] === 'sv') return expect([program, args[1]]).toEqual(['npx', 'create']);
    expect([program, args[0]]).toEqual(['npx', 'wrangler']);
    const words = args
      .slice(1)
      .filter((word) => /^[a-z][a-z0-9]*$/.test(word))
      .slice(0, 3);
    const { stdout } = run('wrangler', [...words, '--help'], { quiet: true });
    for (const flag of args.filter((word) => word.startsWith('--'))) expect(stdout).toContain(flag);
  });
});
