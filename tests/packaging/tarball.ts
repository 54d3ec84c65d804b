// Before the tests of packaging: the package is packed once, for all of its consumers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { at } from '../../scripts/lib.mjs';
import { pack } from '../../scripts/pack.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The packed tarball, as a path. */
    tarball: string;
  }
}

export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'codex-tarball-'));
  project.provide('tarball', pack(at('pkg'), folder));
  return () => rmSync(folder, { recursive: true, force: true });
}
