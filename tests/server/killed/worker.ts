// Makes the calls that the tests ask for, each in a request of its own.
import {
  CartStoreClient,
  CounterClient,
  type ObjectHandle,
  SessionStoreClient,
} from '@codex/cloudflare-clients';

export * from '@codex/cloudflare-clients/durable-objects';

type Env = Record<string, ObjectHandle>;
type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** A call on a client, or on the object of a name. */
export interface Call {
  client?: keyof ReturnType<typeof clientsOf>;
  object?: [binding: string, name: string];
  method: string;
  args: unknown[];
  /** How often to make it, all at the same time. */
  times?: number;
}

const OPTIONS = { slowMs: 60_000, timeoutMs: 60_000 };

function clientsOf(env: Env) {
  return {
    cart: new CartStoreClient(env.CART_DO as ObjectHandle, OPTIONS),
    session: new SessionStoreClient(env.SESSION_DO as ObjectHandle, OPTIONS),
    counter: new CounterClient(env.COORDINATION_DO as ObjectHandle, OPTIONS),
  };
}

function targetOf(env: Env, { client, object: [binding, name] = ['', ''] }: Call): Methods {
  if (client) return clientsOf(env)[client] as unknown as Methods;
  const objects = env[binding] as ObjectHandle;
  return objects.get(objects.idFromName(name) as never) as Methods;
}

// The Date of a session.
const revived = (name: string, value: unknown) => (name === 'createdAt' ? new Date(value as string) : value);

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const call = JSON.parse(await request.text(), revived) as Call;
    try {
      const target = targetOf(env, call);
      // JSON has no undefined.
      const args = call.args.map((arg) => arg ?? undefined);
      const once = async () => (await target[call.method]?.(...args)) ?? null;
      const all = await Promise.all(Array.from({ length: call.times ?? 1 }, once));
      return Response.json(call.times ? all : all[0]);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      return Response.json({ code, message }, { status: 500 });
    }
  },
};
