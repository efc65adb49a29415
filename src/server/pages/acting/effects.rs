//! What a posting would do to each account that it touches: the balances before and after.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::error::Error;
use crate::facts::{Account, AccountName, NormalSide, TransferKind};
use crate::ledger::{Ledger, Posted, Receipt};
use crate::money::{Amount, Money};
use crate::server::keys::scope::Scope;
use crate::server::pages::cells::account_link;
use crate::server::pages::table::framed;
use crate::server::pages::visit::Visit;
use crate::server::pages::zone::{moment, of_view};
use crate::server::problem::Problem;

/// An account after the transfers of a receipt.
struct After {
    posted: Money,
    held: Amount,
}

/// The transfers that it would make, and what they change, as far as the key may see that.
pub(super) async fn of(visit: &Visit, receipt: &Receipt) -> Result<Markup, Problem> {
    let accounts = if visit.may(Scope::AccountsRead) { accounts_of(visit, receipt).await? } else { Vec::new() };
    Ok(html! {
        @if receipt.replayed { p.notice { "This was done before under the same key. Confirming shows it, and does nothing twice." } }
        (transfers(&receipt.transfers))
        @if !accounts.is_empty() && !receipt.replayed { (balances(&accounts, &receipt.transfers)) }
    })
}

async fn accounts_of(visit: &Visit, receipt: &Receipt) -> Result<Vec<Account>, Problem> {
    let mut names: Vec<AccountName> = Vec::new();
    for posted in &receipt.transfers {
        for name in [&posted.debit_account, &posted.credit_account] {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    let found = move |ledger: &Ledger| match ledger.get_accounts(&names) {
        // An account that is opened by this has nothing before it.
        Err(Error::Rejected(_)) => Ok(names.iter().filter_map(|name| ledger.get_account(name).ok()).collect()),
        found => Ok(found?),
    };
    visit.read(Scope::AccountsRead, found).await
}

fn transfers(transfers: &[Posted]) -> Markup {
    let table = html! {
        table {
            caption { "What would be posted" }
            thead { tr {
                th scope="col" { "Kind" } th scope="col" { "Debit" } th scope="col" { "Credit" } th.n scope="col" { "Amount" }
                th scope="col" { "Counts for the books (" (of_view()) ")" } th scope="col" { "Description" }
            } }
            tbody {
                @for posted in transfers {
                    tr {
                        th scope="row" data-label="Kind" { (posted.transfer.kind.to_string()) }
                        td data-label="Debit" { (account_link(posted.debit_account.as_str())) }
                        td data-label="Credit" { (account_link(posted.credit_account.as_str())) }
                        td.n data-label="Amount" { (Money::new(posted.transfer.amount, posted.currency)) }
                        td data-label="Counts for the books" { (moment(&posted.transfer.effective_at.to_string())) }
                        td data-label="Description" { @if let Some(words) = &posted.transfer.description { bdi { (crate::wire::visible(words.as_str())) } } }
                    }
                }
            }
        }
    };
    framed("What would be posted", &table)
}

fn balances(accounts: &[Account], transfers: &[Posted]) -> Markup {
    let after = after(accounts, transfers);
    let table = html! {
        table {
            caption { "What both accounts have, on their normal sides" }
            thead { tr {
                th scope="col" { "Account" } th.n scope="col" { "Posted before" } th.n scope="col" { "Posted after" }
                th.n scope="col" { "Available before" } th.n scope="col" { "Available after" }
            } }
            tbody {
                @for account in accounts {
                    @if let Some(after) = after.get(&account.name) {
                        tr {
                            th scope="row" data-label="Account" { (account_link(account.name.as_str())) }
                            td.n data-label="Posted before" { (account.money(account.posted())) }
                            td.n data-label="Posted after" { (after.posted) }
                            td.n data-label="Available before" { (account.money(account.available())) }
                            td.n data-label="Available after" { @if let Some(left) = after.posted.amount.checked_sub(after.held) { (account.money(left)) } }
                        }
                    }
                }
            }
        }
    };
    framed("Balances before and after", &table)
}

fn after(accounts: &[Account], transfers: &[Posted]) -> BTreeMap<AccountName, After> {
    let before = |account: &Account| After { posted: account.money(account.posted()), held: account.held() };
    let mut after: BTreeMap<_, _> = accounts.iter().map(|account| (account.name.clone(), before(account))).collect();
    for posted in transfers {
        for (name, side) in [(&posted.debit_account, NormalSide::Debit), (&posted.credit_account, NormalSide::Credit)] {
            let Some(account) = accounts.iter().find(|account| account.name == *name) else { continue };
            let Some(after) = after.get_mut(name) else { continue };
            after.posted.amount = posted.transfer.entry_on(side).balance;
            if account.falls_by(side) {
                after.held = held(after.held, posted).unwrap_or(after.held);
            }
        }
    }
    after
}

/// What is held of the account that falls, after a transfer.
fn held(before: Amount, posted: &Posted) -> Option<Amount> {
    let amount = posted.transfer.amount;
    match posted.transfer.kind {
        TransferKind::Hold => before.checked_add(amount),
        TransferKind::Capture | TransferKind::Release => before.checked_sub(amount),
        TransferKind::Transfer | TransferKind::Reversal => Some(before),
    }
}
