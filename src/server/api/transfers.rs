//! Transfers, deposits, withdrawals and reversals.

use crate::error::InputError;
use crate::facts::{AccountName, AccountType, TransferKind};
use crate::ledger::{Ledger, ListPage, Mode, TransferFilter, WrittenWithOpenings};
use crate::requests::{AccountRequest, Operation, Parties, Request, TransferRequest, Written};
use crate::server::answer::Answer;
use crate::server::call::{Call, read_cursor, told};
use crate::server::endpoint::{Action, Body, CURSOR, DRY_RUN, Endpoint, LIMIT, Parameter};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{Json, TransferCursor, TransferDetailsRecord, TransferRecord, read_amount};

const FILTERS: [&str; 10] =
    ["account", "kind", "journal", "hold", "reversed", "actor", "amount_min", "amount_max", "from", "to"];

const LIST: &[Parameter] = &[
    ("account", "Only those of this account"),
    ("kind", "Only those of this kind"),
    ("journal", "Only those of this journal"),
    ("hold", "Only those about this hold"),
    ("reversed", "Only those that undo this transfer"),
    ("actor", "Only those that this actor asked for"),
    ("amount_min", "Only those of at least this amount"),
    ("amount_max", "Only those of at most this amount"),
    ("from", "Only those recorded at this moment or later"),
    ("to", "Only those recorded before this moment"),
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
            "List transfers, newest first",
            Scope::TransfersRead,
            Action::Read(list),
            Shape::Page("TransferRecord"),
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
        Endpoint::post(
            "/v1/deposits",
            "Put money into an account; it and the cash account rise",
            Scope::TransfersWrite,
            Action::Write(deposit),
            transfer,
        )
        .taking(Body::Json(Shape::One("CashRequest")))
        .with_query(&[DRY_RUN])
        .within_reach(),
        Endpoint::post(
            "/v1/withdrawals",
            "Take money out of an account; it and the cash account fall",
            Scope::TransfersWrite,
            Action::Write(withdraw),
            transfer,
        )
        .taking(Body::Json(Shape::One("CashRequest")))
        .within_reach(),
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
        Some(_) if call.query.has_any(&FILTERS) => {
            return Err(Problem::invalid("the cursor carries the filters of its list; leave them out"));
        }
        Some(text) => {
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
    let page = ledger.list_transfers(&filter, ListPage { from, limit: call.limit()?, ..ListPage::default() })?;
    let records: Vec<_> = page.transfers.iter().map(|posted| TransferRecord::new(posted, Mode::Commit)).collect();
    let next = page.next.map(|from| TransferCursor { filter, from }.to_string());
    Answer::page(&records, next)
}

fn filter(call: &Call, ledger: &Ledger) -> Result<TransferFilter, Problem> {
    let amount = |name: &str| call.query.get(name).map(read_amount).transpose();
    let reference = |name: &str| call.query.get(name).map(|text| ledger.refer(text)).transpose();
    let kind = |word: &str| {
        TransferKind::from_word(word).ok_or_else(|| Problem::invalid(format!("{word:?} is no kind of transfer")))
    };
    Ok(TransferFilter {
        account: call.asked("account")?,
        kind: call.query.get("kind").map(kind).transpose()?,
        journal: call.query.get("journal").map(|text| ledger.refer_to_journal(text)).transpose()?,
        hold: reference("hold")?,
        reversed: reference("reversed")?,
        actor: call.asked("actor")?,
        min: amount("amount_min")?,
        max: amount("amount_max")?,
        from: call.asked("from")?,
        to: call.asked("to")?,
    })
}

fn show(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let details = ledger.get_transfer_details(ledger.refer(call.named("transfer"))?)?;
    Answer::one(&TransferDetailsRecord::from(&details))
}

fn deposit(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    against_cash(call, ledger, |account, cash| Parties::Deposit { account, cash })
}

fn withdraw(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    against_cash(call, ledger, |account, cash| Parties::Withdrawal { account, cash })
}

/// The cash account is the one that is named, or that of the account's currency, which is opened when it is first used.
fn against_cash(
    call: &Call,
    ledger: &Ledger,
    parties: fn(AccountName, AccountName) -> Parties,
) -> Result<Answer, Problem> {
    let mut fields = call.keyed_fields()?;
    let account: AccountName = fields.require_parsed("account")?;
    let named: Option<AccountName> = fields.take_parsed("cash")?;
    call.check_reach(&account)?;
    named.iter().try_for_each(|cash| call.check_reach(cash))?;
    if named.is_none() && !call.principal.prefix.is_empty() {
        return Err(Problem::invalid("a key for some accounts names the cash account; give it as cash"));
    }
    // Which cash account it is depends on the account's currency, and nothing else of the request does.
    let like = read_transfer(call, fields, &account)?;
    let make = |currency: crate::money::Currency| {
        let usual = || format!("cash:{}", currency.code().as_str().to_lowercase()).parse();
        let cash = named.clone().map_or_else(usual, Ok)?;
        let request = TransferRequest { parties: parties(account.clone(), cash.clone()), ..like.clone() }.into();
        Ok(WrittenWithOpenings { request, openings: vec![AccountRequest::new(cash, AccountType::Asset, currency)] })
    };
    let options = call.options()?;
    let mode = options.mode;
    let answer = told(ledger.submit_written_in_currency_of(&account, make, options))?;
    Answer::transfer(&answer.receipt, mode)
}

/// All that a transfer says but its accounts, of which the first stands in for both.
fn read_transfer(
    call: &Call,
    mut fields: crate::wire::Fields,
    account: &AccountName,
) -> Result<TransferRequest<Written>, Problem> {
    for name in ["from", "to", "debit", "credit"] {
        if fields.has(name) {
            return Err(Problem::invalid(format!(
                "the field {name:?} means nothing here; give account, amount and cash"
            )));
        }
    }
    for side in ["from", "to"] {
        fields.add(side, Json::Text(account.to_string()));
    }
    match call.reader().read_item(Json::Object(fields))? {
        Request::Operation(Operation::Transfer(request)) => Ok(request),
        _ => Err(InputError::request("give account, amount and cash").into()),
    }
}
