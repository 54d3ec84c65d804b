// What the methods say of a bad argument: they name what was given.
import type { ObjectHandle } from '@codex/cloudflare-clients';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import type { Case, Method } from '../core/bad_arguments.js';

export function authMessages(objects: ObjectHandle): Method[] {
  const storage = secondaryStorage(objects);
  const { consume } = rateLimitStorage(objects);
  const ofKey = (go: (key: string) => unknown): Case[] => [
    [() => go(7 as never), 'The key must be a string, not a number'],
    [() => go(''), 'The key, with the keyPrefix where there is one, must have 1 to 2048 bytes'],
    [() => go('\u0001'), 'The key must not begin with U+0001'],
  ];
  return [
    ['secondaryStorage.get', ...ofKey((key) => storage.get(key))],
    [
      'secondaryStorage.set',
      ...ofKey((key) => storage.set(key, 'v')),
      [() => storage.set('a', 7 as never), 'The value must be a string, not a number'],
      [() => storage.set('a', 'v', -1), 'ttl must be a finite number of seconds above 0, not -1'],
      [() => storage.set('a', 'v', '1' as never), 'ttl must be a number, not a string'],
    ],
    ['secondaryStorage.delete', ...ofKey((key) => storage.delete(key))],
    ['secondaryStorage.getAndDelete', ...ofKey((key) => storage.getAndDelete(key))],
    [
      'secondaryStorage.increment',
      ...ofKey((key) => storage.increment(key, 1)),
      [() => storage.increment('a', 0), 'ttl must be a finite number of seconds above 0, not 0'],
    ],
    ['secondaryStorage.listKeys', [() => storage.listKeys(), 'listKeys needs the option trackKeys']],
    ['secondaryStorage.clear', [() => storage.clear(), 'clear needs the option trackKeys']],
    [
      'rateLimitStorage.consume',
      ...ofKey((key) => consume(key, { window: 1, max: 1 })),
      [() => consume('a', { window: 0, max: 1 }), 'A rule is { window, max }'],
      [() => consume('a', 7 as never), 'A rule must be an object, not 7'],
    ],
  ];
}
