// npm run demo: the SvelteKit example in local workerd, and a walk through it.
// `-- --once` ends after the walk, with status 1 if any check in it failed.
import { buildExample } from './example/build.mjs';
import { StepError } from './example/commands.mjs';
import { applyMigrations, ensureOwner } from './example/database.mjs';
import { STATE } from './example/paths.mjs';
import { createReport } from './example/report.mjs';
import { ensureDevVars, startExample } from './example/server.mjs';
import { takeTour } from './example/tour.mjs';

const once = process.argv.includes('--once');
const report = createReport();
let server;

try {
  const owner = await prepare();
  report.wait('Starting the example in workerd (about 3 s)');
  server = await startExample({
    persistTo: STATE,
    port: Number(process.env.PORT ?? 8788),
    onLog: (line) => report.line(`  worker ${line}`),
  });
  report.line(`\nCodex example on ${report.strong(server.url)}`);
  await takeTour(server.url, owner, report);
  conclude(owner);
  if (!once) await interrupted();
} catch (cause) {
  const message = cause instanceof StepError ? cause.message : (cause?.stack ?? String(cause));
  report.fail(message);
  process.exitCode = 1;
} finally {
  await server?.stop();
}
process.exit();

async function prepare() {
  ensureDevVars();
  await buildExample({ onBuild: () => report.wait('Building the example (about 10 s)') });
  report.wait('Preparing the local database (about 3 s)');
  await applyMigrations({ persistTo: STATE });
  // Before the server runs, so that one process at a time writes the database.
  return ensureOwner({ persistTo: STATE });
}

function conclude(owner) {
  report.line();
  if (report.failures.length > 0) {
    process.exitCode = 1;
    report.fail(`${report.failures.length} failed:`);
    for (const failure of report.failures) report.fail(`  ${failure}`);
    return;
  }
  report.line('All of it passed.');
  if (once) return;
  report.line(`Open ${report.strong(server.url)} and look around; stop it with Ctrl-C.`);
  report.line(`To purge caches, sign in as ${owner.email} with ${owner.password}`);
}

/** Ends with Ctrl-C. wrangler's own handlers would end the process before the server stops. */
function interrupted() {
  for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal);
  return new Promise((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
}
