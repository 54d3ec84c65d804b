import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';

/** A Worker in a server process of its own, where requests overlap and may be cancelled. */
export interface Server {
  url: URL;
  miniflare: Miniflare;
  /** What reached the process without being caught. */
  uncaught: string[];
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** What the Worker imports as the package. */
  package?: string;
  compatibilityDate?: string;
  compatibilityFlags?: string[];
  /** What the Worker is bound to beside `KV`, as Miniflare has it. */
  bindings?: object;
  /** Other Workers of the same process. */
  others?: object[];
}

/** What a Worker is made of, as Miniflare takes it: bundled as wrangler would. */
export async function bundled(worker: URL, packagePath?: string) {
  const bundle = await build({
    entryPoints: [fileURLToPath(worker)],
    bundle: true,
    write: false,
    outdir: '/worker',
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd'],
    external: ['cloudflare:*', 'node:*'],
    loader: { '.wasm': 'copy' },
    // Two versions of the package have modules of the same name.
    assetNames: '[name]-[hash]',
    logLevel: 'error',
    ...(packagePath && { alias: { '@codex/cloudflare-clients': packagePath } }),
  });
  const modules = bundle.outputFiles
    .map(({ path, contents }) => ({
      type: path.endsWith('.wasm') ? ('CompiledWasm' as const) : ('ESModule' as const),
      path,
      contents,
    }))
    .sort((a) => (a.type === 'ESModule' ? -1 : 1));
  return { modulesRoot: '/worker', modules };
}

/** Starts a Worker in workerd with a KV namespace `KV`. */
export async function serve(worker: URL, options: ServerOptions = {}): Promise<Server> {
  const code = await bundled(worker, options.package);
  const uncaught: string[] = [];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      cf: false,
      handleUncaughtError: (error: Error) => void uncaught.push(error.message),
      workers: [
        {
          name: 'main',
          ...code,
          compatibilityDate: options.compatibilityDate ?? '2026-08-01',
          compatibilityFlags: options.compatibilityFlags ?? [],
          kvNamespaces: { KV: 'kv' },
          ...options.bindings,
        },
        ...(options.others ?? []),
      ],
    } as never),
  );
  return { url: await miniflare.ready, miniflare, uncaught, stop: () => miniflare.dispose() };
}
