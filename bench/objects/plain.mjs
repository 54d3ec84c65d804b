// What a team would write by hand, from the shop's description: a cart that keeps one JSON value and
// answers `fetch`, a limiter with a row for each window.
import { DurableObject } from 'cloudflare:workers';

export class PlainCart extends DurableObject {
  async fetch(request) {
    const { op, ttl = 2_592_000, ...body } = await request.json();
    const now = Date.now();
    const stored = await this.ctx.storage.get('cart');
    let cart = stored && stored.expiresAt > now ? stored.cart : {};
    if (op === 'set') cart = body.cart;
    else if (op === 'increment') {
      const key = body.size ? `${body.sku.id}:${body.size}` : body.sku.id;
      const qty = (cart[key]?.qty ?? 0) + body.qty;
      if (qty <= 0) delete cart[key];
      else cart[key] = { ...cart[key], sku: body.sku, qty, ...(body.size && { size: body.size }) };
    } else if (op !== 'get') return Response.json({ ok: false }, { status: 400 });
    const expiresAt = now + ttl * 1_000;
    await this.ctx.storage.put('cart', { cart, expiresAt });
    if (!stored) await this.ctx.storage.setAlarm(expiresAt);
    return Response.json({ ok: true, cart });
  }

  async alarm() {
    const stored = await this.ctx.storage.get('cart');
    if (stored && stored.expiresAt > Date.now()) await this.ctx.storage.setAlarm(stored.expiresAt);
    else await this.ctx.storage.deleteAll();
  }
}

/** The client of {@link PlainCart}. */
export function plainCart(namespace, id) {
  const call = async (body) => {
    const stub = namespace.get(namespace.idFromName(id));
    const answer = await stub.fetch('https://cart', { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`cart answered ${answer.status}`);
    return (await answer.json()).cart;
  };
  return {
    set: (cart) => call({ op: 'set', cart }),
    get: () => call({ op: 'get' }),
    increment: (sku, qty) => call({ op: 'increment', sku, qty }),
  };
}

export class PlainLimiter extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS windows (key TEXT PRIMARY KEY, count INTEGER NOT NULL, reset_at INTEGER NOT NULL)',
    );
  }

  check(key, limit, window) {
    const now = Date.now();
    const { sql } = this.ctx.storage;
    const row = sql.exec('SELECT count, reset_at FROM windows WHERE key = ?', key).toArray()[0];
    const live = row && row.reset_at > now;
    const count = live ? row.count : 0;
    const resetAt = live ? row.reset_at : now + window * 1_000;
    const allowed = count < limit;
    if (allowed) {
      sql.exec('INSERT OR REPLACE INTO windows VALUES (?, ?, ?)', key, count + 1, resetAt);
      if (!live) this.ctx.storage.setAlarm(resetAt);
    }
    return { allowed, remaining: allowed ? limit - count - 1 : 0, resetAt, limit };
  }

  alarm() {
    this.ctx.storage.sql.exec('DELETE FROM windows WHERE reset_at <= ?', Date.now());
  }
}

/** What no class can do without. */
export class Empty extends DurableObject {
  #n = 0;

  nothing() {
    return null;
  }

  write() {
    // Another value each time: a row that stays as it is costs SQLite no write.
    this.ctx.storage.kv.put('n', this.#n++);
    return null;
  }
}

/** A session by its id, as one JSON value. */
export class PlainSession extends DurableObject {
  set(record) {
    this.ctx.storage.kv.put('record', record);
  }

  get() {
    return this.ctx.storage.kv.get('record') ?? null;
  }
}
