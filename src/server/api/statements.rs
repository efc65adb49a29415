//! The transfers of an account.

use crate::error::Error;
use crate::facts::AccountName;
use crate::ledger::{Ledger, Span, StatementOrder, StatementQuery};
use crate::rejection::Rejection;
use crate::server::answer::{Answer, ITEMS};
use crate::server::call::{Call, read_cursor};
use crate::server::endpoint::{Action, CURSOR, Endpoint, LIMIT};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{EntryRecord, StatementHead};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let summary = "Show an account's transfers, newest first";
    let shape = Shape::Within("StatementHead", ITEMS, "EntryRecord");
    vec![
        Endpoint::get("/v1/accounts/{account}/statement", summary, Scope::AccountsRead, Action::Read(statement), shape)
            .with_query(&[
                ("from", "Only those at this moment or later"),
                ("to", "Only those before this moment"),
                ("counterparty", "Only those with this other account; balances stay those of the account"),
                ("order", "The time by which it goes: `recorded` or `effective`"),
                LIMIT,
                CURSOR,
            ])
            .within_reach(),
    ]
}

fn statement(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let orders = [("recorded", StatementOrder::Recorded), ("effective", StatementOrder::Effective)];
    let order = call.word("order", orders)?.unwrap_or_default();
    let name = call.account()?;
    let query = StatementQuery {
        span: Span { order, from: call.asked("from")?, to: call.asked("to")? },
        counterparty: counterparty(call, ledger, &name)?,
        cursor: call.query.get("cursor").map(read_cursor).transpose()?,
        limit: call.limit()?,
        ..StatementQuery::default()
    };
    let statement = ledger.statement(&name, &query)?;
    let entries: Vec<_> = statement.entries.iter().map(EntryRecord::from).collect();
    Answer::page_within(&StatementHead::of(&statement, query.span), ITEMS, &entries, statement.next)
}

/// The other account that is asked for. A key for some accounts does not learn whether there is one of a name outside of them: one that is
/// not there is answered like one with which there is no transfer, as there is none between an account and itself.
fn counterparty(call: &Call, ledger: &Ledger, own: &AccountName) -> Result<Option<AccountName>, Problem> {
    let Some(other) = call.asked::<AccountName>("counterparty")? else { return Ok(None) };
    if call.principal.reaches(&other) {
        return Ok(Some(other));
    }
    match ledger.get_account(&other) {
        Err(Error::Rejected(refused)) if matches!(*refused, Rejection::AccountUnknown { .. }) => Ok(Some(own.clone())),
        found => Ok(found.map(|_| Some(other))?),
    }
}
