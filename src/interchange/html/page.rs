//! Building an HTML page for screen and paper: its style, its tables, and the escaping of all text.

use crate::wire::visible;

/// How pages look, on screens and on paper. Headers are repeated on each sheet, and rows are never cut.
const STYLE: &str = "\
@page { size: A4; margin: 18mm 16mm 20mm; @bottom-right { content: \"Page \" counter(page) \" of \" counter(pages); font: 9pt sans-serif; } }
body { font: 11pt/1.4 \"Noto Sans\", \"Liberation Sans\", Arial, sans-serif; color: #1a1a1a; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.5rem; margin: 1rem 0 1.5rem; } dt { color: #555; } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: #555; padding-bottom: .4rem; }
th, td { padding: .25rem .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
thead { display: table-header-group; } thead th { border-bottom: 2px solid #333; } tr { break-inside: avoid; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; overflow-wrap: normal; } .t td, .t th { font-weight: 600; border-top: 1px solid #333; }
figure { margin: 1.5rem 0; break-inside: avoid; } figcaption { color: #555; } svg { width: 100%; height: auto; }
footer { color: #555; font-size: .85rem; margin-top: 2rem; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 9.5pt; } }";

/// A page that is being written.
#[derive(Debug)]
pub(super) struct Page(String);

impl Page {
    /// Begins a page: its title, which is its first heading too.
    pub(super) fn begin(title: &str, heading: &str) -> Self {
        let mut page = Self(String::new());
        page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>");
        page.text(title);
        page.raw("</title>\n<style>\n");
        page.raw(STYLE);
        page.raw("\n</style>\n</head>\n<body>\n<h1>");
        page.text(heading);
        page.raw("</h1>\n");
        page
    }

    /// Ends the page, with a line at its foot.
    pub(super) fn end(mut self, foot: &str) -> String {
        self.raw("<footer>");
        self.text(foot);
        self.raw("</footer>\n</body>\n</html>\n");
        self.0
    }

    /// Appends markup, which only this module's callers write.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Appends a number of a drawing.
    pub(super) fn number(&mut self, number: i128) {
        self.0.push_str(&number.to_string());
    }

    /// Appends a text as text, whatever it says. What is not seen, or turns the direction of writing, is made visible.
    pub(super) fn text(&mut self, text: &str) {
        for character in visible(text).chars() {
            match character {
                '&' => self.raw("&amp;"),
                '<' => self.raw("&lt;"),
                '>' => self.raw("&gt;"),
                '"' => self.raw("&quot;"),
                '\'' => self.raw("&#39;"),
                other => self.0.push(other),
            }
        }
    }

    /// A list of names and what they stand for.
    pub(super) fn facts<'a>(&mut self, facts: impl IntoIterator<Item = (&'static str, &'a str)>) {
        self.raw("<dl>\n");
        for (name, fact) in facts {
            self.raw("<dt>");
            self.text(name);
            self.raw("</dt><dd>");
            self.text(fact);
            self.raw("</dd>\n");
        }
        self.raw("</dl>\n");
    }

    /// Begins a table: what it is, and its columns. The first `texts` columns are texts, the others numbers.
    pub(super) fn begin_table<'a>(&mut self, caption: &str, columns: impl IntoIterator<Item = &'a str>, texts: usize) {
        self.raw("<table>\n<caption>");
        self.text(caption);
        self.raw("</caption>\n<thead><tr>");
        for (index, column) in columns.into_iter().enumerate() {
            self.raw(if index < texts { "<th scope=\"col\">" } else { "<th scope=\"col\" class=\"n\">" });
            self.text(column);
            self.raw("</th>");
        }
        self.raw("</tr></thead>\n<tbody>\n");
    }

    /// A row of a table.
    pub(super) fn row<'a>(&mut self, row: Row, cells: impl IntoIterator<Item = &'a str>, texts: usize) {
        self.raw(if row == Row::Total { "<tr class=\"t\">" } else { "<tr>" });
        for (index, cell) in cells.into_iter().enumerate() {
            self.raw(if index < texts { "<td>" } else { "<td class=\"n\">" });
            self.text(cell);
            self.raw("</td>");
        }
        self.raw("</tr>\n");
    }

    pub(super) fn end_table(&mut self) {
        self.raw("</tbody>\n</table>\n");
    }
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    Plain,
    Total,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_book_says_is_markup() {
        let hostile = "<script>alert(\"x\")</script>'&\u{202e}";
        let mut page = Page::begin(hostile, hostile);
        page.facts([("Account", hostile)]);
        page.begin_table(hostile, [hostile], 1);
        page.row(Row::Plain, [hostile], 1);
        page.end_table();
        let html = page.end(hostile);
        assert!(!html.contains("<script") && !html.contains("alert(\"x") && !html.contains('\u{202e}'), "{html}");
        assert_eq!(html.matches("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;").count(), 7);
    }
}
