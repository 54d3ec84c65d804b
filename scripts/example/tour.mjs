// The main job of the example, end to end, as visitors would do it.
import { randomBytes, randomUUID } from 'node:crypto';
import { Visitor } from './visitor.mjs';

const ms = (value) => `${value.toFixed(1)} ms`;

/** New names and addresses each time: the data of earlier runs does not matter. */
export async function takeTour(url, owner, report) {
  const visitor = new Visitor(url);
  const account = {
    email: `demo-${randomUUID().slice(0, 8)}@example.test`,
    password: randomBytes(12).toString('base64url'),
  };
  const phone = new Visitor(url);
  await accounts(visitor, account, report);
  await sessions(visitor, account, report);
  await limits(new Visitor(url), account, report);
  await carts(visitor, phone, account, report);
  await content(visitor, url, owner, report);
  await edges(phone, report);
  await leaving(visitor, phone, report);
}

async function accounts(visitor, { email, password }, report) {
  report.title('Accounts');
  const up = await visitor.postForm('/sign-up', { name: 'Demo visitor', email, password });
  report.check(up.status === 303, 'Sign-up by form', `${up.status} ${email}`);
  const login = await visitor.postJson('/api/auth/login', { email, password });
  report.check(login.status === 200, 'Sign-in with POST /api/auth/login', `${login.status}`);
}

async function sessions(visitor, { email }, report) {
  report.title('Sessions');
  const first = await visitor.get('/account');
  const miss = first.timings.session;
  report.check(
    first.text.includes(email) && miss?.outcome === 'object',
    'First request: session from its object',
    miss && `${miss.outcome}, ${ms(miss.ms)}`,
  );
  const second = await visitor.get('/account');
  const hit = second.timings.session;
  report.check(
    second.text.includes(email) && hit?.outcome === 'kv',
    'Second request: session from KV',
    hit && `${hit.outcome}, ${ms(hit.ms)} (the object took ${ms(miss?.ms ?? 0)})`,
  );
}

async function limits(stranger, { email }, report) {
  report.title('Rate limit');
  const guess = () => stranger.postJson('/api/auth/login', { email, password: 'a wrong guess' });
  const responses = await Promise.all(Array.from({ length: 20 }, guess));
  const count = (wanted) => responses.filter(({ status }) => status === wanted).length;
  report.check(
    count(401) === 5 && count(429) === 15,
    'Twenty wrong passwords at once: five are checked',
    `${count(401)} × 401, ${count(429)} × 429`,
  );
  const next = await guess();
  const wait = Number(next.headers.get('retry-after'));
  report.check(
    next.status === 429 && wait > 0 && wait <= 900,
    'The next is refused, with the time until a retry',
    `${next.status}, Retry-After: ${next.headers.get('retry-after')} s`,
  );
}

/** `visitor` is signed in; `phone` is the same person, not signed in yet. */
async function carts(visitor, phone, account, report) {
  report.title('Carts');
  const shown = ({ json }) => (json?.items ?? []).map(({ key, qty }) => `${qty} × ${key}`).join(', ');
  const cart = (who) => who.get('/api/cart');
  const shirt = { size: 'L', qty: '2' };
  const added = await phone.postForm('/shop/harbour-shirt', shirt);
  const guest = await cart(phone);
  report.check(
    added.status === 303 && shown(guest) === '2 × harbour-shirt:L' && guest.json.totalCents === 5600,
    'A guest adds two of a size, by form',
    `${added.status}, ${shown(guest)}`,
  );

  const one = { id: 'grease-pencils', qty: 1 };
  const many = await Promise.all(Array.from({ length: 10 }, () => phone.postJson('/api/cart', one)));
  const after = await cart(phone);
  report.check(
    many.every(({ status }) => status === 200) && after.json?.count === 12,
    'Ten more at once: each is counted',
    shown(after),
  );

  await visitor.postJson('/api/cart', { id: 'harbour-shirt', size: 'L', qty: 1 });
  const login = await phone.postJson('/api/auth/login', account);
  const merged = await cart(phone);
  report.check(
    login.status === 200 && shown(merged) === '3 × harbour-shirt:L, 10 × grease-pencils',
    'Signing in merges it into the customer’s cart',
    shown(merged),
  );
  const elsewhere = await cart(visitor);
  report.check(shown(elsewhere) === shown(merged), 'The other device has the same cart', shown(elsewhere));

  const set = await visitor.postForm('/cart?/set', { key: 'grease-pencils', qty: '3' });
  const removed = await visitor.postForm('/cart?/remove', { key: 'harbour-shirt:L' });
  const left = await cart(phone);
  report.check(
    set.status === 303 && removed.status === 303 && shown(left) === '3 × grease-pencils',
    'Fewer of one, none of the other',
    shown(left),
  );
}

