//! Transfers and reversals.

use crate::error::InputError;
use crate::facts::TransferKind;
use crate::ledger::{Ledger, ListOrder, Mode, TransferFilter};
use crate::requests::{Operation, Request, Written};
use crate::server::answer::Answer;
use crate::server::call::{Call, read_cursor};
use crate::server::endpoint::{Action, Body, CURSOR, Endpoint, LIMIT, METADATA, ORDER, Parameter};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{Json, TransferCursor, TransferDetailsRecord, TransferRecord, read_amount};

const FILTERS: [&str; 12] = [
    "account",
    "kind",
    "journal",
    "hold",
    "reversed",
    "key",
    "actor",
    "amount_min",
    "amount_max",
    "from",
    "to",
    "order",
];

const LIST: &[Parameter] = &[
    ("account", "Only those of this account"),
    ("kind", "Only those of this kind"),
    ("journal", "Only those of this journal"),
    ("hold", "Only those about this hold"),
    ("reversed", "Only those that undo this transfer"),
    ("key", "Only those that the request with this key made"),
    ("actor", "Only those that this actor asked for"),
    METADATA,
    ("amount_min", "Only those of at least this amount"),
    ("amount_max", "Only those of at most this amount"),
    ("from", "Only those recorded at this moment or later"),
    ("to", "Only those recorded before this moment"),
    ORDER,
    LIMIT,
    CURSOR,
];

pub(super) fn endpoints() -> Vec<Endpoint> {
    let transfer = Shape::One("TransferRecord");
    vec![
        Endpoint::post(
            "/v1/transfers",
            "Move an amount from one account to another",
            Scope::TransfersWrite,
            Action::Post(transfer_of, Answer::transfer),
            transfer,
        )
        .taking(Body::Json(Shape::One("TransferRequest")))
        .within_reach(),
        Endpoint::get(
            "/v1/transfers",
            "List transfers, newest first unless it is asked otherwise",
            Scope::TransfersRead,
            Action::Read(list),
            Shape::Search("TransferRecord"),
        )
        .with_query(LIST)
        .within_reach(),
        Endpoint::get(
            "/v1/transfers/{transfer}",
            "Show a transfer, and what belongs to it",
            Scope::TransfersRead,
            Action::Read(show),
            Shape::One("TransferDetailsRecord"),
        ),
        Endpoint::post(
            "/v1/transfers/{transfer}/reversals",
            "Undo a transfer, in whole or in part",
            Scope::TransfersWrite,
            Action::Post(reversal, Answer::transfer),
            transfer,
        )
        .taking(Body::Json(Shape::One("ReversalRequest"))),
    ]
}

/// A line of a batch that makes a transfer: with a verb it would be something else.
fn transfer_of(call: &Call) -> Result<Request<Written>, Problem> {
    let request = call.reader().read_item(Json::Object(call.keyed_fields()?))?;
    match &request {
        Request::Operation(Operation::Transfer(_)) => Ok(request),
        _ => Err(InputError::request("this is no transfer; there are from and to, or debit and credit, and an amount")
            .into()),
    }
}

fn reversal(call: &Call) -> Result<Request<Written>, Problem> {
    Ok(call.reader().read_item(call.item("reverse", Some(("transfer", call.named("transfer"))))?)?)
}

fn list(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let (filter, from) = match call.query.get("cursor") {
        Some(text) => {
            call.check_no_filters(&FILTERS)?;
            let TransferCursor { filter, from } = read_cursor(text)?;
            (filter, Some(from))
        }
        None => (filter(call, ledger)?, None),
    };
    match &filter.account {
        Some(account) => call.check_reach(account)?,
        None if call.principal.prefix.is_empty() => {}
        None => return Err(Problem::invalid("a key for some accounts lists the transfers of one; give it as account")),
    }
    let page = ledger.list_transfers(&filter, call.list_page(from)?)?;
    let records: Vec<_> = page.transfers.iter().map(|posted| TransferRecord::new(posted, Mode::Commit)).collect();
    let next = page.next.map(|from| TransferCursor { filter, from }.to_string());
    Answer::searched(&records, next, page.cut_at)
}

fn filter(call: &Call, ledger: &Ledger) -> Result<TransferFilter, Problem> {
    let amount = |name: &str| call.asked_as(name, |text| Ok(read_amount(text)?));
    let reference = |name: &str| call.asked_as(name, |text| ledger.refer(text));
    Ok(TransferFilter {
        account: call.asked("account")?,
        kind: call.word("kind", TransferKind::ALL.iter().map(|kind| (kind.as_str(), *kind)))?,
        journal: call.asked_as("journal", |text| ledger.refer_to_journal(text))?,
        hold: reference("hold")?,
        reversed: reference("reversed")?,
        key: call.asked("key")?,
        min: amount("amount_min")?,
        max: amount("amount_max")?,
        recorded: call.recorded(ListOrder::Newest)?,
    })
}

fn show(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let details = ledger.get_transfer_details(ledger.refer(call.named("transfer"))?)?;
    Answer::one(&TransferDetailsRecord::from(&details))
}
