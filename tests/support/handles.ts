// Handles as libraries that trace, and platform layers, hand them out.

/**
 * A proxy as `@microlabs/otel-cf-workers` makes it: it wraps what is read in another proxy, so reading a property that
 * the binding does not have throws. So does `in`.
 */
export const traced = <T extends object>(binding: T): T =>
  new Proxy(binding, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return new Proxy(method, { apply: (fn, _this, args) => Reflect.apply(fn, target, args) });
    },
    has: () => {
      throw new TypeError('has is not traced');
    },
  });

/** An environment whose bindings are another object each time that they are read. */
export const changing =
  <T extends object>(binding: T): (() => T) =>
  () =>
    new Proxy(binding, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        return typeof method === 'function' ? method.bind(target) : method;
      },
    });
