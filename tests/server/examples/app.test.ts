// The SvelteKit example by HTTP: what it makes of what other Workers have written, and of what nobody should send.
import { ENTRIES } from 'example-shared/entries';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, ORIGIN, startApp } from './app.js';
import { HOSTILE } from './hostile.js';

let app: App;
/** The cookies of somebody who has signed up. */
let session: string;
beforeAll(async () => {
  app = await startApp();
  const body = new URLSearchParams({ name: 'Ada', email: 'ada@example.test', password: 'a long password' });
  const answer = await post('/sign-up', body);
  expect(answer.status).toBe(303);
  session = cookiesOf(answer);
});
afterAll(() => app?.stop());

let visitors = 0;
const address = () => `10.9.${visitors >> 8}.${visitors++ & 255}`;

/** Sends a form or JSON, by default as somebody who has not been here before. */
function post(
  path: string,
  sent: URLSearchParams | object,
  { headers = {}, as }: { headers?: Record<string, string>; as?: Parameters<App['visit']>[2] } = {},
): Promise<Response> {
  const isForm = sent instanceof URLSearchParams;
  const type = isForm ? {} : { 'content-type': 'application/json' };
  const all = {
    origin: ORIGIN,
    accept: isForm ? 'text/html' : '*/*',
    'cf-connecting-ip': address(),
    ...type,
  };
  const init = {
    method: 'POST',
    body: isForm ? sent : JSON.stringify(sent),
    headers: { ...all, ...headers },
  };
  return app.visit(path, init, as);
}

const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');

describe('what nobody should send', () => {
  const named = HOSTILE.map(
    (one, index) => [`${index} ${one.init?.method ?? 'GET'} ${one.path.slice(0, 60)}`, one] as const,
  );
  it.each(named)('%s', async (_, { path, init, status, signedIn }) => {
    const headers = { 'cf-connecting-ip': address(), ...(signedIn && { cookie: session }), ...init?.headers };
    const answer = await app.visit(path, { ...init, headers });
    const text = await answer.text();
    expect([answer.status, text.slice(0, 300)]).toEqual([status, expect.any(String)]);
    if (path.startsWith('/api/') && status >= 400 && status !== 405)
      expect(JSON.parse(text)).toEqual({ message: expect.any(String) });
  });

  it('as an owner', async () => {
    const owner = new URLSearchParams({
      name: 'Eve',
      email: 'eve@example.test',
      password: 'a long password',
    });
    const headers = { cookie: cookiesOf(await post('/sign-up', owner)) };
    const database = await app.miniflare.getD1Database('DB', 'app');
    await database.exec(`UPDATE user SET role = 'owner' WHERE email = 'eve@example.test'`);
    const purge = async (prefix: unknown, cursor?: string) =>
      (await post('/api/admin/purge', { prefix, cursor }, { headers })).status;
    for (const prefix of [undefined, '', 'x', ['cache:'], `cache:${'x'.repeat(200)}`, 'cache:\ud800'])
      expect(await purge(prefix)).toBe(400);
    expect(await purge(`cache:${'🎥'.repeat(90)}`)).toBe(200);
    for (const cursor of ['nonsense', '\ud800', '🎥'.repeat(999)])
      expect([200, 503]).toContain(await purge('cache:', cursor));
  });
});

describe('the status of a job', () => {
  const path = '/api/media/harbour-4k/status';
  const { key } = ENTRIES.processingStatus('harbour-4k');
  const cached = async () => app.miniflare.getKVNamespace('CACHE_KV', 'app');
  const status = async () =>
    (await app.visit(path)).json() as Promise<{ value: object; cache: { source: string } }>;

  it('is what the queue consumer has written, on the page and for programs', async () => {
    const consumer = await app.miniflare.getWorker('consumer');
    const body = { mediaId: 'harbour-4k', source: 'originals/harbour.mp4' };
    const message = { id: 'm', timestamp: new Date(), body, attempts: 1 };
    await (consumer as unknown as { queue(name: string, messages: object[]): Promise<unknown> }).queue(
      'transcoding',
      [message],
    );
    expect(await status()).toMatchObject({
      value: { status: 'failed', progress: 0, readyAt: null },
      cache: { source: 'kv', key },
    });
    expect(await (await app.visit('/media')).text()).toContain('The transcoder has refused it');
  });

  it.each([
    ['the word that the consumer wrote once', '"transcoding"'],
    ['a value alone', '{"status":"ready","progress":100,"startedAt":null,"readyAt":null}'],
    [
      'another status',
      '{"loadedAt":1,"value":{"status":"new","progress":1,"startedAt":null,"readyAt":null}}',
    ],
    ['no value', '{"loadedAt":1}'],
    ['null', 'null'],
    ['no JSON', '{'],
  ])('is loaded anew over %s', async (_, old) => {
    await (await cached()).put(key, old);
    expect(await status()).toMatchObject({ value: { status: 'waiting' }, cache: { source: 'database' } });
    expect(await status()).toMatchObject({ cache: { source: 'kv' } });
    expect((await app.visit('/media')).status).toBe(200);
  });

  it.each(['/', '/content/films', '/library'])('and so are the lists of %s', async (page) => {
    await app.visit(page, { headers: { cookie: session } });
    const kv = await cached();
    const { keys } = await kv.list({ prefix: 'cache:' });
    for (const { name } of keys) await kv.put(name, '{"loadedAt":1,"value":[{"id":"old"}]}');
    const answer = await app.visit(page, { headers: { cookie: session } });
    expect([answer.status, (await answer.text()).includes('data-source="database"')]).toEqual([200, true]);
  });
});

