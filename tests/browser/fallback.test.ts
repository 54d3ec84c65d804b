import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, badge, choose } from './shopper.ts';
import { firstTitle, newAccount, publish, Site, START_MS, signUp, sourceOf, TEST_MS } from './site.ts';

/** Nobody gets in without a limit, so what counts is there. */
const limits = { kv_namespaces: [{ binding: 'RATE_LIMIT_KV', id: 'limits' }] };

/** An R2 bucket has the methods of a KV namespace and refuses how they are called. */
const buckets = ['AUTH_SESSION_KV', 'CACHE_KV'].map((binding) => ({ binding, bucket_name: 'not-a-kv' }));

describe.each([
  ['that are missing', limits],
  ['that are none', { ...limits, r2_buckets: buckets }],
])('without objects, with caches %s', { timeout: TEST_MS }, (_, bindings) => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.start({ bindings });
  }, START_MS);
  afterAll(() => site?.stop(), START_MS);

  it('a visitor stays signed in, from the database', async () => {
    const page = await site.visitor();
    const account = newAccount();
    await signUp(page, account);
    for (let load = 1; load <= 3; load++) {
      await page.reload();
      expect(await page.locator('main').textContent()).toContain(account.email);
      expect(await sourceOf(page)).toBe('Database');
    }
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.waitForURL('**/sign-in');
  });

  it('the rest of the shop is there without its carts', async () => {
    const page = await site.visitor();
    await choose(page, 'crew-cap');
    await page.getByRole('alert').filter({ hasText: 'The shop is closed' }).waitFor();
    await badge(page, 0);
  });

  it('lists load and publications show', async () => {
    const page = await site.visitor();
    await signUp(page, newAccount());
    await page.goto('/content/guides');
    const title = `A guide, ${randomUUID()}`;
    await publish(page, title);
    expect(await firstTitle(page)).toBe(title);
    expect(await sourceOf(page)).toBe('Database');
  });
});

describe('with objects of a second Worker, which ends', { timeout: TEST_MS }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.start({ apart: true });
  }, START_MS);
  afterAll(() => site?.stop(), START_MS);

  it('the cart says so, and what does not need it works', async () => {
    const page = await site.visitor();
    await add(page, 'crew-cap');
    await site.loseObjects();

    await choose(page, 'reel-tote');
    await page.getByRole('alert').filter({ hasText: 'cannot be reached right now' }).waitFor();
    await page.goto('/cart');
    await page.getByRole('alert').filter({ hasText: 'cannot be reached right now' }).waitFor();
    await page.goto('/content/guides');
    expect(await firstTitle(page)).toBeTruthy();

    const { name, email, password } = newAccount();
    const answer = await page.request.post('/sign-up', {
      form: { name, email, password },
      headers: { origin: site.url, accept: 'text/html' },
    });
    expect([answer.status(), await answer.text()]).toEqual([
      503,
      expect.stringContaining('does not work right now'),
    ]);
  });
});
