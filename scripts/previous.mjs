// The package as it was released last, for the tests that hold this version to it: tests/previous/README.md.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { at, hashOf, once, run } from './lib.mjs';

export const TARBALL = 'tests/previous/package.tgz';

const PLACE = 'target/previous/node_modules/@codex/cloudflare-clients';

/** Unpacks it to where tests import it from. */
export async function unpackPrevious() {
  await once(
    'previous',
    hashOf([TARBALL]),
    () => existsSync(at(PLACE, 'entries/workerd.js')),
    () => {
      rmSync(at('target/previous'), { recursive: true, force: true });
      mkdirSync(at(PLACE), { recursive: true });
      run('tar', ['-xzf', at(TARBALL), '--strip-components=1', '-C', at(PLACE)], { quiet: true });
    },
  );
}
