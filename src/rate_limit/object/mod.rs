//! The object's side of exact limits: an object for each identifier, what was used under each `keyPrefix`.

mod check;
mod exports;
mod old_tables;
mod state;
