// The oldest Node that `engines` names.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Consumer } from './consumer.ts';

// What the npm package `node` would fetch by a script.
const NODE = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

let consumer: Consumer;
let engines: string;

beforeAll(async () => {
  consumer = await Consumer.install('tests/packaging/consumers/node', [`${NODE}@20.16.0`]);
  const manifest = JSON.parse(consumer.read('node_modules/@codex/cloudflare-clients/package.json'));
  engines = manifest.engines.node;
});

afterAll(() => consumer?.remove());

test('runs the clients, and says of the classes where they belong', async () => {
  const output = JSON.parse(await consumer.runBinary(`${NODE}/bin/node`, 'clients.mjs'));
  expect(engines).toBe(`^${output.node.replace(/\.0$/, '')} || >=22.3`);
  expect(output).toEqual({
    node: '20.16.0',
    session: { userId: 'u1' },
    cached: 'first',
    allowed: [true, false],
    headers: { 'RateLimit-Policy': '"node";q=1;w=60', RateLimit: expect.any(String), 'Retry-After': '60' },
    classes: { code: 'misconfigured', message: expect.stringContaining("only a Worker's own entry") },
  });
});
