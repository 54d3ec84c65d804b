// The SvelteKit example as it would be deployed, in one process with its objects and the queue consumer, on the same KV.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { buildExample } from '../../../scripts/example/build.mjs';
import { CONFIG, EXAMPLE, ROOT } from '../../../scripts/example/paths.mjs';
import { run } from '../../../scripts/lib.mjs';
import { CLASSES } from '../../support/classes.js';
import { bundled } from '../../support/workerd.js';

export const ORIGIN = 'http://localhost';

const KV = { AUTH_SESSION_KV: 'sessions', RATE_LIMIT_KV: 'limits', CACHE_KV: 'cache' };

/** Its constructor throws: whatever is asked of an object fails, as when its machine is away. */
const BROKEN = `import { DurableObject } from 'cloudflare:workers';
export class RateLimitDurableObject extends DurableObject {
  constructor(ctx, env) { super(ctx, env); throw new Error('out of order'); }
}
export default { fetch: () => new Response(null, { status: 404 }) };`;

/** Where the app finds its objects, with the class of another Worker for its limits. */
function objects(limits = { className: CLASSES.RATE_LIMIT_DO, scriptName: 'objects' }) {
  const bound = Object.entries(CLASSES).map(([binding, className]) => [
    binding,
    { className, scriptName: 'objects' },
  ]);
  return { ...Object.fromEntries(bound), RATE_LIMIT_DO: limits };
}

function unlimited() {
  const { RATE_LIMIT_DO: _, ...durableObjects } = objects();
  const { RATE_LIMIT_KV: __, ...kvNamespaces } = KV;
  return { durableObjects, kvNamespaces };
}

/** The same app with other bindings: by the names that `visit` takes. */
const APPS = {
  app: {},
  'limiter-away': {
    durableObjects: objects({ className: 'RateLimitDurableObject', scriptName: 'broken' }),
  },
  'limiter-of-carts': { durableObjects: objects({ className: CLASSES.CART_DO, scriptName: 'objects' }) },
  'no-limiter': unlimited(),
  'no-secret': { bindings: {} },
};

export interface App {
  miniflare: Miniflare;
  /** What the Workers have logged. */
  logs: string[];
  visit(path: string, init?: RequestInit, app?: keyof typeof APPS): Promise<Response>;
  stop(): Promise<void>;
}

export async function startApp(): Promise<App> {
  await buildExample();
  const code = deployed();
  const shared = { compatibilityDate: '2026-08-01', compatibilityFlags: ['nodejs_compat'] };
  const logs: string[] = [];
  const apps = Object.entries(APPS).map(([name, bindings]) => ({
    name,
    ...shared,
    ...code,
    kvNamespaces: KV,
    d1Databases: { DB: 'db' },
    durableObjects: objects(),
    serviceBindings: { ASSETS: () => new Response(null, { status: 404 }) },
    bindings: { AUTH_SECRET: 'a secret of the tests, of thirty-two letters' },
    ...bindings,
  }));
  const classes = Object.values(CLASSES);
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      cf: false,
      handleStructuredLogs: ({ level, message }: { level: string; message: string }) =>
        void logs.push(`${level}: ${message}`),
      workers: [
        ...apps,
        {
          name: 'objects',
          ...shared,
          ...(await bundled(new URL('objects.ts', import.meta.url))),
          durableObjects: Object.fromEntries(
            classes.map((one) => [one, { className: one, useSQLite: true }]),
          ),
        },
        {
          name: 'broken',
          ...shared,
          modules: true,
          script: BROKEN,
          durableObjects: { LIMIT: { className: 'RateLimitDurableObject', useSQLite: true } },
        },
        {
          name: 'consumer',
          ...shared,
          ...(await bundled(new URL('../../../examples/queue-consumer/src/index.ts', import.meta.url))),
          kvNamespaces: { CACHE_KV: KV.CACHE_KV },
          queueProducers: { DEAD_LETTERS: 'dead-letters' },
          queueConsumers: { transcoding: { maxBatchTimeout: 0 } },
          serviceBindings: { TRANSCODER: async () => new Response(null, { status: 422 }) },
        },
      ],
    } as never),
  );
  await miniflare.ready;
  await migrate(miniflare);
  return {
    miniflare,
    logs,
    async visit(path, init = {}, app = 'app') {
      const worker = await miniflare.getWorker(app);
      const answer = await worker.fetch(ORIGIN + path, { redirect: 'manual', ...init } as never);
      return answer as unknown as Response;
    },
    stop: () => miniflare.dispose(),
  };
}

/** What wrangler would upload. */
function deployed() {
  const folder = mkdtempSync(join(tmpdir(), 'app-'));
  try {
    run('wrangler', ['deploy', '--dry-run', '--outdir', folder, '-c', CONFIG], { quiet: true, cwd: ROOT });
    const modules = readdirSync(folder)
      .filter((file) => /\.(js|wasm)$/.test(file))
      .map((file) => ({
        type: file.endsWith('.js') ? 'ESModule' : 'CompiledWasm',
        path: file,
        contents: readFileSync(join(folder, file)),
      }))
      .sort((a) => (a.type === 'ESModule' ? -1 : 1));
    return { modulesRoot: '/', modules };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function migrate(miniflare: Miniflare): Promise<void> {
  const database = await miniflare.getD1Database('DB', 'app');
  for (const file of readdirSync(`${EXAMPLE}/migrations`).sort()) {
    const sql = readFileSync(`${EXAMPLE}/migrations/${file}`, 'utf8').replaceAll(/^--.*$/gm, '');
    const statements = sql.split(/;\s*$/m).filter((statement) => statement.trim());
    await database.batch(statements.map((statement) => database.prepare(statement)));
  }
}
