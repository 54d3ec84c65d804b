// Who loads, when many ask for the same key: calls share one loader within an isolate.
import { keepAlive, type WaitUntil } from './options.js';

/** How a flight ended. With neither: the value could not be cached, and everybody loads for himself. */
type Outcome = { text: string } | { failed: true; error: unknown } | { failed: false };

/** What many calls for one key share. The leader's request owns the promise. */
class Flight {
  #resolve!: (outcome: Outcome) => void;
  // Never rejects, so that a rejection can only mean that the leader's request is gone.
  readonly #promise = new Promise<Outcome>((resolve) => {
    this.#resolve = resolve;
  });
  #outcome: Outcome | undefined;

  land(outcome: Outcome): void {
    this.#outcome ??= outcome;
    this.#resolve(outcome);
  }

  // A value where there is one: a promise of a request that has ended cannot be waited for.
  outcome(): Outcome | Promise<Outcome> {
    return this.#outcome ?? this.#promise;
  }

  keepAlive(waitUntil: WaitUntil | undefined): void {
    keepAlive(waitUntil, this.#promise);
  }
}

// Flights whose leader vanished stay until somebody misses their key, or until there are too many.
const MAX_FLIGHTS = 1_000;
const flightsOf = new WeakMap<object, Map<string, Flight>>();

/** One call's part in a flight; `src/cache/load.rs` calls it. */
export class Ticket {
  readonly #flights: Map<string, Flight>;
  readonly #key: string;
  readonly #waitUntil: WaitUntil | undefined;
  #flight!: Flight;
  leads = false;

  constructor(kv: object, key: string, waitUntil: WaitUntil | undefined) {
    let flights = flightsOf.get(kv);
    if (!flights) flightsOf.set(kv, (flights = new Map()));
    this.#flights = flights;
    this.#key = key;
    this.#waitUntil = waitUntil;
    this.#board();
  }

  // At the start of a call, before it has read anything: whoever reads while a flight is under way
  // joins that flight if it finds nothing, even if the flight has landed by then.
  #board(): void {
    const flight = this.#flights.get(this.#key);
    if (flight) {
      this.#flight = flight;
      return;
    }
    if (this.#flights.size >= MAX_FLIGHTS) {
      const [oldest] = this.#flights.keys();
      if (oldest !== undefined) this.#flights.delete(oldest);
    }
    this.#flight = new Flight();
    this.leads = true;
    this.#flights.set(this.#key, this.#flight);
  }

  outcome(): Outcome | Promise<Outcome> {
    return this.#flight.outcome();
  }

  retake(): void {
    if (this.#flights.get(this.#key) === this.#flight) this.#flights.delete(this.#key);
    this.#board();
  }

  loading(): void {
    if (this.leads) this.#flight.keepAlive(this.#waitUntil);
  }

  text(text: string): void {
    if (this.leads) this.#flight.land({ text });
  }

  threw(error: unknown): void {
    if (this.leads) this.#flight.land({ failed: true, error });
  }

  /** The call is over, however it ended. */
  leave(): void {
    if (!this.leads) return;
    this.#flight.land({ failed: false });
    if (this.#flights.get(this.#key) === this.#flight) this.#flights.delete(this.#key);
  }
}
