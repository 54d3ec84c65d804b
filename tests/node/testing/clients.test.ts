import { createStrictKv } from '../../../pkg/testing/index.js';
import { cacheSuite } from '../../suites/cache.js';
import { rateLimitSuite } from '../../suites/rate_limit.js';
import { sessionSuite } from '../../suites/session.js';

const kv = createStrictKv();
const backend = { name: 'createStrictKv', kv: () => kv.invocation(), full: true };
sessionSuite(backend);
cacheSuite(backend);
rateLimitSuite(backend);