async function content(visitor, url, owner, report) {
  report.title('Content');
  const admin = new Visitor(url);
  await admin.postJson('/api/auth/login', owner);
  const denied = await visitor.postJson('/api/admin/purge', { prefix: 'cache:content:' });
  const purged = await admin.postJson('/api/admin/purge', { prefix: 'cache:content:' });
  report.check(
    denied.status === 403 && purged.status === 200 && purged.json.complete,
    'Purge by prefix: refused to a visitor, done for the owner',
    `${denied.status}, ${purged.status}, ${purged.json?.deleted} keys`,
  );

  const list = () => visitor.get('/api/content?category=guides');
  const seen = ({ status, json }) =>
    json?.cache ? `${json.cache.source}, ${ms(json.cache.ms)}, ${json.items.length} items` : `${status}`;
  const loaded = await list();
  report.check(loaded.json?.cache?.source === 'database', 'List loaded', seen(loaded));
  const cached = await list();
  report.check(cached.json?.cache?.source === 'kv', 'The same list again', seen(cached));

  const title = `Notes from the demo, ${new Date().toISOString().slice(0, 19).replace('T', ' ')}`;
  const body = { category: 'guides', title, summary: 'Published by npm run demo.' };
  const published = await visitor.postJson('/api/content/publish', body);
  report.check(
    published.status === 201 && published.json.invalidated,
    'Publish, which removes the cached list',
    `${published.status}`,
  );
  const after = await list();
  report.check(
    after.json?.cache?.source === 'database' && after.json.items[0]?.title === title,
    'The list shows it at once',
    seen(after),
  );
}

/** `visitor` has something in the cart. */
async function edges(visitor, report) {
  report.title('Edges');
  const odd = await visitor.get(`/api/media/${'x'.repeat(600)}/status`);
  report.check(
    odd.status === 404 && typeof odd.json?.message === 'string',
    'An id of 600 characters is refused, in JSON',
    `${odd.status} ${odd.text}`,
  );
  const lost = await visitor.get('/nothing/here');
  const keeps = ['Cart, 3 items', 'href="/account"'].every((part) => lost.text.includes(part));
  report.check(
    lost.status === 404 && keeps,
    'A page that is not there keeps cart and account',
    `${lost.status}`,
  );
  const about = await visitor.get('/about');
  const header = about.headers.get('x-content-type-options');
  report.check(header === 'nosniff', 'A prerendered page has the headers of the others', `${header}`);
  const code = await visitor.get('/code/cart');
  report.check(
    code.text.includes('examples/sveltekit/src/routes/(app)/cart/+page.server.ts'),
    'The code of the cart’s page is a page',
    `${code.status}`,
  );
}

/** `visitor` and `phone` are two sessions of one person. */
async function leaving(visitor, phone, report) {
  report.title('Leaving');
  const both = [await visitor.get('/account'), await phone.get('/account')];
  const devices = both[0].text.match(/Since <time/g)?.length ?? 0;
  report.check(
    both.every(({ status }) => status === 200) && devices >= 2,
    'The account page lists the sessions of both devices',
    `${both.map(({ status }) => status).join(', ')}, ${devices} sessions`,
  );
  const out = await visitor.postForm('/account?/signOutEverywhere', {});
  const [here, there] = [await visitor.get('/account'), await phone.get('/account')];
  const asked = ({ status, headers }) => status === 303 && headers.get('location')?.startsWith('/sign-in');
  report.check(
    out.status === 303 && asked(here),
    'Signed out everywhere: the account page asks to sign in',
    `${out.status}, ${here.status} to ${here.headers.get('location')}`,
  );
  report.check(
    asked(there) && there.timings.session === undefined,
    'The other device is out with its next request',
    `${there.status} to ${there.headers.get('location')}`,
  );
}
