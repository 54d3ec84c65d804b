import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { inject } from 'vitest';
import { at, env as projectEnv } from '../../scripts/lib.mjs';
import { linkPackages } from './prefilled.ts';

/** A server of a consumer, on loopback and a port the system chose. */
export interface Server {
  url: string;
  stop(): Promise<void>;
  /** What it has printed. */
  output(): string;
}

const MINUTES = 60_000;

let servers = 0;
/**
 * Where a Vite of a consumer listens: it takes the first port from there on that is free. Consumers run side by side,
 * each worker with ports of its own. Not port 0: Vite then looks for a free port, and fails when somebody else was
 * faster.
 */
export function loopback(): string[] {
  const port = 21_000 + 100 * Number(process.env.VITEST_POOL_ID ?? 0) + servers++;
  return ['--host', '127.0.0.1', '--port', String(port)];
}

/** A user's project in a temporary folder: a template of this one, with the packed tarball installed. */
export class Consumer {
  private constructor(readonly folder: string) {}

  /**
   * `packages` are installed at the versions that the project itself pins, or at their own: `hono@4.1.2`.
   * Of several templates, each is copied over the one before. What the project has installed is linked from there,
   * unless the consumer is to be `plain`: exactly what a user's `npm install` does.
   */
  static async install(
    template: string | string[],
    packages: readonly string[],
    { plain = false } = {},
  ): Promise<Consumer> {
    const consumer = new Consumer(mkdtempSync(join(tmpdir(), 'codex-consumer-')));
    try {
      for (const folder of [template].flat())
        cpSync(resolve(at('.'), folder), consumer.folder, { recursive: true });
      const devDependencies = Object.fromEntries(packages.map(versionOf));
      const file = join(consumer.folder, 'package.json');
      // A template may be a whole project, with scripts of its own.
      const own = existsSync(file) ? JSON.parse(consumer.read('package.json')) : {};
      const manifest = { name: 'consumer', private: true, type: 'module', ...own, devDependencies };
      writeFileSync(file, JSON.stringify(manifest));
      console.log(`Installing the tarball beside ${packages.join(', ')} (about 5 s)`);
      // No install script runs, neither ours (there is none) nor others'.
      const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
      if (!plain) {
        linkPackages(consumer.folder, packages);
        // Else npm reads about all that better-auth, which may be absent, may work together with.
        if (!packages.includes('better-auth')) flags.push('--legacy-peer-deps');
      }
      await consumer.#finish(spawnGroup('npm', ['install', ...flags, inject('tarball')], consumer.folder));
      return consumer;
    } catch (error) {
      consumer.remove();
      throw error;
    }
  }

  /** Runs a tool of the consumer to its end, and returns what it printed; rejects unless it succeeds. */
  run(tool: string, ...args: string[]): Promise<string> {
    return this.#finish(this.#spawn(tool, args));
  }

  /** Runs a script of its package.json. */
  script(name: string): Promise<string> {
    return this.#finish(spawnGroup('npm', ['run', name], this.folder));
  }

  /** Runs a program that a package has, which is no script of Node. */
  runBinary(file: string, ...args: string[]): Promise<string> {
    return this.#finish(spawnGroup(join(this.folder, 'node_modules', file), args, this.folder));
  }

