// In Node (vitest, `vite dev`, prerendering) the module is a file of the package.
import { readFileSync } from 'node:fs';
import { load } from '../wasm/driver.js';

load(new WebAssembly.Module(readFileSync(new URL('../wasm/clients.wasm', import.meta.url))));
