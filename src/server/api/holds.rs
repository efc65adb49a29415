//! Holds, their captures and releases.

use crate::facts::{AccountName, HoldState};
use crate::ledger::{HoldFilter, Ledger, ListOrder};
use crate::requests::{Request, Written};
use crate::server::answer::Answer;
use crate::server::call::{Call, read_cursor, told};
use crate::server::endpoint::{Action, Body, CURSOR, Endpoint, LIMIT, METADATA, ORDER, Parameter};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{ExpiredRecord, HoldCursor, HoldHistoryRecord, HoldRecord, read_amount};

const FILTERS: [&str; 8] = ["account", "state", "actor", "amount_min", "amount_max", "from", "to", "order"];

const LIST: &[Parameter] = &[
    ("account", "Only those of this account; the open ones unless a state is given"),
    ("state", "Only those that stand so now: `open`, `captured`, `released`, `expired` or `any`"),
    ("actor", "Only those that this actor asked for"),
    METADATA,
    ("amount_min", "Only those of at least this amount at first"),
    ("amount_max", "Only those of at most this amount at first"),
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
            "List holds in the order in which they were placed; of an account the open ones unless a state is given",
            Scope::TransfersRead,
            Action::Read(list),
            Shape::Search("HoldRecord"),
        )
        .with_query(LIST),
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
    let (filter, from) = match call.query.get("cursor") {
        Some(text) => {
            call.check_no_filters(&FILTERS)?;
            let HoldCursor { filter, from } = read_cursor(text)?;
            (filter, Some(from))
        }
        None => (filter(call)?, None),
    };
    let page = ledger.list_holds_by(&filter, call.list_page(from)?)?;
    let records: Vec<_> = page.holds.iter().map(HoldRecord::from).collect();
    let next = page.next.map(|from| HoldCursor { filter, from }.to_string());
    Answer::searched(&records, next, page.cut_at)
}

fn filter(call: &Call) -> Result<HoldFilter, Problem> {
    let amount = |name: &str| call.asked_as(name, |text| Ok(read_amount(text)?));
    let account: Option<AccountName> = call.asked("account")?;
    let states = HoldState::ALL.iter().map(|state| (state.as_str(), Some(*state))).chain([("any", None)]);
    let state = call.word("state", states)?.unwrap_or_else(|| account.as_ref().map(|_| HoldState::Open));
    Ok(HoldFilter {
        account,
        state,
        min: amount("amount_min")?,
        max: amount("amount_max")?,
        recorded: call.recorded(ListOrder::Oldest)?,
    })
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
