//! The object side. One class plays three parts, each in objects of its own name: `session:{id}`
//! holds a session, `customer:{id}` an index and revocations, `token:{SHA-256}` what was cached.

mod customer;
mod exports;
pub mod model;
mod rows;
mod session;
mod token;
