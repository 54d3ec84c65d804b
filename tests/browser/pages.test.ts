import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, badge } from './shopper.ts';
import {
  attempt,
  firstTitle,
  newAccount,
  open,
  publish,
  Site,
  START_MS,
  signIn,
  signUp,
  TEST_MS,
} from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.start({ withOwner: true });
}, START_MS);
afterAll(() => site?.stop(), START_MS);

const pathOf = (page: Page): string => page.url().slice(site.url.length);
const told = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text });

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('an action %s', { timeout: TEST_MS }, (_, javaScriptEnabled) => {
  it('ends at the address of its page, and tells once what it has done', async () => {
    const page = await site.visitor({ javaScriptEnabled });
    await signUp(page, newAccount());
    await open(page, '/content/films');
    const title = await firstTitle(page);
    await page.getByRole('button', { name: `Save ${title}` }).click();
    await told(page, 'in your library now').waitFor();
    expect(pathOf(page)).toBe('/content/films');
    await page.getByRole('link', { name: `${title} is in your library` }).waitFor();

    await publish(page, 'A film of a test');
    expect(pathOf(page)).toBe('/content/films');
    expect(await page.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('');
    await page.reload();
    expect(await firstTitle(page)).toBe('A film of a test');
    expect(await told(page, '').count()).toBe(0);

    await open(page, '/library');
    await page.getByRole('button', { name: `Remove ${title}` }).click();
    await page.getByText('Nothing saved yet.').waitFor();
    expect(pathOf(page)).toBe('/library');
    await open(page, '/media');
    await page.getByRole('button', { name: 'Start transcoding' }).first().click();
    await page.getByText('Transcoding', { exact: true }).first().waitFor();
    expect(pathOf(page)).toBe('/media');
  });

  it('of an owner leads to where it goes on', async () => {
    const page = await site.visitor({ javaScriptEnabled });
    if (!site.owner) throw new Error('the site was started without an owner');
    await signIn(page, site.owner);
    await open(page, '/admin');
    await page.getByLabel('Prefix').fill('cache:user:');
    await page.getByRole('button', { name: 'Purge' }).click();
    await told(page, 'under cache:user: deleted').waitFor();
    expect(pathOf(page)).toBe('/admin?prefix=cache%3Auser%3A');
    expect(await page.getByLabel('Prefix').inputValue()).toBe('cache:user:');
  });

  it('that signs in counts down what is left', async () => {
    const page = await site.visitor({ javaScriptEnabled });
    await open(page, '/sign-in');
    const guess = { email: newAccount().email, password: 'a wrong guess' };
    for (const left of [5, 4, 3, 2, 1]) {
      await page.getByText(`${left} of 5 attempts left.`, { exact: true }).waitFor();
      await attempt(page, guess);
      await page.getByRole('alert').filter({ hasText: 'do not match' }).waitFor();
    }
    await page.getByText(/No attempts left\. Try again in 1\d minutes\./).waitFor();
  });
});

describe('what is not there', { timeout: TEST_MS }, () => {
  it('keeps account and cart', async () => {
    const page = await site.visitor();
    const account = newAccount();
    await signUp(page, account);
    await add(page, 'crew-cap', { qty: 2 });
    for (const path of ['/nothing', '/nothing/at/all', '/content/nothing', '/shop/nothing']) {
      expect((await page.goto(path))?.status()).toBe(404);
      await page.getByText('Error 404').waitFor();
      await badge(page, 2);
      await page.getByRole('banner').getByRole('link', { name: account.name }).waitFor();
    }
  });
});

describe('a prerendered page', { timeout: TEST_MS }, () => {
  it('has the headers of the others', async () => {
    const page = await site.visitor();
    for (const path of ['/about', '/code/cart', '/favicon.svg', '/']) {
      const headers = (await page.request.get(path)).headers();
      expect(headers, path).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'strict-origin-when-cross-origin',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      });
    }
  });

  it('lets the keyboard scroll what is wider than the screen', async () => {
    const page = await site.visitor({ viewport: { width: 390, height: 800 } });
    await open(page, '/about');
    const region = page.getByRole('region', { name: 'Keys of the cache' });
    // Chromium takes its focus to whatever scrolls. Other browsers need to be told.
    expect(await region.getAttribute('tabindex')).toBe('0');
    const hasFocus = () => region.evaluate((one) => one.matches(':focus'));
    for (let stops = 0; stops < 40 && !(await hasFocus()); stops++) await page.keyboard.press('Tab');
    expect(await hasFocus()).toBe(true);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => region.evaluate((one) => one.scrollLeft)).toBeGreaterThan(0);
  });

  it.each([
    ['/', '(app)/+page.svelte'],
    ['/shop', '(app)/shop/+page.svelte'],
    ['/shop/crew-cap', '(app)/shop/[id]/+page.server.ts'],
    ['/cart', '(app)/cart/+page.server.ts'],
    ['/content/guides', '(app)/content/[category]/+page.svelte'],
    ['/media', '(app)/media/+page.server.ts'],
    ['/sign-in', '(app)/sign-in/+page.svelte'],
    ['/sign-up', '(app)/sign-up/+page.svelte'],
    ['/nothing', '(app)/[...path]/+page.server.ts'],
    ['/about', '(static)/about/+page.svelte'],
    ['/code/cart', '(static)/code/[...name]/+page.svelte'],
  ])('shows the code of %s', async (path, file) => {
    const page = await site.visitor();
    await page.goto(path);
    await page.getByRole('link', { name: 'The code of this page' }).click();
    await page.getByRole('heading', { name: `examples/sveltekit/src/routes/${file}` }).waitFor();
    expect(await page.locator('pre').first().textContent()).toMatch(/import|export|<section/);
  });

  it('of code leads to what it uses', async () => {
    const page = await site.visitor();
    await page.goto('/code/cart');
    await page.getByRole('link', { name: 'lib/server/carts', exact: true }).click();
    await page.getByRole('heading', { name: 'examples/sveltekit/src/lib/server/carts.ts' }).waitFor();
    await page.goto('/code/lib/server/cache');
    await page.getByRole('link', { name: 'shared/entries' }).click();
    await page.getByRole('heading', { name: 'examples/shared/src/entries.ts' }).waitFor();
  });
});
