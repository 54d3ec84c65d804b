// When several objects of a namespace have failed, calls with a fallback use it at once.
import {
  CartStoreClient,
  type CloudflareClientsError,
  LockClient,
  type ObjectHandle,
  RateLimiterClient,
  SessionCacheClient,
} from '@codex/cloudflare-clients';
import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { describe, expect, it } from 'vitest';
import { hang, listening } from '../../support/backend.js';
import { failure } from '../../support/interception.js';
import { moveTime, pass } from '../../support/time.js';

const five = { limit: 5, window: 3_600, keyPrefix: 'rl:' };

/** A namespace whose objects answer by `fate`; and how often they were called. */
function namespace(fate: { of: (name: string) => Promise<unknown> }) {
  const called: string[] = [];
  const handle: ObjectHandle = {
    idFromName: (name: string) => ({ name }),
    get: (id: { name: string }) =>
      new Proxy(
        {},
        {
          get: () => () => {
            called.push(id.name);
            return fate.of(id.name);
          },
        },
      ),
  };
  return { handle, called };
}

const admitted = async () => ({ ok: true, value: [1, 4, Date.now() + 60_000, 0, 0] });

/** The result of a call, and how long it took; time passes as long as it waits. */
async function timed<T>(call: Promise<T>): Promise<{ result: T; ms: number }> {
  const start = Date.now();
  let over = false;
  void call.catch(() => {}).finally(() => (over = true));
  await pass(0);
  while (!over) await pass(1_000);
  return { result: await call, ms: Date.now() - start };
}

/** Calls that fail on three objects, one after the other. */
async function threeFail(call: (name: string) => Promise<unknown>) {
  for (const name of ['a', 'b', 'c']) expect((await timed(call(name))).ms).toBe(5_000);
}

