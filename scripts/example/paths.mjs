import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const EXAMPLE = `${ROOT}/examples/sveltekit`;
export const CONFIG = `${EXAMPLE}/wrangler.jsonc`;
/** The Worker that exports the classes of the objects. */
export const OBJECTS_CONFIG = `${ROOT}/examples/objects/wrangler.jsonc`;
/** Where KV, D1 and objects of the demo and of `npm run dev` are kept between runs. */
export const STATE = `${EXAMPLE}/.wrangler/state`;
/** The output of the build, which shows that there was one. */
export const WORKER = `${EXAMPLE}/.svelte-kit/cloudflare/_worker.js`;
