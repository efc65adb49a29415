//! Texts and numbers of every kind at the edge of the library: each is read or refused, and none makes it panic.

use std::time::Duration;

use bigdecimal::BigDecimal;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use teller::facts::{AccountName, DueDay, Instant, Period, RecurrencePeriod, RecurrenceRequest, TransferId, Weekday};
use teller::ledger::EntryCursor;
use teller::money::{Currency, Money, Rate, Rounding, exchange};
use teller::wire::{read_amount, read_date, read_due_day, read_duration, read_parts, read_time_of_day, read_version};

fn currency(exponent: u8) -> Currency {
    Currency::new("XTS".parse().unwrap(), exponent).unwrap()
}

fn any_instant() -> impl Strategy<Value = Instant> {
    let edges = prop_oneof![
        Just(Instant::MIN.micros()),
        Just(Instant::MAX.micros()),
        Just(Instant::EPOCH.micros()),
        Instant::MIN.micros()..=Instant::MAX.micros(),
    ];
    let moved = (edges, -200_000_000_000_i64..200_000_000_000).prop_map(|(edge, by)| edge + by);
    moved.prop_map(|micros| Instant::from_micros(micros.clamp(Instant::MIN.micros(), Instant::MAX.micros())).unwrap())
}

fn any_period() -> impl Strategy<Value = RecurrencePeriod> {
    prop_oneof![
        Just(RecurrencePeriod::Once),
        Just(RecurrencePeriod::Day),
        Just(RecurrencePeriod::Week),
        Just(RecurrencePeriod::Month),
        Just(RecurrencePeriod::Year),
    ]
}

proptest! {
    #[test]
    fn any_text_is_an_amount_or_not(text in any::<String>(), number in "-?[0-9]{0,25}\\.?[0-9]{0,25}", exponent in 0_u8..=18) {
        let currency = currency(exponent);
        let _ = Money::parse(&text, currency);
        for text in [&text, &number] {
            let written = read_amount(text).and_then(|written| Ok(written.money(currency)?));
            prop_assert_eq!(written, Money::parse(text, currency).map_err(teller::InputError::from));
        }
        if let Ok(amount) = Money::parse_signed(&number, currency) {
            prop_assert_eq!(Money::parse_signed(&amount.number(), currency), Ok(amount));
            prop_assert_eq!(Money::from_decimal(&amount.to_decimal(), currency), Ok(amount));
        }
    }

    #[test]
    fn any_decimal_is_an_amount_or_not(digits in any::<i128>(), scale in any::<i64>(), small in -40_i64..40, exponent in 0_u8..=18) {
        let currency = currency(exponent);
        for scale in [scale, small, i64::MIN, i64::MAX] {
            for digits in [digits, digits % 1_000, 0] {
                let decimal = BigDecimal::new(digits.into(), scale);
                if let Ok(amount) = Money::from_decimal(&decimal, currency) {
                    prop_assert!(digits == 0 || amount.to_decimal() == decimal);
                }
            }
        }
    }

    #[test]
    fn any_rate_exchanges_or_does_not(rate in "[0-9]{1,20}(\\.[0-9]{1,20})?", minor in 1..=i64::MAX, from in 0_u8..=18, to in 0_u8..=18) {
        if let Ok(rate) = rate.parse::<Rate>() {
            let sold = Money::new(teller::money::Amount::from_minor(minor), currency(from));
            let _ = exchange(sold, &rate, currency(to), Rounding::HalfEven);
        }
    }

    #[test]
    fn any_text_is_a_moment_or_not(text in any::<String>(), time in "[0-9]{4,5}-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-6][0-9])") {
        for text in [text, time] {
            if let Ok(moment) = text.parse::<Instant>() {
                prop_assert_eq!(moment.to_string().parse(), Ok(moment));
            }
            let _ = (read_date(&text), read_time_of_day(&text), read_due_day(&text), text.parse::<Period>());
            let _ = (text.parse::<EntryCursor>(), text.parse::<TransferId>(), text.parse::<AccountName>());
            let _ = read_parts(&text);
        }
    }

    #[test]
    fn any_period_has_its_ends(text in "-?[0-9]{1,6}(-[0-9]{1,3}){0,2}") {
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string().parse(), Ok(period));
        }
        let _ = (read_date(&text), read_version(&text, &"a".parse().unwrap()));
    }

    #[test]
    fn any_text_is_a_duration_or_not(text in any::<String>(), time in "([0-9]{1,22}(ns|us|ms|s|m|h|d|w|M|y) ?){1,4}", at in any_instant()) {
        for text in [text, time] {
            if let Ok(duration) = read_duration(&text) {
                prop_assert!(at.after(duration) >= at);
            }
        }
    }

    #[test]
    fn any_recurrence_rises_or_is_refused(
        (period, step, of_month, of_week) in (any_period(), any::<u32>(), any::<u8>(), 0_usize..7),
        (kind, time_of_day) in (0_u8..3, prop_oneof![0_u64..90_000_000_000, any::<u64>()]),
        (from, until, now) in (option::of(any_instant()), option::of(any_instant()), any_instant()),
        (small_step, count, numbers) in (1_u32..40, option::of(any::<u32>()), vec(any::<u32>(), 0..8)),
    ) {
        for step in [step, small_step] {
            let day = match kind {
                0 => None,
                1 => Some(DueDay::OfMonth(of_month % 40)),
                _ => Some(DueDay::OfWeek(Weekday::ALL[of_week])),
            };
            let time_of_day = Duration::from_micros(time_of_day);
            let request = RecurrenceRequest { period, step, day, time_of_day, from, until, due_count_max: count };
            let Ok(recurrence) = request.asked_for_at(now) else { continue };
            let mut numbers = numbers.clone();
            numbers.extend([0, 1, 2, u32::MAX - 1, u32::MAX]);
            numbers.sort_unstable();
            numbers.dedup();
            let moments: Vec<_> = numbers.iter().map_while(|number| recurrence.nth(*number)).collect();
            prop_assert!(moments.windows(2).all(|pair| pair[0] < pair[1]), "{:?}: {:?}", recurrence, moments);
        }
    }
}
