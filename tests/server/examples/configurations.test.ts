// The configurations of the Workers that are checked in: wrangler bundles each as it would deploy it.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CONFIG } from '../../../scripts/example/paths.mjs';
import { run } from '../../../scripts/lib.mjs';

/** The namespaces of the app: what is bound without an id would be another one. */
const ids = Object.fromEntries(
  [...readFileSync(CONFIG, 'utf8').matchAll(/"binding": "(\w+_KV)", "id": "(\w+)"/g)].map(([, name, id]) => [
    name,
    id,
  ]),
);

const bindings = {
  // The shop's session wire makes calls on other objects, so it needs the clients' wasm, too.
  objects: [],
  'queue-consumer': [`env.CACHE_KV (${ids.CACHE_KV})`, 'env.DEAD_LETTERS', 'env.TRANSCODER'],
  'webhook-handler': [`env.AUTH_SESSION_KV (${ids.AUTH_SESSION_KV})`, 'env.SESSION_DO (SessionDurableObject'],
};

it.each(Object.entries(bindings))('examples/%s', (name, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'configuration-'));
  const config = `examples/${name}/wrangler.jsonc`;
  const { stdout } = run('wrangler', ['deploy', '--dry-run', '--outdir', folder, '-c', config], {
    quiet: true,
  });
  for (const binding of expected) expect(stdout).toContain(binding);
  const modules = readdirSync(folder).filter((file) => file.endsWith('.wasm'));
  const names = modules.map((file) => /\w+(?=\.wasm$)/.exec(file)?.[0]);
  expect(names.sort()).toEqual(name === 'objects' ? ['clients', 'objects'] : ['clients']);
  rmSync(folder, { recursive: true });
});
