import { CacheClient, RateLimiterClient } from '@codex/cloudflare-clients';

interface Env {
  KV: ConstructorParameters<typeof CacheClient>[0];
}

const loads: Record<string, number> = {};
const events: Record<string, unknown[]> = {};
const started: Record<string, () => void> = {};
const calls: Record<string, number> = {};
// KV reads that are under way, and all there were.
const reading: Record<string, number> = {};
const reads: Record<string, number> = {};
const holds: Record<string, () => void> = {};

let handle: Env['KV'] | undefined;
/** The namespace, which counts the reads of a key, and whose first write of `held…` waits until it is let go. */
function counted(kv: Env['KV']): Env['KV'] {
  handle ??= new Proxy(kv, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        const key = String(args[0]);
        if (name === 'put' && key.startsWith('held') && !holds[key]) {
          let held = true;
          holds[key] = () => {
            held = false;
          };
          await until(() => !held);
        }
        if (name !== 'get' && name !== 'getWithMetadata') return Reflect.apply(method, target, args);
        reads[key] = (reads[key] ?? 0) + 1;
        reading[key] = (reading[key] ?? 0) + 1;
        const found = await Reflect.apply(method, target, args);
        reading[key] -= 1;
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
        return Response.json({
          loads: loads[key] ?? 0,
          events: events[key] ?? [],
          reads: reads[key] ?? 0,
        });
      case '/get':
        return Response.json({ value: await new CacheClient(counted(env.KV)).get(key) });
      case '/delete':
        await new CacheClient(counted(env.KV)).delete(key);
        return Response.json({});
      case '/let-go':
        holds[key]?.();
        return Response.json({});
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
  calls[key] = (calls[key] ?? 0) + 1;
  const loader = async () => {
    loads[key] = (loads[key] ?? 0) + 1;
    started[key]?.();
    // Goes on until so many have called, and have read: they have joined.
    await until(() => (calls[key] ?? 0) >= Number(params.get('readers')) && !reading[key]);
    await scheduler.wait(0);
    return `loaded ${key}`;
  };
  return cache.getOrSet(key, 60, loader, { joinTimeoutMs: Number(params.get('join') ?? 5_000) });
}

declare const scheduler: { wait(ms: number): Promise<void> };
