// In workerd the bundler hands over a compiled module.
import * as workers from 'cloudflare:workers';
import wasm from './clients.wasm';
import { setAmbientWaitUntil, type WaitUntil } from './options.js';
import { load } from './runtime.js';

// `* as`, since an older runtime has no `waitUntil` there.
setAmbientWaitUntil((workers as { waitUntil?: WaitUntil }).waitUntil);
load(wasm);
