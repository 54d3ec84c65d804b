import { runInDurableObject } from 'cloudflare:test';
import type { ObjectHandle } from '@codex/cloudflare-clients';

/** The stub of an object by its name. After an object was reset, another one is needed. */
export const stubOf = (namespace: ObjectHandle, name: string) =>
  namespace.get(namespace.idFromName(name) as never);

/** What an object has in its storage. Nothing at all is billed for none. */
export interface InStorage {
  /** Its tables and views. */
  tables: string[];
  /** How long each value of `storage.kv` is: in bytes, or in characters of a text. */
  values: Record<string, number>;
  /** When its alarm rings. */
  alarm: number | null;
}

export const nothing: InStorage = { tables: [], values: {}, alarm: null };

export function stored(stub: object): Promise<InStorage> {
  return runInDurableObject(stub, async (_, { storage }) => {
    const names = storage.sql.exec("SELECT name FROM sqlite_schema WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'");
    const values = [...storage.kv.list()].map(([key, value]) => [key, lengthOf(value)] as const);
    return {
      tables: names.raw().toArray().flat().map(String),
      values: Object.fromEntries(values),
      alarm: await storage.getAlarm(),
    };
  });
}

const lengthOf = (value: unknown) => (value instanceof Uint8Array ? value.byteLength : String(value).length);

/** The bytes that an object has under `state`; none where there are none. */
export function stateOf(stub: object): Promise<Uint8Array | undefined> {
  return runInDurableObject(stub, (_, { storage }) => storage.kv.get('state') as Uint8Array | undefined);
}

/** Puts something else there. */
export const putState = (stub: object, state: unknown) =>
  runInDurableObject(stub, (_, { storage }) => storage.kv.put('state', state));

/**
 * Has the writes of an object fail: of values, or of the alarm. What it returns mends them; the storage of an object
 * that was reset meanwhile is another one, and works.
 */
export async function failing(
  stub: object,
  write: 'put' | 'setAlarm',
  fails: (first: unknown) => boolean = () => true,
): Promise<() => void> {
  let broken = true;
  await runInDurableObject(stub, (_, { storage }) => {
    const holder = (write === 'put' ? storage.kv : storage) as unknown as Record<string, Write>;
    const real = holder[write]?.bind(holder) as Write;
    holder[write] = (...args) => {
      if (broken && fails(args[0])) throw new Error('disk full');
      return real(...args);
    };
  });
  return () => {
    broken = false;
  };
}

type Write = (...args: unknown[]) => unknown;

/** How a call has failed: by a refusal, or with the object, which was reset. */
export async function failureOf(call: unknown): Promise<string> {
  try {
    const reply = (await call) as { ok: boolean; code?: string };
    return reply.ok ? 'done' : String(reply.code);
  } catch (error) {
    return String((error as Error).message);
  }
}
