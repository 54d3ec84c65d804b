import { env } from 'cloudflare:workers';
import { createStrictKv, type Namespace } from '@codex/cloudflare-clients/testing';
import { kvSuite } from '../../suites/kv/namespace.js';

const { KV } = env as unknown as { KV: Namespace };
kvSuite({ name: "workerd's own", kv: () => KV, nextSecond: () => {} });

let now = Date.now();
const strict = createStrictKv({ now: () => now });
kvSuite({
  name: 'createStrictKv in workerd',
  kv: () => strict.invocation(),
  nextSecond: () => void (now += 1_000),
});
