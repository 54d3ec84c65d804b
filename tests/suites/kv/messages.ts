// What the methods say of a bad argument: they name what was given.
import type { KVHandle } from '@codex/cloudflare-clients';
import * as clients from '@codex/cloudflare-clients';
import { LONG, type Method } from '../core/bad_arguments.js';

export function kvMessages(kv: KVHandle): Method[] {
  const plain = new clients.KVClient(kv);
  return [
    ['KVClient.get', [() => plain.get(''), 'The key is empty']],
    ['KVClient.getWithMetadata', [() => plain.getWithMetadata('.'), 'The key must not be']],
    [
      'KVClient.put',
      [() => plain.put('', 'b'), 'The key is empty'],
      [() => plain.put('a', 7 as never), 'The value must be a string, not a number'],
      [
        () => plain.put('a', 'b', { expirationTtl: 59 }),
        'expirationTtl must be whole seconds from 60 to 2147483647 (68 years), as KV has it, not 59',
      ],
      [
        () => plain.put('a', 'b', { expiration: 1 }),
        'expiration must be whole seconds since the epoch, at least 60 seconds from now, not 1',
      ],
      [
        () => plain.put('a', 'b', { metadata: { by: [1n] } }),
        'The metadata cannot be stored as JSON: by[0] is a BigInt',
      ],
      [() => plain.put('a', 'b', { metadata: LONG }), 'The metadata has 72002 bytes'],
    ],
    ['KVClient.delete', [() => plain.delete(''), 'The key is empty']],
    [
      'KVClient.list',
      [() => plain.list({ prefix: 7 as never }).next(), 'prefix must be a string, not a number'],
      [() => plain.list({ pageSize: 0 }).next(), 'pageSize must be a whole number from 1 to 1000, not 0'],
    ],
  ];
}
