// npm run simulate: histories of lost, late and repeated calls, checked against plain models.
import { runBundled } from './bundle.mjs';

await runBundled('tests/simulation/main.ts', 'simulate');
