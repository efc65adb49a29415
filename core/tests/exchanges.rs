//! Exchanging one currency for another and splitting an amount: exact, and nothing lost in rounding.

use bigdecimal::BigDecimal;
use proptest::prelude::*;

use teller::facts::{AccountType, Key, Metadata};
use teller::money::{ExchangeError, Money, Rate, Rounding, Share, SplitError, exchange, split};
use teller::requests::{
    BatchPolicy, Exchange, ExchangeRequest, Operation, Part, Parties, Request, TransferRequest, split_journal,
};

use crate::support::{Book, amount, at, check_on, currency, metadata, money, name};

fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

fn request() -> ExchangeRequest {
    ExchangeRequest {
        id: "x1".parse::<Key>().unwrap().into(),
        from: name("alice"),
        to: name("usd"),
        sold: money("9.00 EUR"),
        rate: rate("1.1110"),
        rounding: Rounding::Down,
        fee: Some(money("0.50 EUR")),
        effective_at: Some(at("2025-05-05")),
        description: Some("trip".parse().unwrap()),
        metadata: metadata("a=b"),
    }
}

#[test]
fn each_way_of_rounding_does_what_its_name_says() {
    let bought = |sold: &str, at: &str, rounding| {
        exchange(money(sold), &rate(at), currency("JPY"), rounding).unwrap().amount.minor()
    };
    for (sold, at, [half_even, half_up, down, up]) in [
        ("1.00 EUR", "0.5", [0, 1, 0, 1]),
        ("1.00 EUR", "1.5", [2, 2, 1, 2]),
        ("1.00 EUR", "2.5", [2, 3, 2, 3]),
        ("1.00 EUR", "2.51", [3, 3, 2, 3]),
        ("1.00 EUR", "2.49", [2, 2, 2, 3]),
        ("1.00 EUR", "2", [2, 2, 2, 2]),
        ("0.01 EUR", "0.000000000000000001", [0, 0, 0, 1]),
    ] {
        assert_eq!(bought(sold, at, Rounding::HalfEven), half_even, "{sold} at {at}, half even");
        assert_eq!(bought(sold, at, Rounding::HalfUp), half_up, "{sold} at {at}, half up");
        assert_eq!(bought(sold, at, Rounding::Down), down, "{sold} at {at}, down");
        assert_eq!(bought(sold, at, Rounding::Up), up, "{sold} at {at}, up");
    }
    for rounding in Rounding::ALL {
        assert_eq!(rounding.as_str().parse(), Ok(*rounding));
    }
    assert_eq!(Rounding::default(), Rounding::HalfEven);
    assert_eq!("sideways".parse::<Rounding>(), Err(ExchangeError::Rounding { text: "sideways".into() }));
    assert_eq!("x".repeat(50).parse::<Rate>(), Err(ExchangeError::Rate { text: "x".repeat(40) }));
    assert_eq!(rate("1.25").of(&"-2.5".parse().unwrap()), "-3.125".parse::<BigDecimal>().unwrap());
    assert!(exchange(money("92233720368547758.07 EUR"), &rate("1.01"), currency("USD"), Rounding::Down).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What is bought is nearer to the exact amount than a unit, on the side that the rounding says.
    #[test]
    fn an_exchange_is_off_by_less_than_a_unit(units in 1_i64..1_000_000_000, rate_units in 1_u64..10_000_000, places in 0_u32..=9) {
        let text = BigDecimal::new(rate_units.into(), places.into()).to_plain_string();
        let (sold, rate) = (Money::new(amount(units), currency("EUR")), text.parse::<Rate>().unwrap());
        let exact: BigDecimal = sold.to_decimal() * text.parse::<BigDecimal>().unwrap() * BigDecimal::from(1_000);
        let off = |rounding: Rounding| -> BigDecimal {
            let bought = exchange(sold, &rate, currency("BHD"), rounding).unwrap();
            BigDecimal::from(bought.amount.minor()) - exact.clone()
        };
        let half = BigDecimal::new(5.into(), 1);
        prop_assert!(off(Rounding::Down) <= 0 && off(Rounding::Down) > -1);
        prop_assert!(off(Rounding::Up) >= 0 && off(Rounding::Up) < 1);
        prop_assert!(off(Rounding::HalfEven).abs() <= half && off(Rounding::HalfUp).abs() <= half);
    }

    /// Parts of any shares add up to the last unit, and no part is off by a whole one.
    #[test]
    fn parts_add_up(total in 0..=i64::MAX, mut cuts in prop::collection::vec(1_u32..10_000, 0..6), rest: bool) {
        cuts.extend([0, 10_000]);
        cuts.sort_unstable();
        cuts.dedup();
        let percent = |cut: &[u32]| BigDecimal::new((cut[1] - cut[0]).into(), 2);
        let percents: Vec<_> = cuts.windows(2).map(percent).collect();
        let mut shares: Vec<_> = percents.iter().cloned().map(Share::Percent).collect();
        if rest {
            shares.push(Share::Rest);
        }
        let parts = split(amount(total), &shares).unwrap();
        prop_assert_eq!(parts.iter().map(|part| i128::from(part.minor())).sum::<i128>(), i128::from(total));
        for (part, percent) in parts.iter().zip(&percents) {
            let exact: BigDecimal = BigDecimal::from(total) * percent * BigDecimal::new(1.into(), 2);
            let off: BigDecimal = BigDecimal::from(part.minor()) - exact;
            prop_assert!(off.abs() < 1);
        }
    }
}

#[test]
fn an_exchange_goes_over_the_banks_accounts_of_both_currencies() {
    let book = Book::new();
    check_on(
        &book,
        "
        account cash  asset     EUR
        account alice liability EUR
        account usd   liability USD
        deposit alice 10 -> posted",
    );
    let bought = request().bought(currency("USD")).unwrap().unwrap();
    assert_eq!(bought, money("9.99 USD"), "9.999 rounded down");
    let Exchange { journal, accounts } = request().exchange(bought).unwrap();
    let opened: Vec<_> = accounts.iter().map(|account| (account.name.as_str(), account.account_type)).collect();
    let (equity, revenue) = (AccountType::Equity, AccountType::Revenue);
    assert_eq!(opened, [("fx:eur", equity), ("fx:usd", equity), ("fees:eur", revenue)]);
    assert_eq!(accounts[1].currency, currency("USD"));
    for account in &accounts {
        book.open(account).unwrap();
    }
    let answers = book.submit(&[Request::from(journal)], BatchPolicy::CarryOn, &"ops".parse().unwrap());
    let legs = &answers[0].as_ref().unwrap().transfers;
    assert_eq!(legs.iter().map(|leg| leg.amount.minor()).collect::<Vec<_>>(), [900, 999, 50]);
    for leg in legs {
        assert_eq!(leg.metadata, metadata("a=b exchange.rate=1.111 exchange.rounding=down"));
        assert_eq!(leg.effective_at, at("2025-05-05"));
        assert_eq!(leg.description.as_ref().map(teller::facts::Description::as_str), Some("trip"));
    }
    assert_eq!(legs[0].key.as_ref().map(teller::facts::Key::as_str), Some("x1"));
    check_on(
        &book,
        "
        balance alice posted 0.50
        balance usd posted 9.99
        balance fx:eur posted 9
        balance fx:usd posted -9.99
        balance fees:eur posted 0.50
    ",
    );
}

#[test]
fn a_fee_of_nothing_is_none_and_one_currency_is_not_exchanged() {
    for fee in [None, Some(money("0.00 EUR"))] {
        let Exchange { journal, accounts } = ExchangeRequest { fee, ..request() }.exchange(money("1.00 USD")).unwrap();
        assert_eq!((journal.legs().len(), accounts.len()), (2, 2));
    }
    let refusal = request().bought(currency("EUR")).unwrap_err();
    assert_eq!(refusal.code(), "currencies_alike");
    assert_eq!(refusal.to_string(), "accounts alice and usd are both in EUR, so there is nothing to exchange");
    let full = Metadata::new((0..63).map(|n| (format!("k{n}"), String::new())).collect()).unwrap();
    assert!(
        ExchangeRequest { metadata: full, ..request() }.exchange(money("1.00 USD")).is_err(),
        "no room for the rate"
    );
    let large = ExchangeRequest { sold: money("92233720368547758.07 EUR"), ..request() };
    assert!(large.bought(currency("USD")).unwrap().is_err());
}

fn shares(text: &str) -> Result<Vec<Share>, SplitError> {
    text.split(' ').map(str::parse).collect()
}

#[test]
fn shares_make_a_whole() {
    let sum = |sum: &str| Err(SplitError::Sum { sum: sum.into() });
    let parts = |text: &str| split(amount(1000), &shares(text).unwrap()).map(|parts| parts.len());
    assert_eq!(parts("99.99%"), sum("99.99"));
    assert_eq!(parts("50% 50.50%"), sum("100.5"));
    assert_eq!(parts("100.000000000000000001% rest"), sum("100.000000000000000001"));
    assert_eq!(parts("100% rest"), Ok(2));
    assert_eq!(parts("rest"), Ok(1));
    assert_eq!(parts("10% rest rest"), Err(SplitError::RestTwice { count: 2 }));
    assert_eq!(split(amount(5), &[]), Err(SplitError::Sum { sum: "0".into() }));
    for text in ["0.0%", "rest%", "Rest", "1", "-1%", "1e1%"] {
        assert_eq!(text.parse::<Share>(), Err(SplitError::Share { text: text.into() }));
    }
    assert_eq!("x".repeat(50).parse::<Share>(), Err(SplitError::Share { text: "x".repeat(40) }));
    assert_eq!(shares("12.50% rest").unwrap().iter().map(ToString::to_string).collect::<Vec<_>>(), ["12.50%", "rest"]);
}

#[test]
fn units_that_are_left_go_to_those_that_lost_the_most() {
    let parts = |total, text: &str| -> Vec<_> {
        split(amount(total), &shares(text).unwrap()).unwrap().iter().map(|part| part.minor()).collect()
    };
    assert_eq!(parts(100, "33.3% 33.3% 33.4%"), [33, 33, 34]);
    assert_eq!(parts(101, "33.3% 33.3% 33.4%"), [34, 33, 34], "0.733 are lost by the third, 0.633 by the others");
    assert_eq!(parts(101, "33.4% 33.3% 33.3%"), [34, 34, 33]);
    assert_eq!(parts(3, "25% 25% 25% 25%"), [1, 1, 1, 0]);
    assert_eq!(parts(10, "rest 33%"), [7, 3], "the rest is what is left, wherever it stands");
}

#[test]
fn a_split_is_a_journal_from_one_account_to_several() {
    let part = |to: &str, share: &str| Part { to: name(to), share: share.parse().unwrap() };
    let parts = [part("a", "99.9%"), part("b", "0.01%"), part("c", "rest")];
    let key: Key = "s1".parse().unwrap();
    let like = |parties, money| TransferRequest::<teller::requests::Resolved>::new(key.clone(), parties, money);
    let journal = split_journal(key.clone().into(), &name("from"), money("10.01 EUR"), &parts, like).unwrap();
    let legs: Vec<_> = journal
        .legs()
        .iter()
        .map(|leg| match leg {
            Operation::Transfer(TransferRequest { parties: Parties::Transfer { from, to }, quantity, .. }) => {
                format!("{from} {to} {quantity:?}")
            }
            other => panic!("{other:?}"),
        })
        .collect();
    // A part of nothing has no transfer.
    assert_eq!(legs.len(), 2);
    assert!(legs[0].starts_with("from a") && legs[0].contains("Amount(999)"), "{legs:?}");
    assert!(legs[1].starts_with("from c") && legs[1].contains("Amount(2)"), "{legs:?}");
    assert_eq!(journal.id(), key.id());
    assert!(split_journal(key.clone().into(), &name("from"), money("1.00 EUR"), &parts[..1], like).is_err());
}
