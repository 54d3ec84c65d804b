//! The object side. One class plays three parts, each in objects of its own name: `session:{id}`
//! holds a session, `customer:{id}` an index and revocations, `token:{SHA-256}` what was cached.

#[cfg(feature = "objects")]
mod customer;
#[cfg(feature = "objects")]
mod exports;
pub mod model;
#[cfg(feature = "objects")]
mod old_tables;
#[cfg(feature = "objects")]
mod session;
#[cfg(feature = "objects")]
mod state;
#[cfg(feature = "objects")]
mod token;
