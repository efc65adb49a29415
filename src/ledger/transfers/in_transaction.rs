//! Posting inside a transaction that an application has open on PostgreSQL.

use diesel::pg::PgConnection;

use crate::clock::Clock;
use crate::error::Error;
use crate::judging::ClockLead;
use crate::ledger::Mode;
use crate::ledger::book::rules::{Basis, KnownRules};
use crate::ledger::posting::receipts::{Posted, Receipt};
use crate::ledger::posting::spending::Spending;
use crate::ledger::posting::{Attempt, Posting};
use crate::ledger::transfers::one_transfer_each;
use crate::rejection::Rejection;
use crate::requests::{BatchPolicy, Request, TransferRequest};
use crate::store::server_clock;

/// Posts transfers inside the transaction that the caller has open, strictly in order, and leaves the commit to the caller.
///
/// The accounts stay locked until that transaction ends, so it should end soon. A caller whose own locks come in another order can
/// deadlock with Teller; the database then undoes one of the two transactions, and the caller runs it again with the same ids.
///
/// The book's clock is the server's, which is asked for when `clock` is [`Clock::system`]; any other clock is believed.
///
/// A connection that lives long should be opened with `set plan_cache_mode = force_custom_plan`, so that plans made while the book was
/// small are not kept; Teller's own connections see to that themselves.
///
/// # Errors
/// [`Error::Store`], and then the transaction must be rolled back; refusals are in the answers and leave it intact.
pub fn post_in(
    connection: &mut PgConnection,
    clock: &Clock,
    requests: &[TransferRequest],
) -> Result<Vec<Result<Posted, Rejection>>, Error> {
    let requests: Vec<_> = requests.iter().cloned().map(Request::from).collect();
    Ok(one_transfer_each(submit_in(connection, clock, &requests, BatchPolicy::CarryOn)?))
}

/// As [`post_in`], for all kinds of requests.
///
/// # Errors
/// As [`post_in`].
pub fn submit_in(
    connection: &mut PgConnection,
    clock: &Clock,
    requests: &[Request],
    policy: BatchPolicy,
) -> Result<Vec<Result<Receipt, Rejection>>, Error> {
    if requests.is_empty() {
        return Ok(Vec::new());
    }
    // A book has one clock, and where there is a server it is not that of one of its clients.
    let of_server = if clock.is_system() { Some(server_clock(connection)?) } else { None };
    let clock = of_server.as_ref().unwrap_or(clock);
    let (spending, rules) = (Spending::default(), KnownRules::default());
    let basis = Basis { clock, lead_max: ClockLead::MAX, spending: &spending, rules: &rules };
    let mut posting = Posting::new(requests, policy, Mode::Commit, basis);
    loop {
        // The transaction cannot be begun anew here, so further accounts are locked behind those that are locked already.
        if let Attempt::Done(outcome) = posting.attempt(connection, &[])? {
            return Ok(outcome.answers);
        }
    }
}
