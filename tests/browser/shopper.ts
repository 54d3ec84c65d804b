import type { Page, Route } from 'playwright-core';
import { open } from './site.ts';

/** Puts a product into the cart from its page; does not wait for what comes of it. */
export async function choose(page: Page, id: string, { qty = 1, size = '' } = {}): Promise<void> {
  await open(page, `/shop/${id}`);
  if (size) await page.getByRole('radio', { name: size, exact: true }).check({ force: true });
  await page.getByLabel('Quantity').fill(String(qty));
  await page.getByRole('button', { name: 'Add to cart' }).click();
}

/** The same, until the server has it: with JavaScript a message says so, without it the cart opens. */
export async function add(page: Page, id: string, options: { qty?: number; size?: string } = {}) {
  await choose(page, id, options);
  await page
    .getByRole('status')
    .filter({ hasText: 'is in your cart' })
    .or(page.getByRole('heading', { name: 'Your cart' }))
    .waitFor();
}

/** Waits until the number on the cart in the header is this one. */
export async function badge(page: Page, count: number): Promise<void> {
  await page
    .getByRole('link', { name: `Cart, ${count} item${count === 1 ? '' : 's'}`, exact: true })
    .waitFor();
}

/** "2 × Harbour T-shirt, Size L" for each line of the cart page, and its total. */
export async function cartOf(page: Page): Promise<{ lines: string[]; total: string | null }> {
  const rows = page.locator('.cart-rows > li');
  const lines = await rows.evaluateAll((found) =>
    found.map((row) => {
      const text = (selector: string) => row.querySelector(selector)?.textContent?.trim() ?? '';
      const size = /Size (\S+)/.exec(text('.meta'))?.[0];
      return `${text('output')} × ${text('h2')}${size ? `, ${size}` : ''}`;
    }),
  );
  const total = lines.length > 0 ? await page.locator('.total .price').textContent() : null;
  return { lines, total };
}

/** Keeps the next thing that a page posts to a path waiting, so that a test can look at the page meanwhile. */
export async function hold(
  page: Page,
  path: string,
): Promise<{ asked: Promise<void>; fail(): Promise<void> }> {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  let held: Route | undefined;
  await page.route(
    (url) => url.pathname === path,
    (route) => {
      if (held || route.request().method() !== 'POST') return route.continue();
      held = route;
      resolve();
    },
  );
  return { asked, fail: async () => held?.abort() };
}
