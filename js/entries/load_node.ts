// In Node (vitest, `vite dev`, prerendering) the module is a file of the package.
import { CloudflareClientsError } from '../core/error.js';
import { load } from '../wasm/driver.js';

load(new WebAssembly.Module(bytes()));

function bytes(): Uint8Array<ArrayBuffer> {
  const { version, getBuiltinModule } = globalThis.process ?? {};
  if (version && !getBuiltinModule) {
    throw new CloudflareClientsError(
      'misconfigured',
      `Node ${version} cannot load @codex/cloudflare-clients: it needs Node 20.16, or 22.3 and newer`,
    );
  }
  try {
    // By this form webpack and Next know which file to copy.
    return read(new URL('../wasm/clients.wasm', import.meta.url));
  } catch {
    return bytesByPath(import.meta.url);
  }
}

// Vite makes an address of its server of that form, where it transforms a linked package for vitest's jsdom.
function bytesByPath(here: string): Uint8Array<ArrayBuffer> {
  try {
    return read(new URL('../wasm/clients.wasm', here));
  } catch (cause) {
    // In a bundle there is no file beside this one, and in a Worker no files at all.
    throw new CloudflareClientsError(
      'misconfigured',
      'clients.wasm is missing: a bundler took the JavaScript of @codex/cloudflare-clients for Node and left the WebAssembly behind. Keep the package external (in Vite `ssr: { external: [\'@codex/cloudflare-clients\'] }`); where a Worker is bundled, set the condition "workerd": docs/bundlers.md.',
      { cause },
    );
  }
}

// Not an import: a bundle that has no Node around it would end at that, and nothing could say why.
function read(file: URL): Uint8Array<ArrayBuffer> {
  return globalThis.process.getBuiltinModule('node:fs').readFileSync(file);
}
