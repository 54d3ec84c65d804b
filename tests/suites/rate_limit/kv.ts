import { RateLimiterClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { type Backend, code, counted, down, faulty, hang, listening, unique } from '../../support/backend.js';
import { ended, moveTime, stoppedClock } from '../../support/time.js';
import { five, limitsSuite } from './limits.js';

const tooMany = () => Promise.reject(new Error('KV PUT failed: 429 Too Many Requests'));

// What the shell says: printf 'y%.0s' $(seq 600) | sha256sum
const HASH_OF_600_Y = '4932b97e2b3b087c582194b496948629b83ad2fb33dfcdf53a600748748a56b7';

/** A fresh handle on the same KV, as another isolate has it. */
const isolate = (backend: Backend) => faulty(backend.kv(), () => undefined);

export function rateLimitSuite(backend: Backend): void {
  limitsSuite({
    name: backend.name,
    isolate: () => isolate(backend),
    counted: () => {
      const { kv, count } = counted(isolate(backend));
      return { handle: kv, asked: () => Object.keys(count).length };
    },
    failing: (how) => faulty(isolate(backend), how === 'down' ? down : hang),
    unavailable: 'kv_unavailable',
  });

  describe(`RateLimiterClient on ${backend.name}`, () => {
    const clock = stoppedClock();

    it('writes a key once a second at most, and flushes with the next call, a refused one too', async () => {
      const { kv, count } = counted(isolate(backend));
      const limiter = new RateLimiterClient(kv);
      const id = unique();
      const stored = async () => JSON.parse((await kv.get(`rl:five:${id}`, 'text')) ?? 'null');
      for (let i = 0; i < 5; i++) await limiter.checkLimit(id, five);
      expect(count.put).toBe(1);
      expect(await stored()).toEqual({ count: 1, resetAt: clock.start + 60_000 });
      clock.at(1_000);
      expect((await limiter.checkLimit(id, five)).allowed).toBe(false);
      expect(await stored()).toEqual({ count: 5, resetAt: clock.start + 60_000 });
      for (let i = 2; i < 50; i++) {
        clock.at(i * 1_000);
        expect((await limiter.checkLimit(id, five)).allowed).toBe(false);
      }
      expect(count.put).toBe(2);
    });

    it('flushes by waitUntil', async () => {
      moveTime();
      const kept: Promise<unknown>[] = [];
      const kv = isolate(backend);
      const limiter = new RateLimiterClient(kv, { waitUntil: (promise) => void kept.push(promise) });
      const id = unique();
      for (let i = 0; i < 4; i++) await limiter.checkLimit(id, five);
      expect(kept).toHaveLength(1);
      await ended(Promise.all(kept), 100);
      expect(JSON.parse((await kv.get(`rl:five:${id}`, 'text')) ?? '')).toMatchObject({ count: 4 });
    });

    it('agrees with other isolates once they have written', async () => {
      const [a, b] = [new RateLimiterClient(isolate(backend)), new RateLimiterClient(isolate(backend))];
      const id = unique();
      expect((await a.checkLimit(id, five)).remaining).toBe(4);
      expect((await b.checkLimit(id, five)).remaining).toBe(3);
      expect((await a.checkLimit(id, five)).remaining).toBe(3);
      clock.at(1_000);
      // a reads b's write, and writes the sum.
      expect((await a.checkLimit(id, five)).remaining).toBe(1);
      clock.at(2_000);
      expect((await b.checkLimit(id, five)).remaining).toBe(0);
      expect((await b.checkLimit(id, five)).allowed).toBe(false);
      expect(await b.peek(id, five)).toMatchObject({ resetAt: clock.start + 60_000 });
    });

    it('reads what plain code stored, and ignores what is no counter', async () => {
      const kv = isolate(backend);
      const limiter = new RateLimiterClient(kv);
      const plain = unique();
      await kv.put(`rl:five:${plain}`, JSON.stringify({ count: 4, resetAt: clock.start + 9_000 }), {
        expirationTtl: 60,
      });
      expect(await limiter.checkLimit(plain, five)).toMatchObject({
        allowed: true,
        remaining: 0,
        resetAt: clock.start + 9_000,
      });
      for (const text of [
        'x',
        'null',
        '{}',
        '{"count":"5","resetAt":9e15}',
        '{"count":-1,"resetAt":9e15}',
        `{"count":5,"resetAt":${clock.start}}`,
      ]) {
        const id = unique();
        await kv.put(`rl:five:${id}`, text, { expirationTtl: 60 });
        expect(await limiter.checkLimit(id, five), text).toMatchObject({ remaining: 4 });
      }
    });

    it('counts under keys that can be taken apart; what has neither colon nor percent sign is as plain code has it', async () => {
      const kv = isolate(backend);
      const limiter = new RateLimiterClient(kv);
      const id = unique('id');
      const keys = [
        [id, id],
        [`${id}/a?b=c d`, `${id}/a?b=c d`],
        [`${id}:a`, `${id}%3Aa`],
        [`${id}%3A`, `${id}%253A`],
        ['y'.repeat(600), `%sha256-${HASH_OF_600_Y}`],
      ] as const;
      for (const [identifier, expected] of keys) {
        await limiter.checkLimit(identifier, five);
        expect(JSON.parse((await kv.get(`rl:five:${expected}`, 'text')) ?? 'null')).toMatchObject({
          count: 1,
        });
      }
    });

    it('never blocks for longer than its window, whatever another configuration stored', async () => {
      const kv = isolate(backend);
      const id = unique();
      await kv.put(`rl:five:${id}`, JSON.stringify({ count: 9, resetAt: clock.start + 3_600_000 }), {
        expirationTtl: 3_600,
      });
      const limiter = new RateLimiterClient(kv);
      expect(await limiter.checkLimit(id, five)).toMatchObject({
        allowed: false,
        resetAt: clock.start + 60_000,
      });
      clock.at(60_000);
      expect((await limiter.checkLimit(id, five)).allowed).toBe(true);
    });

    it('resets, also against a read that still shows the old window', async () => {
      const kv = isolate(backend);
      const id = unique();
      let stale: string | null = null;
      const lagging = faulty(kv, (operation) =>
        operation === 'get' && stale ? Promise.resolve(stale) : undefined,
      );
      const limiter = new RateLimiterClient(lagging);
      for (let i = 0; i < 6; i++) await limiter.checkLimit(id, five);
      stale = JSON.stringify({ count: 5, resetAt: clock.start + 60_000 });
      clock.at(10);
      await limiter.reset(id, 'rl:five:');
      expect(await kv.get(`rl:five:${id}`, 'text')).toBeNull();
      clock.at(20);
      expect(await limiter.checkLimit(id, five)).toMatchObject({ allowed: true, remaining: 4 });
      clock.at(1_500);
      expect(await limiter.checkLimit(id, five)).toMatchObject({ allowed: true, remaining: 3 });
    });

    it('never shows KV’s 429 to the caller, and loses no count to it', async () => {
      const { events, onEvent } = listening();
      let refusing = true;
      const kv = faulty(isolate(backend), (operation) =>
        operation === 'put' && refusing ? tooMany() : undefined,
      );
      const limiter = new RateLimiterClient(kv, { onEvent });
      const id = unique();
      for (let i = 0; i < 5; i++) expect(await limiter.checkLimit(id, five)).toMatchObject({ allowed: true });
      expect(events).toContainEqual(expect.objectContaining({ note: 'kv_failed', code: 'kv_rate_limited' }));
      refusing = false;
      clock.at(1_000);
      expect((await limiter.checkLimit(id, five)).allowed).toBe(false);
      expect(JSON.parse((await kv.get(`rl:five:${id}`, 'text')) ?? '')).toMatchObject({ count: 5 });
    });

    it('counts alone when KV was away from the start', async () => {
      let away = true;
      const kv = faulty(isolate(backend), () => (away ? down() : undefined));
      const limiter = new RateLimiterClient(kv, { onUnavailable: 'allow' });
      const id = unique();
      const results = await Promise.all(Array.from({ length: 8 }, () => limiter.checkLimit(id, five)));
      expect(results.filter(({ allowed }) => allowed)).toHaveLength(5);
      expect(results.every(({ degraded }) => degraded)).toBe(true);
      away = false;
      clock.at(1_000);
      expect((await limiter.checkLimit(id, five)).allowed).toBe(false);
      expect(JSON.parse((await kv.get(`rl:five:${id}`, 'text')) ?? '')).toMatchObject({ count: 5 });
    });

    it('stays exact in its isolate while KV is away, says so, and catches up', async () => {
      let away = false;
      const kv = faulty(isolate(backend), () => (away ? down() : undefined));
      const id = unique();
      const limiter = new RateLimiterClient(kv, { onUnavailable: 'allow' });
      await limiter.checkLimit(id, five);
      away = true;
      clock.at(1_000);
      for (let i = 3; i >= 0; i--) {
        expect(await limiter.checkLimit(id, five)).toMatchObject({
          allowed: true,
          remaining: i,
          degraded: true,
        });
      }
      expect(await limiter.checkLimit(id, five)).toMatchObject({ allowed: false, degraded: true });
      expect(await new RateLimiterClient(kv, { onUnavailable: 'deny' }).checkLimit(id, five)).toMatchObject({
        allowed: false,
      });
      away = false;
      clock.at(2_000);
      expect(await limiter.checkLimit(id, five)).not.toHaveProperty('degraded');
      expect(JSON.parse((await kv.get(`rl:five:${id}`, 'text')) ?? '')).toMatchObject({ count: 5 });
    });

    it('peeks without a write', async () => {
      const { kv, count } = counted(isolate(backend));
      await new RateLimiterClient(kv).peek(unique(), five);
      expect(count).toEqual({ get: 1 });
    });

    it('says what KV cannot do', async () => {
      const limiter = new RateLimiterClient(isolate(backend));
      for (const algorithm of ['sliding-window', 'token-bucket'] as const) {
        expect(await code(limiter.checkLimit('a', { ...five, algorithm }))).toBe('unsupported');
      }
      for (const call of [
        limiter.refund('a', five),
        limiter.penalize('a', five),
        limiter.checkLimits('a', [five]),
      ]) {
        expect(await code(call)).toBe('unsupported');
      }
    });
  });
}
