//! Changed holds, changed transfers that are about others, and changed states of accounts.

use teller::Ledger;

use super::cases::{Tampering, both};
use super::disarm;
use crate::support::{TestBook, check};

/// Holds stand at sequences 6, 7 and 12; the accounts are 1 to 4 in the order given here.
pub fn fill_holds(book: &TestBook) -> Ledger {
    check(
        book,
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        account gone  liability EUR
        at 2026-01-01T00:00:01Z
        deposit alice 100                                     -> posted
        hold h1: alice bob 10 expires 2026-03-01T00:00:00Z    -> held
        hold h2: alice bob 20                                 -> held
        capture h2 5                                          -> captured
        release h2                                            -> released
        transfer t1: alice bob up-to 7                        -> posted
        reverse t1 3                                          -> reversed
        hold h3: alice bob 1 expires 2026-02-01T00:00:00Z     -> held
        at 2026-02-02T00:00:00Z
        expire                                                -> 1
        freeze bob                                            -> frozen
        close gone                                            -> closed
    ",
    );
    disarm(book);
    book.ledger()
}

pub const HOLDS: &[Tampering] = &[
    both("remaining", "update holds set remaining = 9 where sequence = 6", (Some(6), Some("alice"), "is open with 9 of")),
    both(
        "all of it captured",
        "update holds set remaining = 0, state = 'captured' where sequence = 6",
        (Some(6), Some("alice"), "is captured with 0"),
    ),
    both(
        "opened again",
        "update holds set remaining = 1500, state = 'open' where sequence = 7",
        (Some(7), Some("alice"), "is open with 1500"),
    ),
    both("state", "update holds set state = 'released' where sequence = 12", (Some(12), Some("alice"), "is released")),
    both("unknown state", "update holds set state = 'x' where sequence = 12", (Some(12), Some("alice"), "state is")),
    both("expiry removed", "update holds set expires_at = null where sequence = 6", (Some(6), Some("alice"), "or expiry")),
    both("expiry", "update holds set expires_at = TIME where sequence = 6", (Some(6), Some("alice"), "or expiry")),
    both("debit account", "update holds set debit_account_id = 1 where sequence = 6", (Some(6), Some("cash"), "account")),
    both("credit account", "update holds set credit_account_id = 1 where sequence = 6", (Some(6), Some("alice"), "account")),
    both("amount", "update holds set amount = 1001 where sequence = 6", (Some(6), Some("alice"), "of 1001 left")),
    both("place", "update holds set sequence = 10 where sequence = 6", (Some(10), Some("alice"), "another place")),
    both("id", "update holds set id = ID where sequence = 6", (Some(6), Some("alice"), "has no row")),
    both("removed", "delete from holds where sequence = 7", (Some(7), Some("alice"), "has no row")),
    both("removed all", "delete from holds", (Some(6), Some("alice"), "has no row")),
    both(
        "added",
        "insert into holds select ID, 10, debit_account_id, credit_account_id, amount, remaining, expires_at, state from holds
         where sequence = 6",
        (Some(10), Some("alice"), "no transfer that placed it"),
    ),
    both(
        "a capture's hold",
        "update transfers set hold_id = (select id from holds where sequence = 6) where sequence = 8",
        (Some(8), Some("alice"), "hash"),
    ),
    both("a capture without a hold", "update transfers set hold_id = null where sequence = 8", (Some(8), Some("alice"), "hash")),
    both("a release's amount", "update transfers set amount = 1499 where sequence = 9", (Some(9), Some("alice"), "hash")),
    both("a capture made a release", "update transfers set kind = 'release' where sequence = 8", (Some(8), Some("alice"), "hash")),
    both("a hold's expiry", "update transfers set expires_at = TIME where sequence = 6", (Some(6), Some("alice"), "hash")),
    both("a hold's expiry removed", "update transfers set expires_at = null where sequence = 6", (Some(6), Some("alice"), "hash")),
    both("a hold's expiry added", "update transfers set expires_at = TIME where sequence = 7", (Some(7), Some("alice"), "hash")),
    both("the most asked for", "update transfers set up_to = 701 where sequence = 10", (Some(10), Some("alice"), "hash")),
    both("the most asked for, removed", "update transfers set up_to = null where sequence = 10", (Some(10), Some("alice"), "hash")),
    both("the most asked for, added", "update transfers set up_to = amount where sequence = 5", (Some(5), Some("cash"), "hash")),
    both("what is reversed", "update transfers set reversed_id = ID where sequence = 11", (Some(11), Some("bob"), "hash")),
    both("a capture removed", "delete from transfers where sequence = 8", (Some(9), Some("alice"), "hash")),
];

pub const STATES: &[Tampering] = &[
    both("unfrozen", "update accounts set state = 'open' where id = 3", (Some(13), Some("bob"), "state")),
    both("half unfrozen", "update accounts set state = 'debits_frozen' where id = 3", (Some(13), Some("bob"), "state")),
    both(
        "frozen, never changed before",
        "update accounts set state = 'frozen' where id = 1",
        (Some(5), Some("cash"), "state"),
    ),
    both("opened again", "update accounts set state = 'open' where id = 4", (None, Some("gone"), "state")),
    both(
        "closed at another time",
        "update accounts set closed_at = TIME where id = 4",
        (None, Some("gone"), "closing time"),
    ),
    both(
        "closed at no time",
        "update accounts set closed_at = null where id = 4",
        (None, Some("gone"), "closing time"),
    ),
    both(
        "open with a closing time",
        "update accounts set closed_at = TIME where id = 2",
        (Some(13), Some("alice"), "closing time"),
    ),
    both(
        "never closed",
        "delete from account_events where account_id = 4; update accounts set state = 'open', closed_at = null where id = 4",
        (None, Some("gone"), "head"),
    ),
    both("held debits", "update accounts set debits_held = 0 where id = 2", (Some(13), Some("alice"), "held debits")),
    both("held credits", "update accounts set credits_held = 0 where id = 3", (Some(13), Some("bob"), "held credits")),
];
