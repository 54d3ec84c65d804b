// @ts-nocheck: the build that may panic has functions that the package's types do not name.

import { CacheClient } from '../../../target/faults/entries/workerd.js';
import { call } from '../../../target/faults/wasm/driver.js';

let neighbours = 0;
// By turns: a promise of one request cannot be resolved for another.
const until = async (holds) => {
  while (!holds()) await scheduler.wait(5);
};
const answer = (promise) =>
  promise.then(
    (value) => Response.json({ value }),
    ({ code }) => Response.json({ code }),
  );

/** A request each that fails, that waits in the wasm meanwhile, that comes next: see guard.test.ts. */
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const how = Number(searchParams.get('how'));
    const cache = new CacheClient(env.KV);
    switch (pathname) {
      case '/now':
        return answer(call((wasm) => wasm.faultNow(how)));
      // Fails when `waiting` neighbours are in flight, and they stay there until it has failed.
      case '/later': {
        const waiting = Number(searchParams.get('waiting'));
        const failing = call((wasm) =>
          wasm.faultLater(
            until(() => neighbours === waiting),
            how,
          ),
        );
        return answer(failing.finally(() => (neighbours = 0)));
      }
      case '/neighbour':
        return answer(
          cache.getOrSet(crypto.randomUUID(), 60, () => {
            neighbours += 1;
            return until(() => neighbours === 0);
          }),
        );
      default:
        return answer(cache.getOrSet(crypto.randomUUID(), 60, () => 'works'));
    }
  },
};
