// The bundler supplies a compiled module.

import { load } from '../wasm/object_driver.js';
import wasm from '../wasm/objects.wasm';

load(wasm);
