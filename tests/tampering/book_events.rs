//! Changed records of what happened to the book as a whole, and things that no such record knows.

use teller::facts::BookChange;
use teller::{Ledger, Mode};

use super::cases::{Tampering, both};
use super::disarm;
use crate::support::schedule::{add, monthly, schedule_id};
use crate::support::{TestBook, check, signature};

/// Events of the book at sequences 4 to 9: a currency, a closing, its reopening, two schedules, and the end of the second one.
pub fn fill_book_events(book: &TestBook) -> Ledger {
    check(
        book,
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        currency TOK 3 Token   -> added
        at 2026-02-10T00:00:00Z
        period close 2026-01   -> closed
        period reopen 2026-01  -> reopened
    ",
    );
    let ledger = book.ledger();
    add(&ledger, &monthly("kept", 1));
    add(&ledger, &monthly("cancelled", 2));
    let teller::facts::Signature { actor, .. } = signature();
    let reason = "moved".parse().unwrap();
    ledger.cancel_schedule(schedule_id("cancelled"), &actor, Some(&reason), Mode::Commit).unwrap();
    let events = ledger.book_events(teller::facts::Sequence(0), 10).unwrap();
    let places: Vec<_> = events.iter().map(|event| (event.number, event.sequence.0)).collect();
    assert_eq!(places, (1..=6).map(|number| (number, number + 3)).collect::<Vec<_>>());
    assert!(matches!(events[5].change, BookChange::ScheduleCancelled { .. }));
    disarm(book);
    ledger
}

pub const BOOK_EVENTS: &[Tampering] = &[
    both("currency", "update book_events set currency = 'TAK' where event = 1", (Some(4), None, "another hash")),
    both("exponent", "update book_events set exponent = 4 where event = 1", (Some(4), None, "another hash")),
    both("name", "update book_events set currency_name = 'x' where event = 1", (Some(4), None, "another hash")),
    both("kind", "update book_events set kind = 'period_closed' where event = 3", (Some(6), None, "changes nothing")),
    both(
        "a subject of another kind",
        "update book_events set exponent = 1 where event = 2",
        (Some(5), None, "subject"),
    ),
    both("schedule", "update book_events set schedule_id = ID where event = 4", (Some(7), None, "another hash")),
    both(
        "hash of a schedule",
        "update book_events set schedule_hash = HASH where event = 5",
        (Some(8), None, "another hash"),
    ),
    both("actor", "update book_events set actor = 'mallory' where event = 6", (Some(9), None, "another hash")),
    both("reason", "update book_events set reason = null where event = 6", (Some(9), None, "another hash")),
    both("moved behind", "update book_events set sequence = 12 where event = 6", (Some(12), None, "another hash")),
    both(
        "swapped",
        "update book_events set sequence = 99 where event = 2; update book_events set sequence = 5 where event = 3; \
         update book_events set sequence = 6 where event = 2",
        (Some(5), None, "number behind the one before"),
    ),
    both("removed", "delete from book_events where event = 3", (Some(7), None, "number behind the one before")),
    both(
        "the record of a schedule removed",
        "delete from book_events where event >= 5",
        (None, Some("alice"), "no event of the book adds it"),
    ),
    both(
        "the record of a cancellation removed",
        "delete from book_events where event = 6",
        (None, Some("alice"), "is cancelled, which is not what the events"),
    ),
    both(
        "the record of everything removed",
        "delete from book_events",
        (None, Some("alice"), "no event of the book adds it"),
    ),
];

pub const WHAT_THEY_ARE_ABOUT: &[Tampering] = &[
    both("a schedule removed", "delete from schedules where state = 'active'", (Some(7), None, "is not in the book")),
    both(
        "a schedule revived",
        "update schedules set state = 'active', cancelled_at = null, cancelled_by = null, cancel_reason = null, \
         next_due_at = first_due_at where state = 'cancelled'",
        (None, Some("alice"), "is active, which is not what the events"),
    ),
    both(
        "a schedule cancelled",
        "update schedules set state = 'cancelled', cancelled_at = TIME, cancelled_by = 'tests', next_due_at = null \
         where state = 'active'",
        (None, Some("alice"), "is cancelled, which is not what the events"),
    ),
    both(
        "cancelled by another",
        "update schedules set cancelled_by = 'mallory' where state = 'cancelled'",
        (None, Some("alice"), "not what the events"),
    ),
    both(
        "cancelled at another time",
        "update schedules set cancelled_at = TIME where state = 'cancelled'",
        (None, Some("alice"), "not what the events"),
    ),
    both(
        "cancelled for another reason",
        "update schedules set cancel_reason = null where state = 'cancelled'",
        (None, Some("alice"), "not what the events"),
    ),
    both("exponent", "update currencies set exponent = 3 where code = 'EUR'", (None, None, "currency EUR has 3")),
    both("code", "update currencies set code = 'EURO' where code = 'EUR'", (None, None, "currency EURO is in no list")),
    both("name", "update currencies set name = 'x' where code = 'TOK'", (None, None, "currency TOK has 3 decimals")),
    both("removed", "delete from currencies where code = 'TOK'", (None, None, "currency TOK is not in the book")),
    both(
        "a currency of ISO 4217 removed",
        "delete from currencies where code = 'USD'",
        (None, None, "currency USD is not in the book"),
    ),
    both(
        "added",
        "insert into currencies (code, exponent, name) values ('NEW', 2, 'New')",
        (None, None, "no event of the book registers it"),
    ),
];
