// Time that is moved by hand: ten minutes pass in a second.

/** Replaces this process's `Date.now` and `setTimeout`. */
export function movedClock(start = Date.UTC(2031, 4, 6, 7, 8, 9, 500)) {
  let now = start;
  let timers = [];
  Date.now = () => now;
  globalThis.setTimeout = (callback, ms = 0) => {
    const timer = { at: now + ms, callback };
    timers.push(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => {
    timers = timers.filter((other) => other !== timer);
  };
  return {
    pass(ms) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
      timers = timers.filter(({ at }) => at > now);
      for (const { callback } of due) callback();
    },
  };
}
