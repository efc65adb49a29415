//! Pages for people: statements and reports as HTML.

use crate::support::{Answer, Program, TestBook, check, on_every_backend};

/// Elements that have no end.
const VOID: [&str; 2] = ["meta", "!doctype"];

fn page(book: &TestBook, arguments: &[&str]) -> String {
    let answer = Program::on(book, &[arguments, &["--format", "html"]].concat()).run();
    assert_eq!(answer.code, Some(0), "{answer:?}");
    assert_whole(&answer.stdout);
    answer.stdout
}

/// Each element ends where it should, and nothing is run or fetched.
fn assert_whole(html: &str) {
    let mut open = Vec::new();
    for tag in html.split('<').skip(1).map(|rest| rest.split_once('>').expect("a tag ends").0) {
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
        if let Some(ended) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(ended), "{html}");
        } else if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name);
        }
        assert!(!["script", "img", "link", "iframe", "a"].contains(&name) && !tag.contains(" on"), "{tag}");
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(html.contains("default-src 'none'"), "nothing can be fetched");
}

/// The texts of the cells of a table's rows.
fn rows(html: &str) -> Vec<Vec<&str>> {
    let bodies = html.split("<tbody>").skip(1).map(|rest| rest.split("</tbody>").next().unwrap());
    let rows = bodies.flat_map(|body| body.split("</tr>").filter(|row| row.contains("<td")));
    rows.map(|row| row.split("</td>").filter_map(|cell| Some(cell.rsplit_once("<td")?.1.split_once('>')?.1)).collect())
        .collect()
}

fn fill(book: &TestBook) {
    check(
        book,
        "
        at 2026-03-01T12:00:00Z
        account cash asset EUR
        account <b>alice</b> liability EUR
        account fees revenue EUR
        account rent expense EUR
        deposit d1: <b>alice</b> 100.00 note <script>alert(1)</script> effective 2026-01-10T00:00:00Z -> posted
        hold h1: <b>alice</b> fees 30.00 -> held
        capture c1: h1 2.50 final effective 2026-02-01T00:00:00Z -> captured
        post p1: rent cash 80.00 effective 2026-02-03T00:00:00Z -> posted
        ",
    );
}

on_every_backend! {
    fn a_statement_is_a_page_that_a_customer_can_be_sent(book: &TestBook) {
        fill(book);
        let html = page(book, &["statement", "<b>alice</b>", "--order", "effective"]);
        assert!(html.contains("<dt>Account</dt><dd>&lt;b&gt;alice&lt;/b&gt;</dd>"), "{html}");
        assert!(html.contains("<dt>Opening balance</dt><dd>0.00 EUR</dd>") && html.contains("<dt>Closing balance</dt><dd>97.50 EUR</dd>"));
        assert!(html.contains("counter(page)") && html.contains("@page"), "sheets are numbered");
        assert_eq!(
            rows(&html),
            [
                vec!["", "Opening balance", "", "", "", "0.00"],
                vec!["2026-01-10", "&lt;script&gt;alert(1)&lt;/script&gt;", "cash", "", "100.00", "100.00"],
                vec!["2026-02-01", "capture", "fees", "2.50", "", "97.50"],
                vec!["", "Closing balance", "", "", "", "97.50"],
            ]
        );
        let span = ["--from", "2026-02-01T00:00:00Z", "--to", "2026-03-01T00:00:00Z"];
        let html = page(book, &[&["statement", "<b>alice</b>", "--order", "effective"], &span[..]].concat());
        assert!(html.contains("<dd>2026-02-01 to 2026-02-28</dd>"), "{html}");
        assert_eq!(rows(&html).len(), 3, "the opening balance, one transfer, and the closing balance");
    }

    fn a_report_is_a_page_with_a_plot_and_the_same_amounts_in_a_table(book: &TestBook) {
        fill(book);
        let months = ["--from", "2026-01", "--to", "2026-04", "--every", "month"];
        let income = page(book, &[&["report", "income-statement"], &months[..]].concat());
        assert!(income.contains("<svg role=\"img\"") && income.contains("<title id=\"t0\">Income statement in EUR</title>"));
        assert!(income.contains("Revenue 0.00 EUR in 2026-01 and 0.00 EUR in 2026-03"), "{income}");
        assert_eq!(income.matches("<rect").count(), 3 * 3 + 3, "three series of three months, and their legend");
        assert!(rows(&income).contains(&vec!["Net income", "EUR", "0.00", "-77.50", "0.00"]), "{income}");

        let sheet = page(book, &[&["report", "balance-sheet"], &months[..]].concat());
        assert_eq!(sheet.matches("<polyline").count(), 3, "assets, liabilities and equity");
        assert!(rows(&sheet).contains(&vec!["cash", "EUR", "100.00", "20.00", "20.00"]), "{sheet}");
        assert!(sheet.contains("<footer>Assets equal liabilities and equity.</footer>"));

        let trial = page(book, &["report", "trial-balance", "--month", "2026-02"]);
        assert!(rows(&trial).contains(&vec!["cash", "EUR", "100.00", "0.00", "80.00", "20.00", "20.00", "0.00"]), "{trial}");
        assert!(trial.contains("<footer>Debits equal credits.</footer>"));
        assert!(trial.contains("<dd>of UTC</dd>"), "{trial}");
        let berlin = page(book, &["report", "trial-balance", "--month", "2026-02", "--time-zone", "Europe/Berlin"]);
        assert!(berlin.contains("<dd>of Europe/Berlin</dd>"), "{berlin}");
    }

    fn what_has_no_page_is_refused_before_anything_is_done(book: &TestBook) {
        fill(book);
        for arguments in [
            &["account", "open", "bob", "--currency", "EUR"][..],
            &["verify"],
            &["statement", "cash", "--limit", "2"],
        ] {
            let Answer { code, stdout, .. } = Program::on(book, &[arguments, &["--format", "html"]].concat()).run();
            assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        }
        assert!(book.ledger().get_account(&"bob".parse().unwrap()).is_err());
    }
}
