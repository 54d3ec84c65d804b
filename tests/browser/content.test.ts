import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  firstTitle,
  newAccount,
  publish,
  Site,
  START_MS,
  signIn,
  signUp,
  sourceOf,
  TEST_MS,
} from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.start({ withOwner: true });
}, START_MS);
afterAll(() => site?.stop(), START_MS);

describe('a content list', { timeout: TEST_MS }, () => {
  it('is cached, and a publication shows at once', async () => {
    const page = await site.visitor();
    await signUp(page, newAccount());
    await page.goto('/content/guides');
    expect(await sourceOf(page)).toBe('Database');
    await page.reload();
    expect(await sourceOf(page)).toBe('KV cache');

    const title = `A guide, ${randomUUID()}`;
    await publish(page, title);
    expect(await firstTitle(page)).toBe(title);
    expect(await sourceOf(page)).toBe('Database');
    await page.reload();
    expect(await firstTitle(page)).toBe(title);
    expect(await sourceOf(page)).toBe('KV cache');
  });

  it('lends its items to a library of one’s own', async () => {
    const page = await site.visitor();
    await signUp(page, newAccount());
    await page.goto('/library');
    await page.getByText('Nothing saved yet.').waitFor();

    await page.goto('/content/films');
    const title = await firstTitle(page);
    await page.getByRole('button', { name: `Save ${title}` }).click();
    await page.getByRole('link', { name: `${title} is in your library` }).waitFor();
    await page.goto('/library');
    expect(await firstTitle(page)).toBe(title);

    await page.getByRole('button', { name: `Remove ${title}` }).click();
    await page.getByText('Nothing saved yet.').waitFor();
  });

  it('asks who is publishing', async () => {
    const page = await site.visitor();
    const data = { category: 'guides', title: 'No', summary: 'No' };
    expect((await page.request.post('/api/content/publish', { data })).status()).toBe(401);
  });
});

describe('without JavaScript', { timeout: TEST_MS }, () => {
  it('signing up, signing in and publishing work', async () => {
    const account = newAccount();
    const first = await site.visitor({ javaScriptEnabled: false });
    await signUp(first, account);

    const page = await site.visitor({ javaScriptEnabled: false });
    await signIn(page, account);
    expect(await page.locator('main').textContent()).toContain(account.email);

    await page.goto('/content/audio');
    const title = `A sound, ${randomUUID()}`;
    await publish(page, title);
    expect(await firstTitle(page)).toBe(title);
  });
});

describe('purging', { timeout: TEST_MS }, () => {
  it('is for owners', async () => {
    const visitor = await site.visitor();
    await signUp(visitor, newAccount());
    const data = { prefix: 'cache:content:' };
    expect((await visitor.request.post('/api/admin/purge', { data })).status()).toBe(403);
    expect((await visitor.goto('/admin'))?.status()).toBe(403);

    const owner = await site.visitor();
    if (!site.owner) throw new Error('the site was started without an owner');
    await signIn(owner, site.owner);
    await owner.goto('/content/guides');
    await owner.reload();
    expect(await sourceOf(owner)).toBe('KV cache');

    await owner.goto('/admin');
    await owner.getByRole('button', { name: 'Purge' }).click();
    await owner.getByRole('status').filter({ hasText: 'under cache:content: deleted' }).waitFor();
    await owner.goto('/content/guides');
    expect(await sourceOf(owner)).toBe('Database');
  });
});
