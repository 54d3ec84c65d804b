// The entry of ./better-auth for Node. It shares the wasm with the main entry.
import './load_node.js';

export * from '../auth_storage/client.js';
