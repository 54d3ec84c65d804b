// Starts the built example in workerd, for the demo and for the browser tests.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { QUIET_ENV, StepError } from './commands.mjs';
import { CONFIG, EXAMPLE, WORKER } from './paths.mjs';

/**
 * @param {object} options
 * @param {string} options.persistTo folder of KV and D1
 * @param {string} [options.config] a wrangler configuration other than the example's
 * @param {number} [options.port] the first port to try; any free one when left out
 * @param {string} [options.secret] AUTH_SECRET; the one in .dev.vars when left out
 * @param {(line: string) => void} [options.onLog] gets what the Worker logs
 * @returns {Promise<{ url: string, stop(): Promise<void> }>}
 */
export async function startExample({ persistTo, config = CONFIG, port = 0, secret, onLog }) {
  if (!existsSync(WORKER)) throw new StepError('The example is not built: npm run demo builds it.');
  // Before wrangler is loaded: it reads these once.
  Object.assign(process.env, QUIET_ENV);
  const { unstable_startWorker: startWorker } = await import('wrangler');
  const worker = await startWorker({
    config,
    ...(secret ? { bindings: { AUTH_SECRET: { type: 'secret_text', value: secret } } } : {}),
    dev: {
      persist: persistTo,
      server: { hostname: '127.0.0.1', port: await freePort(port) },
      inspector: false,
      watch: false,
      logLevel: 'error',
      structuredLogsHandler: ({ level, message }) => onLog?.(`${level}: ${message}`),
    },
  });
  try {
    await worker.ready;
    const url = (await worker.url).origin;
    return { url, stop: () => worker.dispose() };
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
  throw new StepError(`Ports ${first} to ${first + 10} are taken: end what uses them, or set PORT.`);
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
