// The entry for workerd.
import './load_workerd.js';

export * from '../index.js';
