// npm run release: turns the files of .changeset/ into the next version, in pkg/package.json, CHANGELOG.md and
// the crate. Publishing is `npm publish` in pkg/, after scripts/publish_checks.mjs.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { at, run } from './lib.mjs';

const version = () => JSON.parse(readFileSync(at('pkg/package.json'), 'utf8')).version;

const before = version();
// It writes beside the package.json, where the build puts a changelog of its own.
copyFileSync(at('CHANGELOG.md'), at('pkg/CHANGELOG.md'));
run('changeset', ['version']);
copyFileSync(at('pkg/CHANGELOG.md'), at('CHANGELOG.md'));
const manifest = readFileSync(at('Cargo.toml'), 'utf8');
// The first `version` of the file is the crate's.
writeFileSync(at('Cargo.toml'), manifest.replace(`version = "${before}"`, `version = "${version()}"`));
run('cargo', ['update', '--workspace', '--offline', '--quiet']);
console.log(`✓ ${before} → ${version()}`);
