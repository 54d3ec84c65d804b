import { createStrictKv, type Fault, type StrictKv } from '@codex/cloudflare-clients/testing';
import { expect, it } from 'vitest';
import { clocked, moveTime, pass } from '../../support/time.js';

const each = (kv: StrictKv): Record<string, () => Promise<unknown>> => ({
  get: () => kv.get('key'),
  getWithMetadata: () => kv.getWithMetadata('key'),
  bulk: () => kv.get(['key']),
  put: () => kv.put('key', 'value'),
  delete: () => kv.delete('key'),
  list: () => kv.list(),
});

async function failing(kv: StrictKv): Promise<Record<string, string>> {
  const messages: Record<string, string> = {};
  for (const [name, call] of Object.entries(each(kv))) {
    await call().catch((error: Error) => {
      messages[name] = error.message;
    });
  }
  return messages;
}

it('fails as production does, through every handle, until it is switched off', async () => {
  const { kv } = clocked({ writesPerSecond: Infinity });
  const restore = kv.fail({ kind: 'error' });
  const all = {
    get: 'KV GET failed: 500 Internal Server Error',
    getWithMetadata: 'KV GET failed: 500 Internal Server Error',
    bulk: 'KV GET_BULK failed: 500 Internal Server Error',
    put: 'KV PUT failed: 500 Internal Server Error',
    delete: 'KV DELETE failed: 500 Internal Server Error',
    list: 'KV GET failed: 500 Internal Server Error',
  };
  expect(await failing(kv)).toEqual(all);
  expect(await failing(kv.at('tokyo'))).toEqual(all);
  restore();
  expect(await failing(kv)).toEqual({});
});

it('fails some operations, with another status', async () => {
  const { kv } = clocked({
    writesPerSecond: Infinity,
    faults: [
      { kind: 'error', operation: ['put', 'delete'], status: 429 },
      { kind: 'error', operation: 'list', status: 503 },
    ],
  });
  expect(await failing(kv)).toEqual({
    put: 'KV PUT failed: 429 Too Many Requests',
    delete: 'KV DELETE failed: 429 Too Many Requests',
    list: 'KV GET failed: 503 Service Unavailable',
  });
});

it('changes nothing when it fails or hangs, so that a write can be tried again at once', async () => {
  const { kv } = clocked();
  kv.fail({ kind: 'error', times: 2 });
  await expect(kv.put('key', 'first')).rejects.toThrow('500');
  await expect(kv.put('key', 'second')).rejects.toThrow('500');
  const restore = kv.fail({ kind: 'hang' });
  const hung = kv.put('key', 'third');
  restore();
  const first = await Promise.race([hung, kv.put('key', 'fourth').then(() => 'the fourth')]);
  expect(first).toBe('the fourth');
  expect(await kv.get('key')).toBe('fourth');
  expect(kv.operations).toMatchObject({ writes: 4, rateLimited: 0 });
});

it('is slow by the timers of the runtime', async () => {
  moveTime();
  const kv = createStrictKv({ faults: [{ kind: 'slow', operation: 'put', ms: 3_000 }] });
  let done = false;
  const put = kv.put('key', 'value').then(() => {
    done = true;
  });
  await pass(2_999);
  expect([done, await kv.get('key')]).toEqual([false, null]);
  await pass(1);
  await put;
  expect(await kv.get('key')).toBe('value');
});

it('strikes with the probability it was given, and the same ones for the same seed', async () => {
  const struck = async (fault: Partial<Fault>) => {
    const { kv } = clocked({ operationsPerInvocation: Infinity });
    kv.fail({ kind: 'error', ...fault });
    const results = [];
    for (let i = 0; i < 2_000; i++)
      results.push(
        kv.get('key').then(
          () => 0,
          () => 1,
        ),
      );
    return (await Promise.all(results)).join('');
  };
  const often = (all: string) => all.replaceAll('0', '').length / all.length;
  const third = await struck({ probability: 1 / 3, seed: 7 });
  expect(often(third)).toBeCloseTo(1 / 3, 1);
  // Pinned: a failure that one version of the package found must strike in the next one too.
  expect(third.slice(0, 24)).toBe('110000010011001010101011');
  expect(await struck({ probability: 1 / 3, seed: 7 })).toBe(third);
  expect(await struck({ probability: 1 / 3, seed: 8 })).not.toBe(third);
  expect(often(await struck({ probability: 0 }))).toBe(0);
  expect(often(await struck({ probability: 1 }))).toBe(1);
});

it('refuses faults and options that make no sense: they would never strike', () => {
  const { kv } = clocked();
  const faults: unknown[] = [
    {},
    { kind: 'errors' },
    { kind: 'error', operation: 'getWithMetadata' },
    { kind: 'error', operation: ['put', 'write'] },
    { kind: 'error', probability: 2 },
    { kind: 'error', probability: '1%' },
    { kind: 'error', times: 0 },
    { kind: 'slow' },
  ];
  for (const fault of faults) expect(() => kv.fail(fault as Fault), JSON.stringify(fault)).toThrow(TypeError);
  for (const options of [
    { now: 5 },
    { propagationMs: -1 },
    { propagationMs: Number.NaN },
    { writesPerSecond: 0 },
    { operationsPerInvocation: 0 },
    { location: '' },
    { faults: [{ kind: 'x' }] },
  ]) {
    expect(() => createStrictKv(options as never), JSON.stringify(options)).toThrow(TypeError);
  }
  expect(() => kv.at(undefined as never)).toThrow(TypeError);
});
