//! The ways of tampering, and the first finding of each.

/// Something done to the book of this module, and where `verify` must say that it began.
pub struct Tampering {
    pub what: &'static str,
    pub postgres: &'static str,
    pub sqlite: &'static str,
    pub sequence: Option<i64>,
    pub account: Option<&'static str>,
    /// What the finding speaks of.
    pub problem: &'static str,
}

type First = (Option<i64>, Option<&'static str>, &'static str);

/// The same statements on both.
const fn both(what: &'static str, script: &'static str, first: First) -> Tampering {
    differing(what, [script, script], first)
}

/// Statements for PostgreSQL and for SQLite.
const fn differing(what: &'static str, [postgres, sqlite]: [&'static str; 2], first: First) -> Tampering {
    Tampering { what, postgres, sqlite, sequence: first.0, account: first.1, problem: first.2 }
}

pub const TRANSFERS: &[Tampering] = &[
    both("amount", "update transfers set amount = 1001 where sequence = 3", (Some(3), Some("alice"), "hash")),
    both("id", "update transfers set id = ID where sequence = 3", (Some(3), Some("alice"), "hash")),
    both(
        "debit account",
        "update transfers set debit_account_id = 5 where sequence = 3",
        (Some(3), Some("spare"), "hash"),
    ),
    both(
        "credit account",
        "update transfers set credit_account_id = 5 where sequence = 3",
        (Some(3), Some("alice"), "hash"),
    ),
    both(
        "sides exchanged",
        "update transfers set debit_account_id = credit_account_id, credit_account_id = debit_account_id where sequence = 3",
        (Some(3), Some("bob"), "hash"),
    ),
    differing(
        "recorded time",
        [
            "update transfers set recorded_at = recorded_at + interval '1 microsecond' where sequence = 3",
            "update transfers set recorded_at = recorded_at + 1 where sequence = 3",
        ],
        (Some(3), Some("alice"), "hash"),
    ),
    differing(
        "effective time",
        [
            "update transfers set effective_at = effective_at - interval '1 microsecond' where sequence = 3",
            "update transfers set effective_at = effective_at - 1 where sequence = 3",
        ],
        (Some(3), Some("alice"), "hash"),
    ),
    both(
        "description",
        "update transfers set description = 'Receipt' where sequence = 1",
        (Some(1), Some("cash"), "hash"),
    ),
    both(
        "description added",
        "update transfers set description = 'x' where sequence = 3",
        (Some(3), Some("alice"), "hash"),
    ),
    both(
        "description removed",
        "update transfers set description = null where sequence = 1",
        (Some(1), Some("cash"), "hash"),
    ),
    both(
        "metadata value",
        r#"update transfers set metadata = '{"k":"w"}' where sequence = 1"#,
        (Some(1), Some("cash"), "hash"),
    ),
    both(
        "metadata key",
        r#"update transfers set metadata = '{"l":"v"}' where sequence = 1"#,
        (Some(1), Some("cash"), "hash"),
    ),
    both(
        "metadata added",
        r#"update transfers set metadata = '{"k":"v"}' where sequence = 3"#,
        (Some(3), Some("alice"), "hash"),
    ),
    both(
        "metadata removed",
        "update transfers set metadata = null where sequence = 1",
        (Some(1), Some("cash"), "hash"),
    ),
    both(
        "debit balance",
        "update transfers set debit_balance = debit_balance + 1 where sequence = 3",
        (Some(3), Some("alice"), "hash"),
    ),
    both(
        "credit balance",
        "update transfers set credit_balance = credit_balance - 1 where sequence = 3",
        (Some(3), Some("alice"), "hash"),
    ),
    both(
        "debit version",
        "update transfers set debit_version = debit_version + 1 where sequence = 3",
        (Some(3), Some("alice"), "hash"),
    ),
    both(
        "credit version",
        "update transfers set credit_version = credit_version + 1 where sequence = 3",
        (Some(3), Some("alice"), "hash"),
    ),
    both(
        "debit pointer",
        "update transfers set debit_previous = 2 where sequence = 3",
        (Some(3), Some("alice"), "debit pointer is 2, it should be 1"),
    ),
    both(
        "credit pointer",
        "update transfers set credit_previous = 1 where sequence = 3",
        (Some(3), Some("bob"), "credit pointer is 1, it should be 2"),
    ),
    both(
        "pointer removed",
        "update transfers set credit_previous = null where sequence = 3",
        (Some(3), Some("bob"), "credit pointer is none"),
    ),
    both(
        "pointer added",
        "update transfers set credit_previous = 0 where sequence = 1",
        (Some(1), Some("alice"), "credit pointer is 0"),
    ),
    both("hash", "update transfers set hash = HASH where sequence = 3", (Some(3), Some("alice"), "hash is abab")),
    both(
        "hash of the newest",
        "update transfers set hash = HASH where sequence = 6",
        (Some(6), Some("carol"), "hash is abab"),
    ),
    both("kind", "update transfers set kind = 'hold' where sequence = 3", (Some(3), Some("alice"), "hash")),
    both("journal", "update transfers set journal_id = ID where sequence = 3", (Some(3), Some("alice"), "hash")),
    both("hold", "update transfers set hold_id = ID where sequence = 3", (Some(3), Some("alice"), "hash")),
    both("reversed", "update transfers set reversed_id = ID where sequence = 3", (Some(3), Some("alice"), "hash")),
];

