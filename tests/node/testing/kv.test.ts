import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { kvSuite } from '../../suites/kv/namespace.js';

let now = Date.now();
const kv = createStrictKv({ now: () => now });
kvSuite({
  name: 'createStrictKv in Node',
  kv: () => kv.invocation(),
  nextSecond: () => void (now += 1_000),
});
