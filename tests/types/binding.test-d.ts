// Compiled with @cloudflare/workers-types, and with what `wrangler types` generates.
import {
  CacheClient,
  type KVHandle,
  RateLimiterClient,
  SessionCacheClient,
  SessionStoreClient,
  type WaitUntil,
} from '@codex/cloudflare-clients';

declare const kv: KVNamespace;
declare const objects: DurableObjectNamespace;
declare const bucket: R2Bucket;
declare const context: ExecutionContext;

const handle: KVHandle = kv;
const waitUntil: WaitUntil = context.waitUntil.bind(context);
new CacheClient(handle, { waitUntil });
new CacheClient(kv, { waitUntil: (promise) => context.waitUntil(promise) });
new RateLimiterClient(kv, { waitUntil });
new SessionCacheClient<'admin'>(kv);
new SessionCacheClient(kv, { revocations: objects });
new SessionStoreClient(objects);
new SessionStoreClient(objects.jurisdiction('eu'));

// @ts-expect-error a bucket is no KV namespace
new CacheClient(bucket);
// @ts-expect-error objects are none either
new CacheClient(objects);
