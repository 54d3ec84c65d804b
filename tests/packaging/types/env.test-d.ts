// Compiled with what `wrangler types` generates from wrangler.jsonc beside this file.
import { CacheClient } from '@codex/cloudflare-clients';

export default {
  async fetch(_request, env): Promise<Response> {
    return Response.json(await new CacheClient(env.CACHE_KV).getOrSet('greeting', 60, () => 'hello'));
  },
} satisfies ExportedHandler<Env>;
