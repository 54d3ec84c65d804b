// What limits do on every kind of handle.
import {
  type KVHandle,
  type ObjectHandle,
  RATE_LIMITS,
  type RateLimitConfig,
  RateLimiterClient,
} from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { stoppedClock } from '../../support/time.js';
import { identifiersSuite } from './identifiers.js';

/** A kind of handle that limits are kept on. */
export interface LimitBackend {
  name: string;
  /** A fresh handle on the same store, as another isolate has it. */
  isolate(): KVHandle | ObjectHandle;
  /** The same, and how often the store was asked. */
  counted(): { handle: KVHandle | ObjectHandle; asked: () => number };
  /** A handle whose store fails, or hangs. */
  failing(how: 'down' | 'hang'): KVHandle | ObjectHandle;
  /** What it fails with. */
  unavailable: string;
}

export const five: RateLimitConfig = { limit: 5, window: 60, keyPrefix: 'rl:five:' };

export function limitsSuite(backend: LimitBackend): void {
  describe(`limits on ${backend.name}`, () => {
    const clock = stoppedClock();

    it('admits the limit, refuses the rest, and begins again when the window ends', async () => {
      const limiter = new RateLimiterClient(backend.isolate());
      const id = unique();
      for (let i = 4; i >= 0; i--) {
        expect(await limiter.checkLimit(id, five)).toEqual({
          allowed: true,
          remaining: i,
          resetAt: clock.start + 60_000,
          limit: 5,
          retryAfterSeconds: 0,
        });
      }
      const refused = { allowed: false, remaining: 0, resetAt: clock.start + 60_000, limit: 5 };
      expect(await limiter.checkLimit(id, five)).toEqual({ ...refused, retryAfterSeconds: 60 });
      clock.at(59_999);
      expect(await limiter.checkLimit(id, five)).toEqual({ ...refused, retryAfterSeconds: 1 });
      clock.at(60_000);
      expect(await limiter.checkLimit(id, five)).toMatchObject({
        allowed: true,
        remaining: 4,
        resetAt: clock.start + 120_000,
      });
      expect(await limiter.checkLimit(unique(), five)).toMatchObject({ remaining: 4 });
    });

    it('is exact inside an isolate: 5 of 50 at once, also when each makes its own client', async () => {
      const handle = backend.isolate();
      const one = new RateLimiterClient(handle);
      for (const client of [() => one, () => new RateLimiterClient(handle)]) {
        const id = unique();
        const results = await Promise.all(Array.from({ length: 50 }, () => client().checkLimit(id, five)));
        expect(results.filter(({ allowed }) => allowed)).toHaveLength(5);
      }
    });

    it('works in windows from a second on', async () => {
      const limiter = new RateLimiterClient(backend.isolate());
      const second = { limit: 2, window: 1, keyPrefix: 'rl:second:' };
      const id = unique();
      for (let i = 0; i < 3; i++) {
        clock.at(i * 1_000);
        const results = [1, 2, 3].map(() => limiter.checkLimit(id, second));
        expect((await Promise.all(results)).filter(({ allowed }) => allowed)).toHaveLength(2);
      }
    });

    it('counts costs, and peeks without counting', async () => {
      const limiter = new RateLimiterClient(backend.isolate());
      const id = unique();
      expect(await limiter.peek(id, five)).toMatchObject({ allowed: true, remaining: 5 });
      expect(await limiter.checkLimit(id, five, { cost: 3 })).toMatchObject({ allowed: true, remaining: 2 });
      expect(await limiter.checkLimit(id, five, { cost: 3 })).toMatchObject({ allowed: false, remaining: 2 });
      expect(await limiter.peek(id, five)).toMatchObject({ allowed: true, remaining: 2 });
      expect(await limiter.checkLimit(id, five, { cost: 2 })).toMatchObject({ allowed: true, remaining: 0 });
      expect(await limiter.peek(id, five)).toMatchObject({
        allowed: false,
        remaining: 0,
        retryAfterSeconds: 60,
      });
    });

    it('refuses what no window admits, and tells the caller to wait for one', async () => {
      const limiter = new RateLimiterClient(backend.isolate());
      const id = unique();
      const none = { ...five, limit: 0, keyPrefix: 'rl:none:' };
      const closed = {
        allowed: false,
        remaining: 0,
        limit: 0,
        resetAt: expect.any(Number),
        retryAfterSeconds: 60,
      };
      for (const options of [undefined, { cost: 3 }]) {
        expect(await limiter.checkLimit(id, none, options)).toEqual(closed);
      }
      expect(await limiter.peek(id, none)).toEqual(closed);
      await limiter.checkLimit(id, five, { cost: 2 });
      const tooMuch = { allowed: false, remaining: 3, limit: 5, retryAfterSeconds: 60 };
      clock.at(20_000);
      for (const cost of [6, 7, Number.MAX_SAFE_INTEGER]) {
        expect(await limiter.checkLimit(id, five, { cost })).toMatchObject(tooMuch);
      }
      clock.at(30_000);
      expect(await limiter.checkLimit(id, five, { cost: 6 })).toMatchObject(tooMuch);
      // Nothing was counted, and what fits is told how long its window still is.
      expect(await limiter.checkLimit(id, five, { cost: 3 })).toMatchObject({ allowed: true, remaining: 0 });
      expect(await limiter.checkLimit(id, five)).toMatchObject({ allowed: false, retryAfterSeconds: 30 });
      // Also while the store is away.
      for (const onUnavailable of ['allow', 'deny'] as const) {
        const alone = new RateLimiterClient(backend.failing('down'), { onUnavailable });
        expect(await alone.checkLimit(unique(), none)).toMatchObject({
          allowed: false,
          retryAfterSeconds: 60,
        });
        expect(await alone.checkLimit(unique(), five, { cost: 6 })).toMatchObject({ allowed: false });
      }
    });

    it('takes the longest window and the largest limit', async () => {
      const limiter = new RateLimiterClient(backend.isolate());
      const largest = { limit: Number.MAX_SAFE_INTEGER, window: 2_678_400, keyPrefix: 'rl:largest:' };
      const id = unique();
      expect(await limiter.checkLimit(id, largest, { cost: largest.limit - 2 })).toMatchObject({
        allowed: true,
        remaining: 2,
      });
      expect(await limiter.checkLimit(id, largest, { cost: 2 })).toMatchObject({
        allowed: true,
        remaining: 0,
      });
      expect(await limiter.checkLimit(id, largest)).toMatchObject({
        allowed: false,
        retryAfterSeconds: 2_678_400,
      });
    });

    it('never blocks for longer than its window, whatever a configuration or a clock said before', async () => {
      const limiter = new RateLimiterClient(backend.isolate());
      const hour = { ...five, window: 3_600 };
      const id = unique();
      for (let i = 0; i < 5; i++) await limiter.checkLimit(id, hour);
      clock.at(2_000);
      const refused = await limiter.checkLimit(id, five);
      expect(refused).toMatchObject({ allowed: false, retryAfterSeconds: 60, resetAt: clock.start + 62_000 });
      clock.at(62_000);
      expect((await limiter.checkLimit(id, five)).allowed).toBe(true);
      for (const isolates of [1, 2]) {
        const late = unique();
        clock.at(3_600_000);
        for (let i = 0; i < 5; i++) await limiter.checkLimit(late, five);
        clock.at(4_000);
        const other = isolates === 1 ? limiter : new RateLimiterClient(backend.isolate());
        const { resetAt } = await other.checkLimit(late, five);
        expect(resetAt).toBeLessThanOrEqual(clock.start + 64_000);
        clock.at(64_000);
        expect((await other.checkLimit(late, five)).allowed).toBe(true);
      }
    });

    it('takes any text for a prefix or an identifier', async () => {
      const limiter = new RateLimiterClient(backend.isolate());
      const names = [
        [`rl:${unique()}:`, ''],
        ['', unique()],
        ['__proto__', unique()],
        ['rl:é€😀:', unique('é€😀')],
        ['rl:', `${unique()}${'x'.repeat(470)}`],
      ] as const;
      for (const [keyPrefix, identifier] of names) {
        const limit = { ...five, keyPrefix };
        expect(await limiter.checkLimit(identifier, limit)).toMatchObject({ remaining: 4 });
        expect(await limiter.checkLimit(identifier, limit)).toMatchObject({ remaining: 3 });
        await limiter.reset(identifier, keyPrefix);
        expect(await limiter.peek(identifier, limit)).toMatchObject({ remaining: 5 });
      }
    });

    identifiersSuite(backend);

    it('resets', async () => {
      const limiter = new RateLimiterClient(backend.isolate());
      const id = unique();
      for (let i = 0; i < 6; i++) await limiter.checkLimit(id, five);
      clock.at(10);
      expect(await limiter.reset(id, 'rl:five:')).toBeUndefined();
      clock.at(20);
      expect(await limiter.checkLimit(id, five)).toMatchObject({ allowed: true, remaining: 4 });
    });

    it('does what onUnavailable says when the store fails or hangs', async () => {
      for (const fault of ['down', 'hang'] as const) {
        const handle = backend.failing(fault);
        const timeoutMs = 5;
        const check = (onUnavailable: 'throw' | 'allow' | 'deny') =>
          new RateLimiterClient(handle, { onUnavailable, timeoutMs }).checkLimit(unique(), five);
        expect(await code(check('throw'))).toBe(fault === 'down' ? backend.unavailable : 'timeout');
        expect(await check('allow')).toMatchObject({ allowed: true, degraded: true, retryAfterSeconds: 0 });
        expect(await check('deny')).toEqual({
          allowed: false,
          degraded: true,
          remaining: 0,
          limit: 5,
          resetAt: clock.start + 60_000,
          retryAfterSeconds: 60,
        });
      }
      const failing = new RateLimiterClient(backend.failing('down'));
      expect(await code(failing.checkLimit('a', five))).toBe(backend.unavailable);
    });

    it('refuses bad input, and asks nobody', async () => {
      const { handle, asked } = backend.counted();
      const limiter = new RateLimiterClient(handle);
      const bad: Partial<RateLimitConfig>[] = [
        { limit: 1.5 },
        { limit: -1 },
        { limit: Number.NaN },
        { limit: Infinity },
        { limit: '5' as never },
        { window: 0 },
        { window: 0.5 },
        { window: Number.NaN },
        { window: 2_678_401 },
        { window: 900_000 * 1_000 },
        { window: undefined as never },
      ];
      for (const part of bad)
        expect(await code(limiter.checkLimit('a', { ...five, ...part }))).toBe('invalid_limit');
      for (const cost of [0, -1, 1.5, 2 ** 53, Number.NaN]) {
        expect(await code(limiter.checkLimit('a', five, { cost }))).toBe('invalid_limit');
      }
      expect(await code(limiter.checkLimit('a', null as never))).toBe('invalid_limit');
      expect(await code(limiter.checkLimit(1 as never, five))).toBe('invalid_key');
      expect(await code(limiter.checkLimit('\ud800', five))).toBe('invalid_key');
      expect(await code(limiter.checkLimit('a', { ...five, keyPrefix: undefined as never }))).toBe(
        'invalid_key',
      );
      expect(await code(limiter.checkLimit('', { ...five, keyPrefix: '' }))).toBe('invalid_key');
      expect(await code(limiter.checkLimit('a', { ...five, algorithm: 'leaky' as never }))).toBe(
        'unsupported',
      );
      expect(await code(limiter.reset('a', 7 as never))).toBe('invalid_key');
      expect(asked()).toBe(0);
    });

    it('has the usual limits at hand', async () => {
      const limiter = new RateLimiterClient(backend.isolate());
      for (const config of Object.values(RATE_LIMITS)) {
        expect(await limiter.checkLimit(unique(), config)).toMatchObject({
          allowed: true,
          remaining: config.limit - 1,
        });
      }
    });
  });
}
