import type { ObjectHandle } from '@codex/cloudflare-clients';
import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { expect } from 'vitest';
import { messagesSuite } from '../../suites/core/messages.js';

// What is refused here costs no call.
const unasked = {
  idFromName: () => expect.fail('an object was asked'),
  get: () => expect.fail('an object was asked'),
} as unknown as ObjectHandle;

messagesSuite({ kv: createStrictKv(), objects: () => unasked, answering: false });
