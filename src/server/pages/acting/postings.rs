//! Forms that post: transfers, holds and what becomes of them, reversals.

use serde_json::{Map, Value};

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::fields::{Field, texts};
use crate::server::pages::acting::flow::{Form, Kind, Wanted, act, show};
use crate::server::pages::page::Page;
use crate::server::pages::pairs::{Pairs, encode};
use crate::server::pages::zone::with_moments;

const DESCRIPTION: Field =
    Field::optional("description", "Reason or description", "It stays with the transfer for ever");
const WAYS: &[(&str, &str)] =
    &[("transfer", "one falls, the other rises"), ("post", "one is debited, the other credited")];
const NOTES: [&str; 2] = ["key", "description"];

const TRANSFER: Form = Form {
    title: "Post a transfer",
    about: "Moves an amount from one account to another.",
    scope: Scope::TransfersWrite,
    fields: &[
        Field::required("from", "From", "The account that falls, or is debited"),
        Field::required("to", "To", "The account that rises, or is credited"),
        Field::optional("way", "Way", "").of(WAYS),
        Field::required("amount", "Amount", "In the accounts' currency, such as 12.50; or all"),
        DESCRIPTION,
        Field::optional(
            "effective_at",
            "Counts for the books at",
            "A day or a time, such as 2026-09-30T12:00; empty for now",
        ),
    ],
    of: None,
    kind: Kind::Posting,
    wanted: |visit, form| {
        let form = &with_moments(visit, form, &["effective_at"])?;
        let mut body = texts(form, &["key", "description", "amount", "effective_at"]);
        add_parties(&mut body, form);
        Ok(Wanted::post("/v1/transfers", body, transfer_of))
    },
};

const CASH: Form = Form {
    title: "Deposit or withdraw",
    about: "Money comes in or goes out by way of the cash account of the account's currency.",
    scope: Scope::TransfersWrite,
    fields: &[
        Field::required("account", "Account", ""),
        Field::optional("way", "Way", "").of(&[("deposit", "deposit"), ("withdraw", "withdraw")]),
        Field::required("amount", "Amount", "In the account's currency, such as 12.50"),
        Field::optional("cash", "Cash account", "Empty for cash:eur and the like"),
        DESCRIPTION,
    ],
    of: None,
    kind: Kind::Posting,
    wanted: |_, form| {
        let path = if form.get("way") == Some("withdraw") { "/v1/withdrawals" } else { "/v1/deposits" };
        Ok(Wanted::post(path, texts(form, &["key", "description", "account", "amount", "cash"]), transfer_of))
    },
};

const HOLD: Form = Form {
    title: "Place a hold",
    about: "Reserves an amount until it is captured, released or expires.",
    scope: Scope::TransfersWrite,
    fields: &[
        Field::required("from", "From", "The account that falls, or is debited"),
        Field::required("to", "To", "The account that rises, or is credited"),
        Field::optional("way", "Way", "").of(WAYS),
        Field::required("amount", "Amount", "In the accounts' currency, such as 12.50"),
        Field::optional("expires_in", "Expires in", "Such as 30m, 24h or 7d; empty for never"),
        DESCRIPTION,
    ],
    of: None,
    kind: Kind::Posting,
    wanted: |_, form| {
        let mut body = texts(form, &["key", "description", "amount", "expires_in"]);
        add_parties(&mut body, form);
        Ok(Wanted::post("/v1/holds", body, transfer_of))
    },
};

const CAPTURE: Form = Form {
    title: "Capture a hold",
    about: "Moves what is held, in whole or in part.",
    scope: Scope::TransfersWrite,
    fields: &[
        Field::optional("amount", "Amount", "Empty for all that is left"),
        Field::optional("rest", "The rest", "").of(&[("keep", "stays held"), ("release", "is released")]),
        DESCRIPTION,
    ],
    of: Some("/v1/holds/{hold}"),
    kind: Kind::Posting,
    wanted: |visit, form| {
        let mut body = texts(form, &["key", "description", "amount"]);
        if form.get("rest") == Some("release") && body.contains_key("amount") {
            body.insert("final".to_owned(), true.into());
        }
        Ok(Wanted::post("/v1/holds/{hold}/captures", body, transfer_of).naming("hold", visit.named("hold")))
    },
};

const RELEASE: Form = Form {
    title: "Release a hold",
    about: "Gives up what is left of it.",
    scope: Scope::TransfersWrite,
    fields: &[DESCRIPTION],
    of: Some("/v1/holds/{hold}"),
    kind: Kind::Posting,
    wanted: |visit, form| {
        let body = texts(form, &NOTES);
        Ok(Wanted::post("/v1/holds/{hold}/release", body, transfer_of).naming("hold", visit.named("hold")))
    },
};

const REVERSE: Form = Form {
    title: "Reverse a transfer",
    about: "Posts another transfer that undoes it, in whole or in part. The first one stays.",
    scope: Scope::TransfersWrite,
    fields: &[Field::optional("amount", "Amount", "Empty for all that is left of it"), DESCRIPTION],
    of: Some("/v1/transfers/{transfer}"),
    kind: Kind::Posting,
    wanted: |visit, form| {
        let body = texts(form, &["key", "description", "amount"]);
        let wanted = Wanted::post("/v1/transfers/{transfer}/reversals", body, transfer_of);
        Ok(wanted.naming("transfer", visit.named("transfer")))
    },
};

const REVERSE_JOURNAL: Form = Form {
    title: "Reverse a journal",
    about: "Posts another journal that undoes all of its transfers.",
    scope: Scope::TransfersWrite,
    fields: &[DESCRIPTION],
    of: Some("/v1/journals/{journal}"),
    kind: Kind::Posting,
    wanted: |visit, form| {
        let wanted = Wanted::post("/v1/journals/{journal}/reversal", texts(form, &NOTES), transfer_of);
        Ok(wanted.naming("journal", visit.named("journal")))
    },
};

macro_rules! page {
    ($path:expr, $form:expr) => {
        Page::new($path, |visit| Box::pin(async move { show(&visit, &$form).await }))
            .acting(|visit| Box::pin(async move { act(&visit, &$form).await }))
    };
}
pub(in crate::server::pages) use page;

pub(in crate::server::pages) const PAGES: &[Page] = &[
    page!("/post", TRANSFER),
    page!("/cash", CASH),
    page!("/hold", HOLD),
    page!("/holds/{hold}/capture", CAPTURE),
    page!("/holds/{hold}/release", RELEASE),
    page!("/transfers/{transfer}/reverse", REVERSE),
    page!("/journals/{journal}/reverse", REVERSE_JOURNAL),
];

/// Both accounts, in the words of the way that was chosen.
fn add_parties(body: &mut Map<String, Value>, form: &Pairs) {
    let names = if form.get("way") == Some("post") { ["debit", "credit"] } else { ["from", "to"] };
    for (name, of_form) in names.into_iter().zip(["from", "to"]) {
        body.insert(name.to_owned(), form.get(of_form).unwrap_or_default().trim().into());
    }
}

/// The page of what was posted: a journal, or the transfer.
fn transfer_of(answer: &Value) -> String {
    let first = answer.get("transfers").and_then(|transfers| transfers.get(0)).unwrap_or(answer);
    match answer.get("journal_id").and_then(Value::as_str) {
        Some(journal) => format!("/journals/{}", encode(journal)),
        None => format!("/transfers/@{}", first.get("sequence").and_then(Value::as_i64).unwrap_or_default()),
    }
}
