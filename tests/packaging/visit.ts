import { expect } from 'vitest';

/** The same requests to every consumer that answers HTTP; `name` keeps one visit apart from another. */
export async function visit(origin: string, name: string): Promise<void> {
  await readsPosts(origin, name);
  await signsInAndOut(origin, name);
  await meetsTheLimit(origin, name);
}

async function readsPosts(origin: string, name: string): Promise<void> {
  const keys = [`${name}-a`, `${name}-b`] as const;
  const get = (category: string) => json(origin, 'GET', `/posts?category=${category}`);
  const [a, b] = [await get(keys[0]), await get(keys[1])];
  expect(a).toEqual({ titles: [`The latest on ${keys[0]}`], load: expect.any(String) });
  expect(await get(keys[0]), 'the second time it is cached').toEqual(a);
  const all = [...keys, 'missing'].map((category) => `category=${category}`).join('&');
  expect(await json(origin, 'POST', `/posts?${all}`)).toEqual({
    [`posts:${keys[0]}`]: a,
    [`posts:${keys[1]}`]: b,
  });
  expect(await json(origin, 'DELETE', `/posts?category=${name}`)).toEqual({ deleted: 2, complete: true });
  expect(await get(keys[0]), 'it was purged').not.toEqual(a);
}

async function signsInAndOut(origin: string, name: string): Promise<void> {
  const devices = [await signIn(origin, name), await signIn(origin, name)];
  const another = await signIn(origin, `${name}-another`);
  for (const cookie of devices) {
    expect(await json(origin, 'GET', '/sessions', cookie)).toEqual({ user: { id: name } });
  }
  expect(await json(origin, 'DELETE', '/sessions', devices[0])).toEqual({ deleted: 2 });
  for (const cookie of devices) {
    expect(await json(origin, 'GET', '/sessions', cookie)).toEqual({ user: null });
  }
  expect(await json(origin, 'GET', '/sessions', another)).toEqual({ user: { id: `${name}-another` } });
}

async function meetsTheLimit(origin: string, name: string): Promise<void> {
  const call = () => request(origin, 'POST', `/limit?who=${name}`);
  const answers = [await call(), await call(), await call()];
  expect(answers.map(({ status }) => status)).toEqual([204, 204, 429]);
  expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"consumer";q=2;w=600');
  expect(answers[0]?.headers.get('ratelimit')).toMatch(/^"consumer";r=1;t=\d+$/);
  expect(answers[2]?.headers.get('retry-after')).toMatch(/^\d+$/);
}

async function signIn(origin: string, user: string): Promise<string> {
  const response = await request(origin, 'POST', `/sessions?user=${user}`);
  expect(response.status).toBe(200);
  return /^session=[^;]+/.exec(response.headers.get('set-cookie') ?? '')?.[0] ?? '';
}

async function json(origin: string, method: string, path: string, cookie?: string): Promise<unknown> {
  const response = await request(origin, method, path, cookie);
  const text = await response.text();
  expect(response.status, `${method} ${path}: ${text}`).toBe(200);
  return JSON.parse(text);
}

// A form's content type would need SvelteKit's own origin; a request without a body has none.
function request(origin: string, method: string, path: string, cookie?: string): Promise<Response> {
  return fetch(`${origin}${path}`, {
    method,
    headers: cookie ? { cookie } : {},
    signal: AbortSignal.timeout(30_000),
  });
}
