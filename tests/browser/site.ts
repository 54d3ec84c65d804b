import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { buildExample } from '../../scripts/example/build.mjs';
import { applyMigrations, ensureOwner } from '../../scripts/example/database.mjs';
import { CONFIG, EXAMPLE, WORKER } from '../../scripts/example/paths.mjs';
import { startExample } from '../../scripts/example/server.mjs';
import { CLASSES } from '../support/classes.ts';
import { launchChromium } from './chromium.ts';

/** Starting a browser, a database and workerd, on a machine that is busy. */
export const START_MS = 120_000;
export const TEST_MS = 60_000;

export interface Account {
  name: string;
  email: string;
  password: string;
}

export interface SiteOptions {
  /** Instead of the KV namespaces and the objects. */
  bindings?: object;
  /** Whether the objects are those of a second Worker, examples/objects. */
  apart?: boolean;
  /** Whether the database has an account that may purge. */
  withOwner?: boolean;
}

/** The built example in workerd with data of its own, and a browser to visit it with. */
export class Site {
  readonly #contexts: BrowserContext[] = [];

  private constructor(
    readonly url: string,
    readonly folder: string,
    readonly owner: Pick<Account, 'email' | 'password'> | undefined,
    private readonly browser: Browser,
    private readonly server: Awaited<ReturnType<typeof startExample>>,
  ) {}

  static async start({ bindings, apart = false, withOwner = false }: SiteOptions = {}): Promise<Site> {
    // Files run one after the other, so only the first can find something to build.
    await buildExample({ onBuild: () => console.log('Building the example (about 10 s)') });
    const folder = mkdtempSync(join(tmpdir(), 'codex-example-'));
    const others = apart ? { ...NAMESPACES, ...objectsOf('codex-objects') } : bindings;
    const config = others ? writeConfig(folder, others) : CONFIG;
    await applyMigrations({ persistTo: folder, config });
    const owner = withOwner ? await ensureOwner({ persistTo: folder, config }) : undefined;
    const secret = randomBytes(32).toString('base64');
    const server = await startExample({ persistTo: folder, config, secret, apart });
    return new Site(server.url, folder, owner, await launchChromium(), server);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Where another Worker finds the example's. */
  get registry(): string {
    return this.server.registry;
  }

  /** Ends the second Worker, that of the objects: from here on none of them answers. */
  loseObjects(): Promise<void> {
    return this.server.stopObjects();
  }

  /** Someone new: own cookies, and an own address, which the limiter counts by. */
  async visitor(options: BrowserContextOptions = {}): Promise<Page> {
    const address = `10.0.${this.#contexts.length >> 8}.${this.#contexts.length & 255}`;
    const context = await this.browser.newContext({
      baseURL: this.url,
      extraHTTPHeaders: { 'cf-connecting-ip': address },
      ...options,
    });
    context.setDefaultTimeout(TEST_MS / 2);
    if (options.javaScriptEnabled === false) scriptless.add(context);
    this.#contexts.push(context);
    return context.newPage();
  }
}

/** Contexts whose pages never start. */
const scriptless = new WeakSet<BrowserContext>();

/** Opens a page, and waits until its forms and links are SvelteKit's: before that a click loads a new page. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  if (!scriptless.has(page.context())) await page.locator('#svelte-announcer').waitFor({ state: 'attached' });
}

export function newAccount(): Account {
  return {
    name: 'Test Visitor',
    email: `test-${randomUUID()}@example.test`,
    password: randomBytes(12).toString('base64url'),
  };
}

export async function signUp(page: Page, account: Account): Promise<void> {
  await page.goto('/sign-up');
  await page.getByRole('textbox', { name: 'Name' }).fill(account.name);
  await page.getByRole('textbox', { name: 'E-mail' }).fill(account.email);
  await page.getByLabel('Password').fill(account.password);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.waitForURL('**/account');
}

export async function signIn(page: Page, account: Pick<Account, 'email' | 'password'>): Promise<void> {
  await page.goto('/sign-in');
  await attempt(page, account);
  await page.waitForURL('**/account');
}

/** One try with the sign-in form; resolves with the status of the answer. */
export async function attempt(
  page: Page,
  { email, password }: Pick<Account, 'email' | 'password'>,
): Promise<number> {
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByLabel('Password').fill(password);
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.getByRole('button', { name: 'Sign in' }).click(),
  ]);
  return answer.status();
}

export async function publish(page: Page, title: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Title' }).fill(title);
  await page.getByRole('textbox', { name: 'Summary' }).fill('Written by a test.');
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('status').filter({ hasText: title }).waitFor();
}

export const sourceOf = (page: Page): Promise<string | null> => page.locator('main .source').textContent();

export const firstTitle = (page: Page): Promise<string | null> =>
  page.locator('.content-list h3').first().textContent();

const NAMESPACES = {
  kv_namespaces: ['AUTH_SESSION_KV', 'RATE_LIMIT_KV', 'CACHE_KV'].map((binding) => ({ binding })),
};

/** Bindings to the objects of another Worker. */
const objectsOf = (script_name: string) => ({
  durable_objects: {
    bindings: Object.entries(CLASSES).map(([name, class_name]) => ({ name, class_name, script_name })),
  },
});

/** The example's configuration with other bindings than its KV namespaces and objects. */
function writeConfig(folder: string, bindings: object): string {
  const file = join(folder, 'wrangler.json');
  const config = {
    name: 'codex-example-test',
    main: WORKER,
    compatibility_date: '2026-08-01',
    compatibility_flags: ['nodejs_compat'],
    assets: { binding: 'ASSETS', directory: join(EXAMPLE, '.svelte-kit/cloudflare') },
    d1_databases: [
      {
        binding: 'DB',
        database_name: 'codex-example-test',
        database_id: '00000000-0000-0000-0000-000000000009',
        migrations_dir: join(EXAMPLE, 'migrations'),
      },
    ],
    ...bindings,
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}
