// Pages of a user's SvelteKit project under `vite dev` that import the package.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Consumer, loopback, type Server } from '../packaging/consumer.ts';
import { BESIDE_SVELTEKIT, SVELTEKIT } from '../packaging/sveltekit_suite.ts';
import { launchChromium } from './chromium.ts';
import { START_MS, TEST_MS } from './site.ts';

let consumer: Consumer;
let server: Server;
let browser: Browser;
beforeAll(async () => {
  const templates = ['tests/packaging/consumers/sveltekit', 'tests/packaging/consumers/sveltekit-pages'];
  consumer = await Consumer.install(templates, [...SVELTEKIT, ...BESIDE_SVELTEKIT]);
  server = await consumer.serve('vite', 'dev', ...loopback());
  browser = await launchChromium();
}, START_MS);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  consumer?.remove();
});

it('the clients say where to import them', { timeout: TEST_MS }, async () => {
  const page = await browser.newPage();
  const said = page.waitForEvent('console', (message) => /CloudflareClientsError/.test(message.text()));
  await page.goto(`${server.url}/misplaced`);
  const message = (await said).text();
  expect(message).toContain('@codex/cloudflare-clients is server only: import this in +page.server.ts');
});

it('./shared works, without WebAssembly', { timeout: TEST_MS }, async () => {
  const page = await browser.newPage();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`${server.url}/shared`);
  await page.getByText('0 lines, 5 attempts, network 2001:db8:1:2::/64').waitFor();
  expect(requests.filter((url) => url.includes('.wasm'))).toEqual([]);
});
