import { env } from 'cloudflare:workers';
import type { KVHandle } from '@codex/cloudflare-clients';
import { cacheSuite } from '../../suites/cache/cache.js';
import { basicsSuite } from '../../suites/kv/client.js';
import { rateLimitSuite } from '../../suites/rate_limit/kv.js';
import { sessionSuite } from '../../suites/session/cache.js';

const { KV } = env as { KV: KVHandle };
const backend = { name: "workerd's KV", kv: () => KV, full: true };
sessionSuite(backend);
basicsSuite(backend);
cacheSuite(backend);
rateLimitSuite(backend);
