// What a cart's object could keep, in plain TypeScript and with an idempotency key each: the layouts that
// src/cart/object/lines.rs was chosen from.
import { DurableObject } from 'cloudflare:workers';

const SUM = "SELECT '{' || coalesce(group_concat(head || qty || tail), '') || '}' FROM lines";

class Layout extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec('CREATE TABLE IF NOT EXISTS applied (key TEXT PRIMARY KEY, at INTEGER) WITHOUT ROWID');
    this.sql.exec('CREATE TABLE IF NOT EXISTS cart (id INTEGER PRIMARY KEY, version INTEGER, json TEXT)');
    this.sql.exec("INSERT OR IGNORE INTO cart VALUES (1, 0, '{}')");
    this.sql.exec(
      'CREATE TABLE IF NOT EXISTS lines (n INTEGER PRIMARY KEY, key TEXT UNIQUE, head TEXT, qty INTEGER, tail TEXT)',
    );
  }

  rows(sql, ...args) {
    return this.sql
      .exec(sql, ...args)
      .raw()
      .toArray();
  }

  // Whether the call is new; it is remembered, and the version grows.
  admit(once) {
    if (this.rows('SELECT 1 FROM applied WHERE key = ?', once).length) return false;
    this.sql.exec('INSERT INTO applied VALUES (?, ?)', once, Date.now());
    this.sql.exec('UPDATE cart SET version = version + 1');
    return true;
  }

  put(sku, qty) {
    this.sql.exec(
      'INSERT INTO lines (key, head, qty, tail) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET qty = excluded.qty',
      sku.id,
      `"${sku.id}":{"sku":${JSON.stringify(sku)},"qty":`,
      qty,
      '}',
    );
  }
}

/** A row for each line. */
export class RowsLayout extends Layout {
  fill(skus) {
    for (const sku of skus) this.put(sku, 1);
  }

  increment(sku, once, wholeCart) {
    const [[qty] = [0]] = this.rows('SELECT qty FROM lines WHERE key = ?', sku.id);
    if (this.admit(once)) this.put(sku, qty + 1);
    return wholeCart ? this.rows(SUM)[0][0] : qty + 1;
  }
}

/** The cart as one JSON value. */
export class ValueLayout extends Layout {
  fill(skus) {
    const cart = Object.fromEntries(skus.map((sku) => [sku.id, { sku, qty: 1 }]));
    this.sql.exec('UPDATE cart SET json = ?', JSON.stringify(cart));
  }

  increment(sku, once, wholeCart) {
    const cart = JSON.parse(this.rows('SELECT json FROM cart')[0][0]);
    const qty = (cart[sku.id]?.qty ?? 0) + 1;
    cart[sku.id] = { sku, qty };
    const json = JSON.stringify(cart);
    if (this.admit(once)) this.sql.exec('UPDATE cart SET json = ?', json);
    return wholeCart ? json : qty;
  }
}

/** A row for each line, and all of them in memory. */
export class MemoryLayout extends RowsLayout {
  lines = new Map();

  put(sku, qty) {
    super.put(sku, qty);
    this.lines.set(sku.id, [`"${sku.id}":{"sku":${JSON.stringify(sku)},"qty":`, qty]);
  }

  increment(sku, once, wholeCart) {
    const qty = (this.lines.get(sku.id)?.[1] ?? 0) + 1;
    if (this.admit(once)) this.put(sku, qty);
    if (!wholeCart) return qty;
    return `{${[...this.lines.values()].map(([head, count]) => `${head}${count}}`).join()}}`;
  }
}

/** A call that adds one to a line, by a layout and by what it answers. */
export async function layoutCall(namespace, id, skus, wholeCart) {
  const stub = () => namespace.get(namespace.idFromName(id));
  await stub().fill(skus);
  return async (i) => {
    const told = await stub().increment(skus[i % skus.length], crypto.randomUUID(), wholeCart);
    return wholeCart ? JSON.parse(told) : told;
  };
}
