// In workerd the bundler supplies a compiled module.
import * as workers from 'cloudflare:workers';
import { setAmbientWaitUntil, type WaitUntil } from '../core/options.js';
import wasm from '../wasm/clients.wasm';
import { load } from '../wasm/driver.js';

// `* as`, since an older runtime has no `waitUntil` there.
setAmbientWaitUntil((workers as { waitUntil?: WaitUntil }).waitUntil);
load(wasm);
