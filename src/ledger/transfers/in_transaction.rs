//! Posting inside a transaction that an application has open on PostgreSQL.

use diesel::pg::PgConnection;

use crate::clock::Clock;
use crate::error::Error;
use crate::facts::Actor;
use crate::judging::ClockLead;
use crate::ledger::book::rules::KnownRules;
use crate::ledger::posting::basis::Basis;
use crate::ledger::posting::receipts::{Posted, Receipt};
use crate::ledger::posting::spending::Spending;
use crate::ledger::posting::{Attempt, Posting};
use crate::ledger::transfers::one_transfer_each;
use crate::ledger::write_options::Mode;
use crate::rejection::Rejection;
use crate::requests::{BatchPolicy, Request, TransferRequest};
use crate::store::ask_server;

/// Posts transfers in the caller's open transaction, strictly in order. The caller commits.
///
/// The accounts stay locked until the transaction ends, so it should end soon. If the caller also locks rows of its own, in varying order,
/// it can deadlock with Teller. The database then rolls one of the transactions back, and the caller runs it again with the same ids.
///
/// `actor` is recorded with every transfer. If `clock` is [`Clock::system`], the time is read from the server. Any other clock is used as it is.
///
/// Set `plan_cache_mode = force_custom_plan` on a long-lived connection, so that it does not keep plans that were made when the book was
/// small. Teller's own connections do.
///
/// # Errors
/// [`Error::Store`], and then the transaction must be rolled back; refusals are in the answers and leave it intact.
pub fn post_in(
    connection: &mut PgConnection,
    actor: &Actor,
    clock: &Clock,
    requests: &[TransferRequest],
) -> Result<Vec<Result<Posted, Rejection>>, Error> {
    let requests: Vec<_> = requests.iter().cloned().map(Request::from).collect();
    Ok(one_transfer_each(submit_in(connection, actor, clock, &requests, BatchPolicy::CarryOn)?))
}

/// Submits requests of any kind in the caller's open transaction: see [`post_in`].
///
/// # Errors
/// As [`post_in`].
pub fn submit_in(
    connection: &mut PgConnection,
    actor: &Actor,
    clock: &Clock,
    requests: &[Request],
    policy: BatchPolicy,
) -> Result<Vec<Result<Receipt, Rejection>>, Error> {
    if requests.is_empty() {
        return Ok(Vec::new());
    }
    // A book has one clock. On PostgreSQL this is the server's, not the client's.
    let (of_server, numbering) = ask_server(connection)?;
    let clock = if clock.is_system() { &of_server } else { clock };
    let (spending, rules) = (Spending::default(), KnownRules::default());
    let lead_max = ClockLead::MAX;
    let basis = Basis { actor, clock, lead_max, numbering, spending: &spending, rules: &rules };
    let mut posting = Posting::new(requests, policy, Mode::Commit, basis);
    loop {
        // The transaction cannot be begun again here, so further accounts are locked after those that are locked already.
        if let Attempt::Done(outcome) = posting.attempt(connection, &[])? {
            return Ok(outcome.answers);
        }
    }
}
