//! Amounts at their borders, and the edge between decimals and minor units.

use bigdecimal::BigDecimal;
use proptest::prelude::*;

use teller::money::{
    Amount, AmountError, Currency, CurrencyCode, CurrencyError, ISO_4217, Money, WrittenAmount, shortest,
};

use crate::support::{amount, currency, money};

fn with_exponent(exponent: u8) -> Currency {
    Currency::new("TST".parse().unwrap(), exponent).unwrap()
}

#[test]
fn arithmetic_ends_at_64_bits() {
    let one = amount(1);
    assert_eq!(Amount::MAX.checked_add(one), None);
    assert_eq!(Amount::MAX.checked_add(amount(-1)), Some(amount(i64::MAX - 1)));
    assert_eq!(Amount::MIN.checked_sub(one), None);
    assert_eq!(Amount::MIN.checked_sub(amount(-1)), Some(amount(i64::MIN + 1)));
    assert_eq!(amount(5).checked_sub(amount(7)), Some(amount(-2)));
    assert_eq!(Amount::MIN.checked_neg(), None);
    assert_eq!(Amount::MAX.checked_neg(), Some(amount(-i64::MAX)));
    assert_eq!([amount(-1), Amount::ZERO, one].map(Amount::is_positive), [false, false, true]);
    assert_eq!((amount(7).minor(), Amount::default()), (7, Amount::ZERO));
}

#[test]
fn the_borders_of_64_bits_are_read_and_written_at_every_number_of_decimals() {
    for exponent in 0..=18 {
        let currency = with_exponent(exponent);
        for border in [Amount::MAX, Amount::MIN, amount(i64::MIN + 1), amount(1), amount(-1), Amount::ZERO] {
            let written = Money::new(border, currency).number();
            assert_eq!(Money::parse_signed(&written, currency), Ok(Money::new(border, currency)), "{written}");
            assert_eq!(Money::new(border, currency).to_decimal().to_string().parse::<BigDecimal>(), written.parse());
            assert_eq!(Money::from_decimal(&written.parse().unwrap(), currency), Ok(Money::new(border, currency)));
        }
    }
    assert_eq!(Money::new(Amount::MAX, with_exponent(18)).number(), "9.223372036854775807");
    assert_eq!(Money::new(Amount::MIN, with_exponent(0)).number(), "-9223372036854775808");
    assert_eq!(Money::new(amount(-5), with_exponent(2)).to_string(), "-0.05 TST");
    assert_eq!(serde_json::to_value(money("0.10 EUR")).unwrap(), "0.10");
}

#[test]
fn a_text_that_is_no_amount_is_refused_with_what_is_wrong() {
    let refused = |text: &str| Money::parse(text, currency("EUR")).unwrap_err().to_string();
    assert_eq!(refused(""), "the amount is empty; write it like 12.34");
    assert_eq!(
        refused("-1"),
        "amount \"-1\" has a sign; amounts are written without one, the direction is given by the accounts"
    );
    assert!(refused("1e3").starts_with("\"1e3\" is not an amount; write digits and a point"));
    assert_eq!(refused("1.234"), "amount 1.234 has 3 decimals, EUR has 2");
    assert_eq!(
        refused("92233720368547758.08"),
        "amount 92233720368547758.08 is too large; the most is 92233720368547758.07 EUR"
    );
    // Only the beginning of a long text is shown.
    assert!(refused(&"9".repeat(65)).contains(&format!("amount {}… is too large", "9".repeat(64))));
    assert!(refused(&format!("{}x", "9".repeat(64))).contains(&format!("\"{}…\" is not", "9".repeat(64))));
    assert!(refused(&format!("{}x", "9".repeat(63))).contains(&format!("\"{}x\" is not", "9".repeat(63))));
    assert!(matches!(Money::parse_signed("+1", currency("EUR")), Err(AmountError::NotANumber { .. })));
    assert!(matches!(Money::parse_signed("--1", currency("EUR")), Err(AmountError::NotANumber { .. })));
    assert_eq!(Money::parse_signed("-0.00", currency("EUR")), Ok(money("0.00 EUR")));
}

#[test]
fn sixty_four_digits_are_read_and_more_are_too_many() {
    let eth = with_exponent(18);
    let zeros = |count: usize| format!("{}1.{}", "0".repeat(count - 20), "0".repeat(18));
    assert_eq!(zeros(64).len(), 64);
    assert_eq!(Money::parse(&zeros(64), eth), Ok(Money::new(amount(1_000_000_000_000_000_000), eth)));
    assert!(matches!(Money::parse(&zeros(65), eth), Err(AmountError::TooLarge { .. })));
}

