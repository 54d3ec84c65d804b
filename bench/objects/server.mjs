// Workers and their objects in workerd, without a development proxy, on disk.
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { at } from '../../scripts/lib.mjs';

/** A Worker's modules, and its classes by their bindings: what {@link serve} takes. */
export async function program(entry, classes) {
  const bundle = await build({
    entryPoints: [at(entry)],
    bundle: true,
    write: false,
    outdir: '/worker',
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd'],
    external: ['cloudflare:*'],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
  });
  const modules = bundle.outputFiles
    .map(({ path, contents }) => ({
      type: path.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
      path,
      contents,
    }))
    .sort((a) => (a.type === 'ESModule' ? -1 : 1));
  return { modules, classes };
}

/** Starts a process of workerd. `work` gets a function that sends it jobs; when it has ended, nothing is left. */
export async function serve({ modules, classes }, work) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-objects-'));
  const server = new Miniflare(
    convertV4MiniflareOptions({
      modulesRoot: '/worker',
      modules,
      compatibilityDate: '2026-08-01',
      durableObjects: Object.fromEntries(
        Object.entries(classes).map(([name, className]) => [name, { className, useSQLite: true }]),
      ),
      durableObjectsPersist: folder,
      host: '127.0.0.1',
      port: 0,
      cf: false,
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    }),
  );
  try {
    await server.ready;
    const url = await server.unsafeGetDirectURL();
    return await work((job, agent) => post(url, job, agent));
  } finally {
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

// Without an agent the connection is of this job alone: the server closes connections that were idle.
async function post(url, job, agent = new Agent()) {
  const text = await new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: 'POST' }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (more) => (text += more));
      const ended = () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(text)));
      answer.on('end', ended);
    });
    sent.on('error', reject).end(JSON.stringify(job));
  });
  return text && JSON.parse(text);
}
