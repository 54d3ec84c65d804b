import { expect, it } from 'vitest';

it('shares the wasm with the main entry', async () => {
  const { Module } = WebAssembly;
  let compiled = 0;
  WebAssembly.Module = class extends Module {
    constructor(bytes: BufferSource) {
      super(bytes);
      compiled++;
    }
  };
  try {
    const main = await import('@codex/cloudflare-clients');
    const { CloudflareClientsError, secondaryStorage } = await import(
      '@codex/cloudflare-clients/better-auth'
    );
    const objects = { idFromName: (name: string) => ({ name }), get: () => ({ get: async () => null }) };
    const storage = secondaryStorage(objects);
    // An object of another class, or of none of ours, is a mistake in the configuration.
    await expect(storage.get('key')).rejects.toMatchObject({ code: 'misconfigured' });
    await expect(storage.get('')).rejects.toBeInstanceOf(main.CloudflareClientsError);
    expect(CloudflareClientsError).toBe(main.CloudflareClientsError);
    expect(compiled).toBe(1);
  } finally {
    WebAssembly.Module = Module;
  }
});
