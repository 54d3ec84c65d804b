import type { SessionCacheClient } from '@codex/cloudflare-clients';
import type { Isolate } from '../copies.js';
import { type Model, outcomeOf, type Running, type Step, wordsOf } from '../model.js';
import type { Random } from '../random.js';
import { Violation, type World } from '../world.js';

/** No session is served later than the stated bound after its sign-out has been acknowledged. */
type Action =
  | { do: 'sign in'; token: string }
  | { do: 'visit'; token: string; loads: boolean; loadMs: number }
  | { do: 'sign out'; token: string }
  | { do: 'sign out everywhere'; user: string };

const USERS: Record<string, string> = { t1: 'ann', t2: 'ann', t3: 'bob' };
const TOKENS = Object.keys(USERS);

export const revocation: Model<Action> = {
  name: 'revocation',
  isSteady: true,
  plan,
  start: (world) => new Revocations(world),
};

function plan(random: Random): Step<Action>[] {
  const lasts = random.pick([5_000, 60_000, 400_000]);
  const visits = random.between(4, 20);
  const tokens = random.chance(0.5) ? ['t1'] : TOKENS;
  const steps: Step<Action>[] = tokens.map((token) => ({
    at: 0,
    isolate: 0,
    action: { do: 'sign in', token },
  }));
  for (let n = 0; n < visits; n++) {
    const token = random.pick(tokens);
    const visit: Action = {
      do: 'visit',
      token,
      loads: random.chance(0.7),
      loadMs: random.pick([1, 100, 3_000]),
    };
    const action = random.pick<Action>([
      visit,
      visit,
      visit,
      { do: 'sign out', token },
      random.chance(0.5) ? { do: 'sign out everywhere', user: USERS[token] ?? '' } : { do: 'sign in', token },
    ]);
    steps.push({ at: random.int(lasts), isolate: random.int(3), action });
  }
  return steps;
}

/** A sign-in: from when on it is good, and when a sign-out of it was asked for and acknowledged. */
interface Login {
  since: number;
  outs: { asked: number; ended: number }[];
}

class Revocations implements Running<Action> {
  readonly emptyAfterMs = 80 * 86_400_000;
  readonly #world: World;
  readonly #boundSeconds: number;
  // The database: what each token's session is now, by its number; and all there ever were.
  readonly #database = new Map<string, number>();
  readonly #logins: Login[] = [];
  readonly #heal: () => void;

  constructor(world: World) {
    this.#world = world;
    this.#boundSeconds = world.random('bound').pick([1, 5, 30]);
    this.#heal = world.troubleKv();
  }

  say = (action: Action): string => Object.values(action).join(' ');

  async perform({ isolate, action }: Step<Action>): Promise<void> {
    const at = this.#world.isolates[isolate] as Isolate;
    const sessions = this.#client(at);
    const asked = this.#world.time.now;
    if (action.do === 'sign in') {
      this.#database.set(action.token, this.#logins.push({ since: asked, outs: [] }) - 1);
      return;
    }
    if (action.do === 'visit') {
      const outcome = await outcomeOf(this.#visit(sessions, action));
      const found = outcome.is === 'done' ? outcome.value : null;
      this.#world.say(`  … ${at.name}: ${this.say(action)}: ${wordsOf(outcome)} ${JSON.stringify(found)}`);
      if (found) this.#checkServed(found.login, asked);
      return;
    }
    // The database first, as in the guides.
    const tokens =
      action.do === 'sign out' ? [action.token] : TOKENS.filter((token) => USERS[token] === action.user);
    const logins = tokens.map((token) => this.#logins[this.#database.get(token) ?? -1]);
    for (const token of tokens) this.#database.delete(token);
    const ends =
      action.do === 'sign out' ? sessions.delete(action.token) : sessions.deleteUserSessions(action.user);
    const outcome = await outcomeOf<unknown>(ends);
    this.#world.say(`  … ${at.name}: ${this.say(action)}: ${wordsOf(outcome)}`);
    if (outcome.is !== 'done') return;
    for (const login of logins) login?.outs.push({ asked, ended: this.#world.time.now });
  }

  async #visit(sessions: SessionCacheClient, { token, loads, loadMs }: Action & { do: 'visit' }) {
    const load = async () => {
      const login = this.#database.get(token);
      await new Promise<void>((resolve) => this.#world.time.after(loadMs, resolve));
      if (login === undefined) return null;
      const expiresAt = new Date(this.#world.time.now + 86_400_000);
      return { session: { expiresAt, userId: USERS[token] }, user: { id: USERS[token] }, login };
    };
    const found = loads ? await sessions.getOrLoad(token, load) : await sessions.get(token);
    return found as { login: number } | null;
  }

  // Served by a cache, not by the load that this visit made itself: that reads the database now.
  #checkServed(number: number, asked: number): void {
    for (const out of this.#logins[number]?.outs ?? []) {
      const bound = out.ended + this.#boundSeconds * 1_000 + 2;
      if (asked > bound) {
        const late = Math.round(asked - out.ended) / 1_000;
        throw new Violation(
          `a session is served ${late} s after its sign-out, ${this.#boundSeconds} s are promised`,
        );
      }
    }
  }

  #client(isolate: Isolate): SessionCacheClient {
    const { SessionCacheClient: Client } = isolate.package as unknown as {
      SessionCacheClient: typeof SessionCacheClient;
    };
    return new Client(isolate.kv, {
      revocations: isolate.objects('SessionDurableObject') as never,
      maxStalenessSeconds: this.#boundSeconds,
    });
  }

  async check(): Promise<void> {
    this.#heal();
  }
}
