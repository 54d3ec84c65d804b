// Runs what docs/testing.md and the types show.
import * as clients from '@codex/cloudflare-clients';
import * as testing from '@codex/cloudflare-clients/testing';
import { transformSync } from 'esbuild';
import * as vitest from 'vitest';
import { snippetsIn, snippetsOf } from '../support/snippets.js';

const { describe, expect, it } = vitest;
const context: Record<string, unknown> = { ...vitest, ...testing, ...clients };

function execute(code: string, more: Record<string, unknown> = {}): Promise<unknown> {
  const body = code.replace(/^import .*$/gm, '');
  const { code: script } = transformSync(`async () => {${body}}`, { loader: 'ts' });
  const given = { ...context, ...more };
  const names = Object.keys(given).filter((name) => name !== 'default');
  return new Function(...names, `return (${script.replace(/;\s*$/, '')})()`)(
    ...names.map((name) => given[name]),
  );
}

const documents = snippetsOf('docs/testing.md').filter(({ language }) => language === 'ts');
describe.each(documents)('$where', ({ code }) => {
  // A test file: its `it` are tests of this one.
  execute(code);
});

const examples = snippetsIn('js/testing', '.ts');
it.each(examples)('$where', async ({ code }) => {
  const kv = testing.createStrictKv();
  // What an example says a call answers, it answers.
  const checked = code.replace(/^(await .*); \/\/ (.*)$/gm, 'expect($1).toEqual($2);');
  await execute(checked, code.includes('const kv') ? {} : { kv });
});

it('finds them', () => {
  expect([documents.length, examples.length]).toEqual([3, 2]);
  for (const { code } of documents) {
    expect(code).toContain("from '@codex/cloudflare-clients/testing'");
    expect(code.match(/^it\(/gm)).toHaveLength(1);
  }
});