#[test]
fn a_computed_decimal_is_a_whole_number_of_minor_units_that_fits() {
    let from = |text: &str, exponent| {
        Money::from_decimal(&text.parse().unwrap(), with_exponent(exponent)).map(|money| money.amount.minor())
    };
    assert_eq!(from("1.2300", 2), Ok(123));
    assert_eq!(from("0e-999", 2), Ok(0));
    assert_eq!(from("0e999", 2), Ok(0));
    assert_eq!(from("1e18", 0), Ok(1_000_000_000_000_000_000));
    assert_eq!(from("9e18", 0), Ok(9_000_000_000_000_000_000));
    let shown = |text: &str, exponent| match from(text, exponent) {
        Err(AmountError::TooLarge { text, .. } | AmountError::TooPrecise { text, .. }) => text,
        other => format!("{other:?}"),
    };
    assert_eq!(shown("1e19", 0), "10000000000000000000");
    assert_eq!(shown("1.50e1", 0), "Ok(15)");
    // In full up to 64 places, and then as a power of ten.
    assert_eq!(shown("3e63", 0), format!("3{}", "0".repeat(63)));
    assert_eq!(shown("1e-64", 2), format!("0.{}1", "0".repeat(62).as_str()).chars().take(64).collect::<String>() + "…");
    assert_eq!(
        ["1e65", "1e-65", "-12e400", "1.50e-66"].map(|text| shown(text, 0)),
        ["1e65", "1e-65", "-12e400", "150e-68"]
    );
    assert!(matches!(from("1e18", 1), Err(AmountError::TooLarge { .. })));
    assert!(
        matches!(from("1.234", 2), Err(AmountError::TooPrecise { decimals: 3, decimals_max: 2, text, .. }) if text == "1.234")
    );
    assert!(matches!(from("1e-70", 2), Err(AmountError::TooPrecise { decimals: 70, .. })));
    assert!(matches!(from("9223372036854775808", 0), Err(AmountError::TooLarge { .. })));
}

#[test]
fn a_written_amount_waits_for_its_currency() {
    let written = |text: &str| WrittenAmount::parse_signed(text).unwrap();
    assert_eq!(written("-1.50").to_string(), "-1.50");
    assert_eq!(written("1.5").negated().to_string(), "-1.5");
    assert_eq!(written("-1.5").negated().money(currency("EUR")), Ok(money("1.50 EUR")));
    assert_eq!(WrittenAmount::from(money("1.50 EUR")).to_string(), "1.50");
    assert!(WrittenAmount::parse("-1").is_err() && WrittenAmount::parse("").is_err());
    let is_more = |one: &str, other: &str| written(one).is_more_than(&written(other));
    assert!(is_more("10", "9.99") && is_more("0.1", "-1") && is_more("-1", "-1.01"));
    assert!(!is_more("9.99", "10") && !is_more("5.000", "5") && !is_more("5", "5.000"));
    let nothing = |text: &str| written(text).money_of_nothing().map(|money| money.to_string());
    assert_eq!(nothing("7"), Ok("7 XXX".to_owned()));
    assert_eq!(nothing("0.000000000000000001"), Ok("0.000000000000000001 XXX".to_owned()));
    assert!(nothing("0.0000000000000000001").is_err());
}

#[test]
fn a_currency_is_a_code_and_its_decimals() {
    for code in ["EUR", "USDC", "A23", "ABCDEFGHIJKL"] {
        let parsed: CurrencyCode = code.parse().unwrap();
        assert_eq!((parsed.as_str(), parsed.to_string().as_str(), format!("{parsed:?}").as_str()), (code, code, code));
        assert_eq!(format!("{parsed:>13}|"), format!("{code:>13}|"));
        assert_eq!(serde_json::to_value(parsed).unwrap(), code);
    }
    for text in ["", "EU", "ABCDEFGHIJKLM", "eur", "EUr", "1EU", "E R", "EÜR", "EU\0", "EU-"] {
        assert!(matches!(text.parse::<CurrencyCode>(), Err(CurrencyError::Code { .. })), "{text:?}");
    }
    let long = "x".repeat(41).parse::<CurrencyCode>().unwrap_err();
    assert_eq!(long, CurrencyError::Code { text: "x".repeat(40) });
    let code = "TST".parse().unwrap();
    assert_eq!(Currency::new(code, 19), Err(CurrencyError::Exponent { exponent: 19 }));
    let most = Currency::new(code, 18).unwrap();
    assert_eq!((most.code(), most.exponent()), (code, 18));
    assert_ne!(most, Currency::new(code, 17).unwrap());
}

#[test]
fn the_listed_currencies_are_in_the_order_of_their_codes_and_well_formed() {
    assert!(ISO_4217.is_sorted_by(|one, next| one.0 < next.0));
    for (code, exponent, name) in ISO_4217 {
        assert!(
            code.len() == 3 && Currency::new(code.parse().unwrap(), *exponent).is_ok() && !name.is_empty(),
            "{code}"
        );
    }
    assert_eq!(["EUR", "JPY", "BHD", "CLF"].map(|code| currency(code).exponent()), [2, 0, 3, 4]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(units: i64, exponent in 0_u8..=18) {
        let money = Money::new(amount(units), with_exponent(exponent));
        prop_assert_eq!(Money::parse_signed(&money.number(), money.currency), Ok(money));
        prop_assert_eq!(Money::from_decimal(&money.to_decimal(), money.currency), Ok(money));
    }

    #[test]
    fn the_shortest_form_means_the_same_and_is_not_longer(whole in 0_u32.., fraction in "[0-9]{0,6}", zeros in 0_usize..4) {
        let text = format!("{}{whole}{}{fraction}", "0".repeat(zeros), if fraction.is_empty() { "" } else { "." });
        let short = shortest(&text).unwrap();
        prop_assert_eq!(short.parse::<BigDecimal>().unwrap(), text.parse::<BigDecimal>().unwrap());
        prop_assert!(!(short.contains('.') && short.ends_with(['0', '.'])));
        prop_assert!(short.starts_with("0.") || short == "0" || !short.starts_with('0'));
        prop_assert_eq!(shortest(short), Some(short));
    }
}
