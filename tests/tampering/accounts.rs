//! Changed accounts, and changed records of their limits.

use super::cases::{Tampering, both};

pub const ACCOUNTS: &[Tampering] = &[
    both(
        "debits",
        "update accounts set debits_posted = debits_posted + 1 where id = 3",
        (Some(4), Some("bob"), "posted debits"),
    ),
    both(
        "credits",
        "update accounts set credits_posted = credits_posted - 1 where id = 3",
        (Some(4), Some("bob"), "posted credits"),
    ),
    both(
        "both totals alike, so that the balance stays",
        "update accounts set debits_posted = debits_posted + 1, credits_posted = credits_posted + 1 where id = 3",
        (Some(4), Some("bob"), "posted debits"),
    ),
    both("held debits", "update accounts set debits_held = 1 where id = 3", (Some(4), Some("bob"), "held debits")),
    both("held credits", "update accounts set credits_held = 1 where id = 3", (Some(4), Some("bob"), "held credits")),
    both("version", "update accounts set version = 4 where id = 3", (Some(4), Some("bob"), "version")),
    both(
        "last transfer",
        "update accounts set last_transfer = 3 where id = 3",
        (Some(4), Some("bob"), "newest transfer"),
    ),
    both(
        "last recorded",
        "update accounts set last_recorded_at = TIME where id = 3",
        (Some(4), Some("bob"), "newest transfer"),
    ),
    both("head", "update accounts set head = HASH where id = 3", (Some(4), Some("bob"), "head")),
    both("head of an unused account", "update accounts set head = HASH where id = 5", (None, Some("spare"), "head")),
    both(
        "totals of an unused account",
        "update accounts set credits_posted = 1 where id = 5",
        (None, Some("spare"), "posted credits"),
    ),
    both("minimum", "update accounts set min_balance = -2 where id = 2", (None, Some("alice"), "limits")),
    both("maximum", "update accounts set max_balance = null where id = 2", (None, Some("alice"), "limits")),
    both(
        "minimum, never changed before",
        "update accounts set min_balance = -2 where id = 5",
        (None, Some("spare"), "head"),
    ),
    both(
        "maximum, never changed before",
        "update accounts set max_balance = 5 where id = 1",
        (Some(1), Some("cash"), "hash"),
    ),
    both("name", "update accounts set name = 'mallory' where id = 1", (Some(1), Some("mallory"), "hash")),
    both("description", "update accounts set description = 'other' where id = 1", (Some(1), Some("cash"), "hash")),
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
        (Some(1), Some("bob"), "hash"),
    ),
    both("type, same side", "update accounts set account_type = 'equity' where id = 5", (None, Some("spare"), "head")),
    both(
        "type, other side",
        "update accounts set account_type = 'revenue' where id = 1",
        (Some(1), Some("cash"), "hash"),
    ),
    both("currency", "update accounts set currency = 'USD' where id = 5", (None, Some("spare"), "head")),
    both(
        "currency of a used account",
        "update accounts set currency = 'USD' where id = 1",
        (Some(1), Some("cash"), "between"),
    ),
    both("exponent", "update accounts set exponent = 3 where id = 5", (None, Some("spare"), "head")),
    both("exponents of all", "update accounts set exponent = 3", (Some(1), Some("cash"), "hash")),
    both("opened", "update accounts set opened_at = TIME where id = 5", (None, Some("spare"), "head")),
];

pub const LIMITS: &[Tampering] = &[
    both(
        "minimum before the first",
        "update account_limits set min_balance_before = -9 where account_id = 6",
        (None, Some("limited"), "head"),
    ),
    both(
        "maximum before",
        "update account_limits set max_balance_before = 9 where account_id = 2 and change = 2",
        (None, Some("alice"), "change 2 of its limits"),
    ),
    both(
        "minimum after",
        "update account_limits set min_balance_after = -9 where account_id = 2 and change = 1",
        (None, Some("alice"), "change 2 of its limits"),
    ),
    both(
        "maximum after the last",
        "update account_limits set max_balance_after = 9 where account_id = 2 and change = 2",
        (None, Some("alice"), "last recorded change"),
    ),
    both(
        "number",
        "update account_limits set change = 3 where account_id = 2 and change = 2",
        (None, Some("alice"), "change 2 of its limits"),
    ),
    both(
        "account",
        "update account_limits set account_id = 5 where account_id = 6",
        (None, Some("spare"), "its limits are not"),
    ),
    both(
        "account that is not there",
        "update account_limits set account_id = 99 where account_id = 6",
        (None, Some("99"), "limits"),
    ),
    both(
        "removed the first",
        "delete from account_limits where account_id = 2 and change = 1",
        (None, Some("alice"), "change 1 of its limits"),
    ),
    both(
        "removed the last",
        "delete from account_limits where account_id = 2 and change = 2",
        (None, Some("alice"), "last recorded change"),
    ),
    both("removed all", "delete from account_limits where account_id = 6", (None, Some("limited"), "head")),
    both(
        "added",
        "insert into account_limits values (5, 1, TIME, null, null, -3, null)",
        (None, Some("spare"), "last recorded change"),
    ),
];
