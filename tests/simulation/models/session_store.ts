import type { SessionRecord, SessionStoreClient } from '@codex/cloudflare-clients';
import type { Isolate } from '../copies.js';
import { type Call, isLinearizable } from '../linearizable.js';
import { type Model, type Outcome, outcomeOf, type Running, type Step, wordsOf } from '../model.js';
import type { Random } from '../random.js';
import { Violation, type World } from '../world.js';

/**
 * Each session by itself is a register: `set` writes it, `delete` and `revokeAll` of its customer empty it, `get`
 * and `list` read it. For each there is one order of the calls that explains all answers.
 */
type Action =
  | { do: 'set'; id: string; customer: string; agent: string }
  | { do: 'get' | 'delete'; id: string }
  | { do: 'list' | 'revokeAll'; customer: string };

const IDS = ['s1', 's2'];
const CUSTOMERS = ['ann', 'bob'];

/** The customer and the user agent, which is another with each `set`, '' for no session; and the agents that cannot come. */
interface State {
  held: string;
  gone: string;
}

export const sessionStore: Model<Action> = {
  name: 'session_store',
  plan,
  start: (world) => new Sessions(world),
};

function plan(random: Random): Step<Action>[] {
  const lasts = random.pick([1_000, 20_000, 200_000]);
  const moves = random.chance(0.3);
  return Array.from({ length: random.between(4, 16) }, (_, n) => {
    const id = random.pick(IDS);
    const customer = moves
      ? random.pick(CUSTOMERS)
      : id === 's1'
        ? 'ann'
        : random.pick(['ann', 'ann', 'bob']);
    const action: Action = random.pick<Action>([
      { do: 'set', id, customer: moves || id === 's1' ? customer : 'ann', agent: `a${n}` },
      { do: 'set', id, customer: moves || id === 's1' ? customer : 'ann', agent: `a${n}` },
      { do: 'get', id },
      { do: 'delete', id },
      { do: 'list', customer },
      { do: 'revokeAll', customer },
    ]);
    return { at: random.int(lasts), isolate: random.int(3), action };
  });
}

class Sessions implements Running<Action> {
  readonly emptyAfterMs = 80 * 86_400_000;
  readonly #world: World;
  readonly #calls = new Map<string, Call<State>[]>(IDS.map((id) => [id, []]));

  constructor(world: World) {
    this.#world = world;
  }

  say = (action: Action): string => Object.values(action).join(' ');

  async perform({ isolate, action }: Step<Action>): Promise<void> {
    await this.#make(this.#world.isolates[isolate] as Isolate, action);
  }

  async #make(isolate: Isolate, action: Action): Promise<void> {
    const asked = this.#world.time.now;
    const outcome = await outcomeOf<unknown>(this.#do(this.#client(isolate), action));
    const value = outcome.is === 'done' ? outcome.value : undefined;
    const words = (value as SessionRecord | null)?.userAgent ?? JSON.stringify(value);
    this.#world.say(`  … ${isolate.name}: ${this.say(action)}: ${wordsOf(outcome)} ${words}`);
    for (const id of IDS) {
      if ('id' in action && action.id !== id) continue;
      this.#calls.get(id)?.push(...this.#callsOf(action, id, outcome, asked));
    }
  }

  #callsOf(action: Action, id: string, outcome: Outcome<unknown>, asked: number): Call<State>[] {
    const { code } = outcome as { code?: string };
    if (outcome.is === 'refused') {
      // Its customer's sessions were revoked on the way, or it took too long. It may have been there before that.
      if (action.do === 'set' && code === 'conflict')
        return revokedOnTheWay(action, asked, this.#world.time.now);
      throw new Violation(`${this.say(action)} was refused with ${code}`);
    }
    const known = outcome.is === 'done';
    const reads = action.do === 'get' || action.do === 'list';
    if (reads && !known) return [];
    const ended = known ? this.#world.time.now : Infinity;
    const apply = (state: State) => applied(state, action, id, known ? outcome.value : undefined);
    return [{ asked, ended, optional: !known, apply }];
  }

  async #do(sessions: SessionStoreClient, action: Action): Promise<unknown> {
    switch (action.do) {
      case 'set': {
        const { id, customer, agent } = action;
        return sessions.set({
          sessionId: id,
          customerId: customer,
          userAgent: agent,
          createdAt: new Date(0),
        });
      }
      case 'get':
      case 'delete':
        return sessions[action.do](action.id);
      case 'list':
      case 'revokeAll':
        return sessions[action.do](action.customer);
    }
  }

  #client(isolate: Isolate): SessionStoreClient {
    const { SessionStoreClient: Client } = isolate.package as unknown as {
      SessionStoreClient: typeof SessionStoreClient;
    };
    return new Client(isolate.objects('SessionDurableObject') as never);
  }

  async check(): Promise<void> {
    const paris = this.#world.isolates[0] as Isolate;
    for (const id of IDS) await this.#make(paris, { do: 'get', id });
    for (const customer of CUSTOMERS) await this.#make(paris, { do: 'list', customer });
    for (const [id, calls] of this.#calls) {
      if (!isLinearizable({ held: '', gone: '' }, calls, ({ held, gone }) => `${held}/${gone}`)) {
        throw new Violation(`no order of the calls explains what was said of ${id}`);
      }
    }
  }
}

// It may be set, and it is gone in the end.
function revokedOnTheWay(
  { customer, agent }: Action & { do: 'set' },
  asked: number,
  ended: number,
): Call<State>[] {
  const held = `${customer} ${agent}`;
  const set = ({ gone }: State) => (gone.includes(`${agent} `) ? undefined : { held, gone });
  const end = (state: State) => ({
    held: state.held === held ? '' : state.held,
    gone: `${state.gone}${agent} `,
  });
  return [
    { asked, ended, optional: true, apply: set },
    { asked, ended, optional: false, apply: end },
  ];
}

function applied(state: State, action: Action, id: string, said: unknown): State | undefined {
  const { held, gone } = state;
  const isOf = (customer: string) => held.startsWith(`${customer} `);
  switch (action.do) {
    case 'set':
      return { held: `${action.customer} ${action.agent}`, gone };
    case 'delete':
      return { held: '', gone };
    case 'revokeAll':
      return isOf(action.customer) ? { held: '', gone } : state;
    case 'get':
      return textOf(said as SessionRecord | null) === held ? state : undefined;
    case 'list': {
      const found = (said as SessionRecord[]).find(({ sessionId }) => sessionId === id) ?? null;
      return textOf(found) === (isOf(action.customer) ? held : '') ? state : undefined;
    }
  }
}

const textOf = (record: SessionRecord | null): string =>
  record ? `${record.customerId} ${record.userAgent}` : '';
