// The entry of ./better-auth for workerd. It shares the wasm with the main entry.
import './load_workerd.js';

export * from '../auth_storage/client.js';
