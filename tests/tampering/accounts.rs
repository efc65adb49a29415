//! Changed accounts, and changed records of what they may do.

use super::cases::{Tampering, both, differing};

pub const ACCOUNTS: &[Tampering] = &[
    both(
        "a unit more",
        "update accounts set posted = posted + 1 where id = 3",
        (Some(11), Some("bob"), "posted balance"),
    ),
    both(
        "a unit less",
        "update accounts set posted = posted - 1 where id = 3",
        (Some(11), Some("bob"), "posted balance"),
    ),
    both("held debits", "update accounts set debits_held = 1 where id = 3", (Some(11), Some("bob"), "held debits")),
    both("held credits", "update accounts set credits_held = 1 where id = 3", (Some(11), Some("bob"), "held credits")),
    both("version", "update accounts set version = 4 where id = 3", (Some(11), Some("bob"), "version")),
    both(
        "last transfer",
        "update accounts set last_transfer = 10 where id = 3",
        (Some(11), Some("bob"), "newest transfer"),
    ),
    both(
        "last recorded",
        "update accounts set last_recorded_at = TIME where id = 3",
        (Some(11), Some("bob"), "newest transfer"),
    ),
    both("head", "update accounts set head = HASH where id = 3", (Some(11), Some("bob"), "head")),
    both("head of an unused account", "update accounts set head = HASH where id = 5", (None, Some("spare"), "head")),
    both(
        "balance of an unused account",
        "update accounts set posted = 1 where id = 5",
        (None, Some("spare"), "posted balance"),
    ),
    both("minimum", "update accounts set min_balance = -2 where id = 2", (Some(13), Some("alice"), "limits")),
    both("maximum", "update accounts set max_balance = null where id = 2", (Some(13), Some("alice"), "limits")),
    both(
        "minimum, never changed before",
        "update accounts set min_balance = -2 where id = 5",
        (None, Some("spare"), "head"),
    ),
    both(
        "maximum, never changed before",
        "update accounts set max_balance = 5 where id = 1",
        (Some(8), Some("cash"), "hash"),
    ),
    both("name", "update accounts set name = 'mallory' where id = 1", (Some(8), Some("mallory"), "hash")),
    both("description", "update accounts set description = 'other' where id = 1", (Some(8), Some("cash"), "hash")),
    both(
        "description of an unused account",
        "update accounts set description = 'other' where id = 5",
        (None, Some("spare"), "head"),
    ),
    both(
        "metadata of an unused account",
        "update accounts set metadata = '{\"k\":\"v\"}' where id = 5",
        (None, Some("spare"), "head"),
    ),
    both(
        "name of an unused account",
        "update accounts set name = 'mallory' where id = 5",
        (None, Some("mallory"), "head"),
    ),
    both(
        "names exchanged",
        "
        update accounts set name = 'x' where id = 1; update accounts set name = 'cash' where id = 3;
        update accounts set name = 'bob' where id = 1",
        (Some(8), Some("bob"), "hash"),
    ),
    both("type, same side", "update accounts set account_type = 'equity' where id = 5", (None, Some("spare"), "head")),
    both(
        "type, other side",
        "update accounts set account_type = 'revenue' where id = 1",
        (Some(8), Some("cash"), "hash"),
    ),
    both("currency", "update accounts set currency = 'USD' where id = 5", (None, Some("spare"), "head")),
    both(
        "currency of a used account",
        "update accounts set currency = 'USD' where id = 1",
        (Some(8), Some("cash"), "between"),
    ),
    both("exponent", "update accounts set exponent = 3 where id = 5", (None, Some("spare"), "head")),
    both("exponents of all", "update accounts set exponent = 3", (Some(8), Some("cash"), "hash")),
    both("opened", "update accounts set opened_at = TIME where id = 5", (None, Some("spare"), "head")),
    both("opened by", "update accounts set opened_by = 'mallory' where id = 5", (None, Some("spare"), "head")),
    both("opened elsewhere in the order", "update accounts set id = 50 where id = 5", (None, Some("spare"), "head")),
    both(
        "opened where something else is",
        "update accounts set id = 16 where id = 5",
        (Some(16), None, "two are at place 16"),
    ),
];

