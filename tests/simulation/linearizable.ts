/** A call on something shared, as its caller saw it. */
export interface Call<State> {
  /** When it was made, and when it ended; never, where nobody knows whether it had its effect. */
  asked: number;
  ended: number;
  /** Whether it may have had no effect at all. */
  optional: boolean;
  /** The state after it; nothing where it cannot have ended as it did in this state. */
  apply(state: State): State | undefined;
}

/**
 * Whether there is an order of the calls, in which each takes effect once between its beginning and its end, that
 * explains all of their answers (Wing and Gong's search, with the states that were seen).
 */
export function isLinearizable<State>(
  initial: State,
  calls: readonly Call<State>[],
  nameOf: (state: State) => string,
): boolean {
  const seen = new Set<string>();
  const search = (state: State, left: readonly Call<State>[]): boolean => {
    if (left.every(({ optional }) => optional)) return true;
    const name = `${left.map((call) => calls.indexOf(call))} ${nameOf(state)}`;
    if (seen.has(name)) return false;
    seen.add(name);
    // The next one began before any other that is left had to have ended.
    const firstEnd = Math.min(...left.map(({ ended }) => ended));
    return left.some((call, i) => {
      if (call.asked > firstEnd) return false;
      const next = call.apply(state);
      if (next !== undefined && search(next, left.toSpliced(i, 1))) return true;
      return call.optional && search(state, left.toSpliced(i, 1));
    });
  };
  return search(initial, calls);
}
