//! All that a book holds, to be compared with what it holds later.

use teller::Ledger;
use teller::facts::Account;
use teller::ledger::{FindingCode, VerifyReport};

use super::TestBook;

/// Two are equal when nothing was written in between: the rows are counted, and every account's head covers its whole history.
#[derive(Debug, PartialEq, Eq)]
pub struct Snapshot {
    rows: [i64; 8],
    accounts: Vec<Account>,
}

impl Snapshot {
    pub fn of(book: &TestBook) -> Self {
        let page = book.ledger().list_accounts("", None, 10_000).unwrap();
        assert_eq!(page.next, None, "all accounts are on one page");
        let rows = [
            "accounts",
            "transfers",
            "account_events",
            "book_events",
            "holds",
            "currencies",
            "schedules",
            "schedule_dues",
        ]
        .map(|table| book.query_i64(&format!("select count(*) from {table}")));
        Self { rows, accounts: page.accounts }
    }
}

/// The book verifies, and has so many transfers.
#[track_caller]
pub fn assert_whole(ledger: &Ledger, transfers: u64) {
    // Some tests sabotage a book by triggers of their own.
    let report = without_guards(ledger.verify(&mut |_| {}).unwrap());
    assert_eq!((report.findings.first(), report.transfers), (None, transfers));
}

/// A report without what it says of guards, for tests that switch them off themselves.
pub fn without_guards(mut report: VerifyReport) -> VerifyReport {
    let all = report.findings.len();
    report.findings.retain(|finding| finding.code != FindingCode::Guard);
    report.finding_count -= (all - report.findings.len()) as u64;
    report
}
