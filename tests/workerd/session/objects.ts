import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ObjectHandle, SessionRecord } from '@codex/cloudflare-clients';

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

/** The names of an object's tables, and its alarm. */
export function stored(name: string): Promise<{ tables: string[]; alarm: number | null; rows: number }> {
  return runInDurableObject(stub(name), async (_object, { storage }) => {
    const rows = (sql: string) => storage.sql.exec(sql).raw().toArray();
    const found = rows("SELECT name FROM sqlite_schema WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'");
    const tables = found.map(([name]) => String(name));
    const held = tables.includes('held') ? rows('SELECT * FROM held').length : 0;
    return { tables, alarm: await storage.getAlarm(), rows: held };
  });
}

/** Rings an object's alarm, whatever the time. */
export const ring = (name: string) => runDurableObjectAlarm(stub(name));
