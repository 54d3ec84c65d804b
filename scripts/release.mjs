// npm run release: turns the files of .changeset/ into the next version, in pkg/package.json, its changelog and
// the crate. Publishing is `npm publish` in pkg/, after scripts/publish_checks.mjs.
import { readFileSync, writeFileSync } from 'node:fs';
import { at, run } from './lib.mjs';

const version = () => JSON.parse(readFileSync(at('pkg/package.json'), 'utf8')).version;

const before = version();
run('changeset', ['version']);
const manifest = readFileSync(at('Cargo.toml'), 'utf8');
// The first `version` of the file is the crate's.
writeFileSync(at('Cargo.toml'), manifest.replace(`version = "${before}"`, `version = "${version()}"`));
run('cargo', ['update', '--workspace', '--offline', '--quiet']);
console.log(`✓ ${before} → ${version()}`);
