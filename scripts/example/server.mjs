// Starts the built example and its objects in workerd, for the demo and for the browser tests.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QUIET_ENV, StepError } from './commands.mjs';
import { CONFIG, EXAMPLE, OBJECTS_CONFIG, WORKER } from './paths.mjs';

/**
 * Starts the app, and before it the Worker of its objects where it has none in itself: a call on an object whose Worker
 * does not run yet would show the visitor an error.
 *
 * @param {object} options
 * @param {string} options.persistTo folder of KV, D1 and objects
 * @param {string} [options.config] a wrangler configuration other than the example's
 * @param {boolean} [options.apart] whether it is bound to the objects of a second Worker, examples/objects
 * @param {number} [options.port] the first port to try; any free one when left out
 * @param {string} [options.secret] AUTH_SECRET; the one in .dev.vars when left out
 * @param {(line: string) => void} [options.onLog] is called with each line that the Workers log
 * @returns {Promise<{ url: string, registry: string, stop(): Promise<void>, stopObjects(): Promise<void> }>}
 */
export async function startExample({ persistTo, config = CONFIG, apart = false, port = 0, secret, onLog }) {
  if (!existsSync(WORKER)) throw new StepError('The example is not built: npm run demo builds it.');
  // Two local Workers find each other by files in a folder, the registry. This one is made for the purpose, so that
  // another demo or test at the same time keeps its own objects.
  const registry = mkdtempSync(join(tmpdir(), 'codex-registry-'));
  const workers = [];
  const stop = async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    rmSync(registry, { recursive: true, force: true });
  };
  try {
    if (apart) {
      // Two workerd processes that write the same file at once fail: hence a folder of its own.
      const own = { config: OBJECTS_CONFIG, persistTo: join(persistTo, 'objects'), port: 0 };
      workers.push(await startWorker({ ...own, registry, onLog }));
    }
    const bindings = secret ? { AUTH_SECRET: { type: 'secret_text', value: secret } } : {};
    const served = { config, bindings, persistTo, port: await freePort(port) };
    const app = await startWorker({ ...served, registry, onLog });
    workers.push(app);
    const stopObjects = async () => {
      if (apart) await workers.shift()?.stop();
    };
    return { url: app.url, registry, stopObjects, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** Starts a Worker that finds the others of its registry. */
export async function startWorker({ config, bindings = {}, registry, persistTo, port, onLog = undefined }) {
  // Before wrangler is loaded: it reads these once.
  Object.assign(process.env, QUIET_ENV);
  const { unstable_startWorker } = await import('wrangler');
  const worker = await unstable_startWorker({
    config,
    bindings,
    dev: {
      persist: persistTo,
      registry,
      server: { hostname: '127.0.0.1', port },
      inspector: false,
      watch: false,
      logLevel: 'error',
      structuredLogsHandler: ({ level, message }) => onLog?.(`${level}: ${message}`),
    },
  });
  try {
    await worker.ready;
    return { url: (await worker.url).origin, stop: () => worker.dispose() };
  } catch (cause) {
    await worker.dispose();
    throw cause;
  }
}

/** The wanted port, or one of the next ten when it is taken; 0 takes any. */
async function freePort(first) {
  for (let port = first; port <= first + 10; port++) {
    const found = await tryPort(port);
    if (found) return found;
  }
  throw new StepError(
    `Ports ${first} to ${first + 10} are in use: end the programs that use them, or set PORT.`,
  );
}

function tryPort(port) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause) => (cause.code === 'EADDRINUSE' ? resolve(0) : reject(cause)));
    probe.listen(port, '127.0.0.1', () => {
      const found = probe.address().port;
      probe.close(() => resolve(found));
    });
  });
}

/** Writes a .dev.vars with a random secret for local work, unless there is one. */
export function ensureDevVars() {
  const file = `${EXAMPLE}/.dev.vars`;
  if (existsSync(file) && /^AUTH_SECRET=.{32,}/m.test(readFileSync(file, 'utf8'))) return;
  const secret = randomBytes(32).toString('base64');
  writeFileSync(file, `# Local development only.\nAUTH_SECRET=${secret}\n`, { mode: 0o600 });
}
