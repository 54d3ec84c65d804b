import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ObjectHandle } from '@codex/cloudflare-clients';
import { type ObjectStorage, storageSuite } from '../../suites/core/storage.js';
import { unique } from '../../support/backend.js';
import { stubOf } from '../../support/stored.js';

const { CART_DO } = env as { CART_DO: ObjectHandle };

storageSuite('workerd', (job) =>
  runInDurableObject(stubOf(CART_DO, unique('storage')), async (_, context) => {
    const storage = context.storage as unknown as ObjectStorage;
    await job(storage);
    await storage.deleteAll();
  }),
);
