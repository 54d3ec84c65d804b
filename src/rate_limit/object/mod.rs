//! The object's side of exact limits: an object for each identifier, a row for each `keyPrefix`.

mod calls;
mod check;
mod exports;
mod sqlite;