describe('a limiter', () => {
  const login = (as: Parameters<App['visit']>[2], headers = {}) =>
    post('/api/auth/login', { email: 'nobody@example.test', password: 'a guess' }, { as, headers });

  it('that is away lets people in, up to the limit', async () => {
    const headers = { 'cf-connecting-ip': address() };
    const statuses: number[] = [];
    for (let guess = 1; guess <= 6; guess++) statuses.push((await login('limiter-away', headers)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it.each([
    ['limiter-of-carts', 'Check class_name'],
    ['no-limiter', 'namespace'],
  ] as const)('that is bound wrongly lets nobody in, and the log says what to mend: %s', async (as, told) => {
    app.logs.length = 0;
    const answer = await login(as);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { message: expect.stringContaining('does not work') },
    ]);
    expect(
      (
        await post('/sign-up', new URLSearchParams({ name: 'A', email: 'a@b.c', password: 'x'.repeat(8) }), {
          as,
        })
      ).status,
    ).toBe(503);
    expect((await post('/api/cart', { id: 'crew-cap' }, { as })).status).toBe(503);
    expect((await app.visit('/sign-in', {}, as)).status).toBe(200);
    await expect.poll(() => app.logs.filter((line) => line.startsWith('error')).join('\n')).toContain(told);
  });
});

describe('a new cart', () => {
  const add = (headers: Record<string, string>) => post('/api/cart', { id: 'crew-cap' }, { headers });
  const cartOf = async (answer: Response) => {
    const name = /cart=([\w-]{36})/.exec(cookiesOf(answer))?.[1] ?? '';
    const carts = await app.miniflare.getDurableObjectNamespace('CART_DO', 'app');
    return carts.get(carts.idFromName(name)) as unknown as { livesFor(seconds: number): Promise<boolean> };
  };

  it('is limited by address, whatever its cookie says', async () => {
    const headers = { 'cf-connecting-ip': address() };
    const forged = { ...headers, cookie: `cart=${crypto.randomUUID()}.${'A'.repeat(43)}=` };
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => add(i % 2 ? headers : forged)));
    const counted = answers.map(({ status }) => status);
    expect([counted.filter((s) => s === 200).length, counted.filter((s) => s === 429).length]).toEqual([
      30, 10,
    ]);
    const over = answers.find(({ status }) => status === 429);
    expect(Number(over?.headers.get('retry-after'))).toBeGreaterThan(3_000);
    const kept = answers.find(({ status }) => status === 200);
    expect((await add({ ...headers, cookie: cookiesOf(kept as Response) })).status).toBe(200);
    for (const [path, fields] of [
      ['/cart?/set', 'key=crew-cap&qty=1'],
      ['/cart?/remove', 'key=crew-cap'],
      ['/cart?/empty', 'version=0'],
    ])
      expect((await post(path as string, new URLSearchParams(fields))).headers.getSetCookie()).toEqual([]);
  });

  it('has a signature that is none of a session', async () => {
    const [, value = ''] = /cart=([^;]+)/.exec(cookiesOf(await add({}))) ?? [];
    const cookie = `better-auth.session_token=${encodeURIComponent('cart:')}${value}`;
    const answer = await app.visit('/account', { headers: { cookie } });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      expect.stringMatching(/^\/sign-in/),
    ]);
    expect(answer.headers.get('server-timing') ?? '').not.toContain('session');
  });

  it('is made for nobody without a secret, and the shop is open to look at', async () => {
    const as = 'no-secret';
    const cookie = `cart=${crypto.randomUUID()}.${'A'.repeat(43)}=`;
    expect((await app.visit('/shop', { headers: { cookie } }, as)).status).toBe(200);
    const answer = await post('/api/cart', { id: 'crew-cap' }, { as });
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { message: expect.stringContaining('The shop is closed') },
    ]);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.get('server-timing') ?? '').not.toContain('createCart');
  });

  it('lives an hour, and a month once it was asked for again', async () => {
    const left = await cartOf(await add({}));
    expect([await left.livesFor(3_500), await left.livesFor(3_700)]).toEqual([true, false]);

    const answer = await add({});
    await app.visit('/cart', { headers: { cookie: cookiesOf(answer) } });
    const kept = await cartOf(answer);
    expect([await kept.livesFor(29 * 86_400), await kept.livesFor(31 * 86_400)]).toEqual([true, false]);
  });
});
