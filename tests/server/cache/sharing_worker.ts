import { CacheClient, RateLimiterClient } from '@codex/cloudflare-clients';

interface Env {
  KV: ConstructorParameters<typeof CacheClient>[0];
}

const loads: Record<string, number> = {};
const events: Record<string, unknown[]> = {};
const started: Record<string, () => void> = {};
const reads: Record<string, number> = {};

let handle: Env['KV'] | undefined;
/** The namespace, which counts who has read a key: who has read, and found nothing, waits for the load. */
function counted(kv: Env['KV']): Env['KV'] {
  handle ??= new Proxy(kv, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (name !== 'get' && name !== 'getWithMetadata') return method.bind(target);
      return async (...args: unknown[]) => {
        const found = await Reflect.apply(method, target, args);
        reads[String(args[0])] = (reads[String(args[0])] ?? 0) + 1;
        return found;
      };
    },
  });
  return handle;
}
// By turns: a promise of one request cannot be resolved for another.
const until = async (holds: () => boolean) => {
  while (!holds()) await scheduler.wait(5);
};

/** The package in several requests at a time: see sharing.test.ts. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const key = searchParams.get('key') ?? '';
    switch (pathname) {
      case '/load':
        return Response.json({ value: await load(env, key, searchParams) });
      // Answers as soon as its loader has begun: the request ends, and with it what it was doing.
      case '/abandon':
        await new Promise<void>((begun) => {
          started[key] = begun;
          void load(env, key, searchParams);
        });
        return Response.json({});
      case '/loads':
        return Response.json({ loads: loads[key] ?? 0, events: events[key] ?? [] });
      case '/check': {
        const limiter = new RateLimiterClient(env.KV);
        return Response.json(await limiter.checkLimit(key, { limit: 5, window: 60, keyPrefix: 'rl:' }));
      }
      case '/stored':
        return new Response(await env.KV.get(key, 'text'));
      default:
        return new Response('no such path', { status: 404 });
    }
  },
};

function load(env: Env, key: string, params: URLSearchParams): Promise<string> {
  const cache = new CacheClient(counted(env.KV), {
    onEvent: ({ note }) => {
      if (note) (events[key] ??= []).push(note);
    },
    // A `waitUntil` that keeps nothing alive, as in an older runtime.
    ...(params.has('mortal') && { waitUntil: () => {} }),
  });
  const loader = async () => {
    loads[key] = (loads[key] ?? 0) + 1;
    started[key]?.();
    // Goes on until so many have read.
    await until(() => (reads[key] ?? 0) >= Number(params.get('readers')));
    await scheduler.wait(0);
    return `loaded ${key}`;
  };
  return cache.getOrSet(key, 60, loader, { joinTimeoutMs: Number(params.get('join') ?? 5_000) });
}

declare const scheduler: { wait(ms: number): Promise<void> };
