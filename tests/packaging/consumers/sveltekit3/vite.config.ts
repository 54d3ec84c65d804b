import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';
import adapter from './adapter.js';

// SvelteKit 3 takes a POST without a body for a form's; the requests of the test come from no page.
const csrf = { trustedOrigins: ['*'] };

export default defineConfig({ plugins: [sveltekit({ adapter: adapter(), csrf })] });
