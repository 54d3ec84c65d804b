import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempt, newAccount, Site, START_MS, signIn, signUp, sourceOf, TEST_MS } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.start();
}, START_MS);
afterAll(() => site?.stop(), START_MS);

describe('a session', { timeout: TEST_MS }, () => {
  it('comes from the database once, and from KV after a reload', async () => {
    const page = await site.visitor();
    const account = newAccount();
    await signUp(page, account);
    expect(await sourceOf(page)).toBe('Database');

    await page.reload();
    expect(await sourceOf(page)).toBe('KV cache');
    expect(await page.locator('.session-line').textContent()).toMatch(/from KV in .*database took/s);

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
