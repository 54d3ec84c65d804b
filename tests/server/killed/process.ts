// workerd itself as a process with its state on disk, which can be killed at any moment.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { bundled } from '../../support/workerd.js';

// The one that Miniflare, and so every other test, runs.
const miniflare = createRequire(import.meta.url).resolve('miniflare');
const WORKERD = createRequire(miniflare)('workerd').default as string;

/** Bindings and their classes; the classes are the Worker's own. */
export type Objects = Record<string, string>;

export class Workerd {
  /** How often it was killed. */
  kills = 0;
  #child: ChildProcess | undefined;
  #up: Promise<URL> | undefined;

  private constructor(readonly folder: string) {}

  /** A Worker with objects, whose state outlives its process. `worker` is a file beside this one. */
  static async of(worker: string, objects: Objects): Promise<Workerd> {
    const process = new Workerd(mkdtempSync(join(tmpdir(), 'workerd-')));
    const { modules } = await bundled(new URL(worker, import.meta.url));
    for (const { path, contents } of modules) writeFileSync(join(process.folder, basename(path)), contents);
    const files = modules.map(({ path, type }) => ({ file: basename(path), type }));
    writeFileSync(
      join(process.folder, 'config.capnp'),
      configOf(files, objects, join(process.folder, 'state')),
    );
    mkdirSync(join(process.folder, 'state'));
    return process;
  }

  /** Where it listens; starts it when it does not run. */
  url(): Promise<URL> {
    this.#up ??= this.#start();
    return this.#up;
  }

  /** Ends it between two instructions, as a machine that fails does. */
  async kill(): Promise<void> {
    await this.url();
    const child = this.#child;
    // Whoever asks from now on gets the next one.
    this.#up = child && this.#end(child).then(() => this.#start());
    this.kills++;
    await this.#up;
  }

  async stop(): Promise<void> {
    await this.#up?.catch(() => {});
    if (this.#child) await this.#end(this.#child);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #end(child: ChildProcess): Promise<void> {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGKILL');
    await ended;
  }

  async #start(): Promise<URL> {
    const args = ['serve', '--experimental', '--control-fd=3', join(this.folder, 'config.capnp')];
    const child = spawn(WORKERD, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const port = await new Promise<number>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`workerd ended (${code}):\n${errors}`)));
      let told = '';
      (child.stdio[3] as Readable).setEncoding('utf8').on('data', (text: string) => {
        told += text;
        const found = /"event":"listen".*?"port":(\d+)/.exec(told)?.[1];
        if (found) resolve(Number(found));
      });
    });
    return new URL(`http://127.0.0.1:${port}`);
  }
}

function configOf(files: { file: string; type: string }[], objects: Objects, state: string): string {
  const modules = files.map(({ file, type }) => {
    const kind = type === 'CompiledWasm' ? 'wasm' : 'esModule';
    return `(name = "${file}", ${kind} = embed "${file}")`;
  });
  const classes = Object.values(objects).map(
    (name) => `(className = "${name}", uniqueKey = "${name}", enableSql = true)`,
  );
  const bindings = Object.entries(objects).map(
    ([name, className]) => `(name = "${name}", durableObjectNamespace = "${className}")`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "state", disk = (path = "${state}", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = "2026-08-01",
  modules = [${modules.join(', ')}],
  durableObjectNamespaces = [${classes.join(', ')}],
  durableObjectStorage = (localDisk = "state"),
  bindings = [${bindings.join(', ')}],
);
`;
}
