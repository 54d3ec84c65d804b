// Objects of a second Worker that was not started: on one machine the commonest mistake with two of them.
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

it('the error says that its Worker does not run, and how to start it', async () => {
  const failure = {
    code: 'object_unavailable',
    message:
      'The Durable Object could not be reached, since the Worker that exports its class does not run (see cause). Start it: `npx wrangler dev` in its folder, beside `vite dev`',
    retryable: true,
  };
  expect(await (await fetch(worker.url)).json()).toEqual([failure, failure]);
});
