// The entry for Node.
import './load_node.js';

export * from '../index.js';
