//! A table is read from the newest transfer down, from where its span ends, or down the chains of accounts, whichever is less. All come to
//! the same, and none reads transfers from end to end.

use std::collections::BTreeSet;
use std::fmt::Write;

use teller::Ledger;
use teller::ledger::{AsOf, Bound, TableRequest};

use crate::reports::{before, table};
use crate::support::plans::{reads_of, record_statements, statements_of, ways_into_tables};
use crate::support::{TestBook, check, on_every_backend};

const DAYS: usize = 250;

/// One account has most of the transfers, and many have few of them. Some count at other times.
fn fill(book: &TestBook) -> Ledger {
    record_statements();
    let mut script = "account hub equity EUR\n".to_owned();
    for number in 0..40 {
        writeln!(script, "account few:{number} equity EUR").unwrap();
    }
    for day in 0..DAYS {
        writeln!(script, "at 2026-{:02}-{:02}T12:00:00Z", 1 + day / 25, 1 + day % 25).unwrap();
        for part in 0..2 {
            let few = (day * 7 + part) % 40;
            let effective = match day % 9 {
                0 => " effective 2026-02-10T00:00:00Z",
                4 => " effective 2026-08-10T00:00:00Z",
                _ => "",
            };
            writeln!(script, "post hub few:{few} {}.00{effective} -> posted", 1 + day % 5).unwrap();
        }
    }
    check(book, &script);
    book.ledger()
}

fn request(prefix: &str, bounds: [&str; 2]) -> TableRequest {
    TableRequest { prefix: prefix.into(), bounds: bounds.map(before).to_vec(), ..TableRequest::default() }
}

/// Whether chains are walked, and whether the book is read in its order.
fn way(ledger: &Ledger, request: &TableRequest) -> (bool, bool) {
    let statements = statements_of(|| drop(table(ledger, request)));
    let any = |text: &str| statements.iter().any(|statement| statement.contains(text));
    (any("with recursive walk as (select accounts.id"), any("from transfers where sequence <= "))
}

fn assert_balances_agree(ledger: &Ledger, request: &TableRequest) {
    for row in table(ledger, request).rows {
        let bounds = request.bounds.iter().enumerate();
        for (index, bound) in bounds {
            let as_of = AsOf { effective_at: bound.last(), recorded_at: request.recorded_at };
            let (_, money) = ledger.balances_as_of(&[row.path.parse().unwrap()], as_of).unwrap().remove(0);
            assert_eq!(
                row.on_normal_side(row.balance(index)),
                i128::from(money.amount.minor()),
                "{} {bound}",
                row.path
            );
        }
    }
}

on_every_backend! {
    fn the_cheapest_way_is_taken_and_all_agree(book: &TestBook) {
        let ledger = fill(book);
        let of_whole_book = request("", ["2026-02-01", "2026-11-01"]);
        let of_one_with_few = request("few:7", ["2026-02-01", "2026-03-01"]);
        let of_one_with_most = request("hub", ["2026-01-20", "2026-02-05"]);
        let of_whole_book_long_ago = request("", ["2026-01-01", "2026-01-02"]);
        let now = TableRequest { bounds: vec![Bound::END], ..TableRequest::default() };
        for (request, expected) in [
            (&of_whole_book, (false, true)),
            (&of_one_with_few, (true, false)),
            (&of_one_with_most, (true, true)),
            (&of_whole_book_long_ago, (false, true)),
            (&now, (false, false)),
        ] {
            assert_eq!(way(&ledger, request), expected, "{request:?}");
            for recorded_at in [None, Some("2026-01-22T00:00:00Z"), Some("2026-02-14T12:00:00Z"), Some("2026-09-01T00:00:00Z")] {
                let recorded_at = recorded_at.map(|time| time.parse().unwrap());
                assert_balances_agree(&ledger, &TableRequest { recorded_at, ..request.clone() });
            }
        }
    }

    fn no_way_reads_transfers_from_end_to_end(book: &TestBook) {
        let ledger = fill(book);
        let accounts = ["accounts_name_key by range", "accounts_pkey"];
        let milestones = ["transfers_credit_milestones", "transfers_debit_milestones"];
        let exceptions = ["transfers_credit_effective", "transfers_debit_effective"];
        let places = ["transfers_pkey", "transfers_pkey by range"];
        for request in [
            request("", ["2026-02-01", "2026-11-01"]),
            request("few:7", ["2026-02-01", "2026-03-01"]),
            request("hub", ["2026-01-20", "2026-02-05"]),
        ] {
            // Where all accounts are asked for, so are all exceptions.
            let whole = ["transfers_credit_effective by range", "transfers_debit_effective by range"];
            let whole = if request.prefix.is_empty() { &whole[..] } else { &[] };
            let allowed = [&accounts[..], &milestones, &exceptions, &places, whole].concat();
            let allowed: BTreeSet<_> = allowed.into_iter().collect();
            for statement in reads_of(|| drop(table(&ledger, &request))) {
                let ways = ways_into_tables(book, &statement);
                let other: Vec<_> = ways.iter().filter(|way| !allowed.contains(way.as_str())).collect();
                assert!(other.is_empty(), "{other:?}: {statement}");
            }
        }
    }
}
