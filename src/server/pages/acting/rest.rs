//! Forms that change the book as a whole: periods, schedules.

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::fields::{Field, texts};
use crate::server::pages::acting::flow::{Form, Kind, Wanted, act, page_of, show};
use crate::server::pages::acting::postings::page;
use crate::server::pages::page::Page;

const PERIOD: Form = Form {
    title: "Close or reopen a period",
    about: "Nothing can be posted that counts for the books in a closed period. Periods are those of UTC.",
    scope: Scope::BookWrite,
    fields: &[
        Field::required("period", "Period", "A year, a month or a day, such as 2026, 2026-09 or 2026-09-30"),
        Field::optional("action", "What to do", "").of(&[("close", "close it"), ("reopen", "open it again")]),
        Field::required("reason", "Reason", "It is recorded with your name"),
    ],
    of: None,
    kind: Kind::Change,
    wanted: |_, form| {
        let is_reopening = form.get("action") == Some("reopen");
        let path = if is_reopening { "/v1/periods/{period}/reopen" } else { "/v1/periods/{period}/close" };
        let wanted = Wanted::post(path, texts(form, &["reason"]), |_| "/periods".to_owned());
        Ok(wanted.naming("period", form.get("period").unwrap_or_default().trim()))
    },
};

const CANCEL: Form = Form {
    title: "Cancel a schedule",
    about: "It posts nothing any more. What it posted stays.",
    scope: Scope::SchedulesWrite,
    fields: &[Field::required("reason", "Reason", "It is recorded with your name")],
    of: Some("/v1/schedules/{schedule}"),
    kind: Kind::Change,
    wanted: |visit, form| {
        let wanted = Wanted::post("/v1/schedules/{schedule}/cancel", texts(form, &["reason"]), |answer| {
            page_of("/schedules", answer, "schedule")
        });
        Ok(wanted.naming("schedule", visit.named("schedule")).changing("/v1/schedules/{schedule}"))
    },
};

pub(in crate::server::pages) const PAGES: &[Page] =
    &[page!("/periods/change", PERIOD), page!("/schedules/{schedule}/cancel", CANCEL)];
