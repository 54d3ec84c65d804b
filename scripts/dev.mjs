// npm run dev: the example under `vite dev`, with reload, on the same local data as the demo. Beside it runs the Worker
// that was built last, for its objects: it starts before vite and ends after it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { buildExample } from './example/build.mjs';
import { QUIET_ENV, StepError } from './example/commands.mjs';
import { applyMigrations, ensureOwner } from './example/database.mjs';
import { EXAMPLE, ROOT, STATE, WORKER } from './example/paths.mjs';
import { createReport } from './example/report.mjs';
import { ensureDevVars, startExample } from './example/server.mjs';

const report = createReport();
let worker;

try {
  ensureDevVars();
  // Its classes are the package's, so an older build of the app does.
  if (!existsSync(WORKER)) {
    await buildExample({ onBuild: () => report.wait('Building the example (about 10 s)') });
  }
  report.wait('Preparing the local database (about 3 s)');
  await applyMigrations({ persistTo: STATE });
  const owner = await ensureOwner({ persistTo: STATE });
  worker = await startExample({ persistTo: STATE, onLog: (line) => report.line(`  worker ${line}`) });
  report.line(`To purge caches, sign in as ${owner.email} with ${owner.password}`);
  process.exitCode = await serve(process.argv.slice(2));
} catch (cause) {
  report.fail(cause instanceof StepError ? cause.message : (cause?.stack ?? String(cause)));
  process.exitCode = 1;
} finally {
  await worker?.stop();
}
process.exit();

/** Runs vite until it ends, or this process gets a signal. */
function serve(args) {
  const vite = `${ROOT}/node_modules/.bin/vite`;
  const child = spawn(process.execPath, [vite, 'dev', '--host', '127.0.0.1', ...args], {
    cwd: EXAMPLE,
    // The emulated platform looks here for the Worker that has the objects.
    env: { ...process.env, ...QUIET_ENV, WRANGLER_REGISTRY_PATH: worker.registry },
    stdio: 'inherit',
  });
  let signalled = false;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    // wrangler's own handlers would end this process before vite has ended.
    process.removeAllListeners(signal);
    process.on(signal, () => {
      signalled = true;
      child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(signalled ? 0 : (code ?? 1)));
  });
}
