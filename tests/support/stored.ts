import { runInDurableObject } from 'cloudflare:test';
import type { ObjectHandle } from '@codex/cloudflare-clients';

/** The stub of an object by its name. */
export const stubOf = (namespace: ObjectHandle, name: string) =>
  namespace.get(namespace.idFromName(name) as never);

/** What an object has in its storage: its tables, and when its alarm rings. Nothing at all is billed for none. */
export function stored(stub: object): Promise<{ tables: string[]; alarm: number | null }> {
  return runInDurableObject(stub, async (_, { storage }) => {
    const names = storage.sql.exec("SELECT name FROM sqlite_schema WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'");
    return { tables: names.raw().toArray().flat().map(String), alarm: await storage.getAlarm() };
  });
}

export const nothing = { tables: [], alarm: null };

/** The rows of a table. */
export function rows(stub: object, sql: string): Promise<unknown[][]> {
  return runInDurableObject(stub, (_, { storage }) => storage.sql.exec(sql).raw().toArray());
}
