import { cacheSuite } from '../../suites/cache/cache.js';
import { basicsSuite } from '../../suites/kv/client.js';
import { rateLimitSuite } from '../../suites/rate_limit/kv.js';
import { sessionSuite } from '../../suites/session/cache.js';
import { MockKV } from '../../support/mock_kv.js';

const kv = new MockKV();
const backend = { name: "the document's MockKV", kv: () => kv, full: false };
sessionSuite(backend);
basicsSuite(backend);
cacheSuite(backend);
rateLimitSuite(backend);
