//! The proof of one account finds all that touches it, and nothing that does not.

use std::collections::{BTreeMap, BTreeSet};

use teller::facts::AccountName;

use teller::rejection::Rejection;

use teller::ledger::VerifyReport;
use teller::requests::{AccountAction, Sides};
use teller::{Error, Ledger, Mode};

use super::accounts::{ACCOUNTS, EVENTS};
use super::cases::Tampering;
use super::holds::{HOLDS, STATES, fill_holds};
use super::impossible::IMPOSSIBLE;
use super::transfers::{ROWS, TRANSFERS};
use super::{disarm, fill, restore, switches_off};
use crate::support::{TestBook, change, check, on_every_backend, transfer};

const LONG_TRANSFERS: usize = 10_500;
/// The ends of some pages are at the ends of batches, and others are not.
const LONG_STEP: usize = 333;

/// The tables, with the numbers of the accounts that a row is about.
const PARTIES: [(&str, &[&str]); 4] = [
    ("accounts", &["id"]),
    ("account_events", &["account_id"]),
    ("transfers", &["debit_account_id", "credit_account_id"]),
    ("holds", &["debit_account_id", "credit_account_id"]),
];

fn verify_account(ledger: &Ledger, name: &str) -> VerifyReport {
    ledger.verify_account(&name.parse().unwrap(), &mut |_| {}).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

/// The accounts that are there, by number.
fn names(book: &TestBook) -> BTreeMap<i64, String> {
    let rows = book.query_texts("select cast(id as text) || ' ' || name from accounts");
    rows.iter()
        .map(|row| row.split_once(' ').unwrap())
        .map(|(id, name)| (id.parse().unwrap(), name.to_owned()))
        .collect()
}

/// The numbers of the accounts whose row, events, holds or transfers are not as they were. What stands in a transfer only now does not
/// count: no chain leads to it, so that the proof of the whole book alone can find it.
fn touched(book: &TestBook) -> BTreeSet<i64> {
    let differences = |(table, columns): &(&str, &[&str])| {
        let kept = format!("kept_{table}");
        let removed = format!("select * from {kept} except select * from {table}");
        let added = format!("select * from {table} except select * from {kept}");
        let rows = if *table == "transfers" { vec![removed] } else { vec![removed, added] };
        let ids =
            |column| rows.iter().map(move |rows| format!("select {column} as id from ({rows}) as {table}_{column}"));
        columns.iter().flat_map(ids).collect::<Vec<_>>()
    };
    let differences = PARTIES.iter().flat_map(differences).collect::<Vec<_>>().join(" union ");
    let ids = book.query_texts(&format!("select cast(id as text) from ({differences}) as ids"));
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

/// After each way of tampering: whoever is touched is found, and who has nothing to do with anybody touched is not.
fn assert_found_by_account(book: &TestBook, ledger: &Ledger, cases: &[Tampering], strangers: &[&str]) {
    let mut misses = Vec::new();
    for tampering @ Tampering { what, postgres, sqlite, .. } in cases {
        let script = if book.is_on_postgres() { postgres } else { sqlite };
        book.raw_script(&format!("{} {}", switches_off(book), book.in_own_words(script))).unwrap();
        let touched = touched(book);
        for (id, name) in names(book) {
            if name.parse::<AccountName>().is_err() {
                continue;
            }
            let first = verify_account(ledger, &name).findings.into_iter().next();
            let place = first.as_ref().map(|first| first.sequence.map(|place| place.0));
            let is_right = if touched.contains(&id) {
                place.is_some_and(|place| is_expected(tampering, &name, place))
            } else {
                place.is_none() || !strangers.contains(&name.as_str())
            };
            if !is_right {
                misses.push(format!("{what}: {name}: {first:?}"));
            }
        }
        restore(book);
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

/// What leaves pointers without what they should lead to. The proof of an account cannot follow them, and finds where they end.
const CUTS: [&str; 3] = ["update transfers set sequence", "delete from transfers", "set last_transfer"];

/// Whether a finding about an account is at the place where that of the whole book is, if that is about the same account.
fn is_expected(tampering: &Tampering, name: &str, place: Option<i64>) -> bool {
    if CUTS.iter().any(|cut| tampering.postgres.contains(cut)) {
        return place.is_some();
    }
    tampering.account != Some(name) || tampering.sequence == place
}

/// An account with so many transfers that its proof takes several pages, events before, at and behind the ends of pages, and two accounts on
/// the other side of which one has an event too.
fn fill_long(book: &TestBook) -> Ledger {
    check(book, "account long equity EUR\naccount even equity EUR\naccount odd equity EUR");
    let ledger = book.ledger();
    for first in (0..LONG_TRANSFERS).step_by(LONG_STEP) {
        let other = |number: usize| if number.is_multiple_of(2) { "even" } else { "odd" };
        let request = |number: usize| transfer(&number.to_string(), other(number), "long", "0.01");
        let batch: Vec<_> = (first..LONG_TRANSFERS.min(first + LONG_STEP)).map(request).collect();
        assert!(ledger.post_batch(&batch, Mode::Commit).unwrap().iter().all(Result::is_ok));
        for account in ["long", "odd"] {
            for action in [AccountAction::Freeze(Sides::Both), AccountAction::Unfreeze(Sides::Both)] {
                ledger.change_account(&change(account, action), Mode::Commit).unwrap();
            }
        }
    }
    disarm(book);
    ledger
}

on_every_backend! {
    fn an_account_of_any_length_is_proven_page_by_page(book: &TestBook) {
        let ledger = fill_long(book);
        let mut pages = Vec::new();
        let report = ledger.verify_account(&"long".parse().unwrap(), &mut |progress| pages.push(progress.sequence)).unwrap();
        assert_eq!((report.transfers, report.findings), (LONG_TRANSFERS as u64, Vec::new()));
        assert!(pages.len() > 10 && pages.is_sorted(), "{pages:?}");
        for version in [1, 999, 1_000, 1_001, 5_500, LONG_TRANSFERS] {
            let place = book.query_i64(&format!("select sequence from transfers where credit_version = {version} and credit_account_id = 1"));
            book.raw(&format!("update transfers set description = 'x' where sequence = {place}")).unwrap();
            let findings = verify_account(&ledger, "long").findings;
            assert_eq!(findings.iter().map(|finding| finding.sequence.unwrap().0).collect::<Vec<_>>(), [place]);
            restore(book);
        }
    }

    fn what_touches_an_account_is_found_by_its_own_proof(book: &TestBook) {
        let ledger = fill(book);
        for cases in [TRANSFERS, ROWS, ACCOUNTS, EVENTS, IMPOSSIBLE] {
            assert_found_by_account(book, &ledger, cases, &["spare", "limited", "last"]);
        }
    }

    fn what_touches_a_hold_is_found_by_the_proof_of_both_its_accounts(book: &TestBook) {
        let ledger = fill_holds(book);
        for cases in [HOLDS, STATES] {
            assert_found_by_account(book, &ledger, cases, &["gone"]);
        }
    }

    fn every_account_of_an_untouched_book_is_whole(book: &TestBook) {
        for ledger in [fill(book), fill_holds(&book.another())] {
            for account in ledger.list_accounts("", None, 100).unwrap().accounts {
                let report = verify_account(&ledger, account.name.as_str());
                assert_eq!(report.findings, [], "{}", account.name);
                assert_eq!((i64::try_from(report.transfers), report.accounts), (Ok(account.version), 1));
            }
        }
    }

    fn an_account_that_is_not_there_cannot_be_proven(book: &TestBook) {
        check(book, "account alice liability EUR");
        let refused = book.ledger().verify_account(&"bob".parse().unwrap(), &mut |_| {});
        let Err(Error::Rejected(rejection)) = refused else { panic!("{refused:?}") };
        assert!(matches!(*rejection, Rejection::AccountUnknown { .. }), "{rejection}");
    }
}
