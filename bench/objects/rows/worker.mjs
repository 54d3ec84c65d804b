// The Worker that makes the calls whose rows are counted: one request is one operation.
import { countingCalls, taken } from './counted.mjs';
import { operations } from './operations.mjs';

export * from './counted.mjs';

export default {
  /** Replies with what each of `calls` calls has done; without a name, with the names. */
  async fetch(request, env) {
    const { name, calls } = await request.json();
    if (name === undefined) return Response.json(Object.keys(operations));
    const counted = Object.entries(env).map(([binding, namespace]) => [binding, countingCalls(namespace)]);
    const { setUp, before, call } = operations[name](Object.fromEntries(counted), name);
    await setUp?.();
    const done = [];
    for (let i = 0; i < calls; i++) {
      await before?.(i);
      taken();
      await call(i);
      done.push(taken());
    }
    return Response.json(done);
  },
};
