// What an isolate remembers belongs to a handle object, by this number: a new handle object starts without memory. The
// same namespace in another jurisdiction has other objects.
const numbers = new WeakMap<object, Map<string, number>>();
let last = 0;

/** @internal */
export function namespaceIdOf(handle: object, jurisdiction = ''): number {
  const known = numbers.get(handle) ?? new Map<string, number>();
  let number = known.get(jurisdiction);
  if (number === undefined) {
    last += 1;
    number = last;
    numbers.set(handle, known.set(jurisdiction, number));
  }
  return number;
}
