//! The tables of the auth storage, and the statements on them.

/// The tables, by version.
pub(super) const MIGRATIONS: [&str; 1] = ["
CREATE TABLE held (
  value TEXT, expires_at REAL, remembered_until REAL NOT NULL DEFAULT 0, alarm_at REAL,
  sequence INTEGER NOT NULL DEFAULT 0
);
INSERT INTO held DEFAULT VALUES;
CREATE TABLE remembered (
  key TEXT PRIMARY KEY, operation INTEGER NOT NULL, answer, sequence INTEGER NOT NULL, until REAL NOT NULL
) WITHOUT ROWID
"];

pub(super) const READ: &str =
    "SELECT value, expires_at, remembered_until, alarm_at, sequence FROM held";
pub(super) const WRITE: &str =
    "UPDATE held SET value = ?, expires_at = ?, remembered_until = ?, alarm_at = ?, sequence = ?";
pub(super) const RECALL: &str =
    "SELECT operation, answer FROM remembered WHERE key = ? AND until > ?";
pub(super) const REMEMBER: &str = "INSERT OR REPLACE INTO remembered VALUES (?, ?, ?, ?, ?)";
pub(super) const TRIM: &str = "DELETE FROM remembered WHERE sequence <= ? OR until <= ?";
// Of the results that are large, those of `getAndDelete`, the last eight.
pub(super) const TRIM_LARGE: &str = "DELETE FROM remembered WHERE key IN (
  SELECT key FROM remembered WHERE length(answer) > 4096 ORDER BY sequence DESC LIMIT -1 OFFSET 8)";
