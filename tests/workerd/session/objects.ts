import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ObjectHandle, SessionRecord } from '@codex/cloudflare-clients';
import { stored as storedIn } from '../../support/stored.js';

/** The stub of an object; what the class has is tested by calling it with anything. */
type Stub = Record<string, (...args: unknown[]) => Promise<unknown>> & {
  fetch(url: string, init: RequestInit): Promise<Response>;
};

const { SESSION_DO } = env as { SESSION_DO: ObjectHandle & { get(id: object): object } };
export const namespace: ObjectHandle = SESSION_DO;

export const DAY = 86_400_000;
export const WEEK = 7 * DAY;

export const stub = (name: string) => SESSION_DO.get(SESSION_DO.idFromName(name)) as Stub;

export function record(sessionId: string, customerId: string, more: Partial<SessionRecord> = {}) {
  const createdAt = new Date('2026-01-02T03:04:05.678Z');
  return { sessionId, customerId, userAgent: 'Firefox/150', createdAt, ...more };
}

/** What an object has in its storage. */
export const stored = (name: string) => storedIn(stub(name));

/** Rings an object's alarm, whatever the time. */
export const ring = (name: string) => runDurableObjectAlarm(stub(name));
