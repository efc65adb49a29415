//! Values that Teller never writes, and that its tables refuse while they are guarded.

use super::cases::{Tampering, both, differing};

pub const IMPOSSIBLE: &[Tampering] = &[
    both(
        "amount below zero",
        "update transfers set amount = -5 where sequence = 10",
        (Some(10), Some("alice"), "amount is \"-5\""),
    ),
    both(
        "amount of zero",
        "update transfers set amount = 0 where sequence = 10",
        (Some(10), Some("alice"), "amount is \"0\""),
    ),
    both(
        "largest amount",
        "update transfers set amount = 9223372036854775807 where sequence = 10",
        (Some(10), Some("alice"), "hash"),
    ),
    both(
        "unknown kind",
        "update transfers set kind = 'x' where sequence = 10",
        (Some(10), Some("alice"), "kind is \"x\""),
    ),
    differing(
        "hash of 31 bytes",
        [
            "update transfers set hash = decode(repeat('ab', 31), 'hex') where sequence = 10",
            "update transfers set hash = zeroblob(31) where sequence = 10",
        ],
        (Some(10), Some("alice"), "hash is"),
    ),
    differing(
        "hash of no bytes",
        [
            "update transfers set hash = '' where sequence = 10",
            "update transfers set hash = zeroblob(0) where sequence = 10",
        ],
        (Some(10), Some("alice"), "hash is"),
    ),
    differing(
        "recorded after 9999",
        [
            "update transfers set recorded_at = '10000-01-01' where sequence = 10",
            "update transfers set recorded_at = 253402300800000000 where sequence = 10",
        ],
        (Some(10), Some("alice"), "recorded_at is"),
    ),
    differing(
        "recorded before the year 1",
        [
            "update transfers set recorded_at = '0001-12-31 BC' where sequence = 10",
            "update transfers set recorded_at = -62135596800000001 where sequence = 10",
        ],
        (Some(10), Some("alice"), "recorded_at is"),
    ),
    differing(
        "effective at the end of time",
        [
            "update transfers set effective_at = 'infinity' where sequence = 10",
            "update transfers set effective_at = 9223372036854775807 where sequence = 10",
        ],
        (Some(10), Some("alice"), "effective_at is"),
    ),
    differing(
        "effective at the beginning of time",
        [
            "update transfers set effective_at = '-infinity' where sequence = 10",
            "update transfers set effective_at = -9223372036854775807 - 1 where sequence = 10",
        ],
        (Some(10), Some("alice"), "effective_at is"),
    ),
    both(
        "empty description",
        "update transfers set description = '' where sequence = 10",
        (Some(10), Some("alice"), "description is"),
    ),
    both(
        "metadata that is a list",
        "update transfers set metadata = '[1]' where sequence = 10",
        (Some(10), Some("alice"), "metadata is"),
    ),
    both(
        "metadata with a number",
        "update transfers set metadata = '{\"k\":1}' where sequence = 10",
        (Some(10), Some("alice"), "metadata is"),
    ),
    differing(
        "metadata that is no JSON",
        [
            "update transfers set metadata = 'null' where sequence = 10",
            "update transfers set metadata = '{' where sequence = 10",
        ],
        (Some(10), Some("alice"), "metadata is"),
    ),
    differing(
        "empty kind, and id of another length",
        ["update transfers set kind = '' where sequence = 10", "update transfers set id = x'01' where sequence = 10"],
        (Some(10), Some("alice"), ""),
    ),
    both(
        "largest version",
        "update transfers set debit_version = 9223372036854775807 where sequence = 10",
        (Some(10), Some("alice"), "hash"),
    ),
    both(
        "smallest version",
        "update transfers set credit_version = -9223372036854775807 - 1 where sequence = 10",
        (Some(10), Some("alice"), "hash"),
    ),
    both(
        "smallest balance",
        "update transfers set credit_balance = -9223372036854775807 - 1 where sequence = 10",
        (Some(10), Some("alice"), "hash"),
    ),
    both("negative place", "update transfers set sequence = -5 where sequence = 10", (Some(-5), Some("alice"), "hash")),
    both(
        "largest place",
        "update transfers set sequence = 9223372036854775807 where sequence = 10",
        (Some(11), Some("bob"), "hash"),
    ),
    both(
        "held debits below zero",
        "update accounts set debits_held = -1 where id = 5",
        (None, Some("spare"), "debits_held is"),
    ),
    both(
        "held below zero",
        "update accounts set credits_held = -1 where id = 5",
        (None, Some("spare"), "credits_held is"),
    ),
    both(
        "unknown type",
        "update accounts set account_type = 'x' where id = 5",
        (None, Some("spare"), "account_type is"),
    ),
    both("unknown state", "update accounts set state = 'x' where id = 5", (None, Some("spare"), "state is")),
    both(
        "code that is none",
        "update accounts set currency = 'eur' where id = 5",
        (None, Some("spare"), "currency code is"),
    ),
    both("exponent of 19", "update accounts set exponent = 19 where id = 5", (None, Some("spare"), "exponent is")),
    both("exponent below zero", "update accounts set exponent = -1 where id = 5", (None, Some("spare"), "exponent is")),
    both("name that is none", "update accounts set name = 'a::b' where id = 5", (None, Some("5"), "name is \"a::b\"")),
    differing(
        "opened at the end of time",
        [
            "update accounts set opened_at = 'infinity' where id = 5",
            "update accounts set opened_at = 9223372036854775807 where id = 5",
        ],
        (None, Some("spare"), "opened_at is"),
    ),
    both(
        "version without a transfer",
        "update accounts set version = 9223372036854775807 where id = 5",
        (None, Some("spare"), "version"),
    ),
    both(
        "last transfer without its time",
        "update accounts set last_recorded_at = null where id = 3",
        (None, Some("bob"), "last_transfer is"),
    ),
    both(
        "limits that are the wrong way round",
        "update accounts set min_balance = 5, max_balance = -5 where id = 5",
        (None, Some("spare"), "head"),
    ),
    differing(
        "limits changed at the end of time",
        [
            "update account_events set recorded_at = 'infinity' where account_id = 6",
            "update account_events set recorded_at = 9223372036854775807 where account_id = 6",
        ],
        (Some(16), Some("limited"), "recorded"),
    ),
    both(
        "event of number -1",
        "update account_events set event = -1 where account_id = 6",
        (Some(16), Some("limited"), "event -1 does not have the number"),
    ),
    both(
        "actor that is none",
        "update account_events set actor = '' where account_id = 6",
        (Some(16), Some("limited"), "actor is"),
    ),
    both(
        "state of an event that is none",
        "update account_events set state_after = 'x' where account_id = 6",
        (Some(16), Some("limited"), "state_after is"),
    ),
    differing(
        "an event's hash of 31 bytes",
        [
            "update account_events set hash = decode(repeat('ab', 31), 'hex') where account_id = 6",
            "update account_events set hash = zeroblob(31) where account_id = 6",
        ],
        (Some(16), Some("limited"), "hash is"),
    ),
    both(
        "smallest place",
        "update transfers set sequence = -9223372036854775807 - 1 where sequence = 10",
        (Some(i64::MIN), Some("alice"), "hash"),
    ),
];
