//! Forms that open accounts and change what they may do.

use axum::http::Method;
use serde_json::Value;

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::fields::{Field, texts};
use crate::server::pages::acting::flow::{Form, Kind, Wanted, act, show};
use crate::server::pages::acting::postings::page;
use crate::server::pages::cells::account_path;
use crate::server::pages::page::Page;
use crate::server::pages::visit::Visit;

const REASON: Field = Field::required("reason", "Reason", "It is recorded with your name");
const ACCOUNT: &str = "/v1/accounts/{account}";
const SIDES: &[(&str, &str)] = &[("both", "both sides"), ("debits", "debits"), ("credits", "credits")];
const LIMITS: [&str; 6] = ["min_balance", "max_balance", "per_transfer", "per_day", "per_month", "reason"];

const OPEN: Form = Form {
    title: "Open an account",
    about: "An account has one currency for ever, and its name never changes.",
    scope: Scope::AccountsWrite,
    fields: &[
        Field::required("account", "Name", "A path, such as customers:alice:checking"),
        Field::required("currency", "Currency", "A code, such as EUR"),
        Field::optional("type", "Type", "Money of customers is a liability, money at hand an asset").of(&[
            ("liability", "liability"),
            ("asset", "asset"),
            ("equity", "equity"),
            ("revenue", "revenue"),
            ("expense", "expense"),
        ]),
        Field::optional("min_balance", "Least balance", "Such as 0 or -500.00; none for no limit"),
        Field::optional("max_balance", "Most balance", ""),
        Field::optional("description", "Description", ""),
    ],
    of: None,
    kind: Kind::Change,
    wanted: |_, form| {
        let body = texts(form, &["account", "currency", "type", "min_balance", "max_balance", "description"]);
        Ok(Wanted::post("/v1/accounts", body, account_of))
    },
};

const FREEZE: Form = Form {
    title: "Freeze an account",
    about: "Nothing can be posted on the frozen sides until they are unfrozen.",
    scope: Scope::AccountsWrite,
    fields: &[Field::optional("sides", "Sides", "").of(SIDES), REASON],
    of: Some(ACCOUNT),
    kind: Kind::Change,
    wanted: |visit, form| Ok(change(visit, "/v1/accounts/{account}/freeze", texts(form, &["sides", "reason"]))),
};

const UNFREEZE: Form = Form {
    title: "Unfreeze an account",
    about: "Opens frozen sides again.",
    scope: Scope::AccountsWrite,
    fields: &[Field::optional("sides", "Sides", "").of(SIDES), REASON],
    of: Some(ACCOUNT),
    kind: Kind::Change,
    wanted: |visit, form| Ok(change(visit, "/v1/accounts/{account}/unfreeze", texts(form, &["sides", "reason"]))),
};

const CLOSE: Form = Form {
    title: "Close an account",
    about: "For ever: a closed account takes no transfer, and cannot be opened again. Its history stays.",
    scope: Scope::AccountsWrite,
    fields: &[REASON],
    of: Some(ACCOUNT),
    kind: Kind::Change,
    wanted: |visit, form| Ok(change(visit, "/v1/accounts/{account}/close", texts(form, &["reason"]))),
};

const LIMIT: Form = Form {
    title: "Change limits",
    about: "What is left empty stays as it is; the word none takes a limit away.",
    scope: Scope::AccountsWrite,
    fields: &[
        Field::optional("min_balance", "Least balance", "On the normal side"),
        Field::optional("max_balance", "Most balance", "On the normal side"),
        Field::optional("per_transfer", "Most that one transfer may take out", ""),
        Field::optional("per_day", "Most that may leave in a day", ""),
        Field::optional("per_month", "Most that may leave in a month", ""),
        REASON,
    ],
    of: Some(ACCOUNT),
    kind: Kind::Change,
    wanted: |visit, form| Ok(Wanted { method: Method::PATCH, ..change(visit, ACCOUNT, texts(form, &LIMITS)) }),
};

pub(in crate::server::pages) const PAGES: &[Page] = &[
    page!("/open-account", OPEN),
    page!("/accounts/{account}/freeze", FREEZE),
    page!("/accounts/{account}/unfreeze", UNFREEZE),
    page!("/accounts/{account}/close", CLOSE),
    page!("/accounts/{account}/limits", LIMIT),
];

fn change(visit: &Visit, path: &'static str, body: serde_json::Map<String, Value>) -> Wanted {
    Wanted::post(path, body, account_of).naming("account", visit.named("account")).changing(ACCOUNT)
}

fn account_of(answer: &Value) -> String {
    account_path(answer.get("account").and_then(Value::as_str).unwrap_or_default())
}
