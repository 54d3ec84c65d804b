// Runs the example's command-line tools, quietly unless they fail.
import { spawn } from 'node:child_process';
import { ROOT } from './paths.mjs';

/** Keeps local workerd and wrangler off the internet. */
export const QUIET_ENV = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_LOG: 'error',
  NO_UPDATE_NOTIFIER: '1',
};

/** A failed step: its message says what to do. */
export class StepError extends Error {}

/** Runs a tool of node_modules/.bin to its end; its output is shown only if it fails. */
export async function run(tool, args, { cwd, advice, env = {} }) {
  const child = spawn(process.execPath, [`${ROOT}/node_modules/.bin/${tool}`, ...args], {
    cwd,
    env: { ...process.env, ...QUIET_ENV, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  }
  const stop = (signal) => child.kill(signal);
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  process.off('SIGINT', stop).off('SIGTERM', stop);
  if (code !== 0) {
    process.stderr.write(output);
    throw new StepError(`${tool} ${args[0]} failed: ${advice}`);
  }
  return output;
}
