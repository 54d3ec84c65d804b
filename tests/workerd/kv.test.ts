import { env } from 'cloudflare:workers';
import type { KVHandle } from '@codex/cloudflare-clients';
import { basicsSuite } from '../suites/basics.js';
import { cacheSuite } from '../suites/cache.js';
import { rateLimitSuite } from '../suites/rate_limit.js';
import { sessionSuite } from '../suites/session.js';

const { KV } = env as { KV: KVHandle };
const backend = { name: "workerd's KV", kv: () => KV, full: true };
sessionSuite(backend);
basicsSuite(backend);
cacheSuite(backend);
rateLimitSuite(backend);
