import type { CartState, CartStoreClient, CartStoreOptions } from '@codex/cloudflare-clients';
import type { Isolate } from '../copies.js';
import { type Model, type Outcome, outcomeOf, type Running, type Step, wordsOf } from '../model.js';
import type { Random } from '../random.js';
import { Violation, type World } from '../world.js';

/**
 * Every change that was acknowledged is in exactly one cart, and none that was refused is in any. Quantities of a
 * shared line are powers of two, so the sum says which of its increments were applied, and how often.
 */
type Action =
  | { do: 'increment'; cart: Cart; sku: string; bit: number; how: 'plain' | 'ifVersion' | 'mutate' }
  // The caller makes it again with its own key, maybe elsewhere: it counts once.
  | { do: 'again'; cart: Cart; sku: string; bit: number; key: string }
  | { do: 'add'; cart: Cart; line: string }
  | { do: 'remove'; cart: Cart; line: string }
  | { do: 'reuse key'; cart: Cart; key: string }
  // One that expects another version of its target is refused there, and given up.
  | { do: 'merge'; from: Cart; into: Cart; refused: boolean }
  | { do: 'look'; cart: Cart; ttlSeconds: number };

const CARTS = ['guest', 'tablet', 'customer'] as const;
type Cart = (typeof CARTS)[number];

const MERGES: [from: Cart, into: Cart][] = [
  ['guest', 'tablet'],
  ['guest', 'customer'],
  ['tablet', 'customer'],
];

const SKUS = ['mug', 'hat'];
// Their sum is below the largest quantity of a line.
const BITS = 19;
const TTL_SECONDS = 86_400;

export const cart: Model<Action> = { name: 'cart', plan, start: (world) => new Carts(world) };

function plan(random: Random): Step<Action>[] {
  const bits: Record<string, number> = { mug: 0, hat: 0 };
  const lasts = random.pick([2_000, 20_000, 200_000, 900_000]);
  const steps: Step<Action>[] = [];
  const add = (at: number, action: Action) => steps.push({ at, isolate: random.int(3), action });
  const mostlyMerges = random.chance(0.4);
  for (let n = random.between(6, 30); n > 0; n--) {
    const at = random.int(lasts);
    const from = random.pick(CARTS);
    const sku = random.pick(SKUS);
    const roll = random.int(mostlyMerges ? 16 : 12);
    const bit = bits[sku] ?? 0;
    if (roll < 5 && bit < BITS) {
      bits[sku] = bit + 1;
      add(at, {
        do: 'increment',
        cart: from,
        sku,
        bit,
        how: random.pick(['plain', 'plain', 'ifVersion', 'mutate']),
      });
    } else if (roll === 5 && bit < BITS) {
      bits[sku] = bit + 1;
      const key = `order ${n}`;
      const times = random.between(1, 3);
      for (let again = 0; again < times; again++) {
        add(at + random.int(120_000), { do: 'again', cart: from, sku, bit, key });
      }
      if (random.chance(0.5)) add(at + random.int(120_000), { do: 'reuse key', cart: from, key });
    } else if (roll < 8) {
      const line = `line ${n}`;
      add(at, { do: 'add', cart: from, line });
      if (random.chance(0.7)) {
        add(Math.max(0, at + random.between(-20_000, 20_000)), { do: 'remove', cart: from, line });
      }
    } else if (roll === 8) {
      add(at, { do: 'look', cart: from, ttlSeconds: random.pick([1, 60, TTL_SECONDS]) });
    } else {
      const [source, target] = random.pick(MERGES);
      add(at, { do: 'merge', from: source, into: target, refused: random.chance(0.3) });
    }
  }
  return steps;
}

interface Change {
  asked: number;
  ended: number;
  outcome: Outcome<unknown>;
}

class Carts implements Running<Action> {
  readonly emptyAfterMs = 80 * 86_400_000;
  readonly #world: World;
  readonly #bits = new Map<string, Change[]>();
  readonly #added = new Map<string, Change>();
  readonly #removed = new Map<string, Change[]>();

  constructor(world: World) {
    this.#world = world;
  }

  say(action: Action): string {
    const { do: name, ...rest } = action;
    return `${name} ${Object.values(rest).join(' ')}`;
  }

