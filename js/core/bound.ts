// Methods that need no `this`, as in `const { get } = cache`.

/**
 * @internal Binds each method when it is read from an object, so that a construction pays nothing. Read from the prototype
 * a method stays as it is, and it can be replaced, on both.
 */
export function bindMethods(Class: { readonly prototype: object }): void {
  const { prototype } = Class;
  for (const [name, { value, writable }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name === 'constructor' || !writable) continue;
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: object | undefined) {
        return this === undefined || this === prototype ? value : value.bind(this);
      },
      set(this: object, replaced: unknown) {
        Object.defineProperty(this, name, { value: replaced, writable: true, configurable: true });
      },
    });
  }
}
