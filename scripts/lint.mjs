// Checks format, lints and types of everything that is written by hand.
import { run, step } from './lib.mjs';

const CHECKS = [
  ['cargo', ['fmt', '--check']],
  ['cargo', ['clippy', '--locked', '--all-targets', '--quiet', '--', '-D', 'warnings']],
  [
    'cargo',
    [
      'clippy',
      '--locked',
      '--quiet',
      '--features',
      'faults',
      '--target',
      'wasm32-unknown-unknown',
      '--',
      '-D',
      'warnings',
    ],
  ],
  ['biome', ['ci', '--error-on-warnings', '.']],
  ['tsc', ['-p', 'js/tsconfig.json', '--noEmit']],
  ['tsc', ['-p', 'tests/tsconfig.json']],
  ['npm', ['run', '--silent', 'check', '--workspaces']],
];

for (const [command, args] of CHECKS) {
  step([command, ...args].join(' '));
  run(command, args, { quiet: true });
}
console.log('✓ no findings');