describe('the breaker of a namespace', () => {
  it.each(['allow', 'deny'] as const)('opens for %s, probes, and closes', async (onUnavailable) => {
    moveTime();
    const fate = { of: (_: string): Promise<unknown> => hang() };
    const { handle, called } = namespace(fate);
    const { events, onEvent } = listening();
    const notes = () => events.splice(0).flatMap(({ note }) => note ?? []);
    const check = (name: string) =>
      new RateLimiterClient(handle, { onUnavailable, onEvent }).checkLimit(name, five);
    await threeFail(check);
    expect(notes().filter((note) => note !== 'slow')).toEqual([
      'object_failed',
      'object_failed',
      'circuit_opened',
      'object_failed',
    ]);
    called.length = 0;
    // Also objects that were never asked, and at once.
    for (const name of ['a', 'd', 'e']) {
      const { result, ms } = await timed(check(name));
      expect(ms).toBe(0);
      expect(result).toMatchObject({ allowed: onUnavailable === 'allow', degraded: true });
    }
    expect(called).toEqual([]);
    await pass(10_000);
    // One of two calls side by side probes; it hangs.
    const calls = await Promise.all([timed(check('d')), check('e')]);
    expect(calls[0].ms).toBe(5_000);
    expect(called).toEqual(['d']);
    await pass(9_999);
    await timed(check('e'));
    expect(called).toEqual(['d']);
    fate.of = admitted;
    await pass(1);
    notes();
    expect(await check('e')).toEqual(expect.not.objectContaining({ degraded: true }));
    expect(notes()).toEqual(['circuit_closed']);
    expect(await check('d')).toMatchObject({ allowed: true, remaining: 4 });
    expect(called).toEqual(['d', 'e', 'd']);
  });

  it('opens for carts in memory; a merge, which has none, is tried in any case', async () => {
    moveTime();
    const { handle, called } = namespace({ of: hang });
    const carts = () => new CartStoreClient(handle, { onUnavailable: 'memory', onEvent: () => {} });
    await threeFail((id) => carts().getCart(id));
    called.length = 0;
    expect(await timed(carts().incrementQty('d', { id: 'mug' }, 2))).toMatchObject({
      ms: 0,
      result: { mug: { qty: 2 } },
    });
    expect(called).toEqual([]);
    const merge = carts()
      .mergeCart('d', 'e')
      .catch((error: CloudflareClientsError) => error.code);
    expect(await timed(merge)).toMatchObject({ result: 'timeout', ms: 5_000 });
    expect(called).toEqual(['d']);
  });

  it('opens for cached sessions, which are loaded then; a sign-out is tried in any case', async () => {
    moveTime();
    const { handle, called } = namespace({ of: hang });
    const sessions = () =>
      new SessionCacheClient(createStrictKv(), { revocations: handle, onEvent: () => {} });
    const session = {
      session: { expiresAt: new Date(Date.now() + 3_600_000), userId: 'u' },
      user: { id: 'u' },
    };
    for (const token of ['a', 'b', 'c']) {
      expect((await timed(sessions().getOrLoad(token, () => session))).ms).toBe(2_000);
    }
    called.length = 0;
    expect((await timed(sessions().getOrLoad('d', () => session))).ms).toBe(0);
    expect(called).toEqual([]);
    const out = sessions()
      .delete('d')
      .catch((error: CloudflareClientsError) => error.code);
    expect((await timed(out)).result).toBe('timeout');
    expect(called).toHaveLength(1);
  });

  it('is opened neither by one object, nor by what its callers do to it, nor while others answer', async () => {
    moveTime();
    const fates: Record<string, () => Promise<unknown>> = {
      hanging: hang,
      'also hanging': hang,
      'hanging too': hang,
      overloaded: () => Promise.reject(failure({ overloaded: true })),
      throwing: () => Promise.reject(failure({ remote: true })),
    };
    const { handle, called } = namespace({ of: (name) => (fates[name] ?? admitted)() });
    const check = (name: string) =>
      timed(new RateLimiterClient(handle, { onUnavailable: 'allow' }).checkLimit(name, five));
    for (let i = 0; i < 5; i++) await check('hanging');
    for (let i = 0; i < 5; i++) await check('overloaded');
    for (const name of ['throwing', 'also hanging', 'overloaded', 'well', 'hanging too', 'hanging']) {
      await check(name);
    }
    called.length = 0;
    expect((await check('well')).result).not.toHaveProperty('degraded');
    expect(called).toEqual(['well']);
  });

  it('belongs to a namespace, and to clients with a fallback', async () => {
    moveTime();
    const { handle } = namespace({ of: hang });
    const code = (call: Promise<unknown>) => timed(call.catch((error: CloudflareClientsError) => error.code));
    const strict = new RateLimiterClient(handle);
    for (const name of ['a', 'b', 'c', 'd']) {
      expect(await code(strict.checkLimit(name, five))).toEqual({ result: 'timeout', ms: 5_000 });
    }
    const allowing = new RateLimiterClient(handle, { onUnavailable: 'allow' });
    await threeFail((name) => allowing.checkLimit(name, five));
    expect((await timed(allowing.checkLimit('d', five))).ms).toBe(0);
    expect((await code(strict.checkLimit('d', five))).ms).toBe(5_000);
    expect((await code(allowing.refund('d', five))).ms).toBe(5_000);
    expect((await code(new LockClient(handle).acquire('d', { ttlSeconds: 1 }))).ms).toBe(5_000);
    const other = new RateLimiterClient(namespace({ of: admitted }).handle, { onUnavailable: 'allow' });
    expect(await other.checkLimit('d', five)).not.toHaveProperty('degraded');
  });
});

it("with 'allow' an isolate counts by itself while objects fail", async () => {
  const down = namespace({ of: () => Promise.reject(failure({})) });
  const limits = () => new RateLimiterClient(down.handle, { onUnavailable: 'allow' });
  const results = await Promise.all(Array.from({ length: 50 }, () => limits().checkLimit('a', five)));
  expect(results.filter(({ allowed }) => allowed)).toHaveLength(5);
  expect(results.every(({ degraded }) => degraded === true)).toBe(true);
  expect(results.at(-1)).toMatchObject({ remaining: 0, limit: 5, retryAfterSeconds: 3_600 });
  // Prefixes and identifiers are told apart, and a look counts nothing.
  const other = { ...five, keyPrefix: 'rl:a' };
  for (let i = 0; i < 9; i++) expect(await limits().peek('', other)).toMatchObject({ remaining: 5 });
  expect(await limits().checkLimit('b', five)).toMatchObject({ allowed: true, remaining: 4 });
  // All or none, and the strictest.
  const two = { limit: 2, window: 60, keyPrefix: 'rl:two:' };
  expect(await limits().checkLimits('b', [five, two])).toMatchObject({ remaining: 1, limit: 2 });
  expect(await limits().checkLimits('a', [two, five])).toMatchObject({ allowed: false, limit: 5 });
  expect(await limits().peek('a', two)).toMatchObject({ remaining: 2 });
});
