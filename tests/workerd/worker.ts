export * from '@codex/cloudflare-clients/durable-objects';
export default { fetch: () => new Response('tests run in this Worker') };
