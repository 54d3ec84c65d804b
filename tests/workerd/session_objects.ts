import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ObjectHandle, SessionRecord } from '@codex/cloudflare-clients';

export const { SESSION_DO } = env as { SESSION_DO: DurableObjectNamespace };
export const namespace = SESSION_DO as unknown as ObjectHandle;

export const DAY = 86_400_000;
export const WEEK = 7 * DAY;

export const stub = (name: string) => SESSION_DO.get(SESSION_DO.idFromName(name));

export function record(sessionId: string, customerId: string, more: Partial<SessionRecord> = {}) {
  const createdAt = new Date('2026-01-02T03:04:05.678Z');
  return { sessionId, customerId, userAgent: 'Firefox/150', createdAt, ...more };
}

/** The names of an object's tables, and its alarm. */
export function stored(name: string): Promise<{ tables: string[]; alarm: number | null; rows: number }> {
  return runInDurableObject(stub(name), async (_object, { storage }) => {
    const tables = storage.sql.exec(
      "SELECT name FROM sqlite_schema WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'",
    );
    const names = tables.toArray().map((row) => String(row.name));
    const rows = names.includes('held') ? storage.sql.exec('SELECT * FROM held').toArray().length : 0;
    return { tables: names, alarm: await storage.getAlarm(), rows };
  });
}

/** Rings an object's alarm, whatever the time. */
export const ring = (name: string) => runDurableObjectAlarm(stub(name));
