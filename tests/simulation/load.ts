import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/** What a copy of the package has of its own instead of the globals: its clock, timers and chance. */
export interface Scope {
  Date: DateConstructor;
  Math: Math;
  setTimeout: (run: () => void, ms?: number, ...args: unknown[]) => unknown;
  clearTimeout: (timer: unknown) => void;
  crypto: { randomUUID(): string; getRandomValues<T>(into: T): T };
  console: Pick<Console, 'log' | 'warn' | 'error'>;
}

const NAMES = ['Date', 'Math', 'setTimeout', 'clearTimeout', 'crypto', 'console'] as const;

type Entry = 'clients' | 'objects' | 'better_auth' | 'testing';

const ENTRIES: Record<Entry, string> = {
  clients: '@codex/cloudflare-clients',
  objects: '@codex/cloudflare-clients/durable-objects',
  better_auth: '@codex/cloudflare-clients/better-auth',
  testing: '@codex/cloudflare-clients/testing',
};

/** Where the version before is unpacked: tests/previous/README.md. */
export const PREVIOUS = join(process.cwd(), 'target/previous');

/** Loads an entry of the packed package as an isolate of its own: modules, wasm and globals are its own. */
export type Loader = (scope: Scope) => Record<string, unknown>;

const loaders = new Map<string, Promise<Loader>>();

/**
 * The loader of an entry, by default of the package as it is installed here. `root` is the folder of another
 * `node_modules`, in which another version is.
 */
export function loaderOf(entry: Entry | readonly Entry[], root = process.cwd()): Promise<Loader> {
  const entries = typeof entry === 'string' ? [entry] : [...entry];
  const key = `${root} ${entries}`;
  const known = loaders.get(key) ?? makeLoader(entries, root);
  loaders.set(key, known);
  return known;
}

async function makeLoader(entries: Entry[], root: string): Promise<Loader> {
  const modules = new Map<string, WebAssembly.Module>();
  const options: BuildOptions = {
    stdin: {
      contents: entries.map((entry) => `export * from '${ENTRIES[entry]}';`).join(''),
      resolveDir: root,
    },
    bundle: true,
    write: false,
    format: 'cjs',
    target: 'node22',
    conditions: ['workerd'],
    external: ['better-auth'],
    plugins: [workerd(modules)],
    logLevel: 'error',
  };
  const { outputFiles } = await build(options);
  const code = outputFiles?.[0]?.text ?? '';
  const run = new Function('module', 'wasmModule', ...NAMES, code) as (...args: unknown[]) => void;
  return (scope) => {
    const module = { exports: {} as Record<string, unknown> };
    run(module, (path: string) => modules.get(path), ...NAMES.map((name) => scope[name]));
    return module.exports;
  };
}

// What workerd has and Node has not: compiled modules as imports, and the base class of objects.
function workerd(modules: Map<string, WebAssembly.Module>): Plugin {
  const base = 'exports.DurableObject = class { constructor(ctx, env) { this.ctx = ctx; this.env = env } };';
  return {
    name: 'workerd',
    setup({ onResolve, onLoad }) {
      // The session wire is asked for by nobody here, and brings the clients.
      onResolve({ filter: /\/wire\.js$/ }, ({ path, kind }) =>
        kind === 'dynamic-import' ? { path, external: true } : undefined,
      );
      onResolve({ filter: /^cloudflare:workers$/ }, () => ({ path: 'workers', namespace: 'workerd' }));
      onLoad({ filter: /.*/, namespace: 'workerd' }, () => ({
        contents: `${base} exports.waitUntil = () => {};`,
      }));
      onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => ({
        path: join(resolveDir, path),
        namespace: 'wasm',
      }));
      onLoad({ filter: /.*/, namespace: 'wasm' }, ({ path }) => {
        modules.set(path, new WebAssembly.Module(readFileSync(path)));
        return {
          contents: `module.exports = wasmModule(${JSON.stringify(path)})`,
          resolveDir: dirname(path),
        };
      });
    },
  };
}
