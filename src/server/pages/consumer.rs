//! One consumer of events.

use std::sync::Arc;

use maud::html;

use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{columns, text, word};
use crate::server::pages::consumers::foreign_note;
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::pairs::encode;
use crate::server::pages::table::facts;
use crate::server::pages::visit::{Ask, Visit};
use crate::wire::ConsumerRecord;

const FACTS: [&str; 8] =
    ["state", "behind", "cursor", "acknowledged_at", "holder", "leased_until", "epoch", "created_at"];

pub(super) const PAGE: Page = Page::new("/consumers/{consumer}", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let named = [("consumer", visit.named("consumer"))];
    let consumer = visit.get(Ask::of("/v1/consumers/{consumer}").naming(&named)).await?;
    let path = format!("/consumers/{}", encode(word(&consumer, "name")?));
    let main = html! {
        (done(&visit))
        div.actions { a.button href={ (path) "/move" } { "Move" } a.button href={ (path) "/remove" } { "Remove" } }
        @if word(&consumer, "state")? == ConsumerRecord::FOREIGN { (foreign_note("It")) }
        div #facts data-live { (facts(&columns::<ConsumerRecord>(&FACTS), &consumer)?) }
    };
    Ok(shown(format!("Consumer {}", text(word(&consumer, "name")?)), main))
}
