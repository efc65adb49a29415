//! CSV files of accounts and transfers, read strictly.

pub(super) mod accounts;
pub(super) mod columns;
pub(super) mod dates;
pub(super) mod dialect;
pub(super) mod encoding;
pub(super) mod numbers;
#[cfg(any(feature = "cli", feature = "server"))]
pub(super) mod prices;
pub(super) mod records;
pub(super) mod rejects;
#[cfg(feature = "cli")]
pub(super) mod rules;
pub(super) mod transfers;
