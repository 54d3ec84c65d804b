// What nobody should send, and programs do. Each is answered with a refusal that says what is wrong.
const text = (size: number) => 'x'.repeat(size);
const LONE = '\ud800';
const NUL = '\0';

export interface Hostile {
  path: string;
  init?: RequestInit;
  /** Whether a session is sent along. */
  signedIn?: boolean;
  /** Never a 500. */
  status: number;
}

const get = (path: string, status: number, init: RequestInit = {}): Hostile => ({ path, init, status });

const post = (path: string, body: BodyInit | null, type: string | null, status: number): Hostile => ({
  path,
  init: {
    method: 'POST',
    body,
    // As browsers ask for pages: SvelteKit answers other forms with 200 and the refusal inside.
    headers: {
      origin: 'http://localhost',
      accept: path.startsWith('/api/') ? '*/*' : 'text/html',
      ...(type !== null && { 'content-type': type }),
    },
  },
  status,
});
const json = (path: string, value: unknown, status: number): Hostile =>
  post(path, JSON.stringify(value), 'application/json', status);
const form = (path: string, fields: Record<string, string>, status: number): Hostile =>
  post(path, new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded', status);
const signedIn = (hostile: Hostile): Hostile => ({ ...hostile, signedIn: true });

const media = [
  text(65),
  text(600),
  text(5000),
  '%00',
  '%ED%A0%80',
  '%F0%9F%8E%A5',
  '..%2F..',
  'a%3Ab',
  '__proto__',
  '%20',
];
const categories = ['', 'x', text(600), '__proto__', 'constructor', '%00', '%F0%9F%8E%A5', 'guides%00'];

/** By route and parameter. */
const READS: Hostile[] = [
  ...media.map((id) => get(`/api/media/${id}/status`, 404)),
  // JSON whatever is accepted.
  get(`/api/media/${text(600)}/status`, 404, { headers: { accept: 'text/html' } }),
  get('/api/nothing', 404, { headers: { accept: 'text/html' } }),
  ...categories.map((category) => get(`/api/content?category=${category}`, 400)),
  get('/api/content', 400),
  get('/api/content?category=guides&category=x', 200),
  ...['x', text(600), '__proto__', '%00'].map((category) => get(`/content/${category}`, 404)),
  ...['x', text(600), '__proto__', 'constructor', '%00'].map((id) => get(`/shop/${id}`, 404)),
  get('/api/nothing', 404),
  get('/api/%00', 404),
  get(`/api/${text(5000)}`, 404),
  get('/api/cart', 200, { headers: { cookie: `cart=${text(4000)}` } }),
  get('/api/cart', 200, { headers: { cookie: 'cart=%; cart=.; better-auth.session_token=%E0%A4%A' } }),
  get('/api/cart', 200, { headers: { cookie: `better-auth.session_token=${text(3000)}.${text(44)}` } }),
  get('/api/cart', 200, { headers: { cookie: '=;;=; flash' } }),
  get('/api/cart', 200, { headers: { accept: ';;q=,*/;*' } }),
  get('/', 200, { headers: { cookie: `flash=${'%F0%9F%8E%A5'.repeat(300)}` } }),
  get('/', 200, { headers: { cookie: 'flash=%00%ED%A0%80' } }),
  get('/', 200, { headers: { 'cf-connecting-ip': text(2000), 'user-agent': text(4000) } }),
  get(`/sign-in?next=${text(5000)}`, 200),
  get('/sign-in?next=%00&next=//x', 200, { headers: { 'cf-connecting-ip': text(2000) } }),
  get('/__data.json?x-sveltekit-invalidated=nonsense', 200),
];

const CART: Hostile[] = [
  ...[null, [], 'text', 7, true, [{ id: 'crew-cap' }]].map((value) => json('/api/cart', value, 400)),
  ...[
    {},
    { id: null },
    { id: ['crew-cap'] },
    { id: { toString: 1 } },
    { id: text(600) },
    { id: LONE },
    { id: '__proto__' },
    { id: 'crew-cap', size: 'L' },
    { id: 'harbour-shirt' },
    { id: 'harbour-shirt', size: ['L'] },
    { id: 'harbour-shirt', size: `L${NUL}` },
    ...[0, -1, 1.5, 21, 1e300, '1e1', '', ' 1', '٣', true, [1], {}].map((qty) => ({ id: 'crew-cap', qty })),
  ].map((value) => json('/api/cart', value, 400)),
  post('/api/cart', '{"id":"crew-cap","qty":1e999}', 'application/json', 400),
  post('/api/cart', '{', 'application/json', 400),
  post('/api/cart', '', 'application/json', 400),
  post('/api/cart', `{"id":"crew-cap","note":"${text(20_000)}"}`, 'application/json', 413),
  post('/api/cart', `${'['.repeat(8000)}`, 'application/json', 400),
  post('/api/cart', '{"id":"crew-cap"}', 'text/html', 400),
  post('/api/cart', '{"id":"crew-cap"}', 'text/plain; application/json', 400),
  post('/api/cart', '{"id":"crew-cap"}', null, 400),
  post('/api/cart', null, 'application/x-www-form-urlencoded', 400),
  post('/api/cart', 'no boundary', 'multipart/form-data', 400),
  post('/api/cart', '--x\r\nContent-Disposition: nothing', 'multipart/form-data; boundary=x', 400),
  form('/cart?/set', { key: 'crew-cap' }, 400),
  form('/cart?/set', { key: text(600), qty: '1' }, 400),
  form('/cart?/set', { key: 'crew-cap', qty: '1' }, 409),
  form('/cart?/remove', {}, 400),
  form('/cart?/empty', { version: 'NaN' }, 400),
  form('/cart?/empty', { version: '1e400' }, 400),
  form('/cart?/nothing', {}, 404),
  form('/cart', {}, 404),
  form('/shop/x', { qty: '1' }, 404),
  post('/cart?/set', '{"key":{"toString":1}}', 'text/plain; application/json', 400),
  json('/cart?/set', {}, 415),
  get('/api/cart', 405, { method: 'DELETE' }),
];

const ACCOUNTS: Hostile[] = [
  ...[{}, { email: 'a@b.c' }, { email: ['a@b.c'], password: ['x'] }, { email: 'a', password: 'x' }].map(
    (value) => json('/api/auth/login', value, 400),
  ),
  json('/api/auth/login', { email: 'a@b.c', password: text(129) }, 400),
  json('/api/auth/login', { email: `${text(300)}@b.c`, password: 'x' }, 400),
  json('/api/auth/login', { email: `${NUL}@b.c`, password: `${LONE}${NUL}` }, 401),
  json('/api/auth/login', { email: '🎥@b.c', password: '🎥'.repeat(64) }, 401),
  form('/sign-in', { email: 'a', password: '' }, 400),
  form('/sign-up', { name: text(81), email: 'a@b.c', password: text(8) }, 400),
  form('/sign-up', { name: `a${NUL}`, email: 'a@b', password: text(8) }, 400),
  post('/sign-up', '{"name":{"toString":1}}', 'text/plain; application/json', 400),
  form('/account?/signOutDevice', { id: text(600) }, 303),
  json('/api/content/publish', {}, 401),
  json('/api/admin/purge', {}, 401),
  form('/content/guides?/publish', {}, 401),
  form('/media?/start', { id: text(600) }, 303),
  form('/library?/remove', {}, 303),
];

const SIGNED_IN: Hostile[] = [
  ...[
    {},
    { category: 'x' },
    { category: ['guides'], title: 'x', summary: 'x' },
    { category: 'guides', title: text(121), summary: 'x' },
    { category: 'guides', title: 'x', summary: text(301) },
    { category: 'guides', title: { toString: 1 }, summary: [] },
    { category: 'guides', title: LONE, summary: 'x' },
  ].map((value) => json('/api/content/publish', value, 400)),
  json('/api/content/publish', { category: 'guides', title: `a${NUL}`, summary: '🎥' }, 201),
  get('/content/guides', 200),
  json('/api/admin/purge', { prefix: 'cache:' }, 403),
  form('/content/guides?/publish', { title: text(121), summary: 'x' }, 400),
  post('/content/guides?/publish', '{"title":{"toString":1}}', 'text/plain; application/json', 400),
  form('/content/guides?/publish', { title: '🎥'.repeat(60), summary: 'x' }, 303),
  form('/content/x?/publish', { title: 'x', summary: 'x' }, 404),
  form('/content/guides?/save', { id: text(600) }, 400),
  form('/content/guides?/save', { id: `x${NUL}` }, 400),
  form('/library?/remove', { id: '' }, 400),
  form('/library?/remove', { id: `x${NUL}` }, 303),
  form('/media?/start', { id: 'x' }, 404),
  form('/media?/start', { id: text(65) }, 400),
  form('/account?/signOutDevice', { id: text(64) }, 404),
  form('/account?/signOutDevice', {}, 404),
  form('/account?/nothing', {}, 404),
].map(signedIn);

export const HOSTILE: Hostile[] = [...READS, ...CART, ...ACCOUNTS, ...SIGNED_IN];
