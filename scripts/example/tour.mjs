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
  await accounts(visitor, account, report);
  await sessions(visitor, account, report);
  await limits(new Visitor(url), account, report);
  await content(visitor, url, owner, report);
  await leaving(visitor, report);
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
    first.text.includes(email) && miss?.outcome === 'database',
    'First request: session from the database',
    miss && `${miss.outcome}, ${ms(miss.ms)}`,
  );
  const second = await visitor.get('/account');
  const hit = second.timings.session;
  report.check(
    second.text.includes(email) && hit?.outcome === 'kv',
    'Second request: session from KV',
    hit && `${hit.outcome}, ${ms(hit.ms)} (the database took ${ms(miss?.ms ?? 0)})`,
  );
}

async function limits(stranger, { email }, report) {
  report.title('Rate limit');
  const answers = [];
  for (let attempt = 1; attempt <= 5; attempt++) {
    answers.push(await stranger.postJson('/api/auth/login', { email, password: 'a wrong guess' }));
  }
  const statuses = answers.map(({ status }) => status);
  report.check(
    statuses.every((status) => status === 401),
    'Five wrong passwords from one address',
    statuses.join(' '),
  );
  const sixth = await stranger.postJson('/api/auth/login', { email, password: 'a wrong guess' });
  const wait = Number(sixth.headers.get('retry-after'));
  report.check(
    sixth.status === 429 && wait > 0 && wait <= 900,
    'The sixth is refused',
    `${sixth.status}, Retry-After: ${sixth.headers.get('retry-after')} s`,
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

async function leaving(visitor, report) {
  report.title('Leaving');
  const out = await visitor.postForm('/account?/signOutEverywhere', {});
  const after = await visitor.get('/account');
  report.check(
    out.status === 303 && after.headers.get('location')?.startsWith('/sign-in'),
    'Signed out everywhere: the account page asks to sign in',
    `${out.status}, ${after.status} to ${after.headers.get('location')}`,
  );
}