  async perform({ isolate, action }: Step<Action>): Promise<void> {
    const carts = this.#client(this.#world.isolates[isolate] as Isolate);
    const asked = this.#world.time.now;
    const outcome = await outcomeOf(this.#do(carts, action, isolate));
    this.#world.say(`  … ${this.say(action)}: ${wordsOf(outcome)}`);
    const change = { asked, ended: this.#world.time.now, outcome };
    if (action.do === 'increment' || action.do === 'again') {
      const name = `${action.sku} ${action.bit}`;
      this.#bits.set(name, [...(this.#bits.get(name) ?? []), change]);
    } else if (action.do === 'add') this.#added.set(action.line, change);
    else if (action.do === 'remove') {
      this.#removed.set(action.line, [...(this.#removed.get(action.line) ?? []), change]);
    }
  }

  async #do(carts: CartStoreClient, action: Action, isolate: number): Promise<unknown> {
    switch (action.do) {
      case 'increment':
        return this.#increment(carts, action);
      case 'again':
        return carts.incrementQty(action.cart, { id: action.sku }, 2 ** action.bit, undefined, undefined, {
          idempotencyKey: action.key,
        });
      case 'add':
        return carts.incrementQty(action.cart, { id: action.line }, 1);
      case 'remove':
        return carts.removeItem(action.cart, action.line);
      case 'reuse key':
        return this.#reuse(carts, action);
      case 'merge':
        return carts.mergeCart(action.from, action.into, 'sum', action.refused ? { ifVersion: 7 } : {});
      case 'look':
        return this.#client(this.#world.isolates[isolate] as Isolate, {
          ttlSeconds: action.ttlSeconds,
        }).getCart(action.cart);
    }
  }

  async #increment(carts: CartStoreClient, { cart, sku, bit, how }: Action & { do: 'increment' }) {
    const qty = 2 ** bit;
    if (how === 'mutate') {
      return carts.mutate(cart, [
        { op: 'increment', sku: { id: sku }, qty: qty + 1 },
        { op: 'increment', sku: { id: sku }, qty: -1 },
      ]);
    }
    if (how === 'plain') return carts.incrementQty(cart, { id: sku }, qty);
    const { version } = await carts.getCartWithVersion(cart);
    return carts.incrementQty(cart, { id: sku }, qty, undefined, undefined, { ifVersion: version });
  }

  // A key that the cart remembers is refused for something else; one that it never saw would replace the cart.
  async #reuse(carts: CartStoreClient, { cart, key }: Action & { do: 'reuse key' }): Promise<void> {
    const known = [...this.#bits].some(([, changes]) =>
      changes.some(({ outcome, ended }) => outcome.is === 'done' && ended <= this.#world.time.now),
    );
    if (!known) return;
    // Of a line that is never there: harmless where the key was never applied in this cart.
    await carts.removeItem(cart, 'no such line', { idempotencyKey: key });
  }

  #client(isolate: Isolate, options?: CartStoreOptions): CartStoreClient {
    const { CartStoreClient: Client } = isolate.package as unknown as {
      CartStoreClient: typeof CartStoreClient;
    };
    return new Client(isolate.objects('CartDurableObject') as never, { ttlSeconds: TTL_SECONDS, ...options });
  }

  // Merges that were cut off are finished; then all that there is stands in the customer's cart.
  async check(): Promise<void> {
    const carts = this.#client(this.#world.isolates[0] as Isolate);
    for (let round = 0; round < 3; round++) {
      for (const [from, into] of MERGES) {
        const outcome = await outcomeOf(carts.mergeCart(from, into));
        this.#world.say(`Paris: merge ${from} ${into}: ${wordsOf(outcome)}`);
      }
    }
    const all = { guest: await carts.getCart('guest'), tablet: await carts.getCart('tablet') };
    for (const [name, left] of Object.entries(all)) {
      if (Object.keys(left).length > 0) throw new Violation(`${name} still has lines after its merge`);
    }
    const end = await carts.getCart('customer');
    this.#checkBits(end);
    this.#checkLines(end);
  }

  #checkBits(end: CartState): void {
    for (const sku of SKUS) {
      let [must, may] = [0, 0];
      for (let bit = 0; bit < BITS; bit++) {
        const changes = this.#bits.get(`${sku} ${bit}`) ?? [];
        if (changes.some(({ outcome }) => outcome.is === 'done')) must += 2 ** bit;
        if (changes.some(({ outcome }) => outcome.is !== 'refused')) may += 2 ** bit;
      }
      const found = end[sku]?.qty ?? 0;
      if ((found & must) !== must)
        throw new Violation(`${sku} has lost an acknowledged increment: ${bits(must & ~found)}`);
      if ((found & ~may) !== 0) {
        throw new Violation(`${sku} has an increment that was refused, or one twice: ${bits(found & ~may)}`);
      }
    }
  }

  #checkLines(end: CartState): void {
    for (const [line, added] of this.#added) {
      const qty = end[line]?.qty ?? 0;
      if (qty > 1) throw new Violation(`${line} was added twice`);
      if (added.outcome.is === 'refused' && qty > 0) throw new Violation(`${line} was refused and is there`);
      // What removed nothing, or had ended before the line was asked for, cannot have removed it.
      const removed = (this.#removed.get(line) ?? []).some(
        ({ outcome, ended }) =>
          outcome.is === 'unknown' ||
          (outcome.is === 'done' && outcome.value !== null && ended >= added.asked),
      );
      if (added.outcome.is === 'done' && qty === 0 && !removed) throw new Violation(`${line} is lost`);
    }
  }
}

const bits = (mask: number) => [...Array(BITS).keys()].filter((bit) => mask & (1 << bit)).join(', ');
