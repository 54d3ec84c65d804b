import type { Random } from './random.js';

/** How often what goes wrong, in a history. Each history has its own, so that some are calm and some are not. */
export interface Weather {
  /** A call does not arrive. */
  lostBefore: number;
  /** A reply does not arrive. */
  lostAfter: number;
  /** A call that was made, or not, is never answered. */
  hangs: number;
  /** A call arrives up to ten minutes later, and now and then later than that. */
  late: number;
  /** A call arrives again, up to ten minutes later. */
  twice: number;
  /** The runtime refuses a call. */
  overloaded: number;
  /** An object is evicted before a call arrives, and starts again, maybe on a machine with another clock. */
  evicted: number;
  /** SQLite fails within a call, or what it wrote cannot be kept. */
  storage: number;
  /** An alarm goes off twice. */
  alarmTwice: number;
}

export const CALM: Weather = {
  lostBefore: 0,
  lostAfter: 0,
  hangs: 0,
  late: 0,
  twice: 0,
  overloaded: 0,
  evicted: 0,
  storage: 0,
  alarmTwice: 0,
};

/** The weather of a history: of each kind none, some, or much. */
export function weatherOf(random: Random): Weather {
  const weather = { ...CALM };
  for (const kind of Object.keys(weather) as (keyof Weather)[]) weather[kind] = random.pick([0, 0.03, 0.15]);
  return weather;
}

/** What becomes of one call on an object. */
export interface Fate {
  /** When it arrives, in ms from now; none if it never does. */
  arrivals: number[];
  /** How the caller hears of the first arrival, and otherwise. */
  reply: 'reply' | 'lost' | 'never' | 'overloaded';
  /** How long the reply takes, in ms. */
  backMs: number;
  /** Whether the runtime says that the call may be made again, when it was lost. */
  retryable: boolean;
  evicted: boolean;
  /** At which statement of the call SQLite fails; 0 is when it is to be kept. */
  failsAt: number | undefined;
}

const MINUTE = 60_000;

/** Draws the fate of a call. */
export function fateOf(random: Random, weather: Weather): Fate {
  const late = () => random.pick([1_000, 20_000, 2 * MINUTE, 10 * MINUTE]) * random.next();
  const hit = (kind: keyof Weather) => random.chance(weather[kind]);
  const fate: Fate = {
    arrivals: [random.between(1, 40)],
    reply: 'reply',
    backMs: random.between(1, 40),
    retryable: random.chance(0.8),
    evicted: hit('evicted'),
    failsAt: hit('storage') ? random.int(6) : undefined,
  };
  if (hit('late')) fate.arrivals = [hit('late') ? 30 * MINUTE * random.next() : late()];
  if (hit('twice')) fate.arrivals.push(late());
  if (hit('lostAfter')) fate.reply = 'lost';
  if (hit('hangs')) fate.reply = 'never';
  if (hit('lostBefore')) {
    fate.arrivals = [];
    fate.reply = fate.reply === 'never' ? 'never' : 'lost';
  }
  if (hit('overloaded')) {
    fate.arrivals = [];
    fate.reply = 'overloaded';
  }
  return fate;
}

/** A call of calm weather, for those whose part in a failure is to be ruled out. */
export const FINE: Fate = {
  arrivals: [5],
  reply: 'reply',
  backMs: 5,
  retryable: true,
  evicted: false,
  failsAt: undefined,
};

/** The fate in words; nothing for one without a fault. */
export function inWords(fate: Fate): string {
  const words = [];
  const [first, again] = fate.arrivals;
  if (fate.reply === 'overloaded') return 'is refused as overloaded';
  if (first === undefined) words.push('is lost on the way there');
  else if (first > 100) words.push(`arrives after ${seconds(first)}`);
  if (again !== undefined) words.push(`arrives again after ${seconds(again)}`);
  if (first !== undefined && fate.reply === 'lost') words.push('its reply is lost');
  if (fate.reply === 'never') words.push('is never answered');
  if (fate.evicted) words.push('finds the object evicted');
  if (fate.failsAt !== undefined) words.push('SQLite fails in it');
  return words.join(', ');
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 0)} s`;