const INSERT_BY_HAND: &str = "
    insert into transfers (sequence, id, debit_account_id, credit_account_id, amount, debit_version, credit_version,
        debit_balance, credit_balance, debit_previous, credit_previous, recorded_at, effective_at, kind, hash)
    values (7, ID, 1, 5, 100, 3, 1, 15100, 100, 2, null, TIME, TIME, 'transfer', HASH)";

const INSERT_BETWEEN: &str = "
    update transfers set sequence = sequence + 10 where sequence > 2;
    insert into transfers (sequence, id, debit_account_id, credit_account_id, amount, debit_version, credit_version,
        debit_balance, credit_balance, debit_previous, credit_previous, recorded_at, effective_at, kind, hash)
    select 3, ID, 1, 5, 100, 3, 1, 15100, 100, 2, null, recorded_at, recorded_at, 'transfer', HASH from transfers where sequence = 2";

pub const ROWS: &[Tampering] = &[
    both("removed from the middle", "delete from transfers where sequence = 3", (Some(4), Some("bob"), "hash")),
    both("removed the first", "delete from transfers where sequence = 1", (Some(2), Some("cash"), "hash")),
    both("removed the newest", "delete from transfers where sequence = 6", (Some(5), Some("alice"), "posted credits")),
    both("removed all", "delete from transfers", (None, Some("cash"), "posted debits")),
    both(
        "two neighbours exchanged",
        "update transfers set sequence = -1 where sequence = 2; update transfers set sequence = 2 where sequence = 3;
         update transfers set sequence = 3 where sequence = -1",
        (Some(2), Some("alice"), "hash"),
    ),
    both(
        "two exchanged that share no account",
        "update transfers set sequence = -1 where sequence = 1; update transfers set sequence = 1 where sequence = 4;
         update transfers set sequence = 4 where sequence = -1",
        (Some(1), Some("bob"), "hash"),
    ),
    both("moved to the end", "update transfers set sequence = 100 where sequence = 3", (Some(4), Some("bob"), "hash")),
    both("the newest moved", "update transfers set sequence = 100 where sequence = 6", (Some(100), Some("alice"), "newest transfer")),
    both("added at the end", INSERT_BY_HAND, (Some(7), Some("cash"), "hash")),
    both("added between", INSERT_BETWEEN, (Some(3), Some("cash"), "hash")),
    both(
        "added between unknown accounts",
        "insert into transfers select 7, ID, 98, 99, amount, 1, 1, debit_balance, credit_balance, null, null, recorded_at,
         effective_at, null, null, null, kind, hash, null, null from transfers where sequence = 1",
        (Some(7), Some("98"), "not in the book"),
    ),
    both(
        "added on one account",
        "insert into transfers select 7, ID, 1, 1, amount, 3, 3, debit_balance, credit_balance, 2, 2, recorded_at,
         effective_at, null, null, null, kind, hash, null, null from transfers where sequence = 2",
        (Some(7), Some("cash"), "between cash and cash"),
    ),
    both("a whole account removed", "delete from accounts where id = 4", (Some(4), Some("4"), "not in the book")),
    both("the first account removed", "delete from accounts where id = 1", (Some(1), Some("1"), "not in the book")),
    both("an account without transfers removed", "delete from accounts where id = 6", (None, Some("6"), "limits")),
    both("the last account removed", "delete from accounts where id = 7", (None, Some("7"), "limits")),
];

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

