//! Holds, their captures and releases.

use crate::facts::{AccountName, Sequence};
use crate::ledger::Ledger;
use crate::requests::{Request, Written};
use crate::server::answer::Answer;
use crate::server::call::{Call, told};
use crate::server::endpoint::{Action, Body, CURSOR, Endpoint, LIMIT};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{ExpiredRecord, HoldHistoryRecord, HoldRecord};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let transfer = Shape::One("TransferRecord");
    vec![
        Endpoint::post(
            "/v1/holds",
            "Reserve an amount until it is captured, released or expires",
            Scope::TransfersWrite,
            Action::Post(place, Answer::transfer),
            transfer,
        )
        .taking(Body::Json(Shape::One("HoldRequest")))
        .within_reach(),
        Endpoint::get(
            "/v1/holds",
            "List holds, newest first; those of an account are the open ones, all of them",
            Scope::TransfersRead,
            Action::Read(list),
            Shape::Page("HoldRecord"),
        )
        .with_query(&[("account", "Only the open ones of this account"), LIMIT, CURSOR]),
        Endpoint::get(
            "/v1/holds/{hold}",
            "Show a hold and all that happened to it",
            Scope::TransfersRead,
            Action::Read(show),
            Shape::One("HoldHistoryRecord"),
        ),
        Endpoint::post(
            "/v1/holds/{hold}/captures",
            "Move what is held, in whole or in part",
            Scope::TransfersWrite,
            Action::Post(capture, Answer::receipt),
            Shape::One("ReceiptRecord"),
        )
        .taking(Body::Json(Shape::One("CaptureRequest"))),
        Endpoint::post(
            "/v1/holds/{hold}/release",
            "Give up what is left of a hold",
            Scope::TransfersWrite,
            Action::Post(release, Answer::transfer),
            transfer,
        )
        .taking(Body::Json(Shape::One("NotesRequest"))),
        Endpoint::post(
            "/v1/holds/expire",
            "Record the expiry of all holds that are over",
            Scope::TransfersWrite,
            Action::Write(expire),
            Shape::One("ExpiredRecord"),
        ),
        Endpoint::get(
            "/v1/accounts/{account}/holds",
            "List the open holds of an account",
            Scope::TransfersRead,
            Action::Read(of_account),
            Shape::Page("HoldRecord"),
        )
        .within_reach(),
    ]
}

fn place(call: &Call) -> Result<Request<Written>, Problem> {
    Ok(call.reader().read_item(call.item("hold", None)?)?)
}

fn capture(call: &Call) -> Result<Request<Written>, Problem> {
    Ok(call.reader().read_item(call.item("capture", Some(("hold", call.named("hold"))))?)?)
}

fn release(call: &Call) -> Result<Request<Written>, Problem> {
    Ok(call.reader().read_item(call.item("release", Some(("hold", call.named("hold"))))?)?)
}

fn list(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    if let Some(account) = call.asked("account")? {
        return open_ones(ledger, &account);
    }
    let page = ledger.list_holds(call.cursor()?.map(Sequence), call.limit()?)?;
    let records: Vec<_> = page.holds.iter().map(HoldRecord::from).collect();
    Answer::page(&records, page.next.map(|next| next.to_string()))
}

fn of_account(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    open_ones(ledger, &call.account()?)
}

fn open_ones(ledger: &Ledger, account: &AccountName) -> Result<Answer, Problem> {
    Answer::list(&told(ledger.list_open_holds(account))?.iter().map(HoldRecord::from).collect::<Vec<_>>())
}

fn show(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let history = ledger.get_hold(ledger.refer(call.named("hold"))?)?;
    Answer::one(&HoldHistoryRecord::from(&history))
}

fn expire(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let options = call.options()?;
    let mode = options.mode;
    Answer::one(&ExpiredRecord::new(ledger.expire_holds(options)?, mode))
}
