// Promises, and timers for those that hang.

/** As `Promise.allSettled`; promises that are still pending after the limit are undefined. 0 is no limit. */
export async function settledWithin(promises: unknown[], limitMs: number) {
  const outcomes = promises.map((): PromiseSettledResult<unknown> | undefined => undefined);
  const all = Promise.all(
    promises.map(async (promise, i) => {
      [outcomes[i]] = await Promise.allSettled([promise]);
    }),
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => {
    if (limitMs > 0) timer = setTimeout(resolve, limitMs);
  });
  // At module scope workerd has no timers, and what is asked there rejects by itself.
  await Promise.race([all, late.catch(() => all)]);
  clearTimeout(timer);
  return outcomes.slice();
}

/** A promise that resolves after `ms` milliseconds. */
export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