pub const IMPOSSIBLE: &[Tampering] = &[
    both(
        "amount below zero",
        "update transfers set amount = -5 where sequence = 3",
        (Some(3), Some("alice"), "amount is \"-5\""),
    ),
    both(
        "amount of zero",
        "update transfers set amount = 0 where sequence = 3",
        (Some(3), Some("alice"), "amount is \"0\""),
    ),
    both(
        "largest amount",
        "update transfers set amount = 9223372036854775807 where sequence = 3",
        (Some(3), Some("alice"), "hash"),
    ),
    both(
        "unknown kind",
        "update transfers set kind = 'x' where sequence = 3",
        (Some(3), Some("alice"), "kind is \"x\""),
    ),
    differing(
        "hash of 31 bytes",
        [
            "update transfers set hash = decode(repeat('ab', 31), 'hex') where sequence = 3",
            "update transfers set hash = zeroblob(31) where sequence = 3",
        ],
        (Some(3), Some("alice"), "hash is"),
    ),
    differing(
        "hash of no bytes",
        [
            "update transfers set hash = '' where sequence = 3",
            "update transfers set hash = zeroblob(0) where sequence = 3",
        ],
        (Some(3), Some("alice"), "hash is"),
    ),
    differing(
        "recorded after 9999",
        [
            "update transfers set recorded_at = '10000-01-01' where sequence = 3",
            "update transfers set recorded_at = 253402300800000000 where sequence = 3",
        ],
        (Some(3), Some("alice"), "recorded_at is"),
    ),
    differing(
        "recorded before the year 1",
        [
            "update transfers set recorded_at = '0001-12-31 BC' where sequence = 3",
            "update transfers set recorded_at = -62135596800000001 where sequence = 3",
        ],
        (Some(3), Some("alice"), "recorded_at is"),
    ),
    differing(
        "effective at the end of time",
        [
            "update transfers set effective_at = 'infinity' where sequence = 3",
            "update transfers set effective_at = 9223372036854775807 where sequence = 3",
        ],
        (Some(3), Some("alice"), "effective_at is"),
    ),
    differing(
        "effective at the beginning of time",
        [
            "update transfers set effective_at = '-infinity' where sequence = 3",
            "update transfers set effective_at = -9223372036854775807 - 1 where sequence = 3",
        ],
        (Some(3), Some("alice"), "effective_at is"),
    ),
    both(
        "empty description",
        "update transfers set description = '' where sequence = 3",
        (Some(3), Some("alice"), "description is"),
    ),
    both(
        "metadata that is a list",
        "update transfers set metadata = '[1]' where sequence = 3",
        (Some(3), Some("alice"), "metadata is"),
    ),
    both(
        "metadata with a number",
        "update transfers set metadata = '{\"k\":1}' where sequence = 3",
        (Some(3), Some("alice"), "metadata is"),
    ),
    differing(
        "metadata that is no JSON",
        [
            "update transfers set metadata = 'null' where sequence = 3",
            "update transfers set metadata = '{' where sequence = 3",
        ],
        (Some(3), Some("alice"), "metadata is"),
    ),
    differing(
        "id of another length",
        ["update transfers set kind = '' where sequence = 3", "update transfers set id = x'01' where sequence = 3"],
        (Some(3), Some("alice"), ""),
    ),
    differing(
        "text that is not UTF-8",
        [
            "update transfers set description = repeat('x', 2000) where sequence = 3",
            "update transfers set description = cast(x'ff41' as text) where sequence = 3",
        ],
        (Some(3), Some("alice"), ""),
    ),
    both(
        "largest version",
        "update transfers set debit_version = 9223372036854775807 where sequence = 3",
        (Some(3), Some("alice"), "hash"),
    ),
    both(
        "smallest version",
        "update transfers set credit_version = -9223372036854775807 - 1 where sequence = 3",
        (Some(3), Some("alice"), "hash"),
    ),
    both(
        "smallest balance",
        "update transfers set credit_balance = -9223372036854775807 - 1 where sequence = 3",
        (Some(3), Some("alice"), "hash"),
    ),
    both("negative place", "update transfers set sequence = -5 where sequence = 3", (Some(-5), Some("alice"), "hash")),
    both(
        "largest place",
        "update transfers set sequence = 9223372036854775807 where sequence = 3",
        (Some(4), Some("bob"), "hash"),
    ),
    both(
        "total below zero",
        "update accounts set debits_posted = -1 where id = 5",
        (None, Some("spare"), "debits_posted is"),
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
        (Some(4), Some("bob"), "newest transfer"),
    ),
    both(
        "limits that are the wrong way round",
        "update accounts set min_balance = 5, max_balance = -5 where id = 5",
        (None, Some("spare"), "head"),
    ),
    differing(
        "limits changed at the end of time",
        [
            "update account_limits set recorded_at = 'infinity' where account_id = 6",
            "update account_limits set recorded_at = 9223372036854775807 where account_id = 6",
        ],
        (None, Some("limited"), "recorded"),
    ),
    both(
        "change of number -1",
        "update account_limits set change = -1 where account_id = 6",
        (None, Some("limited"), "change 1 of its limits"),
    ),
    both(
        "smallest number of an account",
        "update accounts set id = -9223372036854775807 - 1 where id = 5",
        (None, Some("spare"), "number"),
    ),
    both(
        "smallest place",
        "update transfers set sequence = -9223372036854775807 - 1 where sequence = 3",
        (Some(i64::MIN), Some("alice"), "hash"),
    ),
];
