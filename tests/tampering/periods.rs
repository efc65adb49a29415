//! Changed velocity limits, metadata and closings of periods.

use teller::Ledger;

use super::cases::{Tampering, both, differing};
use super::disarm;
use crate::support::{TestBook, check};

/// The accounts are 1 to 3 in the order given here. Events of accounts stand at sequences 5 to 8, those of periods at 9, 11 and 12.
pub fn fill_periods(book: &TestBook) -> Ledger {
    check(
        book,
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        at 2026-01-10T00:00:00Z
        deposit t1: alice 100 meta k=v                         -> posted
        limits alice per-day 50                                -> changed
        annotate account alice tier=gold                       -> annotated
        annotate transfer t1 checked=yes                       -> annotated
        annotate account alice tier=black                      -> annotated
        at 2026-02-10T00:00:00Z
        period close 2026-01                                   -> closed
        transfer t2: alice bob 1 effective 2025-12-01T00:00:00Z -> posted
        period reopen 2026-01                                  -> reopened
        period close 2026-01                                   -> closed
    ",
    );
    disarm(book);
    book.ledger()
}

pub const ANNOTATIONS: &[Tampering] = &[
    both(
        "per day",
        "update accounts set per_day = 6000 where id = 2",
        (Some(10), Some("alice"), "velocity limits differ"),
    ),
    both(
        "per month",
        "update accounts set per_month = 1 where id = 3",
        (Some(10), Some("bob"), "velocity limits differ"),
    ),
    both(
        "per day in the record",
        "update account_events set per_day_after = 6000 where sequence = 5",
        (Some(5), Some("alice"), "another hash"),
    ),
    both(
        "metadata of an account",
        "update accounts set metadata = '{\"tier\":\"x\"}' where id = 2",
        (Some(10), Some("alice"), "metadata differs"),
    ),
    both(
        "metadata of an account removed",
        "update accounts set metadata = null where id = 2",
        (Some(10), Some("alice"), "metadata differs"),
    ),
    both(
        "metadata of an account that was never annotated",
        "update accounts set metadata = '{\"tier\":\"x\"}' where id = 3",
        (Some(10), Some("alice"), "the hash is"),
    ),
    both(
        "metadata after",
        "update account_events set metadata_after = '{\"tier\":\"x\"}' where sequence = 6",
        (Some(6), Some("alice"), "another hash"),
    ),
    both(
        "metadata that an account was opened with",
        "update account_events set metadata_before = '{\"tier\":\"x\"}' where sequence = 6",
        (Some(4), Some("cash"), "the hash is"),
    ),
    both(
        "metadata before",
        "update account_events set metadata_before = '{\"tier\":\"x\"}' where sequence = 8",
        (Some(8), Some("alice"), "metadata before"),
    ),
    both(
        "metadata of a transfer",
        "update account_events set metadata_after = '{\"checked\":\"no\"}' where sequence = 7",
        (Some(7), Some("cash"), "another hash"),
    ),
    both(
        "transfer that was annotated",
        "update account_events set transfer_id = ID where sequence = 7",
        (Some(7), Some("cash"), "another hash"),
    ),
    both("change removed", "delete from account_events where sequence = 8", (Some(10), Some("alice"), "the hash is")),
    both(
        "metadata that is none",
        "update account_events set metadata_after = '[]' where sequence = 6",
        (Some(6), Some("alice"), "metadata is"),
    ),
];

pub const PERIODS: &[Tampering] = &[
    both("period", "update book_events set period = '2026-02' where sequence = 9", (Some(9), None, "another hash")),
    both(
        "action",
        "update book_events set kind = 'period_reopened' where sequence = 9",
        (Some(9), None, "changes nothing"),
    ),
    both("actor", "update book_events set actor = 'mallory' where sequence = 11", (Some(11), None, "another hash")),
    both("reason", "update book_events set reason = 'late' where sequence = 11", (Some(11), None, "another hash")),
    both("time", "update book_events set recorded_at = TIME where sequence = 9", (Some(9), None, "another hash")),
    both("removed", "delete from book_events where sequence = 11", (Some(12), None, "number behind the one before")),
    both("no period", "update book_events set period = 'x' where sequence = 9", (Some(9), None, "period is \"x\"")),
    differing(
        "a transfer that slipped in",
        [
            "update transfers set effective_at = '2026-01-20T00:00:00Z' where sequence = 10",
            "update transfers set effective_at = 1768867200000000 where sequence = 10",
        ],
        (Some(10), Some("alice"), "in 2026-01, which was closed then"),
    ),
];
