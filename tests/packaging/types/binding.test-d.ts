// Compiled with @cloudflare/workers-types, and with what `wrangler types` generates.
import {
  CacheClient,
  CounterClient,
  type KVHandle,
  LockClient,
  RateLimiterClient,
  SessionCacheClient,
  SessionStoreClient,
  type WaitUntil,
} from '@codex/cloudflare-clients';
import type {
  CoordinationDurableObject,
  RateLimitDurableObject,
} from '@codex/cloudflare-clients/durable-objects';

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

declare const limits: DurableObjectNamespace<RateLimitDurableObject>;
declare const coordination: DurableObjectNamespace<CoordinationDurableObject>;
new RateLimiterClient(objects);
new RateLimiterClient(limits, { localBlock: false });
new LockClient(coordination);
new CounterClient(coordination, { jurisdiction: 'eu' });
// @ts-expect-error KV keeps no locks
new LockClient(kv);

// What the clients call, typed by the classes.
const limit = { limit: 5, window: 60, keyPrefix: 'rl:' };
export async function rpc(): Promise<void> {
  const checked = await limits.get(limits.idFromName('a')).check([limit], 1, 7);
  if (checked.ok) checked.value[1]?.toFixed();
  else checked.code.startsWith('invalid_');
  const counter = coordination.get(coordination.idFromName('counter:a'));
  const counted = await counter.increment(1, 'key');
  if (counted.ok) counted.value.toFixed();
  // @ts-expect-error an increment carries its key
  counter.increment(1);
  // @ts-expect-error what the class keeps to itself
  counter.empty();
}
