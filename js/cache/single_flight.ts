// Who loads, when many ask for the same key: calls share one loader within an isolate.
import { keepAlive, type WaitUntil } from '../core/options.js';

/** How a flight ended. With neither: the value could not be cached, and everybody loads for himself. */
type Outcome = { text: string } | { failed: true; error: unknown } | { failed: false };

/** What many calls for one key share. The leader's request owns the promise. */
class Flight {
  outcome: Outcome | undefined;
  #resolve!: (outcome: Outcome) => void;
  // Never rejects, so that a rejection can only mean that the leader's request is gone.
  readonly promise = new Promise<Outcome>((resolve) => {
    this.#resolve = resolve;
  });

  land(outcome: Outcome): void {
    this.outcome ??= outcome;
    this.#resolve(outcome);
  }
}

/**
 * What has landed since a moment: a list that grows at its end. A call keeps the end of its own start,
 * so it finds what landed while it was reading; what no call can ask for any more is collected.
 */
interface Landing {
  key?: string;
  flight?: Flight;
  next?: Landing;
}

interface Airport {
  readonly inFlight: Map<string, Flight>;
  last: Landing;
}

// Flights whose leader vanished stay until somebody misses their key, or until there are too many.
const MAX_FLIGHTS = 1_000;
const airports = new WeakMap<object, Airport>();

function airportOf(kv: object): Airport {
  let airport = airports.get(kv);
  if (!airport) {
    airport = { inFlight: new Map(), last: {} };
    airports.set(kv, airport);
  }
  return airport;
}

/** One call's part in a flight; `src/cache/load.rs` calls it. */
export class Ticket {
  readonly #airport: Airport;
  readonly #start: Landing;
  readonly #key: string;
  readonly #waitUntil: WaitUntil | undefined;
  #flight: Flight | undefined;
  #leads = false;

  constructor(kv: object, key: string, waitUntil: WaitUntil | undefined) {
    this.#airport = airportOf(kv);
    this.#start = this.#airport.last;
    this.#key = key;
    this.#waitUntil = waitUntil;
  }

  /** KV had nothing: joins who is loading, or who has loaded since this call began; else leads. */
  board(): boolean {
    this.#flight = this.#airport.inFlight.get(this.#key) ?? this.#landed();
    this.#leads = this.#flight === undefined;
    if (this.#leads) this.#depart();
    return this.#leads;
  }

  // A slow read may miss what was loaded, stored and landed in the meantime.
  #landed(): Flight | undefined {
    for (let landing = this.#start; landing.next; landing = landing.next) {
      if (landing.key === this.#key) return landing.flight;
    }
    return undefined;
  }

  #depart(): void {
    const { inFlight } = this.#airport;
    if (inFlight.size >= MAX_FLIGHTS) {
      const [oldest] = inFlight.keys();
      if (oldest !== undefined) inFlight.delete(oldest);
    }
    this.#flight = new Flight();
    inFlight.set(this.#key, this.#flight);
    // Those who join depend on this request: it must not end before the flight does.
    keepAlive(this.#waitUntil, this.#flight.promise);
  }

  /** The outcome where there is one: the promise of a request that has ended cannot be waited for. */
  outcome(): unknown {
    return this.#flight?.outcome ?? this.#flight?.promise;
  }

  /** The flight is dead. Leads a new one, or joins who was faster. */
  retake(): boolean {
    const { inFlight } = this.#airport;
    if (inFlight.get(this.#key) === this.#flight) inFlight.delete(this.#key);
    return this.board();
  }

  /** The leader's text, for those who join. */
  text(text: string): void {
    if (this.#leads) this.#flight?.land({ text });
  }

  /** The leader's loader threw. */
  threw(error: unknown): void {
    if (this.#leads) this.#flight?.land({ failed: true, error });
  }

  /** The call is over, however it ended. */
  leave(): void {
    const flight = this.#flight;
    if (!flight || !this.#leads) return;
    this.#leads = false;
    flight.land({ failed: false });
    const { inFlight, last } = this.#airport;
    if (inFlight.get(this.#key) === flight) inFlight.delete(this.#key);
    last.key = this.#key;
    last.flight = flight;
    last.next = this.#airport.last = {};
  }
}
