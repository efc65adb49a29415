//! Changed, removed, added and moved transfers.

use super::cases::{Tampering, both, differing};

pub const TRANSFERS: &[Tampering] = &[
    both("amount", "update transfers set amount = 1001 where sequence = 10", (Some(10), Some("alice"), "hash")),
    both("id", "update transfers set id = ID where sequence = 10", (Some(10), Some("alice"), "hash")),
    both(
        "debit account",
        "update transfers set debit_account_id = 5 where sequence = 10",
        (Some(10), Some("spare"), "hash"),
    ),
    both(
        "credit account",
        "update transfers set credit_account_id = 5 where sequence = 10",
        (Some(10), Some("alice"), "hash"),
    ),
    both(
        "sides exchanged",
        "update transfers set debit_account_id = credit_account_id, credit_account_id = debit_account_id where sequence = 10",
        (Some(10), Some("bob"), "hash"),
    ),
    differing(
        "recorded time",
        [
            "update transfers set recorded_at = recorded_at + interval '1 microsecond' where sequence = 10",
            "update transfers set recorded_at = recorded_at + 1 where sequence = 10",
        ],
        (Some(10), Some("alice"), "hash"),
    ),
    differing(
        "effective time",
        [
            "update transfers set effective_at = effective_at - interval '1 microsecond' where sequence = 10",
            "update transfers set effective_at = effective_at - 1 where sequence = 10",
        ],
        (Some(10), Some("alice"), "hash"),
    ),
    both(
        "description",
        "update transfers set description = 'Receipt' where sequence = 8",
        (Some(8), Some("cash"), "hash"),
    ),
    both(
        "description added",
        "update transfers set description = 'x' where sequence = 10",
        (Some(10), Some("alice"), "hash"),
    ),
    both(
        "description removed",
        "update transfers set description = null where sequence = 8",
        (Some(8), Some("cash"), "hash"),
    ),
    both(
        "metadata value",
        r#"update transfers set metadata = '{"k":"w"}' where sequence = 8"#,
        (Some(8), Some("cash"), "hash"),
    ),
    both(
        "metadata key",
        r#"update transfers set metadata = '{"l":"v"}' where sequence = 8"#,
        (Some(8), Some("cash"), "hash"),
    ),
    both(
        "metadata added",
        r#"update transfers set metadata = '{"k":"v"}' where sequence = 10"#,
        (Some(10), Some("alice"), "hash"),
    ),
    both(
        "metadata removed",
        "update transfers set metadata = null where sequence = 8",
        (Some(8), Some("cash"), "hash"),
    ),
    both(
        "debit balance",
        "update transfers set debit_balance = debit_balance + 1 where sequence = 10",
        (Some(10), Some("alice"), "hash"),
    ),
    both(
        "credit balance",
        "update transfers set credit_balance = credit_balance - 1 where sequence = 10",
        (Some(10), Some("alice"), "hash"),
    ),
    both(
        "debit version",
        "update transfers set debit_version = debit_version + 1 where sequence = 10",
        (Some(10), Some("alice"), "hash"),
    ),
    both(
        "credit version",
        "update transfers set credit_version = credit_version + 1 where sequence = 10",
        (Some(10), Some("alice"), "hash"),
    ),
    both(
        "debit pointer",
        "update transfers set debit_previous = 9 where sequence = 10",
        (Some(10), Some("alice"), "debit pointer is 9, it should be 8"),
    ),
    both(
        "credit pointer",
        "update transfers set credit_previous = 8 where sequence = 10",
        (Some(10), Some("bob"), "credit pointer is 8, it should be 9"),
    ),
    both(
        "pointer removed",
        "update transfers set credit_previous = null where sequence = 10",
        (Some(10), Some("bob"), "credit pointer is none"),
    ),
    both(
        "pointer added",
        "update transfers set credit_previous = 0 where sequence = 8",
        (Some(8), Some("alice"), "credit pointer is 0"),
    ),
    both("hash", "update transfers set hash = HASH where sequence = 10", (Some(10), Some("alice"), "hash is abab")),
    both(
        "hash of the newest",
        "update transfers set hash = HASH where sequence = 13",
        (Some(13), Some("carol"), "hash is abab"),
    ),
    both("kind", "update transfers set kind = 'hold' where sequence = 10", (Some(10), Some("alice"), "hash")),
    both("actor", "update transfers set actor = 'mallory' where sequence = 10", (Some(10), Some("alice"), "hash")),
    both("journal", "update transfers set journal_id = ID where sequence = 10", (Some(10), Some("alice"), "hash")),
    both("hold", "update transfers set hold_id = ID where sequence = 10", (Some(10), Some("alice"), "hash")),
    both("reversed", "update transfers set reversed_id = ID where sequence = 10", (Some(10), Some("alice"), "hash")),
];

