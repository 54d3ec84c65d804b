import { CacheClient } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
it('loads', () => expect(CacheClient).toBeTypeOf('function'));
