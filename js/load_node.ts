// In Node (vitest, `vite dev`, prerendering) the module lies beside this file.
import { readFileSync } from 'node:fs';
import { load } from './runtime.js';

load(new WebAssembly.Module(readFileSync(new URL('./clients.wasm', import.meta.url))));
