//! What the dashboard can do, and its shortcuts.

use maud::html;

use crate::server::pages::page::{Page, shown};

pub(super) const PAGE: Page = Page::new("/help", |_| {
    Box::pin(async {
        Ok(shown(
            "Help",
            html! {
                h2 { "Shortcuts" }
                table {
                    caption { "Keys that work while no field has the focus" }
                    thead { tr { th scope="col" { "Key" } th scope="col" { "What it does" } } }
                    tbody {
                        tr { th scope="row" { kbd { "?" } } td { "Shows this page" } }
                        tr { th scope="row" { kbd { "/" } } td { "Goes to the first field of the page" } }
                        tr { th scope="row" { kbd { "Tab" } } td { "Goes on to the next link or field; wide tables scroll with the arrow keys" } }
                    }
                }
                h2 { "What is shown" }
                p { "A balance is on the account's normal side: an asset or expense rises by debits, all others by credits. "
                    "Held is what open holds reserve; available is posted less held." }
                p { "Recorded is when the ledger took a transfer, effective is when it counts for the books. "
                    "Times are shown and read in the " a href="/time-zone" { "time zone" } " that you choose; the API and files have UTC." }
                p { "A reference is a key, an id, or a sequence such as @17." }
                p { a href="/docs" { "The API" } " answers programs what these pages show." }
            },
        ))
    })
});
