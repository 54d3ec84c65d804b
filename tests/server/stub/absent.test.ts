// The commonest mistakes with objects: a second Worker that was not started, and a class without a migration.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWorker } from '../../../scripts/example/server.mjs';
import { at } from '../../../scripts/lib.mjs';

const folder = mkdtempSync(join(tmpdir(), 'absent-'));
let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  const config = join(folder, 'wrangler.json');
  const bindings = [
    { name: 'CART_DO', class_name: 'CartDurableObject', script_name: 'absent' },
    { name: 'WITHOUT_SQLITE', class_name: 'CartDurableObject' },
    { name: 'COORDINATION_DO', class_name: 'CoordinationDurableObject', script_name: 'absent' },
  ];
  const main = at('tests/server/stub/absent_worker.ts');
  const settings = { name: 'app', main, compatibility_date: '2026-08-01', durable_objects: { bindings } };
  writeFileSync(config, JSON.stringify(settings));
  worker = await startWorker({ config, registry: join(folder, 'registry'), persistTo: folder, port: 0 });
});
afterAll(async () => {
  await worker?.stop();
  rmSync(folder, { recursive: true });
});

it('the error says what is missing', async () => {
  const failure = {
    code: 'object_unavailable',
    message:
      'The Durable Object could not be reached, since no Worker runs under the name in script_name (see cause). Start it: `npx wrangler dev` in its folder, beside `vite dev`; or correct script_name',
    retryable: true,
  };
  expect(await (await fetch(worker.url)).json()).toEqual([
    failure,
    failure,
    {
      code: 'misconfigured',
      message: expect.stringContaining('list it under new_sqlite_classes'),
      retryable: false,
    },
  ]);
});
