//! Sessions: cached in KV (`cache`), kept in Durable Objects (`store`, `object`), and revoked for both (`revocation`).

pub mod cache;
pub mod object;
pub mod object_name;
pub mod policy;
pub mod record;
pub mod revocation;
pub mod store;
pub mod token;
