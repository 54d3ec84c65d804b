/**
 * The `AbortSignal` of the project's platform: Workers, the web or Node. It is found through `fetch`, since the Workers
 * types declare `AbortSignal` as a class, which `globalThis` does not show. A project may have no such types at all.
 */
export type Signal = typeof globalThis extends { fetch: (input: never, init?: infer Init) => unknown }
  ? Init extends { signal?: infer Found }
    ? NonNullable<Found>
    : AnySignal
  : AnySignal;

interface AnySignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
