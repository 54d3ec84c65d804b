// Runs the objects' wasm: a module of its own, so that a Worker loads only what it uses.
import { Guard } from './guard.js';
import { type Host, hostOf } from './imports/objects.js';
import { create, type Exports } from './objects.js';

export type { Exports } from './objects.js';

const guard = new Guard<Exports, Host>(create, hostOf);

/** Takes the compiled module (`entries/load_objects.ts`) and makes the first instance. */
export const load = (module: WebAssembly.Module): void => guard.load(module);

/** Makes a call inside an object; throws its error. */
export const callSync = <T>(start: (wasm: Exports) => T): T => guard.callSync(start);

/** The size of the current instance's memory, for tests of its growth. */
export const memoryBytes = (): number => guard.instance().memory.buffer.byteLength;
