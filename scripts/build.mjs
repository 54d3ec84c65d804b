// Fills pkg/: the wasm, its glue as a factory, JavaScript, typings, source maps, documents and licences.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeDocuments } from './documents.mjs';
import { factory } from './glue.mjs';
import { at, hashOf, once, root, run, step } from './lib.mjs';
import { licences } from './licences.mjs';
import { installPackage } from './pack.mjs';
import { reached } from './reach.mjs';

const RUST = ['Cargo.toml', 'Cargo.lock', 'src'];
const SCRIPTS = [
  'scripts/build.mjs',
  'scripts/documents.mjs',
  'scripts/glue.mjs',
  'scripts/lib.mjs',
  'scripts/licences.mjs',
  'scripts/pack.mjs',
  'scripts/reach.mjs',
];
const REST = ['js', 'pkg/package.json', 'README.md', 'LICENSE'];
const DOCUMENTS = ['docs', 'CHANGELOG.md', '.changeset'];

const WRITTEN_BY_HAND = ['package.json'];

const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
const RUSTFLAGS = [
  // Panic messages name source files: without the paths of the machine that built them.
  `--remap-path-prefix=${cargoHome}=cargo`,
  `--remap-path-prefix=${root}=.`,
  // SHA-256 as a loop instead of unrolled: 6 KB less, and tokens are one block.
  '--cfg=sha2_backend_soft="compact"',
].join(' ');

/** Builds what has changed, and installs the result as the examples and tests see it. */
export async function build({ force = false } = {}) {
  const key = force ? String(Date.now()) : hashOf([...RUST, ...SCRIPTS, ...REST, ...DOCUMENTS]);
  const built = await once(
    'build',
    key,
    () => existsSync(at('pkg/entries/workerd.js')) && existsSync(at('target/glue-objects/objects.d.ts')),
    () => {
      clean();
      wasm('clients', 'clients', 'pkg/wasm');
      wasm('objects', 'objects', 'pkg/wasm');
      step('Compiling the TypeScript', '5 seconds');
      run('tsc', ['-p', 'js/tsconfig.json']);
      prune();
      nameSources();
      copyFileSync(at('LICENSE'), at('pkg/LICENSE'));
      writeFileSync(at('pkg/THIRD_PARTY_LICENSES'), licences());
      writeDocuments();
      report();
    },
  );
  await installPackage(built);
}

/**
 * The same package as tests load it: with functions that panic, trap and overflow, and objects that are a version
 * further. One module has both parts.
 */
export async function buildFaults() {
  const key = hashOf([...RUST, ...SCRIPTS, ...REST]);
  await once(
    'build-faults',
    key,
    () => existsSync(at('target/faults/entries/workerd.js')),
    () => {
      rmSync(at('target/faults'), { recursive: true, force: true });
      // Cargo works for one at a time in a folder, and the package may be built meanwhile.
      const ownFolder = { CARGO_TARGET_DIR: at('target/faults-cargo') };
      wasm('faults', 'clients,objects,faults', 'target/faults/wasm', 'clients', ownFolder);
      for (const ending of ['js', 'wasm']) {
        copyFileSync(at(`target/faults/wasm/clients.${ending}`), at(`target/faults/wasm/objects.${ending}`));
      }
      run('tsc', ['-p', 'js/tsconfig.json', '--outDir', 'target/faults']);
      copyFileSync(at('pkg/package.json'), at('target/faults/package.json'));
    },
  );
}

// Each module holds the exports of its feature, and only the code that they need.
function wasm(name, features, out, file = name, extraEnv = {}) {
  step(`Compiling the Rust (${name})`, '40 seconds at first');
  const folder = `target/glue-${name}`;
  // wasm-pack writes a package.json and a .gitignore into its folder, so it gets one of its own.
  const args = ['build', '.', '--release', '--target', 'web', '--mode', 'no-install', '--no-pack'];
  const cargo = ['--no-default-features', '--features', features];
  run('wasm-pack', [...args, '--out-dir', folder, '--out-name', file, '--', ...cargo], {
    quiet: true,
    extraEnv: { RUSTFLAGS, ...extraEnv },
  });
  mkdirSync(at(out), { recursive: true });
  copyFileSync(at(folder, `${file}_bg.wasm`), at(out, `${file}.wasm`));
  writeFileSync(at(out, `${file}.js`), factory(readFileSync(at(folder, `${file}.js`), 'utf8')));
}

// An earlier build may have left files of other names.
function clean() {
  for (const name of readdirSync(at('pkg'))) {
    if (!WRITTEN_BY_HAND.includes(name)) rmSync(at('pkg', name), { recursive: true });
  }
}

// Removes the typings of internal files, and the JavaScript of files with types alone.
function prune() {
  const kept = reached(at('pkg'), JSON.parse(readFileSync(at('pkg/package.json'), 'utf8')));
  const files = readdirSync(at('pkg'), { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const name = relative(at('pkg'), join(file.parentPath, file.name));
    const built = name.replace(/\.map$/, '');
    if (!/\.(js|d\.ts)$/.test(built) || kept.has(built)) continue;
    rmSync(at('pkg', name));
  }
}

// A map holds its source. By its name it lies beside what was built of it, and not outside of the package.
function nameSources() {
  for (const name of readdirSync(at('pkg'), { recursive: true })) {
    if (!name.endsWith('.map')) continue;
    const map = JSON.parse(readFileSync(at('pkg', name), 'utf8'));
    map.sources = map.sources.map((source) => basename(source));
    writeFileSync(at('pkg', name), JSON.stringify(map));
  }
}

function report() {
  const gzip = (file) => `${(gzipSync(readFileSync(at('pkg', file))).length / 1024).toFixed(1)} KB`;
  console.log(
    `✓ pkg/ is built; clients.wasm ${gzip('wasm/clients.wasm')} gzip, objects.wasm ${gzip('wasm/objects.wasm')}`,
  );
}
