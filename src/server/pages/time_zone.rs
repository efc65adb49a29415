//! Where the time zone is chosen.

use maud::{Markup, html};

use crate::server::pages::guard::own_target;
use crate::server::pages::page::{Document, Page, Reply, shown};
use crate::server::pages::pairs::Pairs;
use crate::server::pages::problems::notice;
use crate::server::pages::visit::Visit;
use crate::server::pages::zone;
use crate::server::problem::Problem;
use crate::wire::Zone;

const PATH: &str = "/time-zone";
const TITLE: &str = "Time zone";

pub(super) const PAGE: Page =
    Page::new(PATH, |visit| Box::pin(async move { Ok(shown(TITLE, page(&visit.query, &html! {}))) }))
        .acting(|visit| Box::pin(async move { Ok(choose(&visit)) }));

fn choose(visit: &Visit) -> Reply {
    if visit.form.get("step") == Some("edit") {
        return shown(TITLE, page(&visit.form, &html! {}));
    }
    let text = visit.form.get("zone").unwrap_or_default().trim();
    match text.parse::<Zone>() {
        Ok(zone) => Reply::InZone { zone, target: next_of(&visit.form).to_owned() },
        Err(problem) => {
            let problem = Problem::invalid(format!("{text:?} is {problem}"));
            let main = page(&visit.form, &notice(&problem));
            Reply::Page(Document::new(TITLE, main).with_status(problem.status))
        }
    }
}

/// Where to go on.
fn next_of(given: &Pairs) -> &str {
    given.get("next").and_then(own_target).unwrap_or("/")
}

fn page(given: &Pairs, above: &Markup) -> Markup {
    let current = zone::of_view().to_string();
    let next = next_of(given);
    html! {
        (above)
        p { "Times are shown in this zone, and read in it: a day, a month or a year is one of the zone, and so is a time without an offset. "
            "The book itself has them in UTC, by which periods are closed and limits counted." }
        form.fields.one method="post" action=(PATH) {
            input type="hidden" name="next" value=(next);
            label { "Time zone" small { "UTC, an offset such as +02:00, or a name such as Europe/Berlin" }
                input type="text" name="zone" value=(given.get("zone").unwrap_or(&current)) list="zones" required maxlength="64" autocomplete="off"; }
            datalist #zones { @for name in Zone::names() { option value=(name) {} } }
            div.actions { button.main type="submit" { "Use it" } }
        }
        form method="post" action=(PATH) data-own-zone hidden {
            input type="hidden" name="next" value=(next);
            input type="hidden" name="zone" value="";
            div.actions { button type="submit" { "Use the one of this browser, " span {} } }
        }
    }
}
