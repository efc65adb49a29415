//! Journals: several transfers, all or none.

use crate::error::InputError;
use crate::ledger::{JournalFilter, Ledger, ListOrder, Mode};
use crate::requests::{Request, Written};
use crate::server::answer::Answer;
use crate::server::call::{Call, read_cursor};
use crate::server::endpoint::{Action, Body, CURSOR, Endpoint, LIMIT, METADATA, ORDER};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{JournalCursor, JournalRecord, Json, ReceiptRecord};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let receipt = Shape::One("ReceiptRecord");
    vec![
        Endpoint::post(
            "/v1/journals",
            "Post several transfers, all or none",
            Scope::TransfersWrite,
            Action::Post(post, Answer::receipt),
            receipt,
        )
        .taking(Body::Json(Shape::One("JournalRequest")))
        .within_reach(),
        Endpoint::get(
            "/v1/journals",
            "List journals, newest first unless it is asked otherwise",
            Scope::TransfersRead,
            Action::Read(list),
            Shape::Search("JournalRecord"),
        )
        .with_query(&[
            ("account", "Only those with a transfer of this account"),
            ("key", "Only the one with this key"),
            ("actor", "Only those that this actor asked for"),
            METADATA,
            ("from", "Only those recorded at this moment or later"),
            ("to", "Only those recorded before this moment"),
            ORDER,
            LIMIT,
            CURSOR,
        ]),
        Endpoint::get(
            "/v1/journals/{journal}",
            "Show a journal with its transfers",
            Scope::TransfersRead,
            Action::Read(show),
            receipt,
        ),
        Endpoint::post(
            "/v1/journals/{journal}/reversal",
            "Undo a journal",
            Scope::TransfersWrite,
            Action::Post(reversal, Answer::receipt),
            receipt,
        )
        .taking(Body::Json(Shape::One("JournalReversalRequest"))),
    ]
}

fn post(call: &Call) -> Result<Request<Written>, Problem> {
    let request = call.reader().read_item(Json::Object(call.keyed_fields()?))?;
    match &request {
        Request::Journal(_) => {
            call.check_changes([&request])?;
            Ok(request)
        }
        _ => Err(InputError::request("this is no journal; the field legs is missing").into()),
    }
}

fn reversal(call: &Call) -> Result<Request<Written>, Problem> {
    Ok(call.reader().read_item(call.item("reverse_journal", Some(("journal", call.named("journal"))))?)?)
}

fn list(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let (filter, from) = match call.query.get("cursor") {
        Some(text) => {
            call.check_no_filters(&["account", "key", "actor", "from", "to", "order"])?;
            let JournalCursor { filter, from } = read_cursor(text)?;
            (filter, Some(from))
        }
        None => (filter(call)?, None),
    };
    let page = ledger.list_journals(&filter, call.list_page(from)?)?;
    let records: Vec<_> = page.journals.iter().map(JournalRecord::from).collect();
    let next = page.next.map(|from| JournalCursor { filter, from }.to_string());
    Answer::searched(&records, next, page.cut_at)
}

fn filter(call: &Call) -> Result<JournalFilter, Problem> {
    Ok(JournalFilter {
        account: call.asked("account")?,
        key: call.asked("key")?,
        recorded: call.recorded(ListOrder::Newest)?,
    })
}

fn show(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let receipt = ledger.get_journal(ledger.refer_to_journal(call.named("journal"))?)?;
    Answer::one(&ReceiptRecord::new(&receipt, Mode::Commit))
}
