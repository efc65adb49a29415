//! A book that has everything a book can have.

use std::collections::BTreeMap;
use std::time::Duration;

use teller::Mode;
use teller::facts::{Metadata, TransferId};
use teller::money::{Currency, Money};
use teller::requests::{
    AccountAction, CaptureRequest, Expiry, HoldRequest, JournalRequest, Quantity, ReleaseRequest, Remainder,
    ReversalRequest, ReversalTime, Sides, TransferRequest,
};

use crate::support::{TestBook, change, check, transfer};

const BEGIN: &str = "
    currency TOK 18 Token -> added
    currency UNIT 0 Unit -> added
    currency UNUSED 4 Unused -> added
    account cash asset EUR
    account alice liability EUR min -500 max 100000 note overdraft
    account bob liability EUR
    account frozen liability EUR
    account closed liability EUR
    account never liability EUR min -5 max 5
    account tok:a asset TOK
    account tok:b liability TOK
    account unit:a asset UNIT
    account unit:b liability UNIT
    at 2026-02-01T00:00:00.000001Z
    deposit alice 1000 -> posted
    deposit bob 70 effective 2020-01-01T00:00:00Z -> posted
    deposit bob 30 effective 9999-12-31T23:59:59.999999Z -> posted
    deposit frozen 5 -> posted
    deposit closed 5 -> posted
    withdraw closed 5 -> posted
    transfer t-whole: alice bob 10 -> posted
    transfer t-part: alice bob 20 -> posted
    limits alice min -200 -> changed
    transfer alice bob 1100 -> posted
    limits alice per-transfer 90000 per-day 90000.01 per-month 90000.02 -> changed
    limits bob per-day 7 -> changed
    limits bob per-day none -> changed
    annotate account alice tier=gold -> annotated
    annotate account alice tier=black since=2026 -> annotated
    annotate transfer t-whole checked=yes -> annotated
    annotate transfer t-whole -checked -> annotated
    period close 2019 -> closed
    period close 2021-02 -> closed
    period close 2020-02-29 reason leap -> closed
    period reopen 2019 -> reopened
    post tok:a tok:b 9.223372036854775807 TOK -> posted
    post unit:a unit:b 9223372036854775807 UNIT -> posted
";

/// Texts that quoting, escaping or normalizing would change.
const HOSTILE: [&str; 6] = [
    "\"'\\ \u{7f} \u{1}\u{8}\t\r\n",
    "'; drop table transfers; --",
    "e\u{301} \u{e9}",
    "\u{1f980}\u{200f}\u{202e}",
    "</script>&amp;",
    "{\"a\":1}",
];

fn id(key: &str) -> TransferId {
    TransferId::from_key(key).unwrap()
}

fn hold(key: &str, euros: &str, expiry: Expiry) -> HoldRequest {
    HoldRequest { transfer: transfer(key, "alice", "bob", euros), expiry }
}

fn euros(amount: &str) -> Quantity {
    Quantity::Exactly(Money::parse(amount, Currency::new("EUR".parse().unwrap(), 2).unwrap()).unwrap())
}

pub fn fill(book: &TestBook) {
    check(book, BEGIN);
    let ledger = book.ledger();
    let minute = Expiry::After(Duration::from_mins(1));
    for (key, expiry) in [
        ("open", Expiry::Never),
        ("expiring", minute),
        ("unswept", minute),
        ("captured", Expiry::Never),
        ("part", Expiry::Never),
        ("released", minute),
        ("final", Expiry::Never),
    ] {
        ledger.post(hold(key, "5", expiry), Mode::Commit).unwrap();
    }
    let up_to = HoldRequest {
        transfer: TransferRequest { quantity: Quantity::All, ..transfer("all", "bob", "frozen", "1") },
        expiry: minute,
    };
    ledger.post(up_to, Mode::Commit).unwrap();
    ledger.post(ReleaseRequest::new(id("r0"), id("all")), Mode::Commit).unwrap();
    ledger.post(CaptureRequest::new(id("c1"), id("captured")), Mode::Commit).unwrap();
    ledger
        .post(CaptureRequest { quantity: euros("2"), ..CaptureRequest::new(id("c2"), id("part")) }, Mode::Commit)
        .unwrap();
    let last = CaptureRequest {
        quantity: euros("3"),
        remainder: Remainder::Release,
        ..CaptureRequest::new(id("c3"), id("final"))
    };
    ledger.post(last, Mode::Commit).unwrap();
    ledger.post(ReleaseRequest::new(id("r1"), id("released")), Mode::Commit).unwrap();
    ledger.post(ReversalRequest::new(id("u1"), id("t-whole")), Mode::Commit).unwrap();
    for (key, at) in [("u2", ReversalTime::Original), ("u3", ReversalTime::Now)] {
        let part = ReversalRequest { quantity: euros("7"), at, ..ReversalRequest::new(id(key), id("t-part")) };
        ledger.post(part, Mode::Commit).unwrap();
    }
    let legs = vec![transfer("l1", "alice", "bob", "1").into(), transfer("l2", "bob", "frozen", "1").into()];
    ledger.post_journal(&JournalRequest::new(id("journal"), legs), Mode::Commit).unwrap();
    fill_with_texts(book);
    book.set_time("2026-03-01T00:00:00Z");
    // Both holds have expired; of these two only this one's accounts are touched, after which both are recorded.
    ledger.post(transfer("later", "alice", "bob", "1"), Mode::Commit).unwrap();
    for (account, action) in [
        ("frozen", AccountAction::Freeze(Sides::Both)),
        ("bob", AccountAction::Freeze(Sides::Debits)),
        ("closed", AccountAction::Close),
        ("never", AccountAction::Freeze(Sides::Credits)),
    ] {
        ledger.change_account(&change(account, action), Mode::Commit).unwrap();
    }
    check(book, "limits never min none max 0 -> changed\ndeposit alice 3 -> posted");
    let late = HoldRequest { transfer: transfer("overdue", "alice", "bob", "1"), expiry: minute };
    ledger.change_account(&change("bob", AccountAction::Unfreeze(Sides::Debits)), Mode::Commit).unwrap();
    ledger.post(late, Mode::Commit).unwrap();
    book.set_time("2026-04-01T00:00:00Z");
    check(book, "limits never max 1 -> changed");
}

fn fill_with_texts(book: &TestBook) {
    for (index, text) in HOSTILE.into_iter().enumerate() {
        // A key of metadata is an identifier: without marks of direction, and composed. The value keeps every character.
        let is_of_keys =
            |character: &char| !character.is_control() && !matches!(character, '\u{200f}' | '\u{202e}' | '\u{301}');
        let key: String = text.chars().filter(is_of_keys).collect();
        let metadata = BTreeMap::from([(key.trim().to_owned(), text.to_owned()), ("b".to_owned(), String::new())]);
        let request = TransferRequest {
            description: Some(text.parse().unwrap()),
            metadata: Metadata::new(metadata).unwrap(),
            ..transfer(&format!("hostile {index}"), "alice", "bob", "0.01")
        };
        book.ledger().post(request, Mode::Commit).unwrap();
    }
}
