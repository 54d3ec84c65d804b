// Compiled with @cloudflare/workers-types, and with what `wrangler types` generates.
import {
  CacheClient,
  CartStoreClient,
  CounterClient,
  type KVHandle,
  LockClient,
  type ObjectHandle,
  RateLimiterClient,
  SessionCacheClient,
  SessionStoreClient,
  type WaitUntil,
} from '@codex/cloudflare-clients';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import type {
  AuthStorageDurableObject,
  CartDurableObject,
  CoordinationDurableObject,
  RateLimitDurableObject,
  SessionDurableObject,
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

// A namespace that TypeScript knows by its class is taken by the clients of that class, and by no other.
declare const carts: DurableObjectNamespace<CartDurableObject>;
declare const sessions: DurableObjectNamespace<SessionDurableObject>;
declare const auth: DurableObjectNamespace<AuthStorageDurableObject>;
new CartStoreClient(carts);
new SessionStoreClient(sessions, { name: 'SESSION_DO' });
new SessionCacheClient(kv, { revocations: sessions, revocationsName: 'SESSION_DO' });
secondaryStorage(auth);
rateLimitStorage(auth);
// @ts-expect-error a namespace of sessions
new CartStoreClient(sessions);
// @ts-expect-error a namespace of values of better-auth
new CartStoreClient(auth);
// @ts-expect-error a namespace of carts
new SessionStoreClient(carts);
// @ts-expect-error a namespace of limits
new SessionCacheClient(kv, { revocations: limits });
// @ts-expect-error a namespace of carts
new RateLimiterClient(carts);
// @ts-expect-error a namespace of limits
new LockClient(limits);
// @ts-expect-error a namespace of sessions
new CounterClient(sessions);
// @ts-expect-error a namespace of locks and counters
secondaryStorage(coordination);
// @ts-expect-error a namespace of carts
rateLimitStorage(carts);
// One of which it does not know the class is taken by all: the binding of an `Env`, or a handle by its methods.
declare const structural: ObjectHandle;
new CartStoreClient(objects);
new CartStoreClient(structural);
new CartStoreClient({ idFromName: (name: string) => ({ name }), get: () => ({ get: async () => null }) });
secondaryStorage(objects);
// @ts-expect-error a binding that may be missing
new SessionCacheClient(kv, { revocations: objects as DurableObjectNamespace | undefined });

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
