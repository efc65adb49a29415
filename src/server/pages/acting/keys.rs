//! Forms about the keys of the API.

use serde_json::{Map, Value};

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::fields::{Choices, Field, list, texts};
use crate::server::pages::acting::flow::{Form, Kind, Wanted, act, show};
use crate::server::pages::acting::postings::page;
use crate::server::pages::page::Page;
use crate::server::pages::secret::Made;

const KEY: &str = "/v1/keys/{key}";

/// What each scope allows.
pub(in crate::server::pages) const SCOPES: Choices = &[
    ("accounts:read", "see accounts, balances, statements and what is kept beside accounts"),
    ("accounts:write", "open accounts, change their limits, freeze and close them"),
    ("transfers:read", "see transfers, journals and holds"),
    ("transfers:write", "move and reserve value, and undo that"),
    ("schedules:read", "see schedules"),
    ("schedules:write", "add, cancel and run schedules"),
    ("book:read", "see periods, currencies and reports; verify the book and seal it"),
    ("book:write", "register currencies; close and reopen periods"),
    ("book:export", "take the whole book away as a file"),
    ("events:read", "see what happens in the book; with it pages are live"),
    ("webhooks:read", "see webhooks and their deliveries"),
    ("webhooks:write", "add, change and remove webhooks"),
    ("monitors:read", "see monitors, and when their conditions were true"),
    ("monitors:write", "add and remove monitors"),
    ("metrics", "see the numbers of the server"),
    ("admin", "all of it, and keys"),
];

const CREATE: Form = Form {
    title: "Make a key",
    about: "Whatever is done with the key is recorded under its name, so give each person and each program one of their own.",
    scope: Scope::Admin,
    fields: &[
        Field::required("name", "Name", "Who or what uses it, such as payments or auditor"),
        Field::optional("scopes", "What it may do", "As little as will do").of_several(SCOPES),
        Field::optional(
            "prefix",
            "Only accounts whose names begin with",
            "Such as customers: ; empty for the whole book",
        ),
        Field::optional("expires_in", "It ends in", "Such as 12h or 90d; empty for never"),
    ],
    of: None,
    kind: Kind::Once,
    wanted: |_, form| {
        let mut body = texts(form, &["name", "prefix", "expires_in"]);
        body.insert("scopes".to_owned(), list(form, "scopes"));
        Ok(Wanted::post_and_show("/v1/keys", body, |answer| MADE.shown(answer)))
    },
};

const ROTATE: Form = Form {
    title: "Make a new key in the place of one",
    about: "The new key has the same name, scopes and accounts. The old one works until it ends.",
    scope: Scope::Admin,
    fields: &[Field::optional("old_valid_for", "The old key works for", "Such as 10m or 7d, or 0s; empty for an hour")],
    of: Some(KEY),
    kind: Kind::Once,
    wanted: |visit, form| {
        let wanted = Wanted::post_and_show("/v1/keys/{key}/rotate", texts(form, &["old_valid_for"]), |answer| {
            MADE.shown(answer)
        });
        Ok(wanted.naming("key", visit.named("key")))
    },
};

const REVOKE: Form = Form {
    title: "Revoke a key",
    about: "It ends now, and whoever is logged in with it is logged out. This cannot be undone.",
    scope: Scope::Admin,
    fields: &[],
    of: Some(KEY),
    kind: Kind::Once,
    wanted: |visit, _| {
        let wanted = Wanted::post("/v1/keys/{key}/revoke", Map::new(), |_: &Value| "/keys".to_owned());
        Ok(wanted.naming("key", visit.named("key")))
    },
};

const MADE: Made = Made {
    title: "The new key",
    label: "Key",
    field: "key",
    about: "Programs send it as Authorization: Bearer KEY; people log in with it here.",
    path: "/keys/",
};

pub(in crate::server::pages) const PAGES: &[Page] =
    &[page!("/keys/new", CREATE), page!("/keys/{key}/rotate", ROTATE), page!("/keys/{key}/revoke", REVOKE)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_is_explained() {
        assert!(SCOPES.iter().map(|(word, _)| *word).eq(Scope::ALL.iter().map(|scope| scope.as_str())));
    }
}
