import { isMainThread } from 'node:worker_threads';
import adapter from '@sveltejs/adapter-cloudflare';

// `vite dev` emulates the platform. A build prerenders in a thread that SvelteKit drops
// when it is done, and an emulated platform would leave its workerd process behind; no
// prerendered page uses a binding, so there it gets none.
const config = 'wrangler.adapter.jsonc';
const cloudflare = adapter({ config, platformProxy: { configPath: config } });
if (!isMainThread) delete cloudflare.emulate;

/** @type {import('@sveltejs/kit').Config} */
export default {
  kit: {
    adapter: cloudflare,
    // Scripts and styles come from our own origin only; SvelteKit adds a nonce
    // (or, on prerendered pages, a hash) for the one inline script it writes.
    csp: {
      directives: {
        'default-src': ['self'],
        'script-src': ['self'],
        'style-src': ['self'],
        // SvelteKit hides its live region for screen readers by a style attribute.
        'style-src-attr': ['unsafe-inline'],
        'img-src': ['self', 'data:'],
        'base-uri': ['none'],
        'form-action': ['self'],
        'frame-ancestors': ['none'],
        'object-src': ['none'],
      },
    },
  },
};
