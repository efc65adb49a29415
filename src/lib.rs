//! teller
mod clock;
mod error;
pub mod models;
pub mod money;
pub mod rules;
mod schema;
pub mod service;
pub mod store;
pub use clock::Clock;
pub use error::{Error, InputError};
pub use service::{Ledger, Mode};
