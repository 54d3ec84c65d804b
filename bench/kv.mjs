/** One in-memory KV for all contestants: the shortest that answers as KV does. */
export class MemoryKV {
  #entries = new Map();

  async get(key, type) {
    const entry = this.#entries.get(key);
    if (!entry) return null;
    return kind(type) === 'json' ? JSON.parse(entry.value) : entry.value;
  }

  async getWithMetadata(key, type) {
    const entry = this.#entries.get(key);
    if (!entry) return { value: null, metadata: null };
    const value = kind(type) === 'json' ? JSON.parse(entry.value) : entry.value;
    return { value, metadata: entry.metadata };
  }

  async put(key, value, options) {
    this.#entries.set(key, { value, metadata: options?.metadata ?? null });
  }

  async delete(key) {
    this.#entries.delete(key);
  }
}

const kind = (type) => (typeof type === 'object' ? type.type : type);

/** The same, counting what a bill counts. */
export class CountingKV extends MemoryKV {
  reads = 0;
  writes = 0;

  get(key, type) {
    this.reads += 1;
    return super.get(key, type);
  }
  getWithMetadata(key, type) {
    this.reads += 1;
    return super.getWithMetadata(key, type);
  }
  put(key, value, options) {
    this.writes += 1;
    return super.put(key, value, options);
  }
  delete(key) {
    this.writes += 1;
    return super.delete(key);
  }
}
