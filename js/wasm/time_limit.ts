// The time limit of a promise. Calls follow each other closely: mostly the next begins in the turn in which the last has
// ended, and takes over its timer. To set and to clear one costs as much as all else that a client does for a call.

/** What a promise rejects with whose time limit has passed. */
export const TIMED_OUT = Symbol('timed out');

interface Timer {
  /** Undefined when it has gone off. */
  id: unknown;
  /** When it goes off, in ms since the epoch. */
  goesOffAt: number;
  /** How many ms later its promise is late. */
  more: number;
  late: () => void;
}

// Timers whose promises have settled in this turn. A turn belongs to one request, and so do they.
const spare: Timer[] = [];

// When they became spare, and whose they are: of another moment, or of other timers (a test has faked them), they are not
// of this turn. Its end may be missing, where the runtime has broken it off.
let sparedAt = 0;
let sparedBy: unknown;

// How many microtasks the timers wait for a call that follows. It is made by code that has awaited the last one, some
// functions deep.
const PATIENCE = 16;
let patience = 0;

/** The promise, which rejects with {@link TIMED_OUT} after `ms`. */
export function limited(promise: unknown, ms: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = begin(ms, reject);
    const resolved = (value: unknown) => {
      end(timer);
      resolve(value);
    };
    const rejected = (error: unknown) => {
      end(timer);
      reject(error);
    };
    try {
      const then = (promise as PromiseLike<unknown> | undefined)?.then ? promise : Promise.resolve(promise);
      (then as PromiseLike<unknown>).then(resolved, rejected);
    } catch (error) {
      rejected(error);
    }
  });
}

function begin(ms: number, reject: (why: unknown) => void): Timer {
  const late = () => reject(TIMED_OUT);
  const now = Date.now();
  const last = sparedAt === now && sparedBy === setTimeout ? spare.at(-1) : undefined;
  const more = last ? now + ms - last.goesOffAt : -1;
  if (last && more >= 0 && last.goesOffAt > now) {
    spare.pop();
    // A clock that was set meanwhile makes no limit more than twice as long.
    last.more = Math.min(more, ms);
    last.late = late;
    return last;
  }
  const timer: Timer = { id: undefined, goesOffAt: 0, more: 0, late };
  set(timer, ms);
  return timer;
}

function set(timer: Timer, ms: number): void {
  timer.goesOffAt = Date.now() + ms;
  timer.id = setTimeout(() => {
    timer.id = undefined;
    const { more } = timer;
    timer.more = 0;
    if (more > 0) set(timer, more);
    else timer.late();
  }, ms);
}

function end(timer: Timer): void {
  if (timer.id === undefined) return;
  const now = Date.now();
  const isAlone = sparedAt !== now || sparedBy !== setTimeout || patience === 0;
  if (isAlone) clear();
  timer.more = 0;
  spare.push(timer);
  sparedAt = now;
  sparedBy = setTimeout;
  patience = PATIENCE;
  if (isAlone) void clearLater();
}

// By `await`: in workerd a queueMicrotask takes 3 µs.
async function clearLater(): Promise<void> {
  // Those that were taken over need no clearing.
  for (; patience > 0 && spare.length > 0; patience--) await undefined;
  patience = 0;
  clear();
}

function clear(): void {
  for (const { id } of spare) clearTimeout(id as number);
  spare.length = 0;
}
