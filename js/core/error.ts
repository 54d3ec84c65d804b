/** The stable codes of {@link CloudflareClientsError}, as a list. */
export const ERROR_CODES = Object.freeze([
  'invalid_handle',
  'invalid_key',
  'invalid_ttl',
  'invalid_value',
  'invalid_session',
  'invalid_limit',
  'value_too_large',
  'unsupported',
  'partial_failure',
  'kv_rate_limited',
  'kv_unavailable',
  'object_unavailable',
  'object_overloaded',
  'timeout',
  'forbidden',
  'conflict',
  'limit_exceeded',
  'misconfigured',
  'panic',
] as const);

/** The stable codes of {@link CloudflareClientsError}; docs/errors.md of the package says when each comes, and what to do. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The only error class of this package. Its message names what was given, and says what to do. Neither the message nor any
 * other enumerable property holds a token, a key or a value.
 *
 * @example
 * ```ts
 * try {
 *   await cache.set('cache:settings', settings, 86_400);
 * } catch (error) {
 *   if (error instanceof CloudflareClientsError && error.retryable) queueForLater();
 *   else throw error;
 * }
 * ```
 */
export class CloudflareClientsError extends Error {
  override readonly name = 'CloudflareClientsError';
  /** What went wrong, stable across versions. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** With `partial_failure`: the remaining keys, where they are known. Not enumerable. */
  declare readonly keys?: readonly string[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { retryable?: boolean; cause?: unknown; keys?: readonly string[] } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryable = options.retryable ?? false;
    // Keys may hold tokens, so logging the error must not print them.
    if (options.keys) Object.defineProperty(this, 'keys', { value: options.keys });
  }

  /** For `JSON.stringify`: what can be logged, so neither the keys nor the cause. */
  toJSON(): { name: string; code: ErrorCode; message: string; retryable: boolean } {
    const { name, code, message, retryable } = this;
    return { name, code, message, retryable };
  }
}

/** @internal An error of the wasm; `cause` and `keys` are undefined where there are none. */
export function errorOf(
  code: ErrorCode,
  message: string,
  retryable: boolean,
  cause: unknown,
  keys: readonly string[] | undefined,
): CloudflareClientsError {
  return new CloudflareClientsError(code, message, {
    retryable,
    ...(cause !== undefined && { cause }),
    ...(keys && { keys }),
  });
}
