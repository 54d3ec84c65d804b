// Random sequences beside a model: time moves, replies are lost, alarms ring and objects are evicted.
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { expect, it } from 'vitest';
import { unique } from '../../support/backend.js';
import { seeded } from '../../support/random.js';
import { nothing } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';
import { storedUnder, stubOf, unreliable } from './objects.js';

const clock = stoppedClock();

/** What a storage is, in the fewest words. */
class Model {
  #entry: { value: string; expiresAt: number } | undefined;

  #live() {
    if (this.#entry && this.#entry.expiresAt <= Date.now()) this.#entry = undefined;
    return this.#entry;
  }
  get = () => this.#live()?.value ?? null;
  set(value: string, ttl = Number.POSITIVE_INFINITY) {
    this.#entry = { value, expiresAt: Date.now() + ttl * 1_000 };
  }
  delete() {
    this.#entry = undefined;
  }
  getAndDelete() {
    const value = this.get();
    this.#entry = undefined;
    return value;
  }
  increment(ttl: number) {
    const entry = this.#live() ?? { value: '0', expiresAt: Date.now() + ttl * 1_000 };
    this.#entry = { ...entry, value: String(Number(entry.value) + 1) };
    return Number(this.#entry.value);
  }
  consume({ window, max }: { window: number; max: number }) {
    const entry = this.#live();
    if (Number(entry?.value ?? 0) < max) {
      this.increment(window);
      return { allowed: true, retryAfter: null };
    }
    // A rule that admits nothing is not asked for what is left of its window.
    const left = entry && max > 0 ? (entry.expiresAt - Date.now()) / 1_000 : window;
    return { allowed: false, retryAfter: Number.isFinite(left) ? Math.ceil(left) : window };
  }
}

const TTLS = [undefined, 0, 0.5, 1, 30, 3_600];
const PAUSES = [0, 1, 499, 1_000, 30_000, 700_000];

it.each([1, 2, 3, 4])('300 steps, seed %i', async (seed) => {
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]) => from[random(from.length)] as T;
  const key = unique();
  const model = new Model();
  let lossless = 0;
  // Never so often in a row that a call gives up.
  const objects = unreliable(() => {
    if (lossless-- > 0 || random(10) > 0) return undefined;
    lossless = 2;
    return pick(['call', 'reply']);
  });
  const storage = secondaryStorage(objects);
  const { consume } = rateLimitStorage(objects);

  const steps: (() => Promise<[found: unknown, expected: unknown]>)[] = [
    async () => [await storage.get(key), model.get()],
    async () => [await storage.getAndDelete(key), model.getAndDelete()],
    async () => [await storage.delete(key), model.delete()],
    async () => {
      const [value, ttl] = [String(random(5)), pick(TTLS)];
      return [await storage.set(key, value, ttl), model.set(value, ttl)];
    },
    async () => {
      const ttl = pick([1, 30]);
      return [await storage.increment(key, ttl), model.increment(ttl)];
    },
    async () => {
      const rule = { window: pick([1, 30]), max: random(6) };
      return [await consume(key, rule), model.consume(rule)];
    },
  ];
  for (let step = 0; step < 300; step++) {
    const [found, expected] = await pick(steps)();
    expect(found, `step ${step}`).toEqual(expected);
    clock.pass(pick(PAUSES));
    if (random(10) === 0) {
      await stubOf(key).get(); // Only one that runs can be evicted.
      await evictDurableObject(stubOf(key));
    }
    if (random(5) === 0) await runDurableObjectAlarm(stubOf(key));
  }

  await storage.delete(key);
  clock.pass(600_000);
  await runDurableObjectAlarm(stubOf(key));
  expect(await storedUnder(key)).toEqual(nothing);
});
