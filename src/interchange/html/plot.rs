//! Plots as SVG. Whole numbers all along: a plot never changes an amount, it only shows where it lies.

use crate::interchange::html::page::Page;
use crate::interchange::plain_text::decimal;
use crate::money::Currency;

const WIDTH: i128 = 720;
const HEIGHT: i128 = 240;
/// Room for the labels on the left and below.
const LEFT: i128 = 130;
const BELOW: i128 = 30;
const ABOVE: i128 = 30;
/// Told apart by people who do not see all colours, too.
const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];
const LABELS_MAX: usize = 8;

/// Some amounts over time.
pub(super) struct Plot<'a> {
    /// Tells the plots of a page apart.
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) currency: Currency,
    /// What stands below: one a column.
    pub(super) labels: &'a [String],
    /// The names and amounts, each one a column.
    pub(super) series: Vec<(&'static str, &'a [i128])>,
}

/// How the amounts are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drawn {
    /// A line for each series, for balances.
    Lines,
    /// Bars side by side, for what moved in a span.
    Bars,
}

impl Plot<'_> {
    pub(super) fn draw(&self, page: &mut Page, drawn: Drawn) {
        page.raw("<figure>\n<svg role=\"img\" viewBox=\"0 0 ");
        page.number(WIDTH);
        page.raw(" ");
        page.number(HEIGHT);
        page.raw("\" aria-labelledby=\"t");
        self.append_id(page);
        page.raw(" d");
        self.append_id(page);
        page.raw("\">\n<title id=\"t");
        self.append_id(page);
        page.raw("\">");
        page.text(&self.title);
        page.raw("</title>\n<desc id=\"d");
        self.append_id(page);
        page.raw("\">");
        page.text(&self.description);
        page.raw("</desc>\n");
        self.draw_axes(page);
        for (index, (_, amounts)) in self.series.iter().enumerate() {
            match drawn {
                Drawn::Lines => self.draw_line(page, index, amounts),
                Drawn::Bars => self.draw_bars(page, index, amounts),
            }
        }
        self.draw_legend(page);
        page.raw("</svg>\n<figcaption>");
        page.text(&self.title);
        page.raw("</figcaption>\n</figure>\n");
    }

    fn append_id(&self, page: &mut Page) {
        page.number(i128::try_from(self.number).unwrap_or_default());
    }

    /// The lowest and the highest amount; zero is always between them.
    fn range(&self) -> (i128, i128) {
        let amounts = || self.series.iter().flat_map(|(_, amounts)| amounts.iter().copied());
        (amounts().min().unwrap_or(0).min(0), amounts().max().unwrap_or(0).max(0))
    }

    /// How far down an amount lies.
    fn y(&self, amount: i128) -> i128 {
        let (low, high) = self.range();
        let room = HEIGHT - ABOVE - BELOW;
        if high == low { HEIGHT - BELOW } else { ABOVE + scaled(high - amount, high - low, room) }
    }

    /// The left edge of a column, and its width.
    fn column(&self, index: usize) -> (i128, i128) {
        let columns = i128::try_from(self.labels.len().max(1)).unwrap_or(1);
        let edge = |index: usize| LEFT + (WIDTH - LEFT) * i128::try_from(index).unwrap_or(0) / columns;
        (edge(index), edge(index + 1) - edge(index))
    }

    fn draw_axes(&self, page: &mut Page) {
        let (low, high) = self.range();
        let mut told = vec![high, 0, low];
        told.dedup();
        for amount in told {
            page.raw("<line stroke=\"#bbb\" x1=\"");
            page.number(LEFT);
            page.raw("\" x2=\"");
            page.number(WIDTH);
            for name in ["\" y1=\"", "\" y2=\""] {
                page.raw(name);
                page.number(self.y(amount));
            }
            page.raw("\"/>\n");
            draw_text(page, (LEFT - 6, self.y(amount) + 4), "end", &decimal(amount, self.currency.exponent()));
        }
        let every = self.labels.len().div_ceil(LABELS_MAX).max(1);
        for (index, label) in self.labels.iter().enumerate().step_by(every) {
            let (left, width) = self.column(index);
            draw_text(page, (left + width / 2, HEIGHT - BELOW + 18), "middle", label);
        }
    }

    fn draw_line(&self, page: &mut Page, series: usize, amounts: &[i128]) {
        page.raw("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"");
        page.raw(COLOURS[series % COLOURS.len()]);
        page.raw("\" points=\"");
        for (index, amount) in amounts.iter().enumerate() {
            let (left, width) = self.column(index);
            page.number(left + width / 2);
            page.raw(",");
            page.number(self.y(*amount));
            page.raw(" ");
        }
        page.raw("\"/>\n");
    }

    fn draw_bars(&self, page: &mut Page, series: usize, amounts: &[i128]) {
        let all = i128::try_from(self.series.len().max(1)).unwrap_or(1);
        let place = i128::try_from(series).unwrap_or(0);
        let zero = self.y(0);
        for (index, amount) in amounts.iter().enumerate() {
            let (left, width) = self.column(index);
            let (bar, top) = ((width * 4 / 5 / all).max(1), self.y(*amount).min(zero));
            page.raw("<rect fill=\"");
            page.raw(COLOURS[series % COLOURS.len()]);
            for (name, number) in [
                ("\" x=\"", left + width / 10 + bar * place),
                ("\" y=\"", top),
                ("\" width=\"", bar),
                ("\" height=\"", (self.y(*amount) - zero).abs()),
            ] {
                page.raw(name);
                page.number(number);
            }
            page.raw("\"/>\n");
        }
    }

    fn draw_legend(&self, page: &mut Page) {
        for (index, (name, _)) in self.series.iter().enumerate() {
            let x = LEFT + 150 * i128::try_from(index).unwrap_or(0);
            page.raw("<rect width=\"10\" height=\"10\" y=\"6\" fill=\"");
            page.raw(COLOURS[index % COLOURS.len()]);
            page.raw("\" x=\"");
            page.number(x);
            page.raw("\"/>\n");
            draw_text(page, (x + 15, 15), "start", name);
        }
    }
}

