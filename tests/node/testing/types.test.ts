// What users' compilers say of the typings, with the Workers types, the web's, Node's, and none.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it, vi } from 'vitest';
import { at } from '../../../scripts/lib.mjs';

const TESTING = at('pkg/testing/index.js');
const CLIENTS = at('pkg/index.js');

function complaints(code: string, options: ts.CompilerOptions): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'strict-kv-types-'));
  try {
    const file = join(folder, 'user.ts');
    writeFileSync(file, code);
    const program = ts.createProgram([file], {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      typeRoots: [at('node_modules'), at('node_modules/@types')],
      ...options,
    });
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText, start }) => `${start}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// A compiler reads all of its libraries.
vi.setConfig({ testTimeout: 60_000 });

const everywhere = `
import { createStrictKv, type StrictKv } from '${TESTING}';
import { CacheClient, type KVHandle } from '${CLIENTS}';
const kv: StrictKv = createStrictKv({ now: () => 0, location: 'paris', faults: [{ kind: 'hang' }] });
const handle: KVHandle = kv;
new CacheClient(kv.at('tokyo'));
const text: Promise<string | null> = kv.get('key');
const parsed: Promise<{ a: number } | null> = kv.get<{ a: number }>('key', { type: 'json', cacheTtl: 30 });
const many: Promise<Map<string, string | null>> = kv.get(['a', 'b'], { cacheTtl: 30 });
const listed: Promise<string[]> = kv.list().then(({ keys }) => keys.map(({ name }) => name));
const stop: () => void = kv.fail({ operation: ['put', 'delete'], kind: 'error', status: 429 });
const reads: number = kv.operations.keysRead;
// @ts-expect-error no bulk read of streams
kv.get(['a'], 'stream');
// @ts-expect-error a number is no value
kv.put('key', 1);
// @ts-expect-error there is no such fault
kv.fail({ kind: 'erorr' });
// @ts-expect-error deletes one key
kv.delete(['a', 'b']);
`;

const inWorkers = `${everywhere}
declare function worker(env: { KV: KVNamespace }): void;
worker({ KV: kv });
const namespace: KVNamespace = createStrictKv().invocation();
const stream: Promise<ReadableStream | null> = kv.get('key', 'stream');
const typed: Promise<KVNamespaceGetWithMetadataResult<string, { m: 1 }>> = kv.getWithMetadata<{ m: 1 }>('key');
const page: Promise<KVNamespaceListResult<{ m: 1 }>> = kv.list<{ m: 1 }>();
kv.put('key', new Response('streamed').body!, { expirationTtl: 60, metadata: { m: 1 } });
`;

it.each([false, true])('is a KVNamespace (exactOptionalPropertyTypes: %s)', (exactOptionalPropertyTypes) => {
  const types = ['@cloudflare/workers-types'];
  const lib = ['lib.es2022.d.ts'];
  expect(complaints(inWorkers, { types, lib, exactOptionalPropertyTypes })).toEqual([]);
});

it('needs nothing but the language, and knows the streams of the web and of Node', () => {
  expect(complaints(everywhere, { types: [], lib: ['lib.es2022.d.ts'] })).toEqual([]);
  const withStreams = `${everywhere}
const stream: Promise<ReadableStream | null> = kv.get('key', 'stream');
kv.put('key', new Response('streamed').body!);
`;
  expect(complaints(withStreams, { types: [], lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'] })).toEqual([]);
  expect(complaints(withStreams, { types: ['node'], lib: ['lib.es2022.d.ts'], skipLibCheck: true })).toEqual(
    [],
  );
});
