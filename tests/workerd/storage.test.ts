import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ObjectHandle } from '@codex/cloudflare-clients';
import { unique } from '../suites/backend.js';
import { type ObjectStorage, storageSuite } from '../suites/storage.js';
import { stubOf } from './stored.js';

const { CART_DO } = env as { CART_DO: ObjectHandle };

storageSuite('workerd', (job) =>
  runInDurableObject(stubOf(CART_DO, unique('storage')), async (_, context) => {
    const storage = context.storage as unknown as ObjectStorage;
    await job(storage);
    await storage.deleteAll();
  }),
);
