/** The in-memory double of the KV document: `get`, `put` and `delete`, and nothing else. */
export class MockKV {
  readonly store = new Map<string, { value: string; expiration: number }>();

  // biome-ignore lint/suspicious/noExplicitAny: the document's own signature
  async get(key: string, type: 'json' | 'text' = 'text'): Promise<any> {
    const item = this.store.get(key);
    if (!item) return null;
    if (Date.now() > item.expiration) {
      this.store.delete(key);
      return null;
    }
    return type === 'json' ? JSON.parse(item.value) : item.value;
  }

  async put(key: string, value: string, options?: { expirationTtl?: number }): Promise<void> {
    const seconds = options?.expirationTtl ?? 86_400;
    this.store.set(key, { value, expiration: Date.now() + seconds * 1000 });
  }

  async delete(key: string): Promise<void> {
    this.store.delete(key);
  }
}
