/** KV as a second layer of bentocache, which ships none. It stores text. */
export class BentoDriver {
  type = 'l2';
  name = 'kv';
  #kv;
  #prefix;

  constructor(kv, prefix = 'bento') {
    this.#kv = kv;
    this.#prefix = prefix;
  }
  namespace(name) {
    return new BentoDriver(this.#kv, `${this.#prefix}:${name}`);
  }
  async get(key) {
    return (await this.#kv.get(`${this.#prefix}:${key}`, 'text')) ?? undefined;
  }
  async set(key, value, ttl) {
    const expirationTtl = Math.max(Math.ceil((ttl ?? 86_400_000) / 1000), 60);
    await this.#kv.put(`${this.#prefix}:${key}`, value, { expirationTtl });
    return true;
  }
  async delete(key) {
    await this.#kv.delete(`${this.#prefix}:${key}`);
    return true;
  }
  async disconnect() {}
}
