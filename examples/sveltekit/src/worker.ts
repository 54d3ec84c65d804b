// The Worker: the app that SvelteKit has built, and the classes of its objects.

export * from '@codex/cloudflare-clients/durable-objects';
// @ts-expect-error: `vite build` writes it; the `?` keeps TypeScript from reading what was generated.
export { default } from '../.svelte-kit/cloudflare/_worker.js?app';