  /** Starts a server and waits for the line that tells its address. */
  async serve(tool: string, ...args: string[]): Promise<Server> {
    const child = this.#spawn(tool, args);
    const output = collect(child);
    const ended = exit(child);
    const stop = async () => {
      endGroup(child, 'SIGTERM');
      try {
        await within(MINUTES / 6, ended, () => `${tool} does not end:\n${output()}`);
      } finally {
        endGroup(child, 'SIGKILL');
      }
    };
    const url = new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = /(?:Ready on|Local:) +(http:\/\/127\.0\.0\.1:\d+)/.exec(output())?.[1];
        if (found) resolve(found);
      };
      child.stdout?.on('data', look);
      ended.then(() => reject(new Error(`${tool} ended early:\n${output()}`)), reject);
    });
    try {
      return { url: await within(MINUTES, url, () => `${tool} is not ready:\n${output()}`), stop, output };
    } catch (error) {
      endGroup(child, 'SIGKILL');
      throw error;
    }
  }

  /** The Worker of the folder in workerd. */
  wrangler(...args: string[]): Promise<Server> {
    return this.serve(
      'wrangler',
      'dev',
      '--ip',
      '127.0.0.1',
      '--port',
      '0',
      '--inspector-port',
      '0',
      ...args,
    );
  }

  /** A project inside this one, such as an app of a monorepo. */
  inside(folder: string): Consumer {
    return new Consumer(join(this.folder, folder));
  }

  /** A file of the installed package, wherever it lies there. */
  installed(name: string): Buffer {
    const folder = 'node_modules/@codex/cloudflare-clients';
    const found = readdirSync(join(this.folder, folder), { recursive: true, encoding: 'utf8' }).filter(
      (file) => basename(file) === name,
    );
    if (found.length !== 1) throw new Error(`${found.length} files are called ${name}`);
    return this.bytes(join(folder, found[0] as string));
  }

  bytes(file: string): Buffer {
    return readFileSync(join(this.folder, file));
  }

  read(file: string): string {
    return this.bytes(file).toString();
  }

  remove(): void {
    // A process that was killed may be at its last write.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  #spawn(tool: string, args: string[]): ChildProcess {
    const script = join(this.folder, 'node_modules/.bin', tool);
    return spawnGroup(process.execPath, [script, ...args], this.folder);
  }

  async #finish(child: ChildProcess): Promise<string> {
    const output = collect(child);
    try {
      const code = await within(8 * MINUTES, exit(child), () => `It hangs:\n${output()}`);
      if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} failed (${code}):\n${output()}`);
      return output();
    } finally {
      // `vite build` leaves the workerd of its emulated platform behind.
      endGroup(child, 'SIGKILL');
    }
  }
}

const manifests = ['package.json', 'examples/sveltekit/package.json'].map(
  (file) => JSON.parse(readFileSync(at(file), 'utf8')) as { devDependencies: Record<string, string> },
);

export function versionOf(named: string): [name: string, version: string] {
  const [, name, own] = /^(.[^@]*)(?:@(.+))?$/.exec(named) ?? [];
  if (!name) throw new Error(`"${named}" is not the name of a package`);
  return [name, own ?? pinned(name)];
}

function pinned(name: string): string {
  const version = manifests.map(({ devDependencies }) => devDependencies[name]).find(Boolean);
  if (!version) throw new Error(`${name} is not pinned in ${at('package.json')}`);
  return version;
}

// What a user's shell has: nothing of the vitest or the npm script that this runs in.
function userEnv(folder: string): NodeJS.ProcessEnv {
  // What a tool that is killed leaves behind goes with the consumer.
  const temporary = join(folder, '.tmp');
  mkdirSync(temporary, { recursive: true });
  const ours =
    /^(VITEST|VITE_|npm_(?!config_)|npm_config_(local_)?prefix$)|^(FORCE_COLOR|NODE_ENV|NODE_OPTIONS|TEST|MODE|DEV|PROD|SSR|BASE_URL)$/;
  return {
    ...Object.fromEntries(Object.entries(projectEnv).filter(([name]) => !ours.test(name))),
    CI: '1',
    NO_COLOR: '1',
    TMPDIR: temporary,
    NEXT_TELEMETRY_DISABLED: '1',
    WRANGLER_LOG_PATH: join(folder, '.wrangler/logs'),
    WRANGLER_REGISTRY_PATH: join(folder, '.wrangler/registry'),
  };
}

// A process group of its own, so that all a tool started ends with it.
function spawnGroup(command: string, args: string[], folder: string): ChildProcess {
  const child = spawn(command, args, {
    cwd: folder,
    env: userEnv(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const end = () => endGroup(child, 'SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
  }
  return () => text;
}

// Not 'close': a process that a tool left behind holds its pipes open.
function exit(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

async function within<T>(ms: number, promise: Promise<T>, why: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(why())), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
