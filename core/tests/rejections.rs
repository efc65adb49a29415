//! Every code of a rejection, with the sentence that explains it.

use std::collections::BTreeSet;

use teller::facts::{Instant, Key, Sequence};
use teller::rejection::{Rejection, ScheduleRejection};

use crate::precedence::BEGIN;
use crate::support::{at, currency, name, refusal};

/// The sentence of each code that a request can be refused with, and a request that is, behind `BEGIN`.
const RAISED: &[(&str, &str, &str)] = &[
    ("amount_not_positive", "the amount must be more than zero, 0.00 EUR was given", "transfer alice bob 0"),
    ("same_account", "account alice is on both sides; a transfer needs two accounts", "transfer alice alice 1"),
    ("journal_empty", "journal j has no transfers", "journal j:"),
    ("id_reused", "k is already used by transfer 15, which has other content", "deposit k: alice 11"),
    ("account_unknown", "account ghost is unknown", "transfer alice ghost 1"),
    ("hold_unknown", "hold h is unknown", "capture h"),
    ("transfer_unknown", "transfer t is unknown", "reverse t"),
    ("journal_unknown", "journal j is unknown", "reverse-journal j"),
    (
        "journal_named",
        "j is a journal of 1 transfers",
        "journal j: -> posted
            deposit alice 1
        reverse j",
    ),
    (
        "normal_sides_differ",
        "alice is credit-normal and cash is debit-normal, so a transfer cannot lower one and raise the other",
        "transfer alice cash 1",
    ),
    (
        "normal_sides_match",
        "alice and bob are both credit-normal, so they cannot rise or fall together",
        "deposit alice 1 cash bob",
    ),
    (
        "nothing_falls",
        "alice and cash both rise, so there is nothing whose available balance could give the amount",
        "deposit alice all",
    ),
    ("currencies_differ", "account usd is in USD, the transfer needs EUR", "transfer alice usd 1"),
    ("account_closed", "account shut is closed", "transfer alice shut 1"),
    ("account_frozen", "account cold is frozen", "transfer alice cold 1"),
    (
        "clock_behind",
        "account late has an entry of 2026-01-01T13:00:00.000000Z, @17, and it is only 2026-01-01T12:00:00.000000Z",
        "deposit late 1",
    ),
    (
        "period_closed",
        "2025-06-01T00:00:00.000000Z lies in 2025, which is closed",
        "deposit alice 1 effective 2025-06-01T00:00:00Z",
    ),
    (
        "expiry_past",
        "a hold that expires at 2026-01-01T12:00:00.000000Z is over already, it is 2026-01-01T12:00:00.000000Z",
        "hold alice bob 1 expires 2026-01-01T12:00:00Z",
    ),
    (
        "hold_not_open",
        "hold h is released; nothing of it is left",
        "hold h: alice bob 1 -> held
        release h -> released
        capture h",
    ),
    (
        "hold_expired",
        "hold h expired at 2026-01-01T12:00:01.000000Z",
        "hold h: alice bob 1 expires in 1s -> held
        at 2026-01-01T12:00:01Z
        capture h",
    ),
    (
        "hold_too_small",
        "hold h has 1.00 EUR left, 2.00 EUR was requested",
        "hold h: alice bob 1 -> held
        capture h 2",
    ),
    (
        "already_reversed",
        "k is reversed already",
        "reverse k -> reversed
        reverse k",
    ),
    (
        "not_reversible",
        "transfer h is a hold, which cannot be reversed; only transfers and captures can",
        "hold h: alice bob 1 -> held
        reverse h",
    ),
    ("reversal_too_large", "transfer k has 10.00 EUR left to reverse, 11.00 EUR was requested", "reverse k 11"),
    (
        "precondition_failed",
        "account alice was expected to have balance > 10.00 EUR, but has balance = 10.00 EUR",
        "deposit alice 1 if-balance alice > 10",
    ),
    ("nothing_available", "account poor has 0.00 EUR available, so nothing can be moved", "transfer poor alice all"),
    (
        "insufficient_funds",
        "account alice has 10.00 EUR available and may not go below 0.00 EUR, 11.00 EUR was requested",
        "transfer alice bob 11",
    ),
    (
        "velocity_exceeded",
        "account bob may send at most 1.00 EUR a transfer, 2.00 EUR was requested on top of 0.00 EUR",
        "transfer bob alice 2",
    ),
    (
        "max_balance_exceeded",
        "account full has 0.00 EUR and may not go above 0.00 EUR, 1.00 EUR more was requested",
        "transfer alice full 1",
    ),
    (
        "overflow",
        "the balance of account many, with its holds, has no room for 1 TOK more",
        "account many asset TOK
        account more equity TOK
        post many more 9223372036854775807 -> posted
        post many more 1",
    ),
    (
        "account_has_holds",
        "account alice has open holds of 1.00 EUR",
        "hold alice bob 1 -> held
        close alice",
    ),
    ("account_not_empty", "account alice has 10.00 EUR, and only an empty account can be closed", "close alice"),
    ("account_exists", "account alice exists already, with another type", "account alice asset EUR"),
    (
        "limits_inverted",
        "account alice cannot have a minimum of 2.00 EUR above its maximum of 1.00 EUR",
        "limits alice min 2 max 1",
    ),
    ("velocity_negative", "account alice cannot have a limit of -1.00 EUR", "limits alice per-day -1"),
    (
        "period_not_over",
        "period 2026-01 ends at 2026-02-01T00:00:00.000000Z, and it is 2026-01-01T12:00:00.000000Z",
        "period close 2026-01",
    ),
    ("period_closed_within", "2025-01 is closed as part of 2025", "period reopen 2025-01"),
    ("limit_overrun", "account alice has 10.00 EUR, which is outside the limit of 9.00 EUR", "limits alice max 9"),
];

