// What the methods say of a bad argument: they name what was given.
import type { KVHandle } from '@codex/cloudflare-clients';
import * as clients from '@codex/cloudflare-clients';
import { LONG, type Method, NOTHING, SECRET } from '../core/bad_arguments.js';

export function cacheMessages(kv: KVHandle): Method[] {
  const cache = new clients.CacheClient(kv);
  return [
    [
      'CacheClient.get',
      [() => cache.get(''), 'The key is empty'],
      [() => cache.get('..'), 'The key must not be "." or ".."'],
      [() => cache.get(7 as never), 'The key must be a string, not a number'],
    ],
    [
      'CacheClient.getMany',
      [() => cache.getMany(['a', '']), 'A key is empty'],
      [() => cache.getMany('a' as never), 'keys must be an array of strings, not a string'],
    ],
    [
      'CacheClient.set',
      [() => cache.set(LONG, 1, 60), 'The key has 72000 bytes'],
      [() => cache.set('a', 1, -1.5), 'ttlSeconds must be a finite number of seconds above 0, not -1.5'],
      [() => cache.set('a', 1, Number.NaN), 'ttlSeconds must be a finite number of seconds above 0, not NaN'],
      [
        () => cache.set('a', 1, 1e12),
        'ttlSeconds must be at most 3155760000 seconds (100 years), not 1000000000000',
      ],
      [() => cache.set('a', 1, '60' as never), 'ttlSeconds must be a number, not a string'],
      [() => cache.set('a', undefined as never, 60), 'The value cannot be stored as JSON: it is undefined'],
    ],
    ['CacheClient.delete', [() => cache.delete(''), 'The key is empty']],
    ['CacheClient.deleteMany', [() => cache.deleteMany(['.']), 'A key must not be']],
    [
      'CacheClient.getOrSet',
      [() => cache.getOrSet('', 60, () => 1), 'The key is empty'],
      [
        () => cache.getOrSet('a', Infinity, () => 1),
        'ttlSeconds must be a finite number of seconds above 0, not Infinity',
      ],
      [() => cache.getOrSet('a', 60, SECRET as never), 'fetchFn must be a function, not a string'],
      [
        () => cache.getOrSet('a', 60, () => 1, { joinTimeoutMs: 0 }),
        'The option joinTimeoutMs must be a number of ms above 0',
      ],
    ],
    [
      'CacheClient.clear',
      [() => cache.clear(NOTHING), 'prefix must be a string, not undefined'],
      [() => cache.clear({ prefix: '' }), 'An empty prefix deletes everything'],
      [
        () => cache.clear({ prefix: 'a', cursor: 7 as never }),
        'The option cursor must be a string, not a number',
      ],
    ],
  ];
}
