import {
  type ObjectHandle,
  type SessionRecord,
  SessionStoreClient,
  type SessionStoreOptions,
} from '@codex/cloudflare-clients';
import { same } from './same.js';

declare const objects: ObjectHandle;
declare const record: SessionRecord;

const sessions = new SessionStoreClient(objects);
const options: SessionStoreOptions = {
  ttlSeconds: 3_600,
  timeoutMs: 500,
  slowMs: 50,
  locationHint: 'weur',
  jurisdiction: 'eu',
  onEvent({ client }) {
    if (client === 'session_store') return;
  },
};
new SessionStoreClient(objects, options);
new SessionStoreClient(objects, { ttlSeconds: undefined, jurisdiction: undefined });

same<ReturnType<typeof sessions.get>, Promise<SessionRecord | null>>();
same<ReturnType<typeof sessions.set>, Promise<void>>();
same<ReturnType<typeof sessions.delete>, Promise<void>>();
same<ReturnType<typeof sessions.list>, Promise<SessionRecord[]>>();
same<ReturnType<typeof sessions.revokeAll>, Promise<number>>();
same<SessionRecord, { sessionId: string; customerId: string; userAgent: string; createdAt: Date }>();

sessions.set(record);
sessions.set({ sessionId: 's', customerId: 'c', userAgent: '', createdAt: new Date() });
sessions.set({ sessionId: 's', customerId: 'c', userAgent: '', createdAt: '2026-01-01T00:00:00Z' });
// @ts-expect-error a creation is a Date, or as JSON has it
sessions.set({ sessionId: 's', customerId: 'c', userAgent: '', createdAt: 1_800_000_000_000 });
// @ts-expect-error whose?
sessions.set({ sessionId: 's', userAgent: '', createdAt: new Date() });
// @ts-expect-error an id is text
sessions.get(7);
// @ts-expect-error misspelt
new SessionStoreClient(objects, { ttl: 60 });
// @ts-expect-error no such place
new SessionStoreClient(objects, { locationHint: 'mars' });
// @ts-expect-error sessions fall back to nothing
new SessionStoreClient(objects, { onUnavailable: 'memory' });
// @ts-expect-error a KV namespace is no namespace of objects
new SessionStoreClient({ get: async () => null, put: async () => {}, delete: async () => {} });
