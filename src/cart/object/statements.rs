//! The tables of a cart, and the statements on them.

/// The tables, by version.
pub(super) const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE cart (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      version INTEGER NOT NULL,
      ttl_seconds INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      renewed_at INTEGER NOT NULL,
      alarm_at INTEGER NOT NULL,
      owner TEXT,
      lines INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      merge_id TEXT,
      merge_into TEXT
    );
    CREATE TABLE lines (
      n INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      head TEXT NOT NULL,
      qty INTEGER NOT NULL,
      tail TEXT NOT NULL,
      bytes INTEGER NOT NULL
    );
    CREATE TABLE applied (key TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
",
    "ALTER TABLE applied ADD COLUMN note TEXT",
];

// Two statements need it.
macro_rules! cart_json {
    () => {
        "SELECT '{' || coalesce(group_concat(line), '') || '}'
         FROM (SELECT head || qty || tail AS line FROM lines ORDER BY n)"
    };
}

// The cart as JSON.
pub(super) const CART_JSON: &str = cart_json!();

// All that a call has to know.
pub(super) const READ: &str = "
    SELECT version, ttl_seconds, expires_at, renewed_at, alarm_at, owner, cart.lines, cart.bytes,
      merge_id, merge_into,
      (SELECT coalesce(note, '') FROM applied WHERE key = ?1 AND until > ?2),
      (SELECT coalesce(note, '') FROM applied WHERE key = ?3 AND until > ?2),
      line.qty, line.bytes, line.tail
    FROM cart LEFT JOIN lines AS line ON line.key = ?4";

pub(super) const SAVE: &str =
    "INSERT OR REPLACE INTO cart VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

// With the cart as JSON at once, which is a statement less.
pub(super) const SAVE_COUNTS: &str = concat!(
    "UPDATE cart SET version = ?, lines = ?, bytes = ? RETURNING (",
    cart_json!(),
    ")"
);

pub(super) const PUT_LINE: &str =
    "INSERT INTO lines (key, head, qty, tail, bytes) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET head = excluded.head, qty = excluded.qty,
      tail = excluded.tail, bytes = excluded.bytes";

// Of what is remembered with the cart, by the moment since when: see `Retention`.
pub(super) const LAST_KEY: &str =
    "SELECT max(iif(until < ?1, until, until - ?1 + ?2)) FROM applied WHERE ?3 OR until < ?1";

pub(super) const FORGET_SURPLUS: &str =
    "DELETE FROM applied WHERE key GLOB ?1 AND until <= ?2 AND until <
    (SELECT until FROM applied WHERE key GLOB ?1 ORDER BY until DESC LIMIT 1 OFFSET ?3)";
