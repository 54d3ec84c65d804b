import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../../scripts/example/paths.mjs';
import { START_MS, TEST_MS } from './site.ts';

let dev: ChildProcess;
let url: string;
beforeAll(async () => {
  const args = [`${ROOT}/scripts/dev.mjs`, '--port', '5273'];
  dev = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (!dev.stdout) throw new Error('no output to read the address from');
  for await (const line of createInterface(dev.stdout)) {
    const found = /Local:\s+(http:\S+?)\/?$/.exec(line)?.[1];
    if (found) {
      url = found;
      return;
    }
  }
  throw new Error('npm run dev ended before it had an address');
}, START_MS);

afterAll(() => {
  dev?.kill('SIGTERM');
});

it('npm run dev reaches the objects of the Worker which it starts beside vite, and ends with it', {
  timeout: TEST_MS,
}, async () => {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ id: 'field-notebook', size: 'A5', qty: 2 });
  const added = await fetch(`${url}/api/cart`, { method: 'POST', headers, body });
  expect(await added.json()).toMatchObject({ count: 2, totalCents: 2400 });
  const cookie = added.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  expect(await (await fetch(`${url}/cart`, { headers: { cookie } })).text()).toContain('Field notebook');

  dev.kill('SIGTERM');
  expect(await once(dev, 'exit')).toEqual([0, null]);
});
