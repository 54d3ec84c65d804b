import { unique } from '../../support/backend.js';
import type { Setting, SharedUse, Use } from '../core/uses.js';

const storageOf = ({ clients, objects }: Setting) => clients.secondaryStorage(objects('AUTH_DO'));
const rulesOf = ({ clients, objects }: Setting) => clients.rateLimitStorage(objects('AUTH_DO'));

const rule = { window: 60, max: 2 };

export const AUTH: Use[] = [
  {
    method: 'secondaryStorage.set',
    async go(setting) {
      const storage = storageOf(setting);
      const key = unique();
      await storage.set(key, 'older', 60);
      await storage.set(key, '');
      return storage.get(key);
    },
    gets: '',
  },
  {
    method: 'secondaryStorage.get',
    async go(setting) {
      const storage = storageOf(setting);
      const key = unique();
      const none = await storage.get(key);
      await storage.set(key, '{"text":"ä 😀"}', 60);
      return [none, await storage.get(key)];
    },
    gets: [null, '{"text":"ä 😀"}'],
  },
  {
    method: 'secondaryStorage.delete',
    async go(setting) {
      const storage = storageOf(setting);
      const key = unique();
      await storage.set(key, 'value');
      await storage.delete(key);
      return storage.get(key);
    },
    gets: null,
  },
  {
    method: 'secondaryStorage.getAndDelete',
    async go(setting) {
      const storage = storageOf(setting);
      const key = unique();
      await storage.set(key, 'value', 60);
      return [await storage.getAndDelete(key), await storage.getAndDelete(key)];
    },
    gets: ['value', null],
  },
  {
    method: 'secondaryStorage.increment',
    async go(setting) {
      const storage = storageOf(setting);
      const key = unique();
      return [await storage.increment(key, 60), await storage.increment(key, 60), await storage.get(key)];
    },
    gets: [1, 2, '2'],
  },
  {
    method: 'rateLimitStorage.consume',
    async go(setting) {
      const { consume } = rulesOf(setting);
      const key = unique();
      const results = [await consume(key, rule), await consume(key, rule), await consume(key, rule)];
      return results.map(({ allowed, retryAfter }) => [allowed, retryAfter !== null]);
    },
    gets: [
      [true, false],
      [true, false],
      [false, true],
    ],
  },
];

export const SHARED_AUTH: SharedUse[] = [
  {
    what: 'a value that the one has set is taken by the other, once',
    async go(first, second) {
      const key = unique();
      await storageOf(first).set(key, 'value', 60);
      const got = await storageOf(second).get(key);
      return [got, await storageOf(second).getAndDelete(key), await storageOf(first).getAndDelete(key)];
    },
    gets: ['value', 'value', null],
  },
  {
    what: 'what both have counted is counted together',
    async go(first, second) {
      const [key, other] = [unique(), unique()];
      await storageOf(first).increment(key, 60);
      const count = await storageOf(second).increment(key, 60);
      for (const setting of [first, second]) await rulesOf(setting).consume(other, rule);
      return [count, (await rulesOf(first).consume(other, rule)).allowed];
    },
    gets: [2, false],
  },
];