/// `alice` is account 2 and has two events behind transfer 13; `limited` is account 6 and has one event and no transfer.
pub const EVENTS: &[Tampering] = &[
    both(
        "minimum before the first",
        "update account_events set min_balance_before = -9 where account_id = 6",
        (Some(16), Some("limited"), "event 1 has another hash"),
    ),
    both(
        "maximum before",
        "update account_events set max_balance_before = 9 where account_id = 2 and event = 2",
        (Some(15), Some("alice"), "event 2 does not follow"),
    ),
    both(
        "minimum after",
        "update account_events set min_balance_after = -9 where account_id = 2 and event = 1",
        (Some(14), Some("alice"), "event 1 has another hash"),
    ),
    both(
        "maximum after the last",
        "update account_events set max_balance_after = 9 where account_id = 2 and event = 2",
        (Some(15), Some("alice"), "event 2 has another hash"),
    ),
    both(
        "state before",
        "update account_events set state_before = 'frozen' where account_id = 2 and event = 1",
        (Some(14), Some("alice"), "event 1 does not follow"),
    ),
    both(
        "state after",
        "update account_events set state_after = 'frozen' where account_id = 2 and event = 2",
        (Some(15), Some("alice"), "event 2 has another hash"),
    ),
    both(
        "actor",
        "update account_events set actor = 'mallory' where account_id = 2 and event = 1",
        (Some(14), Some("alice"), "event 1 has another hash"),
    ),
    both(
        "reason",
        "update account_events set reason = 'because' where account_id = 2 and event = 1",
        (Some(14), Some("alice"), "event 1 has another hash"),
    ),
    both(
        "journal",
        "update account_events set journal_id = ID where account_id = 2 and event = 1",
        (Some(14), Some("alice"), "event 1 has another hash"),
    ),
    both(
        "hash",
        "update account_events set hash = HASH where account_id = 2 and event = 1",
        (Some(14), Some("alice"), "event 1 has another hash"),
    ),
    differing(
        "recorded time",
        [
            "update account_events set recorded_at = recorded_at + interval '1 microsecond' where account_id = 6",
            "update account_events set recorded_at = recorded_at + 1 where account_id = 6",
        ],
        (Some(16), Some("limited"), "event 1 has another hash"),
    ),
    differing(
        "recorded before the transfer it follows",
        [
            "update account_events set recorded_at = recorded_at - interval '1 day' where account_id = 2 and event = 1",
            "update account_events set recorded_at = recorded_at - 86400000000 where account_id = 2 and event = 1",
        ],
        (Some(14), Some("alice"), "event 1 is recorded before"),
    ),
    both(
        "version",
        "update account_events set version = 3 where account_id = 2 and event = 2",
        (Some(15), Some("alice"), "event 2 has another version"),
    ),
    both(
        "moved before another transfer",
        "update account_events set sequence = 12 where account_id = 2 and event = 1",
        (Some(12), Some("alice"), "event 1 has another version"),
    ),
    both(
        "moved to the beginning",
        "update account_events set sequence = 0, version = 0 where account_id = 2 and event = 1",
        (Some(0), Some("alice"), "event 1 has another hash"),
    ),
    both(
        "moved behind the next one",
        "update account_events set sequence = 99 where account_id = 2 and event = 1",
        (Some(15), Some("alice"), "event 2 does not have the number"),
    ),
    both(
        "number",
        "update account_events set event = 3 where account_id = 2 and event = 2",
        (Some(15), Some("alice"), "event 3 does not have the number"),
    ),
    both(
        "account",
        "update account_events set account_id = 5 where account_id = 6",
        (Some(16), Some("spare"), "event 1 has another hash"),
    ),
    both(
        "account that is not there",
        "update account_events set account_id = 99 where account_id = 6",
        (Some(16), Some("99"), "not in the book"),
    ),
    both(
        "removed the first",
        "delete from account_events where account_id = 2 and event = 1",
        (Some(8), Some("cash"), "hash"),
    ),
    both(
        "removed the last",
        "delete from account_events where account_id = 2 and event = 2",
        (Some(13), Some("alice"), "head"),
    ),
    both("removed all", "delete from account_events where account_id = 6", (None, Some("limited"), "head")),
    both(
        "added",
        "insert into account_events (account_id, event, sequence, version, recorded_at, min_balance_before, max_balance_before, \
            min_balance_after, max_balance_after, journal_id, state_before, state_after, actor, hash, reason) values (5, 1, 20, 0, TIME, 0, null, -3, null, null, 'open', 'open', 'x', HASH, null)",
        (Some(20), Some("spare"), "event 1 has another hash"),
    ),
];
