// A turn that the runtime breaks off loses what its promises had still to do. Calls of later turns are none of it.
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { CounterClient, type ObjectHandle } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
import { code, hang, unique } from '../../support/backend.js';
import { stubOf } from '../../support/stored.js';

const { COORDINATION_DO } = env as { COORDINATION_DO: ObjectHandle };

it('a call has its time limit after a turn was broken off right behind another call', async () => {
  const counters = new CounterClient(COORDINATION_DO);
  const broken = runInDurableObject(stubOf(COORDINATION_DO, unique()), async (_, context) => {
    await counters.get(unique());
    context.abort('broken off');
  });
  await broken.catch(() => {});
  const namespace = { idFromName: (name: string) => name, get: () => ({ count: hang }) };
  const hanging = new CounterClient(namespace as unknown as ObjectHandle, { timeoutMs: 50, slowMs: 1e9 });
  expect(await code(hanging.get('a'))).toBe('timeout');
  expect(await counters.increment(unique())).toBe(1);
});
