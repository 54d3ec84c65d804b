import { basicsSuite } from '../suites/basics.js';
import { cacheSuite } from '../suites/cache.js';
import { MockKV } from '../suites/mock_kv.js';
import { rateLimitSuite } from '../suites/rate_limit.js';
import { sessionSuite } from '../suites/session.js';

const kv = new MockKV();
const backend = { name: "the document's MockKV", kv: () => kv, full: false };
sessionSuite(backend);
basicsSuite(backend);
cacheSuite(backend);
rateLimitSuite(backend);
