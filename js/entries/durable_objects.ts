// The entry of ./durable-objects: the classes alone, and the objects' wasm.
import './load_objects.js';

export * from '../durable_objects/index.js';
