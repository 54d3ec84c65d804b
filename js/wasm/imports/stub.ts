// Calls on Durable Objects, and views of their replies and failures.

export interface Namespace {
  idFromName(name: string): unknown;
  get(id: unknown, options?: unknown): Record<string, (...args: unknown[]) => unknown>;
}

export function objectCall(
  namespace: Namespace,
  placement: unknown,
  name: string,
  method: string,
  args: unknown[],
) {
  try {
    const id = namespace.idFromName(name);
    const stub = placement === undefined ? namespace.get(id) : namespace.get(id, placement);
    return stub[method]?.(...args) ?? Promise.reject(new TypeError(`The object has no ${method}()`));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The code and the message of a refusal; undefined for any other reply. */
export function replyRefusal(
  reply: { ok?: unknown; code?: unknown; message?: unknown } | null | undefined,
): [code: string, message: string] | undefined {
  if (reply?.ok !== false || typeof reply.code !== 'string' || typeof reply.message !== 'string') {
    return undefined;
  }
  return [reply.code, reply.message];
}

// The object's time, when it refused a call as too late; else NaN.
export function replyLateAt(reply: { ok?: unknown; at?: unknown } | null | undefined): number {
  return reply?.ok === false && typeof reply.at === 'number' ? reply.at : Number.NaN;
}

// The flags of Cloudflare's errors, as bits.
export function failureFlags(
  error: { retryable?: unknown; overloaded?: unknown; remote?: unknown } | null,
): number {
  if (typeof error !== 'object' || error === null) return 0;
  try {
    return (
      (error.retryable === true ? 1 : 0) |
      (error.overloaded === true ? 2 : 0) |
      (error.remote === true ? 4 : 0)
    );
  } catch {
    return 0;
  }
}

export const replyOk = (reply: { ok?: unknown } | null | undefined) => reply?.ok === true;

export const replyValue = (reply: { value?: unknown }) => reply.value;

/** The numbers of an array that holds nothing else. */
export function numbersOf(value: unknown): number[] | undefined {
  const isNumbers = Array.isArray(value) && value.every((number) => typeof number === 'number');
  return isNumbers ? value : undefined;
}
