// In Node (vitest, `vite dev`, prerendering) the module is a file of the package.
import { readFileSync } from 'node:fs';
import { CloudflareClientsError } from '../core/error.js';
import { load } from '../wasm/driver.js';

load(new WebAssembly.Module(bytes()));

function bytes(): Uint8Array<ArrayBuffer> {
  try {
    return readFileSync(new URL('../wasm/clients.wasm', import.meta.url));
  } catch (cause) {
    // In a bundle there is no file beside this one, and in a Worker no files at all.
    throw new CloudflareClientsError(
      'misconfigured',
      'clients.wasm is missing: a bundler took the JavaScript of @codex/cloudflare-clients for Node and left the WebAssembly behind. Keep the package external (in Vite `ssr: { external: [\'@codex/cloudflare-clients\'] }`); where a Worker is bundled, set the condition "workerd": docs/bundlers.md.',
      { cause },
    );
  }
}
