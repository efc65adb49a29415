//! Accounts: opening, listing, changing, freezing and closing them.

use axum::http::header;

use crate::facts::{Account, AccountState, AccountType};
use crate::ledger::{AccountFilter, AccountListPage, Ledger};
use crate::rejection::Rejection;
use crate::requests::{Operation, Request};
use crate::server::answer::{Answer, etag};
use crate::server::call::{Call, SEARCH_READS_MAX, read_cursor};
use crate::server::endpoint::{Action, Body, CURSOR, Endpoint, LIMIT, METADATA};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{AccountCursor, AccountEventRecord, AccountRecord, Json, OpenedRecord, OpeningJson};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let account = Shape::One("AccountRecord");
    let change = |path, summary, run| {
        Endpoint::post(path, summary, Scope::AccountsWrite, Action::Write(run), account)
            .judging_version()
            .within_reach()
    };
    vec![
        Endpoint::post(
            "/v1/accounts",
            "Open an account",
            Scope::AccountsWrite,
            Action::Write(open),
            Shape::One("OpenedRecord"),
        )
        .taking(Body::Json(Shape::One("OpeningRequest")))
        .within_reach(),
        Endpoint::get(
            "/v1/accounts",
            "List accounts by name",
            Scope::AccountsRead,
            Action::Read(list),
            Shape::Page("AccountRecord"),
        )
        .with_query(&[
            ("prefix", "Only names that begin with this"),
            ("type", "Only those of this type"),
            ("currency", "Only those in this currency"),
            ("state", "Only those that stand so now"),
            METADATA,
            LIMIT,
            CURSOR,
        ])
        .within_reach(),
        Endpoint::get(
            "/v1/accounts/{account}",
            "Show all that is known of an account",
            Scope::AccountsRead,
            Action::Read(show),
            account,
        )
        .within_reach(),
        Endpoint::patch(
            "/v1/accounts/{account}",
            "Change how far an account's balance may go, and how much may leave it",
            Scope::AccountsWrite,
            Action::Write(limit),
            account,
        )
        .taking(Body::Json(Shape::One("LimitRequest")))
        .judging_version()
        .within_reach(),
        change("/v1/accounts/{account}/freeze", "Let nothing happen to an account for now", freeze)
            .taking(Body::Json(Shape::One("FreezeRequest"))),
        change("/v1/accounts/{account}/unfreeze", "Open the sides of an account again that were frozen", unfreeze)
            .taking(Body::Json(Shape::One("FreezeRequest"))),
        change("/v1/accounts/{account}/close", "Close an account for ever", close)
            .taking(Body::Json(Shape::One("ReasonRequest"))),
        Endpoint::get(
            "/v1/accounts/{account}/history",
            "Show how an account was changed, newest first",
            Scope::AccountsRead,
            Action::Read(history),
            Shape::Page("AccountEventRecord"),
        )
        .with_query(&[LIMIT, CURSOR])
        .within_reach(),
    ]
}

fn open(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let opening = OpeningJson::read(call.fields()?)?;
    call.check_reach(&opening.account)?;
    let currency = ledger.get_currency(opening.currency)?.currency;
    let options = call.options()?;
    let mode = options.mode;
    let opened = ledger.open_account(&opening.request(currency)?, options)?;
    let tag = Some(etag(&opened.account));
    Ok(Answer { etag: tag, ..Answer::one(&OpenedRecord::from(&opened))?.written(opened.replayed, mode) }
        .without_posting())
}

fn list(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let (filter, after) = match call.query.get("cursor") {
        Some(text) => {
            call.check_no_filters(&["prefix", "type", "currency", "state"])?;
            let AccountCursor { filter, after } = read_cursor(text)?;
            (filter, Some(after))
        }
        None => (filter(call)?, None),
    };
    call.check_prefix(&filter.prefix)?;
    let page = AccountListPage { after, limit: call.limit()?, reads_max: SEARCH_READS_MAX };
    let page = ledger.list_accounts_by(&filter, &page)?;
    let records: Vec<_> = page.accounts.iter().map(AccountRecord::from).collect();
    Answer::page(&records, page.next.map(|after| AccountCursor { filter, after }.to_string()))
}

fn filter(call: &Call) -> Result<AccountFilter, Problem> {
    Ok(AccountFilter {
        prefix: call.prefix("prefix")?,
        account_type: call.word("type", AccountType::ALL.iter().map(|of| (of.as_str(), *of)))?,
        currency: call.asked("currency")?,
        state: call.word("state", AccountState::ALL.iter().map(|state| (state.as_str(), *state)))?,
        metadata: call.metadata()?,
    })
}

fn show(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    Answer::account(&ledger.get_account(&call.account()?)?)
}

fn history(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let (account, events) = ledger.account_events(&call.account()?, call.cursor()?, call.limit()?)?;
    let records: Vec<_> = events.iter().map(|event| AccountEventRecord::new(&account, event)).collect();
    // The first event has the number 1.
    let next = events.last().map(|event| event.number).filter(|&number| number > 1);
    Answer::page(&records, next.map(|next| next.to_string()))
}

fn limit(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    change(call, ledger, "limit")
}

fn freeze(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    change(call, ledger, "freeze")
}

fn unfreeze(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    change(call, ledger, "unfreeze")
}

fn close(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    change(call, ledger, "close")
}

/// A verb of a batch, with the account that the path names. If-Match is judged behind the lock.
fn change(call: &Call, ledger: &Ledger, verb: &str) -> Result<Answer, Problem> {
    let account = call.account()?;
    let mut body = call.fields()?;
    if body.has("account") {
        return Err(Problem::invalid("the path names the account already; leave it out of the body"));
    }
    body.add("account", Json::Text(account.to_string()));
    let mut item = crate::wire::Fields::default();
    item.add(verb, Json::Object(body));
    let Request::Operation(Operation::Change(change)) = call.reader().read_item(Json::Object(item))? else {
        return Err(Problem::invalid("this changes no account"));
    };
    let expected = call.headers.get(header::IF_MATCH).map(|value| value.to_str().unwrap_or_default().to_owned());
    let check = |account: &Account| check_version(account, expected.as_deref());
    let changed = ledger.change_written_account(&change, check, call.options()?);
    Answer::account(&changed?)
}

fn check_version(account: &Account, expected: Option<&str>) -> Result<(), Rejection> {
    let actual = etag(account);
    let is_expected = |text: &str| text == "*" || text.split(',').any(|one| one.trim() == actual);
    match expected {
        Some(text) if !is_expected(text) => Err(Rejection::PreconditionFailed {
            account: account.name.clone(),
            expected: format!("the version {text}"),
            actual: format!("the version {actual}"),
        }),
        Some(_) | None => Ok(()),
    }
}
