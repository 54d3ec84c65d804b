import { LockClient } from '@codex/cloudflare-clients';
import { expect, it, vi } from 'vitest';
import { hang } from '../../support/backend.js';
import { moveTime } from '../../support/time.js';

it('a lock whose extension hangs is lost at its end, and not when the call times out', async () => {
  moveTime();
  const replies: Record<string, () => Promise<unknown>> = {
    acquire: async () => ({ ok: true, value: [1, Date.now() + 2_000] }),
    extend: hang,
    release: async () => ({ ok: true, value: false }),
  };
  const locks = new LockClient({
    idFromName: (name: string) => ({ name }),
    get: () => new Proxy({}, { get: (_, name) => replies[String(name)] }),
  });
  let aborted = Number.NaN;
  const began = Date.now();
  await locks.withLock('a', { ttlSeconds: 2 }, async (_, signal) => {
    signal.addEventListener('abort', () => {
      aborted = Date.now() - began;
    });
    await vi.advanceTimersByTimeAsync(4_000);
  });
  expect(aborted).toBeLessThan(2_010);
});
