/** 10 s, 20 s, 40 s … an hour, with up to half of it at random, so that a batch does not come back at once. */
export function backOff(attempts: number): number {
  const seconds = Math.min(10 * 2 ** (attempts - 1), 3_600);
  return Math.round(seconds * (1 - Math.random() / 2));
}
