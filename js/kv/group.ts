/**
 * The outcome of a group: the value as JSON, for sessions with the moment when it was read. With neither a text nor a
 * failure the value could not be shared: each call loads its own.
 */
export type Outcome = { text: string; asOf: number } | { failed: true; error: unknown } | { failed: false };

/** The calls that wait for one load of a key: the leader, whose request owns the promise, and its followers. */
export class Group {
  outcome: Outcome | undefined;
  /** Led by the first of those who found the leader gone; the others may come when it has ended. */
  successor: Group | undefined;
  #resolve!: (outcome: Outcome) => void;
  // Never rejects, so that a rejection can only mean that the leader's request is gone.
  readonly promise = new Promise<Outcome>((resolve) => {
    this.#resolve = resolve;
  });

  end(outcome: Outcome): void {
    this.outcome ??= outcome;
    this.#resolve(outcome);
  }
}
