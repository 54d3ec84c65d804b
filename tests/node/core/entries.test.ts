// What each entry is under the conditions of bundlers: the same names everywhere, and where it cannot run, an error
// that says where to import it.
import * as main from '@codex/cloudflare-clients';
import * as shared from '@codex/cloudflare-clients/shared';
import { type BuildOptions, build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { at } from '../../../scripts/lib.mjs';

const PACKAGE = '@codex/cloudflare-clients';

async function bundled(contents: string, options: BuildOptions) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: at('.') },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    external: ['cloudflare:*', 'node:*'],
    loader: { '.wasm': 'empty' },
    logLevel: 'error',
    ...options,
  });
  const [{ exports = [] } = {}] = Object.values(metafile?.outputs ?? {});
  return { code: outputFiles?.[0]?.text ?? '', names: exports.toSorted(), files: metafile?.inputs ?? {} };
}

const inWorkerd: BuildOptions = { conditions: ['workerd'] };
const inBrowser: BuildOptions = { platform: 'browser' };
const inNode: BuildOptions = { platform: 'node' };
const elsewhere: BuildOptions = { platform: 'neutral' };

const run = (code: string) => import(`data:text/javascript,${encodeURIComponent(code)}`);

describe.each([PACKAGE, `${PACKAGE}/better-auth`, `${PACKAGE}/durable-objects`])('%s', (entry) => {
  const all = `export * from '${entry}'`;

  it('has the same names under each condition', async () => {
    const { names } = await bundled(all, inWorkerd);
    expect(names).not.toEqual([]);
    for (const options of [inBrowser, inNode, elsewhere]) {
      expect((await bundled(all, options)).names).toEqual(names);
    }
  });

  it('is free of WebAssembly in a browser, and refuses to load', async () => {
    const { code, files } = await bundled(all, inBrowser);
    expect(Object.keys(files).join()).not.toMatch(/wasm/);
    await expect(run(code)).rejects.toMatchObject({
      name: 'CloudflareClientsError',
      code: 'misconfigured',
      message: expect.stringContaining(`${entry} `),
    });
  });

  it('is left out of a browser’s bundle that uses none of its names', async () => {
    const { code } = await bundled(`import '${entry}'; export const fine = true;`, inBrowser);
    expect(await run(code)).toMatchObject({ fine: true });
  });
});

it('the clients say in a browser where to import them', async () => {
  for (const entry of [PACKAGE, `${PACKAGE}/better-auth`]) {
    const { code } = await bundled(`export * from '${entry}'`, inBrowser);
    const message =
      /server only: import this in \+page\.server\.ts, .* is in @codex\/cloudflare-clients\/shared/;
    await expect(run(code)).rejects.toThrow(message);
  }
});

it('the classes say in Node that a Worker’s entry imports them', async () => {
  const specifier = `${PACKAGE}/durable-objects`;
  await expect(import(specifier)).rejects.toMatchObject({
    name: 'CloudflareClientsError',
    code: 'misconfigured',
    message: expect.stringMatching(/only a Worker's own entry .* may import it/),
  });
});

it('the clients say what is missing when a bundler left the WebAssembly behind', async () => {
  const { code } = await bundled(`export * from '${PACKAGE}'`, inNode);
  await expect(run(code)).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringContaining("ssr: { external: ['@codex/cloudflare-clients'] }"),
  });
});

describe('./shared', () => {
  it('is part of the main entry: the same functions, the same class of errors', () => {
    expect(Object.keys(shared)).toEqual(
      expect.arrayContaining([
        'clientKey',
        'CloudflareClientsError',
        'ERROR_CODES',
        'RATE_LIMITS',
        'rateLimitHeaders',
      ]),
    );
    for (const [name, part] of Object.entries(shared)) expect(main).toHaveProperty(name, part);
    expect(main.CloudflareClientsError).toBe(shared.CloudflareClientsError);
    expect(() => new main.CacheClient(undefined as never)).toThrow(shared.CloudflareClientsError);
  });

  it('is less than 6 KB of JavaScript', async () => {
    const { code } = await bundled(`export * from '${PACKAGE}/shared'`, { ...inBrowser, minify: true });
    expect(code.length).toBeLessThan(6_000);
  });
});

describe.each(['shared', 'testing'])('./%s', (entry) => {
  it.each([inBrowser, inWorkerd, inNode, elsewhere])(
    'imports nothing but JavaScript: %j',
    async (options) => {
      const { code, names, files } = await bundled(`export * from '${PACKAGE}/${entry}'`, options);
      expect(Object.keys(files).filter((file) => /wasm|entries/.test(file))).toEqual([]);
      expect(code).not.toMatch(/^import |WebAssembly/m);
      expect(Object.keys(await run(code)).toSorted()).toEqual(names);
    },
  );
});
