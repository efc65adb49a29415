//! A balance over time as a drawing, with its title and description. The table beside it has the same numbers.

use maud::{Markup, html};

use crate::server::pages::zone::local;

const WIDTH: i128 = 720;
const HEIGHT: i128 = 200;
/// Room for the amounts on the left, and for the dates below.
const LEFT: i128 = 8;
const BELOW: i128 = 22;
const ABOVE: i128 = 18;

/// A balance at a moment.
pub(super) struct Point<'t> {
    pub(super) time: &'t str,
    pub(super) amount: &'t str,
}

/// Draws points in the order of time. Nothing is drawn of fewer than two, or of what are no amounts of one currency.
pub(super) fn balance(name: &str, currency: &str, points: &[Point<'_>]) -> Markup {
    let units: Option<Vec<i128>> = points.iter().map(|point| units(point.amount)).collect();
    let (Some(units), [first, .., last]) = (units, points) else { return html! {} };
    let (low, high) =
        (units.iter().min().copied().unwrap_or(0).min(0), units.iter().max().copied().unwrap_or(0).max(0));
    let y = |amount: i128| ABOVE + scaled(high - amount, (high - low).max(1), HEIGHT - ABOVE - BELOW);
    let columns = i128::try_from(units.len() - 1).unwrap_or(1).max(1);
    let x = |index: usize| LEFT + (WIDTH - 2 * LEFT) * i128::try_from(index).unwrap_or(0) / columns;
    let line: Vec<_> = units.iter().enumerate().map(|(index, amount)| format!("{},{}", x(index), y(*amount))).collect();
    let edge = |amount: i128| points.iter().zip(&units).find(|(_, one)| **one == amount).map(|(point, _)| point.amount);
    let labels = [(edge(high), 12), (edge(low).or((low == 0).then_some("0")), HEIGHT - BELOW - 2)];
    let title = format!("Balance of {name}");
    html! {
        figure {
            svg.chart role="img" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } aria-labelledby="chart-title chart-text" {
                title #chart-title { (title) }
                desc #chart-text {
                    "From " (first.amount) " at " (local(first.time)) " to " (last.amount) " at " (local(last.time)) ", over " (points.len()) " entries."
                }
                line.axis x1=(LEFT) x2=(WIDTH - LEFT) y1=(y(0)) y2=(y(0)) {}
                polyline.line points=(line.join(" ")) {}
                @for (label, y) in labels { @if let Some(label) = label { text x=(LEFT) y=(y) { (label) " " (currency) } } }
                text x=(LEFT) y=(HEIGHT - 6) { (day(first.time)) }
                text x=(WIDTH - LEFT) y=(HEIGHT - 6) text-anchor="end" { (day(last.time)) }
            }
            figcaption { (title) ", after each entry of the table below" }
        }
    }
}

/// The day of a moment, in the zone of the view.
fn day(time: &str) -> String {
    local(time).chars().take(10).collect()
}

/// The minor units of an amount, which all have the same decimals.
fn units(amount: &str) -> Option<i128> {
    amount.replace('.', "").parse().ok()
}

/// `part` of `whole`, of `room`. Numbers that are too large to multiply are halved together, which moves nothing that can be seen.
fn scaled(mut part: i128, mut whole: i128, room: i128) -> i128 {
    while part.checked_mul(room).is_none() {
        (part, whole) = (part / 2, whole / 2);
    }
    part * room / whole.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(amounts: &[&str]) -> String {
        let points: Vec<_> = amounts.iter().map(|amount| Point { time: "2026-09-01T00:00:00Z", amount }).collect();
        balance("a<b", "EUR", &points).into_string()
    }

    #[test]
    fn a_balance_is_drawn_with_its_title_and_its_edges() {
        let svg = drawn(&["0.00", "100.00", "-50.00"]);
        assert!(
            svg.contains("<title id=\"chart-title\">Balance of a&lt;b</title>") && svg.contains("From 0.00 at"),
            "{svg}"
        );
        assert!(svg.contains("points=\"8,124 360,18 712,178\""), "{svg}");
        assert!(svg.contains(">100.00 EUR</text>") && svg.contains(">-50.00 EUR</text>"), "{svg}");
    }

    #[test]
    fn what_is_too_little_or_too_much_is_not_drawn_or_still_drawn() {
        assert!(drawn(&[]).is_empty() && drawn(&["1.00"]).is_empty() && drawn(&["x", "1.00"]).is_empty());
        let most = i64::MAX.to_string();
        assert!(drawn(&[&most, &format!("-{most}")]).contains("polyline"));
        assert!(drawn(&["0.00", "0.00"]).contains("polyline"));
        assert!(drawn(&["1.00", "2.00"]).contains(">0 EUR</text>"), "the axis says what it is");
    }
}
