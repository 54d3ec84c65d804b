// docs/errors.md has every code and no other, and says of each what src/error/public_errors.txt does.
import { readFileSync } from 'node:fs';
import { ERROR_CODES } from '@codex/cloudflare-clients/shared';
import { expect, it } from 'vitest';
import { at } from '../../scripts/lib.mjs';

const text = (file: string) => readFileSync(at(file), 'utf8');

const rows = text('docs/errors.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
  .map(([code = '', when, what, retryable, ...more]) => ({
    code: code.slice(1, -1),
    when,
    what,
    retryable,
    more,
  }));

// `thrown` is an event's alone.
const thrown = text('src/error/public_errors.txt')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('|'))
  .filter(([code]) => code !== 'thrown');

it('has every code once, with when and what to do', () => {
  expect(rows.map(({ code }) => code).sort()).toEqual([...ERROR_CODES].sort());
  for (const { code, when, what, more } of rows) {
    expect([when, what], code).toEqual([expect.stringMatching(/\w{3}/), expect.stringMatching(/\w{3}/)]);
    expect(more, code).toEqual([]);
  }
});

it('says which are retryable, as the Rust does', () => {
  for (const [code, retryable] of thrown) {
    const row = rows.find((row) => row.code === code);
    expect(row, code).toBeDefined();
    expect([retryable === 'true' ? 'yes' : 'no', 'it depends'], code).toContain(row?.retryable);
  }
  for (const { code } of rows.filter(({ retryable }) => retryable === 'it depends')) {
    // A trap's is JavaScript's own (js/wasm/guard.ts).
    const said = thrown.filter(([thrown]) => thrown === code).map(([, retryable]) => retryable);
    if (code !== 'panic') expect(new Set(said), code).toEqual(new Set(['true', 'false']));
  }
});
