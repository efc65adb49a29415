//! The endpoints, a file a noun: what is read, one call of the ledger, and one record of [`wire`](crate::wire).

mod accounts;
mod balances;
mod batches;
mod book;
mod cash;
mod consumers;
pub(super) mod events;
mod exchanges;
pub(super) mod export;
mod holds;
mod imports;
mod jobs;
mod journals;
mod keys;
mod metadata;
mod monitors;
mod periods;
mod proof;
mod reports;
mod schedules;
mod statements;
mod transfers;
mod webhooks;

use std::sync::LazyLock;

use crate::server::endpoint::Endpoint;

/// The one list of endpoints, which lives as long as the program.
pub(super) fn all() -> &'static [Endpoint] {
    static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(endpoints);
    &ENDPOINTS
}

/// All endpoints, in the order in which the document tells of them.
pub(super) fn endpoints() -> Vec<Endpoint> {
    [
        transfers::endpoints(),
        cash::endpoints(),
        holds::endpoints(),
        journals::endpoints(),
        exchanges::endpoints(),
        batches::endpoints(),
        accounts::endpoints(),
        balances::endpoints(),
        statements::endpoints(),
        metadata::endpoints(),
        schedules::endpoints(),
        periods::endpoints(),
        book::endpoints(),
        proof::endpoints(),
        reports::endpoints(),
        imports::endpoints(),
        events::endpoints(),
        consumers::endpoints(),
        export::endpoints(),
        jobs::endpoints(),
        keys::endpoints(),
        webhooks::endpoints(),
        monitors::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
