//! The frame of every page: its head, the navigation, its foot.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::server::keys::ring::Principal;
use crate::server::keys::scope::Scope;
use crate::server::pages::assets::{ICON, SCRIPT, STYLE};
use crate::server::pages::cells::text;
use crate::server::pages::page::Document;
use crate::server::pages::pairs::Pairs;
use crate::server::pages::zone;

/// Stands where the end of a page belongs that is sent later. No text of a book can be this: it would be escaped.
pub(super) const LATER: &str = "<later/>";

/// The pages that lead to all others, with the scope that they need.
const NAVIGATION: [(&str, &str, Scope); 13] = [
    ("/accounts", "Accounts", Scope::AccountsRead),
    ("/transfers", "Transfers", Scope::TransfersRead),
    ("/journals", "Journals", Scope::TransfersRead),
    ("/holds", "Holds", Scope::TransfersRead),
    ("/schedules", "Schedules", Scope::SchedulesRead),
    ("/periods", "Periods", Scope::BookRead),
    ("/reports", "Reports", Scope::BookRead),
    ("/proof", "Proof", Scope::BookRead),
    ("/webhooks", "Webhooks", Scope::WebhooksRead),
    ("/consumers", "Consumers", Scope::EventsRead),
    ("/monitors", "Monitors", Scope::MonitorsRead),
    ("/keys", "Keys", Scope::Admin),
    ("/doctor", "Doctor", Scope::Admin),
];

/// Whether a page is about the book as a whole, which a key for some accounts cannot see. The transfers of an account are on its page.
fn is_of_book(path: &str) -> bool {
    path != "/accounts"
}

/// A whole page. `who` is logged in, where somebody is; `target` is the path that was asked for.
pub(super) fn whole(who: Option<&Principal>, target: &str, document: &Document) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (document.title) " - Teller" }
                link rel="stylesheet" href=(STYLE.path);
                link rel="icon" type="image/svg+xml" href=(ICON.path);
                script src=(SCRIPT.path) defer {}
            }
            body data-events[who.is_some_and(|who| who.may(Scope::EventsRead))] data-mark=(document.mark()) {
                a.skip href="#main" { "Skip to the content" }
                header.top {
                    a.brand href="/" { "Teller" }
                    @if let Some(who) = who { (navigation(who, target)) (account_of(who)) }
                }
                main #main tabindex="-1" {
                    h1 { (document.title) }
                    (document.main)
                    @if document.later.is_some() { (PreEscaped(LATER)) }
                }
                footer {
                    p.live #live role="status" {}
                    p {
                        @if who.is_some() {
                            "Times are those of " (zone::of_view()) ". "
                            a href=(Pairs::of([("next", target)]).behind("/time-zone")) { "Change" } " "
                        }
                        a href="/docs" { "API" } " " a href="/help" { "Help and shortcuts" }
                    }
                }
            }
        }
    }
}

fn navigation(who: &Principal, target: &str) -> Markup {
    let is_shown = |path: &str, scope: Scope| who.may(scope) && (who.prefix.is_empty() || !is_of_book(path));
    let is_here =
        |path: &str| target.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    html! {
        nav aria-label="Main" {
            ul {
                @for (path, name, scope) in NAVIGATION {
                    @if is_shown(path, scope) {
                        li { a href=(path) aria-current=[is_here(path).then_some("page")] { (name) } }
                    }
                }
            }
        }
    }
}

fn account_of(who: &Principal) -> Markup {
    html! {
        form.who method="post" action="/logout" {
            span { "Logged in as " bdi { (text(who.name.as_str())) } }
            button type="submit" { "Log out" }
        }
    }
}
