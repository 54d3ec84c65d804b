// The package's classes on a storage that counts what a bill counts.
import * as classes from '@codex/cloudflare-clients/durable-objects';

const NOTHING = { requests: 0, rowsWritten: 0, rowsRead: 0, alarmsSet: 0, alarmsDeleted: 0, emptied: 0 };
let tally = { ...NOTHING };
// A cursor tells its rows when all of them were read, which is after the call.
let cursors = [];

/** What was done since the last look, and from now on counts anew. */
export function taken() {
  for (const { rowsWritten, rowsRead } of cursors) {
    tally.rowsWritten += rowsWritten;
    tally.rowsRead += rowsRead;
  }
  const seen = tally;
  [tally, cursors] = [{ ...NOTHING }, []];
  return seen;
}

// An object of the runtime with some methods in place of its own, which insist on being called on the original.
function overriding(original, methods) {
  const bound = (found) => (typeof found === 'function' ? found.bind(original) : found);
  return new Proxy(original, {
    get: (_, name) => (Object.hasOwn(methods, name) ? methods[name] : bound(original[name])),
  });
}

// `meter.runs` is false while the alarm works: that is no call's.
function counting(storage, meter) {
  const counted =
    (original, name, count) =>
    (first, ...rest) => {
      if (meter.runs) count(first);
      return original[name](first, ...rest);
    };
  const many = (keys) => (Array.isArray(keys) ? keys.length : 1);
  const keyed = (original) => ({
    get: counted(original, 'get', (key) => (tally.rowsRead += many(key))),
    put: counted(original, 'put', (key) => {
      tally.rowsWritten += typeof key === 'object' ? Object.keys(key).length : 1;
    }),
    delete: counted(original, 'delete', (key) => (tally.rowsWritten += many(key))),
  });
  const exec = (...args) => {
    const cursor = storage.sql.exec(...args);
    if (meter.runs) cursors.push(cursor);
    return cursor;
  };
  return overriding(storage, {
    ...keyed(storage),
    kv: overriding(storage.kv, keyed(storage.kv)),
    sql: overriding(storage.sql, { exec }),
    setAlarm: counted(storage, 'setAlarm', () => (tally.alarmsSet += 1)),
    deleteAlarm: counted(storage, 'deleteAlarm', () => (tally.alarmsDeleted += 1)),
    deleteAll: counted(storage, 'deleteAll', () => (tally.emptied += 1)),
    transaction() {
      throw new Error('what an asynchronous transaction writes is not counted');
    },
  });
}

const withMeter = (Class) =>
  class extends Class {
    constructor(ctx, env) {
      const meter = { runs: true };
      // The context stays the runtime's own: a proxy of it would not be taken.
      Object.defineProperty(ctx, 'storage', { value: counting(ctx.storage, meter) });
      super(ctx, env);
      this.meter = meter;
    }

    async alarm() {
      this.meter.runs = false;
      try {
        await super.alarm();
      } finally {
        this.meter.runs = true;
      }
    }
  };

export const CountedAuthStorage = withMeter(classes.AuthStorageDurableObject);
export const CountedCart = withMeter(classes.CartDurableObject);
export const CountedCoordination = withMeter(classes.CoordinationDurableObject);
export const CountedRateLimit = withMeter(classes.RateLimitDurableObject);
export const CountedSession = withMeter(classes.SessionDurableObject);

/** A namespace whose calls are counted as requests. */
export function countingCalls(namespace) {
  const call =
    (stub, method) =>
    (...args) => {
      tally.requests += 1;
      return stub[method](...args);
    };
  return overriding(namespace, {
    get: (...args) => new Proxy(namespace.get(...args), { get: call }),
  });
}
