// What an isolate remembers belongs to a handle object, by its number: a fresh one starts fresh.
const numbers = new WeakMap<object, number>();
let next = 0;

/** @internal */
export function numberOf(handle: object): number {
  let number = numbers.get(handle);
  if (number === undefined) {
    next += 1;
    number = next;
    numbers.set(handle, number);
  }
  return number;
}
