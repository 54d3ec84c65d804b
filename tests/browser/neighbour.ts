// Another Worker that is bound to the example's objects: for what the app itself never does to them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startWorker } from '../../scripts/example/server.mjs';

const SOURCE = `export default {
  fetch: (request, { SESSION_DO }) => SESSION_DO.get(SESSION_DO.idFromName('session-hub')).fetch(request),
};`;

/** Speaks the session wire with the objects of a site. */
export async function startNeighbour({ folder, registry }: { folder: string; registry: string }) {
  const main = join(folder, 'neighbour.mjs');
  const config = join(folder, 'neighbour.json');
  const binding = { name: 'SESSION_DO', class_name: 'SessionDurableObject', script_name: 'codex-example' };
  const settings = { name: 'codex-neighbour', main, compatibility_date: '2026-08-01' };
  writeFileSync(main, SOURCE);
  writeFileSync(config, JSON.stringify({ ...settings, durable_objects: { bindings: [binding] } }));
  const persistTo = join(folder, 'neighbour');
  const worker = await startWorker({ config, registry, persistTo, port: 0 });
  const ask = async (body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(worker.url, { method: 'POST', body: JSON.stringify(body) });
    return (await answer.json()) as Record<string, unknown>;
  };
  return { ask, stop: worker.stop };
}
