// Calls on Durable Objects, and views of their replies and failures. What is read may have getters (a test double, a
// proxy): it is read once, behind a guard.

export interface Objects {
  readonly handle: {
    idFromName(name: string): unknown;
    get(id: unknown, options?: unknown): Record<string, (...args: unknown[]) => unknown>;
  };
  readonly placement: object | undefined;
  readonly className: string;
}

export function objectCall({ handle, placement }: Objects, name: string, method: string, args: unknown[]) {
  try {
    const id = handle.idFromName(name);
    const stub = placement === undefined ? handle.get(id) : handle.get(id, placement);
    return stub[method]?.(...args) ?? Promise.reject(new TypeError(`The object has no ${method}()`));
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * What a reply is: 1 with a value, 0 a refusal, else the object's time, when it has refused the call as too late. NaN for
 * what is no reply of the class; older versions do not name theirs.
 */
export function replyStatus({ className }: Objects, reply: unknown): number {
  try {
    const { ok, at, class: by = className } = reply as { ok?: unknown; at?: unknown; class?: unknown };
    if (by !== className || typeof ok !== 'boolean') return Number.NaN;
    if (ok) return 1;
    return typeof at === 'number' ? at : 0;
  } catch {
    return Number.NaN;
  }
}

/** The value of a reply; undefined, which no method returns, when it cannot be read. */
export function replyValue(reply: { value?: unknown }): unknown {
  try {
    return reply.value;
  } catch {
    return undefined;
  }
}

/** The code and the message of a refusal; undefined for any other reply. */
export function replyRefusal(reply: unknown): [code: string, message: string] | undefined {
  try {
    const { code, message } = reply as { code?: unknown; message?: unknown };
    return typeof code === 'string' && typeof message === 'string' ? [code, message] : undefined;
  } catch {
    return undefined;
  }
}

// What the runtime says of a class without the method, or without RPC.
const OTHER_CLASS = /does not (implement|support RPC)/;

/**
 * What an error says of itself, as bits: Cloudflare's 1 retryable, 2 overloaded, 4 remote; 8 the class has no such method,
 * 16 the handle threw a TypeError of its own (that of a lost connection has a cause, and is none).
 */
export function failureFlags(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 0;
  try {
    const { retryable, overloaded, remote, name, message, cause } = error as Record<string, unknown>;
    const flags = (retryable === true ? 1 : 0) | (overloaded === true ? 2 : 0) | (remote === true ? 4 : 0);
    if (name !== 'TypeError') return flags;
    if (remote === true) return flags | (OTHER_CLASS.test(String(message)) ? 8 : 0);
    return flags | (retryable !== true && cause === undefined ? 16 : 0);
  } catch {
    return 0;
  }
}

/** The numbers of an array that holds nothing else. */
export function numbersOf(value: unknown): Float64Array | undefined {
  try {
    const numbers: unknown[] = Array.isArray(value) ? Array.from(value) : [undefined];
    const fits = numbers.every((number) => typeof number === 'number');
    return fits ? Float64Array.from(numbers as number[]) : undefined;
  } catch {
    return undefined;
  }
}
