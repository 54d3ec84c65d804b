import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, badge, cartOf, choose, hold } from './shopper.ts';
import { newAccount, open, Site, START_MS, signIn, signUp, TEST_MS } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.start();
}, START_MS);
afterAll(() => site?.stop(), START_MS);

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('a cart %s', { timeout: TEST_MS }, (_, javaScriptEnabled) => {
  it('takes sizes and quantities, counts them in the header, and is emptied', async () => {
    const page = await site.visitor({ javaScriptEnabled });
    await add(page, 'harbour-shirt', { size: 'L', qty: 2 });
    await badge(page, 2);
    await add(page, 'harbour-shirt', { size: 'S' });
    await add(page, 'one-lamp');
    await badge(page, 4);

    await open(page, '/cart');
    expect(await cartOf(page)).toEqual({
      lines: ['2 × Harbour T-shirt, Size L', '1 × Harbour T-shirt, Size S', '1 × The one lamp'],
      total: '€173.00',
    });
    await page.getByRole('button', { name: 'One The one lamp more' }).click();
    await badge(page, 5);
    await page.getByRole('button', { name: 'Remove Harbour T-shirt' }).first().click();
    await badge(page, 3);
    await page.getByRole('button', { name: 'One Harbour T-shirt less' }).click();
    await badge(page, 2);
    expect(await cartOf(page)).toEqual({ lines: ['2 × The one lamp'], total: '€178.00' });
    // With JavaScript that was shown before the server had said so.
    await page.waitForLoadState('networkidle');
    await page.reload();
    expect(await cartOf(page)).toEqual({ lines: ['2 × The one lamp'], total: '€178.00' });

    await page.getByRole('button', { name: 'Empty the cart' }).click();
    await page.getByText('Nothing in it yet.').waitFor();
    await page.reload();
    await badge(page, 0);
  });

  it('is named by a cookie that no script can read', async () => {
    const page = await site.visitor({ javaScriptEnabled });
    await add(page, 'crew-cap');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: 'cart', httpOnly: true, sameSite: 'Lax', path: '/' });
    expect((await page.context().cookies()).length).toBe(1);
  });

  it('goes into the customer’s on sign-in, and is there on the next device', async () => {
    const account = newAccount();
    const desk = await site.visitor({ javaScriptEnabled });
    await signUp(desk, account);
    await add(desk, 'crew-cap', { qty: 2 });

    const phone = await site.visitor({ javaScriptEnabled });
    await add(phone, 'crew-cap', { qty: 3 });
    await add(phone, 'field-notebook', { size: 'A5' });
    await signIn(phone, account);
    await badge(phone, 6);
    expect((await phone.context().cookies()).map(({ name }) => name)).not.toContain('cart');

    await open(desk, '/cart');
    expect((await cartOf(desk)).lines).toEqual(['5 × Crew cap', '1 × Field notebook, Size A5']);
    await desk.reload();
    await badge(desk, 6);
  });

  it('says why it refuses, and shows how it is', async () => {
    const page = await site.visitor({ javaScriptEnabled });
    await add(page, 'crew-cap', { qty: 19 });
    await choose(page, 'crew-cap', { qty: 2 });
    await page
      .getByRole('alert')
      .filter({ hasText: 'up to 20 of one product: we left it at that' })
      .waitFor();
    await badge(page, 20);

    // Emptied as it was seen: what another window has added since is not thrown away.
    await open(page, '/cart');
    const window = await page.context().newPage();
    await add(window, 'barometer-mug');
    await page.getByRole('button', { name: 'Empty the cart' }).click();
    await page.getByRole('alert').filter({ hasText: 'changed in the meantime' }).waitFor();
    expect((await cartOf(page)).lines).toEqual(['20 × Crew cap', '1 × Barometer mug']);
  });
});

describe('a customer’s cart', { timeout: TEST_MS }, () => {
  it('is not opened by a cookie that names it', async () => {
    const account = newAccount();
    const customer = await site.visitor();
    await signUp(customer, account);
    await add(customer, 'crew-cap', { qty: 2 });
    const login = await customer.request.post('/api/auth/login', { data: account });
    const { user } = await login.json();

    const thief = await site.visitor();
    await thief.context().addCookies([{ name: 'cart', value: `customer-${user.id}`, url: site.url }]);
    expect(await (await thief.request.get('/api/cart')).json()).toMatchObject({ count: 0 });
    await add(thief, 'reel-tote');
    await customer.reload();
    await badge(customer, 2);
  });
});

describe('a cart that answers late', { timeout: TEST_MS }, () => {
  it('shows what was added at once, and takes it back when it fails', async () => {
    const page = await site.visitor();
    await add(page, 'reel-tote');
    const post = await hold(page, '/shop/one-lamp');
    await choose(page, 'one-lamp', { qty: 3 });
    await post.asked;
    await badge(page, 4);
    await post.fail();
    await page.getByRole('alert').filter({ hasText: 'did not reach us' }).waitFor();
    await badge(page, 1);
  });

  it('shows a new quantity at once, and the old one again when it fails', async () => {
    const page = await site.visitor();
    await add(page, 'reel-tote');
    await open(page, '/cart');
    const post = await hold(page, '/cart');
    const more = page.getByRole('button', { name: 'One Reel tote more' });
    await more.click();
    await post.asked;
    await badge(page, 2);
    expect(await cartOf(page)).toEqual({ lines: ['2 × Reel tote'], total: '€38.00' });
    await post.fail();
    await page.getByRole('alert').filter({ hasText: 'did not reach us' }).waitFor();
    await badge(page, 1);
    expect(await cartOf(page)).toEqual({ lines: ['1 × Reel tote'], total: '€19.00' });
  });

  it('sends quick changes one after the other, and ends at the last', async () => {
    const page = await site.visitor();
    await add(page, 'reel-tote');
    await open(page, '/cart');
    const post = await hold(page, '/cart');
    const more = page.getByRole('button', { name: 'One Reel tote more' });
    for (let click = 1; click <= 3; click++) await more.click();
    await post.asked;
    await badge(page, 4);
    await post.fail();
    await page.getByRole('status').filter({ hasText: 'Reel tote: now 4.' }).waitFor();
    await badge(page, 4);
    await page.reload();
    expect((await cartOf(page)).lines).toEqual(['4 × Reel tote']);
  });
});
