import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNeighbour } from './neighbour.ts';
import { attempt, newAccount, Site, START_MS, signIn, signUp, sourceOf, TEST_MS } from './site.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

let site: Site;
beforeAll(async () => {
  site = await Site.start();
}, START_MS);
afterAll(() => site?.stop(), START_MS);

describe('a session', { timeout: TEST_MS }, () => {
  it('comes from its object once, and from KV after a reload', async () => {
    const page = await site.visitor();
    const account = newAccount();
    await signUp(page, account);
    expect(await sourceOf(page)).toBe('Durable Object');

    await page.reload();
    expect(await sourceOf(page)).toBe('KV cache');
    expect(await page.locator('.session-line').textContent()).toMatch(/from KV in .*the object took/s);

    const other = await site.visitor();
    await signIn(other, account);
    expect(await other.locator('main').textContent()).toContain(account.email);
  });

  it('ends with sign-out, and its cookie is worth nothing afterwards', async () => {
    const page = await site.visitor();
    await signUp(page, newAccount());
    await page.reload();
    const kept = await page.context().cookies();

    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.waitForURL('**/sign-in');
    expect(await page.context().cookies()).toEqual([]);

    await page.context().addCookies(kept);
    await page.goto('/account');
    expect(new URL(page.url()).pathname).toBe('/sign-in');
  });

  it('ends on every device with "sign out everywhere"', async () => {
    const [laptop, phone] = [await site.visitor(), await site.visitor()];
    const account = newAccount();
    await signUp(laptop, account);
    await signIn(phone, account);
    for (const page of [laptop, phone]) {
      await page.reload();
      expect(await sourceOf(page)).toBe('KV cache');
    }

    await laptop.getByRole('button', { name: 'Sign out everywhere' }).click();
    await laptop.waitForURL('**/sign-in');
    await phone.reload();
    expect(new URL(phone.url()).pathname).toBe('/sign-in');

    // Nothing of the old ones is left on the list of the next.
    await signIn(laptop, account);
    expect(await laptop.locator('.devices li').count()).toBe(1);
  });

  it('is on the list of every device, and ends from there', async () => {
    const account = newAccount();
    const laptop = await site.visitor({ userAgent: FIREFOX });
    const phone = await site.visitor({ userAgent: IPHONE });
    await signUp(laptop, account);
    await signIn(phone, account);

    await laptop.reload();
    const devices = laptop.locator('.devices li');
    expect(await devices.locator('h3').allInnerTexts()).toEqual([
      'Firefox on Linux This one',
      'Safari on iPhone',
    ]);
    await laptop.getByRole('button', { name: 'Sign out Safari on iPhone' }).click();
    await devices.nth(1).waitFor({ state: 'detached' });

    await phone.reload();
    expect(new URL(phone.url()).pathname).toBe('/sign-in');
    await laptop.reload();
    expect(await laptop.locator('main').textContent()).toContain(account.email);
  });

  it('of someone else is not ended by who knows its id', async () => {
    const [owner, thief] = [await site.visitor({ javaScriptEnabled: false }), await site.visitor()];
    const account = newAccount();
    await signUp(owner, account);
    const second = await site.visitor();
    await signIn(second, account);
    await owner.reload();
    const id = (await owner.locator('.devices input[name=id]').getAttribute('value')) ?? '';
    expect(id).not.toBe('');

    await signUp(thief, newAccount());
    const answer = await thief.request.post('/account?/signOutDevice', {
      form: { id },
      headers: { origin: site.url, accept: 'text/html' },
    });
    expect(answer.status()).toBe(404);
    await second.reload();
    expect(await second.locator('main').textContent()).toContain(account.email);
  });

  it('that better-auth has lost from its list is not called ended', async () => {
    const [laptop, phone] = [await site.visitor(), await site.visitor({ userAgent: IPHONE })];
    const account = newAccount();
    await signUp(laptop, account);
    await signIn(phone, account);
    await laptop.reload();
    const id = await laptop.locator('.devices input[name=id]').getAttribute('value');
    const neighbour = await startNeighbour(site);
    try {
      // As the account page finds it when two sign-ins at once have overwritten each other in better-auth's list.
      const { record } = await neighbour.ask({ op: 'get', id });
      const lost = { ...(record as object), sessionId: 'lost', userAgent: FIREFOX };
      expect(await neighbour.ask({ op: 'set', record: lost })).toEqual({ ok: true });
    } finally {
      await neighbour.stop();
    }

    await laptop.reload();
    await laptop.getByRole('button', { name: 'Sign out Firefox on Linux' }).click();
    await laptop.getByRole('alert').filter({ hasText: 'may still be open' }).waitFor();
    await laptop.getByRole('button', { name: 'Sign out everywhere, here too' }).click();
    await laptop.waitForURL('**/sign-in');
    await signIn(laptop, account);
    expect(await laptop.locator('.devices li').count()).toBe(1);
  });

  it('is not found with a cookie that we did not sign', async () => {
    const page = await site.visitor();
    await signUp(page, newAccount());
    await page.reload();
    const [cookie] = await page.context().cookies();
    if (!cookie) throw new Error('no session cookie');

    const [token, signature = ''] = decodeURIComponent(cookie.value).split('.');
    const forged = `${token}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    await page.context().addCookies([{ ...cookie, value: encodeURIComponent(forged) }]);
    const answer = await page.request.get('/account', { maxRedirects: 0 });
    expect(answer.status()).toBe(303);
    expect(answer.headers()['server-timing'] ?? '').not.toContain('session.get');
  });
});

describe('the limiter', { timeout: TEST_MS }, () => {
  it('admits five of twenty attempts at once, whichever comes first', async () => {
    const page = await site.visitor();
    const data = { email: newAccount().email, password: 'a wrong guess' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => page.request.post('/api/auth/login', { data })),
    );
    const statuses = answers.map((answer) => answer.status());
    expect(statuses.filter((status) => status === 401).length).toBe(5);
    expect(statuses.filter((status) => status === 429).length).toBe(15);
  });

  it('refuses the sixth attempt and says when to come back', async () => {
    const page = await site.visitor();
    const guess = { email: newAccount().email, password: 'a wrong guess' };
    await page.goto('/sign-in');
    for (let count = 1; count <= 5; count++) {
      await attempt(page, guess);
      await page.getByRole('alert').filter({ hasText: 'do not match' }).waitFor();
    }
    await attempt(page, guess);
    const refusal = page.getByRole('alert').filter({ hasText: 'Too many sign-in attempts' });
    expect(await refusal.textContent()).toMatch(/Try again in 15 minutes\./);

    // The route for programs answers from the same counter.
    const answer = await page.request.post('/api/auth/login', { data: guess });
    expect(answer.status()).toBe(429);
    expect(Number(answer.headers()['retry-after'])).toBeGreaterThan(0);
  });
});
