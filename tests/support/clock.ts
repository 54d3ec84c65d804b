import { createStrictKv, type StrictKv, type StrictKvOptions } from '@codex/cloudflare-clients/testing';

/** A strict KV whose time goes by when the test says so. */
export function clocked(options: StrictKvOptions = {}): { kv: StrictKv; pass(ms: number): void } {
  let now = Date.UTC(2031, 4, 6, 7, 8, 9, 500);
  return {
    kv: createStrictKv({ now: () => now, ...options }),
    pass: (ms) => {
      now += ms;
    },
  };
}
