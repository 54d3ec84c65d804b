import type { Random } from './random.js';
import type { World } from './world.js';

/** A step of a history: what is done when, and in which isolate. */
export interface Step<Action> {
  at: number;
  isolate: number;
  action: Action;
}

/** What a subject promises, as plain code that says so of any history. */
export interface Model<Action = unknown> {
  name: string;
  /** Whether what it promises is in an isolate's own seconds: then no clock of an isolate is set meanwhile. */
  isSteady?: boolean;
  /** The steps of a history, drawn at random. */
  plan(random: Random): Step<Action>[];
  start(world: World): Running<Action>;
}

/** A model beside a history that runs. */
export interface Running<Action> {
  /** An action in words. */
  say(action: Action): string;
  /**
   * Makes the calls of a step, and notes how they end. Throws a {@link Violation} for an answer that must not be;
   * other errors of the calls are outcomes, and noted.
   */
  perform(step: Step<Action>): Promise<void>;
  /** In the end, with the network well again and every late call arrived. */
  check(): Promise<void>;
  /** For how long after that something may still be stored, in ms; nothing is then. */
  emptyAfterMs?: number;
}

/** How a public call ended. */
export type Outcome<T> =
  | { is: 'done'; value: T }
  /** Refused: it must never have any effect. */
  | { is: 'refused'; code: string }
  /** Nobody knows: it may have its effect, once. */
  | { is: 'unknown'; code: string };

const UNKNOWN = ['timeout', 'object_unavailable', 'object_overloaded', 'partial_failure'];

/** Awaits a public call of the package. What is no error of its own is a fault of the package. */
export async function outcomeOf<T>(call: Promise<T>): Promise<Outcome<T>> {
  try {
    return { is: 'done', value: await call };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string' || code === 'panic') throw error;
    return UNKNOWN.includes(code) ? { is: 'unknown', code } : { is: 'refused', code };
  }
}

export function wordsOf<T>(outcome: Outcome<T>): string {
  return outcome.is === 'done' ? 'done' : `${outcome.is} (${outcome.code})`;
}
