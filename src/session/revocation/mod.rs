//! Which cached sessions are revoked: what the objects keep, and what an isolate knows of it.

pub mod cache;
pub mod client;
pub mod fill;
pub mod isolate;