const INSERT_BY_HAND: &str = "
    insert into transfers (sequence, id, debit_account_id, credit_account_id, amount, debit_version, credit_version,
        debit_balance, credit_balance, debit_previous, credit_previous, recorded_at, effective_at, kind, actor, hash)
    values (14, ID, 1, 5, 100, 3, 1, 15100, 100, 9, null, TIME, TIME, 'transfer', 'x', HASH)";

const INSERT_BETWEEN: &str = "
    update transfers set sequence = sequence + 10 where sequence > 9;
    insert into transfers (sequence, id, debit_account_id, credit_account_id, amount, debit_version, credit_version,
        debit_balance, credit_balance, debit_previous, credit_previous, recorded_at, effective_at, kind, actor, hash)
    select 10, ID, 1, 5, 100, 3, 1, 15100, 100, 9, null, recorded_at, recorded_at, 'transfer', 'x', HASH from transfers where sequence = 9";

pub const ROWS: &[Tampering] = &[
    both("removed from the middle", "delete from transfers where sequence = 10", (Some(11), Some("bob"), "hash")),
    both("removed the first", "delete from transfers where sequence = 8", (Some(9), Some("cash"), "hash")),
    both("removed the newest", "delete from transfers where sequence = 13", (Some(14), Some("alice"), "event 1 has another version")),
    both("removed all", "delete from transfers", (Some(14), Some("alice"), "event 1 has another version")),
    both(
        "two neighbours exchanged",
        "update transfers set sequence = -1 where sequence = 9; update transfers set sequence = 9 where sequence = 10;
         update transfers set sequence = 10 where sequence = -1",
        (Some(9), Some("alice"), "hash"),
    ),
    both(
        "two exchanged that share no account",
        "update transfers set sequence = -1 where sequence = 8; update transfers set sequence = 8 where sequence = 11;
         update transfers set sequence = 11 where sequence = -1",
        (Some(8), Some("bob"), "hash"),
    ),
    both("moved to the end", "update transfers set sequence = 100 where sequence = 10", (Some(11), Some("bob"), "hash")),
    both("the newest moved", "update transfers set sequence = 100 where sequence = 13", (Some(14), Some("alice"), "event 1 has another version")),
    both("added at the end", INSERT_BY_HAND, (Some(14), Some("cash"), "hash")),
    both("added between", INSERT_BETWEEN, (Some(10), Some("cash"), "hash")),
    both(
        "added between unknown accounts",
        "insert into transfers (sequence, id, debit_account_id, credit_account_id, amount, debit_version, credit_version,
            debit_balance, credit_balance, recorded_at, effective_at, kind, actor, hash)
         select 14, ID, 98, 99, amount, 1, 1, debit_balance, credit_balance, recorded_at, effective_at, kind, actor, hash
         from transfers where sequence = 8",
        (Some(14), Some("98"), "not in the book"),
    ),
    both(
        "added on one account",
        "insert into transfers (sequence, id, debit_account_id, credit_account_id, amount, debit_version, credit_version,
            debit_balance, credit_balance, debit_previous, credit_previous, recorded_at, effective_at, kind, actor, hash)
         select 14, ID, 1, 1, amount, 3, 3, debit_balance, credit_balance, 9, 9, recorded_at, effective_at, kind, actor, hash
         from transfers where sequence = 9",
        (Some(14), Some("cash"), "between cash and cash"),
    ),
    both("a whole account removed", "delete from accounts where id = 4", (Some(11), Some("4"), "not in the book")),
    both("the first account removed", "delete from accounts where id = 1", (Some(8), Some("1"), "not in the book")),
    both("an account without transfers removed", "delete from accounts where id = 6", (Some(16), Some("6"), "not in the book")),
    both("the last account removed", "delete from accounts where id = 7", (Some(17), Some("7"), "not in the book")),
];
