//! CSV files of accounts and transfers, read strictly.

pub(super) mod accounts;
pub(super) mod columns;
pub(super) mod dialect;
pub(super) mod records;
pub(super) mod rejects;
pub(super) mod transfers;
