// How an object for JavaScript is made: by JavaScript from positional values, by Rust with typed setters, or by Rust with
// `Reflect`. On the build that tests load.
import { buildFaults } from '../scripts/build.mjs';
import { at } from '../scripts/lib.mjs';

const ROUNDS = 60;
const OBJECTS = 20_000;
const WAYS = ['by JavaScript', 'by setters', 'by Reflect'];

/** Prints the median of each way, and its ratio to the first. */
export async function crossings() {
  await buildFaults();
  await import(at('target/faults/entries/node.js'));
  const { callSync } = await import(at('target/faults/wasm/driver.js'));
  const times = WAYS.map(() => []);
  for (let n = 0; n < ROUNDS; n++) {
    for (const [how, of] of times.entries()) of.push(callSync((wasm) => round(wasm, how)));
  }
  const medians = times.map((of) => of.toSorted((a, b) => a - b)[ROUNDS / 2]);
  for (const [n, way] of WAYS.entries()) {
    const ratio = (medians[n] / medians[0]).toFixed(2);
    console.log(`${way.padEnd(16)} ${medians[n].toFixed(3)} µs an object of five fields, ${ratio}`);
  }
}

function round(wasm, how) {
  const start = performance.now();
  for (let n = 0; n < OBJECTS; n++) wasm.buildObject(how, n);
  return ((performance.now() - start) / OBJECTS) * 1_000;
}
