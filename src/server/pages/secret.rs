//! A secret that was just made. It is shown in the answer to the form that asked for it, and so has no address, and no browser keeps it.

use maud::html;
use serde_json::Value;

use crate::server::pages::cells::word;
use crate::server::pages::page::Document;
use crate::server::problem::Problem;

/// What was made, and where to go on.
pub(super) struct Made {
    pub(super) title: &'static str,
    /// What the secret is, and the field of the answer that has it.
    pub(super) label: &'static str,
    pub(super) field: &'static str,
    /// What to do with it.
    pub(super) about: &'static str,
    /// What the address of the thing's page begins with, before its id.
    pub(super) path: &'static str,
}

impl Made {
    /// The secret, this once.
    pub(super) fn shown(&self, answer: &Value) -> Result<Document, Problem> {
        let (secret, id) = (word(answer, self.field)?, word(answer, "id")?);
        Ok(Document::new(
            self.title,
            html! {
                p.notice role="status" { "It is shown this once: keep it now. This page cannot be opened again." }
                p { (self.about) }
                label.secret { (self.label) input type="text" value=(secret) readonly autocomplete="off" spellcheck="false"; }
                p { a href={ (self.path) (id) } { "I have kept it: go on" } }
            },
        ))
    }
}
