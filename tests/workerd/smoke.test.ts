import { env } from 'cloudflare:workers';
import { CacheClient } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
it('loads', () => expect(new CacheClient((env as any).KV).getOrSet('a',60,()=>1)).resolves.toBe(1));