fn draw_text(page: &mut Page, (x, y): (i128, i128), anchor: &'static str, text: &str) {
    page.raw("<text font-size=\"11\" x=\"");
    page.number(x);
    page.raw("\" y=\"");
    page.number(y);
    page.raw("\" text-anchor=\"");
    page.raw(anchor);
    page.raw("\">");
    page.text(text);
    page.raw("</text>\n");
}

/// `part` of `whole`, of `room`. Numbers that are too large to multiply are halved together, which moves nothing that can be seen.
fn scaled(part: i128, whole: i128, room: i128) -> i128 {
    let (mut part, mut whole) = (part, whole);
    while part.checked_mul(room).is_none() {
        (part, whole) = (part / 2, whole / 2);
    }
    part * room / whole.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_lie_where_their_share_is_however_large_they_are() {
        assert_eq!(scaled(1, 2, 180), 90);
        assert_eq!(scaled(i128::MAX / 2, i128::MAX, 180), 89);
        assert_eq!(scaled(0, 0, 180), 0);
    }

    #[test]
    fn a_plot_has_a_title_a_description_and_all_its_amounts() {
        let currency = Currency::new("EUR".parse().unwrap(), 2).unwrap();
        let labels = ["2026-01".to_owned(), "2026-02".to_owned()];
        let plot = Plot {
            number: 1,
            title: "Income & more".into(),
            description: "Two months".into(),
            currency,
            labels: &labels,
            series: vec![("Revenue", &[10_000, 0]), ("Expenses", &[5_000, -10_000])],
        };
        for (drawn, shape, count) in [(Drawn::Lines, "<polyline", 2), (Drawn::Bars, "<rect", 6)] {
            let mut page = Page::begin("t", "t");
            plot.draw(&mut page, drawn);
            let html = page.end("");
            assert!(
                html.contains("<title id=\"t1\">Income &amp; more</title>")
                    && html.contains("<desc id=\"d1\">Two months</desc>")
            );
            assert_eq!(html.matches(shape).count(), count, "{html}");
            for label in ["100.00", "-100.00", ">0.00<", "2026-01", "2026-02"] {
                assert!(html.contains(label), "{label}: {html}");
            }
        }
    }
}