/// Those of which a test is elsewhere, because no single line raises them.
const TESTED_ELSEWHERE: &[&str] = &[
    // batches
    "id_reserved",
    "batch_refused",
    "batch_stopped",
    // annotations
    "metadata_too_large",
    // exchanges
    "currencies_alike",
    // schedules
    "schedule_exists",
    // Neither codes nor rules: they hold another rejection.
    "schedule",
    "in_leg",
];

/// Those that only the layers above can raise, because they are about what a database keeps. Here they have their sentences.
fn raised_above() -> Vec<(Rejection, &'static str)> {
    let currency = currency("EUR").code();
    vec![
        (Rejection::CurrencyUnknown { currency }, "currency EUR is unknown"),
        (
            Rejection::CurrencyExists { currency, exponent: 2, name: "Euro".into() },
            "currency EUR exists already, with 2 decimals and the name \"Euro\"; neither can be changed",
        ),
        (
            Rejection::CursorUnknown { account: name("alice"), cursor: Sequence(7) },
            "7 is not a transfer of account alice",
        ),
        (Rejection::SequenceUnknown { sequence: Sequence(7) }, "there is no transfer @7"),
        (
            Rejection::BookNotEmpty { accounts: 1 },
            "the book has 1 account, which reverting the migrations would destroy",
        ),
        (
            Rejection::BookNotEmpty { accounts: 2 },
            "the book has 2 accounts, which reverting the migrations would destroy",
        ),
        (
            Rejection::BookUsed { accounts: 2, events: 3 },
            "the book has 2 accounts and 3 events of its own, such as registered currencies; a whole book is only imported into an \
             empty one",
        ),
        (Rejection::BookIncomplete { line: 7 }, "the book is incomplete, its import came to line 7"),
        (
            ScheduleRejection::ScheduleUnknown { schedule: "rent".parse::<Key>().unwrap().into() }.into(),
            "schedule rent is unknown",
        ),
        (
            ScheduleRejection::UntilInFuture { until: at("2027-01-01"), now: Instant::EPOCH }.into(),
            "it is 1970-01-01T00:00:00.000000Z, so nothing can be due up to 2027-01-01T00:00:00.000000Z yet",
        ),
    ]
}

#[test]
fn each_code_is_raised_with_its_sentence() {
    for (code, sentence, line) in RAISED {
        let rejection = refusal(&format!("{BEGIN}        {line}"));
        assert_eq!((rejection.code(), rejection.to_string().as_str()), (*code, *sentence));
        assert!(!rejection.is_retryable(), "a rejection is an answer");
    }
    for (rejection, sentence) in raised_above() {
        assert_eq!(rejection.to_string(), sentence);
    }
    let of_the_book = Rejection::ClockBehind {
        account: None,
        sequence: Sequence(7),
        recorded_at: at("2027-01-01"),
        now: Instant::EPOCH,
    };
    assert!(of_the_book.to_string().starts_with("the book has an entry of 2027-01-01T00:00:00.000000Z, @7, "));
}

#[test]
fn no_code_is_without_a_test() {
    use strum::VariantNames;

    let above = raised_above();
    let tested: Vec<_> =
        RAISED.iter().map(|(code, _, _)| *code).chain(above.iter().map(|(rejection, _)| rejection.code())).collect();
    let all: BTreeSet<_> = Rejection::VARIANTS.iter().chain(ScheduleRejection::VARIANTS).copied().collect();
    let known: BTreeSet<_> = tested.into_iter().chain(TESTED_ELSEWHERE.iter().copied()).collect();
    assert_eq!(all.difference(&known).collect::<Vec<_>>(), [&""; 0], "these have no test");
    assert_eq!(known.difference(&all).collect::<Vec<_>>(), [&""; 0], "these are no codes");
}
