//! The time zone in which a view shows times and reads them. It is chosen on a page, and the browser keeps it in a cookie.
//!
//! Every cell with a time needs it, so it belongs to the task that makes the view and is not handed through all that makes a part of it.

use maud::{Markup, html};

use crate::facts::Instant;
use crate::server::pages::pairs::Pairs;
use crate::server::pages::visit::Visit;
use crate::server::problem::Problem;
use crate::wire::{Zone, read_moments};

tokio::task_local! {
    static OF_VIEW: Zone;
}

/// Makes a view whose times are those of a zone.
pub(super) async fn within<V: Future>(zone: Zone, view: V) -> V::Output {
    OF_VIEW.scope(zone, view).await
}

/// The zone of the view that is being made.
pub(super) fn of_view() -> Zone {
    OF_VIEW.try_with(|zone| *zone).unwrap_or(Zone::Utc)
}

/// What the clocks of the zone show at a moment, to the second.
pub(super) fn local(time: &str) -> String {
    let shown = time.parse::<Instant>().map_or_else(|_| time.to_owned(), |at| of_view().show(at));
    shown.get(..19).unwrap_or(&shown).replace('T', " ")
}

/// A moment as the pages read it: a day where it is the first moment of one.
pub(super) fn short(time: &str) -> String {
    match local(time).strip_suffix(" 00:00:00") {
        Some(day) if read_moments(day, Instant::EPOCH, &of_view()).is_ok_and(|read| read.first.to_string() == time) => {
            day.to_owned()
        }
        _ => time.to_owned(),
    }
}

/// A moment to the second, with all of it for programs.
pub(super) fn moment(time: &str) -> Markup {
    html! { time datetime=(time) title=(time) { (local(time)) } }
}

/// The same with the name of the zone.
pub(super) fn moment_with_zone(time: &str) -> Markup {
    html! { (moment(time)) " " (of_view()) }
}

/// The same fields, of which those of these names are moments: the first one of a day, a month or a year.
pub(super) fn with_moments(visit: &Visit, fields: &Pairs, names: &[&str]) -> Result<Pairs, Problem> {
    let mut read = fields.clone();
    for name in names {
        if let Some(text) = fields.get(name) {
            let moments = read_moments(text.trim(), visit.now(), &of_view());
            let moments = moments.map_err(|fault| Problem::from(fault.at(&format!("parameter {name}"))))?;
            read = read.with(name, &moments.first.to_string());
        }
    }
    Ok(read)
}
