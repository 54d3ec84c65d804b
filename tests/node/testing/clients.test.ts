import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { cacheSuite } from '../../suites/cache/cache.js';
import { basicsSuite } from '../../suites/kv/client.js';
import { rateLimitSuite } from '../../suites/rate_limit/kv.js';
import { sessionSuite } from '../../suites/session/cache.js';

// The suites set things up by writing, reading and deleting a key within one instant, and fill a KV with
// more writes than one invocation can make. production.test.ts has the clients meet those two rules.
const kv = createStrictKv({ writesPerSecond: Infinity, operationsPerInvocation: Infinity });
const backend = { name: 'createStrictKv', kv: () => kv.invocation(), full: true };
basicsSuite(backend);
sessionSuite(backend);
cacheSuite(backend);
rateLimitSuite(backend);
