import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const EXAMPLE = `${ROOT}/examples/sveltekit`;
export const CONFIG = `${EXAMPLE}/wrangler.jsonc`;
/** Where KV and D1 of the demo and of `npm run dev` stay between runs. */
export const STATE = `${EXAMPLE}/.wrangler/state`;
/** What the build makes, and what shows that there was one. */
export const WORKER = `${EXAMPLE}/.svelte-kit/cloudflare/_worker.js`;
