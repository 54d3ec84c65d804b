import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { Consumer } from './consumer.ts';
import { BESIDE_SVELTEKIT, sveltekitSuite } from './sveltekit_suite.ts';

const PACKAGES = [
  '@sveltejs/kit@3.2.0',
  // The only one that takes SvelteKit 3; what it cannot do yet is in sveltekit3/adapter.js.
  '@sveltejs/adapter-cloudflare@8.0.0-next.6',
  ...BESIDE_SVELTEKIT,
];
const HOOKS = 'src/hooks.server.ts';

let consumer: Consumer;

// The app of sveltekit.test.ts, moved to SvelteKit 3.
beforeAll(async () => {
  const templates = ['tests/packaging/consumers/sveltekit', 'tests/packaging/consumers/sveltekit3'];
  consumer = await Consumer.install(templates, PACKAGES);
  rmSync(join(consumer.folder, 'svelte.config.js'));
  const moved = consumer
    .read(HOOKS)
    .replace("type { Handle } from '@sveltejs/kit'", "type { Handle } from '@sveltejs/kit/hooks'")
    .replace('$app/environment', '$app/env');
  writeFileSync(join(consumer.folder, HOOKS), moved);
});

afterAll(() => consumer?.remove());

sveltekitSuite(() => consumer);
