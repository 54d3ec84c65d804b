import { writeFileSync } from 'node:fs';
import cloudflare from '@sveltejs/adapter-cloudflare';

// 8.0.0-next.6 is the only adapter-cloudflare that takes SvelteKit 3, and it is older than the release,
// which took `generateManifest` away: its emulated platform works, its `adapt` throws. This is that step,
// with what the test needs and no more. When there is an adapter that builds, this file goes.
const WORKER = `import { env } from 'cloudflare:workers';
import { server } from './server.js';

const ready = server.init({ env });

export default {
  async fetch(request, env, ctx) {
    await ready;
    const getClientAddress = () => request.headers.get('cf-connecting-ip');
    return server.respond(request, { platform: { env, ctx, caches, cf: request.cf }, getClientAddress });
  },
};
`;

/** @returns {import('@sveltejs/kit/adapter').Adapter} */
export default () => ({
  ...cloudflare(),
  adapt(builder) {
    const folder = builder.getBuildDirectory('cloudflare');
    builder.writeClient(folder);
    builder.writePrerendered(folder);
    builder.generateServerInstance(`${folder}/server.js`);
    writeFileSync(`${folder}/_worker.js`, WORKER);
    writeFileSync(`${folder}/.assetsignore`, '_worker.js\nserver.js\n');
  },
});
