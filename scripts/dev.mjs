// npm run dev: the example under `vite dev`, with reload, on the same local data as the demo. Its objects
// run in a Worker beside it, which starts before vite and ends after it.
import { spawn } from 'node:child_process';
import { QUIET_ENV, StepError } from './example/commands.mjs';
import { applyMigrations, ensureOwner } from './example/database.mjs';
import { EXAMPLE, ROOT, STATE } from './example/paths.mjs';
import { createReport } from './example/report.mjs';
import { ensureDevVars, startObjects } from './example/server.mjs';

const report = createReport();
let objects;

try {
  ensureDevVars();
  report.wait('Preparing the local database (about 3 s)');
  await applyMigrations({ persistTo: STATE });
  const owner = await ensureOwner({ persistTo: STATE });
  objects = await startObjects({ persistTo: STATE, onLog: (line) => report.line(`  objects ${line}`) });
  report.line(`To purge caches, sign in as ${owner.email} with ${owner.password}`);
  process.exitCode = await serve(process.argv.slice(2));
} catch (cause) {
  report.fail(cause instanceof StepError ? cause.message : (cause?.stack ?? String(cause)));
  process.exitCode = 1;
} finally {
  await objects?.stop();
}
process.exit();

/** Runs vite until it ends, or this process gets a signal. */
function serve(args) {
  const vite = `${ROOT}/node_modules/.bin/vite`;
  const child = spawn(process.execPath, [vite, 'dev', '--host', '127.0.0.1', ...args], {
    cwd: EXAMPLE,
    // The emulated platform looks here for the Worker of the objects.
    env: { ...process.env, ...QUIET_ENV, WRANGLER_REGISTRY_PATH: objects.registry },
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
