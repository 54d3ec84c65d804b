import {
  type AcquireOptions,
  CounterClient,
  type IncrementOptions,
  type Lock,
  LockClient,
  type ObjectHandle,
} from '@codex/cloudflare-clients';
import { same } from './same.js';

declare const objects: ObjectHandle;
declare const lock: Lock;

const locks = new LockClient(objects, { timeoutMs: 500, slowMs: 50, locationHint: 'weur' });
same<ReturnType<typeof locks.acquire>, Promise<Lock | null>>();
same<ReturnType<typeof locks.extend>, Promise<Lock | null>>();
same<ReturnType<typeof locks.release>, Promise<boolean>>();
same<
  Lock,
  { readonly name: string; readonly fence: number; readonly expiresAt: number; readonly holder: string }
>();
same<Omit<AcquireOptions, 'signal'>, { ttlSeconds: number; waitMs?: number | undefined }>();
locks.withLock('a', { ttlSeconds: 1, maxHoldSeconds: 60 }, (_, signal) => signal.throwIfAborted());
locks.acquire('a', { ttlSeconds: 1, waitMs: 100 });
const answer = locks.withLock('a', { ttlSeconds: 1 }, async (held) => held.fence > 0);
same<typeof answer, Promise<boolean>>();
const plain = locks.withLock('a', { ttlSeconds: 1 }, () => 'text');
same<typeof plain, Promise<string>>();
// @ts-expect-error a lock without a TTL would be held for ever
locks.acquire('a', { waitMs: 100 });
// @ts-expect-error the lock itself, not its name
locks.release('a');
// @ts-expect-error a lock cannot be changed
lock.fence = 1;
// @ts-expect-error no namespace
new LockClient();
// @ts-expect-error no such place
new LockClient(objects, { locationHint: 'moon' });

const counters = new CounterClient(objects);
same<ReturnType<typeof counters.increment>, Promise<number>>();
same<ReturnType<typeof counters.get>, Promise<number>>();
same<ReturnType<typeof counters.reset>, Promise<void>>();
same<IncrementOptions, { idempotencyKey?: string | undefined }>();
counters.increment('a');
counters.increment('a', -1, { idempotencyKey: 'order-1' });
// @ts-expect-error a BigInt is no number
counters.increment('a', 1n);
// @ts-expect-error a key is text
counters.increment('a', 1, { idempotencyKey: 7 });
