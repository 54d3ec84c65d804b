import { CacheClient, type KVHandle, RateLimiterClient, SessionCacheClient } from '@codex/cloudflare-clients';

// A test double as users write them: three methods, and values as text or parsed.
class MapKV {
  readonly #values = new Map<string, string>();
  async get(key: string, type: 'json' | 'text' = 'text') {
    const value = this.#values.get(key);
    if (value === undefined) return null;
    return type === 'json' ? JSON.parse(value) : value;
  }
  async put(key: string, value: string, _options?: { expirationTtl?: number }): Promise<void> {
    this.#values.set(key, value);
  }
  async delete(key: string): Promise<void> {
    this.#values.delete(key);
  }
}
const double: KVHandle = new MapKV();
new CacheClient(double);
new RateLimiterClient(new MapKV());
new SessionCacheClient(new MapKV());
new SessionCacheClient({ get: async (_key: string) => null, put: async () => {}, delete: async () => {} });

// @ts-expect-error no handle
new CacheClient();
// @ts-expect-error the binding may be missing
new CacheClient(undefined as KVHandle | undefined);
// @ts-expect-error not a namespace
new CacheClient({ get: async () => null });
// @ts-expect-error a Map is none, though it has get and delete
new CacheClient(new Map<string, string>());
