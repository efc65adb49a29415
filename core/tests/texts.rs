//! Texts that people choose: their bounds, what nobody sees in them, and their one spelling.

use std::collections::BTreeMap;

use teller::facts::{
    AccountName, AccountType, Actor, CurrencyName, Description, Instant, Key, Metadata, MetadataKey, NamePrefix,
    Period, TextError, is_letter, is_unseen, similar_names, similar_texts, without_spelling,
};
use teller::money::{CurrencyCode, Rate};

/// Characters of which nothing is seen: format, separators, unassigned, private, selectors and fillers.
const UNSEEN: &[char] = &[
    '\u{200b}',
    '\u{202e}',
    '\u{feff}',
    '\u{ad}',
    '\u{2028}',
    '\u{2029}',
    '\u{e000}',
    '\u{378}',
    '\u{34f}',
    '\u{115f}',
    '\u{1160}',
    '\u{17b4}',
    '\u{17b5}',
    '\u{180b}',
    '\u{180f}',
    '\u{2800}',
    '\u{3164}',
    '\u{fe00}',
    '\u{fe0f}',
    '\u{ffa0}',
    '\u{1d159}',
    '\u{e0100}',
    '\u{e01ef}',
];

fn refused<T: std::str::FromStr<Err = TextError>>(text: &str) -> String {
    match text.parse::<T>() {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn an_identifier_shows_all_that_it_is() {
    for character in UNSEEN {
        assert!(is_unseen(*character), "{character:?}");
        let text = format!("a{character}b");
        let problem = "has an invisible character, or one that changes the direction of writing";
        assert!(refused::<AccountName>(&text).ends_with(problem), "{character:?}");
        assert!(refused::<Actor>(&text).ends_with(problem), "{character:?}");
        assert!(refused::<Key>(&text).ends_with(problem), "{character:?}");
        assert!(Metadata::new(BTreeMap::from([(text, String::new())])).is_err(), "{character:?}");
    }
    for character in
        ['a', ' ', 'é', '中', '💶', '\u{301}', '\u{fdff}', '\u{fe10}', '\u{180a}', '\u{1810}', '\u{2801}', '-']
    {
        assert!(!is_unseen(character), "{character:?}");
    }
    let letters = ['a', 'É', 'ß', '中', 'я'].map(is_letter);
    let others = ['7', '-', ' ', '_', '\u{301}', '💶'].map(is_letter);
    assert!(letters == [true; 5] && others == [false; 6], "{letters:?} {others:?}");
    assert!(refused::<Actor>("a\u{7f}b").ends_with("has a control character"));
    assert!(refused::<Actor>("a\u{85}").ends_with("begins or ends with a blank"));
    for text in [" a", "a ", "\u{3000}a", "a\t"] {
        assert!(refused::<Actor>(text).ends_with("begins or ends with a blank"), "{text:?}");
        assert!(refused::<Key>(text).ends_with("begins or ends with a blank"), "{text:?}");
    }
}

#[test]
fn texts_have_their_bounds_in_bytes() {
    let long = |length: usize| "x".repeat(length);
    assert!(
        long(255).parse::<AccountName>().is_ok()
            && long(255).parse::<Key>().is_ok()
            && long(255).parse::<Actor>().is_ok()
    );
    let begin = format!("{}…", long(40));
    assert_eq!(
        refused::<AccountName>(&long(256)),
        format!("the account name {begin:?} has 256 bytes, the most is 255")
    );
    assert_eq!(refused::<Key>(&long(256)), format!("the idempotency key {begin:?} has 256 bytes, the most is 255"));
    assert_eq!(refused::<Actor>(&long(256)), format!("the actor {begin:?} has 256 bytes, the most is 255"));
    assert!(long(1024).parse::<Description>().is_ok());
    assert_eq!(
        refused::<Description>(&long(1025)),
        format!("the description {begin:?} has 1025 bytes, the most is 1024")
    );
    assert_eq!(refused::<AccountName>(""), "the account name is empty");
    assert_eq!(refused::<Key>(""), "the idempotency key is empty");
    assert_eq!(refused::<Actor>(""), "the actor is empty");
    assert_eq!(refused::<Description>(""), "the description is empty");
    assert_eq!(refused::<Description>("a\0"), "the description \"a\\0\" has a NUL character");
    // Bytes, not characters; and before what is composed is counted.
    assert!("é".repeat(128).parse::<Actor>().is_err() && "é".repeat(127).parse::<Actor>().is_ok());
    assert!("e\u{301}".repeat(127).parse::<AccountName>().is_ok());
    assert!(
        format!("{}:", long(40)).parse::<AccountName>().unwrap_err().to_string().contains(&format!("{}…", long(40)))
    );
}

#[test]
fn a_name_is_a_path_of_parts() {
    assert!(refused::<AccountName>("a::b").contains("has an empty part"));
    assert!(refused::<AccountName>(":a").contains("has an empty part"));
    assert!(refused::<AccountName>("a: b").contains("has a part that begins or ends with a blank"));
    assert!(refused::<AccountName>("a :b").contains("has a part that begins or ends with a blank"));
    let name: AccountName = "customers:alice smith:checking".parse().unwrap();
    assert_eq!(
        (name.as_str(), name.to_string().as_str()),
        ("customers:alice smith:checking", "customers:alice smith:checking")
    );
    assert_eq!(
        format!("{:>5}|{:?}", "ab".parse::<AccountName>().unwrap(), "ab".parse::<AccountName>().unwrap()),
        "   ab|\"ab\""
    );
    assert_eq!(serde_json::to_value(&name).unwrap(), "customers:alice smith:checking");
    assert_eq!("@1".parse::<AccountName>().unwrap().as_str(), "@1", "only keys may not look like sequences");
    assert!(refused::<Key>("@17").ends_with("begins with @, which names a sequence"));
}

#[test]
fn names_and_keys_have_one_spelling_and_other_texts_keep_theirs() {
    let (composed, taken_apart) = ("caf\u{e9}", "cafe\u{301}");
    assert_eq!(taken_apart.parse::<AccountName>().unwrap().as_str(), composed);
    assert_eq!(taken_apart.parse::<Key>().unwrap().as_str(), composed);
    assert_eq!(taken_apart.parse::<Description>().unwrap().as_str(), taken_apart);
    let entry = |key: &str, value: &str| Metadata::new(BTreeMap::from([(key.to_owned(), value.to_owned())]));
    let error = entry(taken_apart, "v").unwrap_err().to_string();
    assert!(error.ends_with("is not in Unicode's composed form (NFC)"), "{error}");
    assert!(entry(composed, taken_apart).is_ok());
    // What may be composed already is looked at as a whole.
    assert_eq!("\u{1100}\u{1161}".parse::<AccountName>().unwrap().as_str(), "\u{ac00}");
    assert_eq!("x\u{338}".parse::<AccountName>().unwrap().as_str(), "x\u{338}", "there is no composed form of it");
    assert_eq!(without_spelling("  cafe\u{301}\r\nbar \n"), "caf\u{e9}\nbar");
}

#[test]
fn metadata_has_its_bounds() {
    let entry = |key: &str, value: &str| Metadata::new(BTreeMap::from([(key.to_owned(), value.to_owned())]));
    let long = |length: usize| "x".repeat(length);
    assert!(
        entry(&long(64), &long(1024)).is_ok() && entry("k", "").is_ok() && entry("k", "\u{200b} two\nlines ").is_ok()
    );
    assert!(matches!(entry(&long(65), ""), Err(TextError::TooLong { length: 65, length_max: 64, .. })));
    assert!(matches!(entry("k", &long(1025)), Err(TextError::TooLong { length: 1025, length_max: 1024, .. })));
    assert!(matches!(entry("k", "a\0"), Err(TextError::Form { .. })));
    assert!(matches!(entry("", ""), Err(TextError::Empty { .. })));
    assert!(matches!(entry(" k", ""), Err(TextError::Form { .. })));
    let many = |count: usize| Metadata::new((0..count).map(|number| (number.to_string(), String::new())).collect());
    assert!(many(64).is_ok());
    assert_eq!(many(65), Err(TextError::TooMany { entries: 65, entries_max: 64 }));
    let metadata = entry("key", "four").unwrap();
    assert_eq!((metadata.bytes(), metadata.is_empty(), metadata.entries().len()), (7, false, 1));
    assert!(Metadata::default().is_empty() && Metadata::default().bytes() == 0);
    assert_eq!(serde_json::to_string(&metadata).unwrap(), r#"{"key":"four"}"#);
}

#[test]
fn texts_are_shown_as_they_are() {
    let (actor, description, key): (Actor, Description, Key) =
        ("ops".parse().unwrap(), "d".parse().unwrap(), "k".parse().unwrap());
    assert_eq!(format!("{actor:>4}|{description:>4}|{key:>4}|{key:?}"), " ops|   d|   k|\"k\"");
    assert_eq!(serde_json::json!([actor, key]).to_string(), r#"["ops","k"]"#);
    assert_eq!(Actor::teller().as_str(), "teller");
    let (entry, currency): (MetadataKey, CurrencyName) = ("order".parse().unwrap(), "Euro".parse().unwrap());
    assert_eq!(format!("{entry:>6}|{currency:>5}"), " order| Euro");
    assert_eq!((entry.as_str(), currency.as_str()), ("order", "Euro"));
    assert_eq!(serde_json::to_value(&entry).unwrap(), "order");
}

#[test]
fn a_prefix_is_the_beginning_of_names_in_any_spelling() {
    let prefix = NamePrefix::from("cafe\u{301}s:");
    let begins = |name: &str| prefix.begins(&name.parse().unwrap());
    assert!(begins("caf\u{e9}s:berlin") && begins("cafe\u{301}s:berlin"));
    assert!(!begins("cafes:berlin") && !begins("caf\u{e9}s") && !begins("x:caf\u{e9}s:berlin"));
    let (wider, all) = (NamePrefix::from("caf"), NamePrefix::default());
    assert!(wider.holds(&prefix) && prefix.holds(&prefix) && all.holds(&prefix));
    assert!(!prefix.holds(&wider) && !wider.holds(&all));
    assert!(all.is_empty() && all.begins(&"x".parse().unwrap()) && !prefix.is_empty());
    assert_eq!((prefix.as_str(), &prefix), ("caf\u{e9}s:", &NamePrefix::from("cafe\u{301}s:".to_owned())));
    assert_eq!(format!("{prefix:>8}"), "  caf\u{e9}s:");
    assert_eq!(serde_json::to_value(&prefix).unwrap(), "caf\u{e9}s:");
}

#[test]
fn the_texts_that_may_have_been_meant_are_proposed() {
    let codes = ["EUR", "USD", "EURC"].map(str::to_owned);
    assert_eq!(similar_texts("eru", codes.clone()), ["EUR"]);
    assert_eq!(similar_texts("ghost", codes), [""; 0]);
}

#[test]
fn the_first_part_of_a_name_proposes_a_type_and_nothing_else_does() {
    let usual = |name: &str| AccountType::usual_for(&name.parse().unwrap());
    for (name, account_type) in [
        ("asset:x", AccountType::Asset),
        ("ASSETS", AccountType::Asset),
        ("banks:x", AccountType::Asset),
        ("liability", AccountType::Liability),
        ("customers:x", AccountType::Liability),
        ("equity:opening", AccountType::Equity),
        ("income:x", AccountType::Revenue),
        ("expense", AccountType::Expense),
    ] {
        assert_eq!(usual(name), Some(account_type), "{name}");
        assert_eq!(AccountType::default_for(&name.parse().unwrap()), account_type);
    }
    assert_eq!((usual("my:assets"), usual("assetsx")), (None, None));
    assert_eq!(AccountType::default_for(&"x".parse().unwrap()), AccountType::Liability);
    assert_eq!("equity".parse(), Ok(AccountType::Equity));
    let error = "equities".parse::<AccountType>().unwrap_err();
    assert_eq!(error, "\"equities\" is not an account type; the types are asset, liability, equity, revenue, expense");
}

#[test]
fn the_names_that_may_have_been_meant_are_proposed() {
    let similar = |typed: &str, names: &[&str]| -> Vec<String> {
        let names = names.iter().map(|name| name.parse().unwrap());
        similar_names(&typed.parse().unwrap(), names).iter().map(ToString::to_string).collect()
    };
    // One slip, and one more for every eight characters, up to three.
    assert_eq!(similar("abcdefg", &["abcdefx", "abcdexy"]), ["abcdefx"]);
    assert_eq!(similar("abcdefgh", &["abcdefxy", "abcdexyz"]), ["abcdefxy"]);
    assert_eq!(similar("abcdefghijklmnop", &["abcdefghijklmxyz", "abcdefghijklwxyz"]), ["abcdefghijklmxyz"]);
    assert_eq!(
        similar("abcdefghijklmnopqrstuvwx", &["abcdefghijklmnopqrstuxyz", "abcdefghijklmnopqrst1234"]),
        ["abcdefghijklmnopqrstuxyz"]
    );
    // A letter too much, one too few, another one, two that are swapped; the nearest first, then by name.
    assert_eq!(similar("cash", &["cahs", "cas", "cashh", "cush", "CASH", "cxxh", "c"]), ["CASH", "cahs", "cas"]);
    assert_eq!(similar("cash", &["cash", "cash", "cush"]), ["cash", "cush"]);
    // At least one letter is right.
    assert_eq!(similar("a", &["b", "ab", "A"]), ["A"]);
    assert_eq!(similar("ab", &["ba", "xb", "xy", "abc", "abcd"]), ["abc", "ba", "xb"]);
    // Swapped letters that stand beside each other count once, and farther ones do not.
    assert_eq!(similar("abcd", &["bacd", "badc", "cbad"]), ["bacd"]);
    assert_eq!(similar("ÄB", &["äb"]), ["äb"]);
}

#[test]
fn what_cannot_be_read_has_a_stable_code() {
    let text = "".parse::<AccountName>().unwrap_err();
    let currency = "eu".parse::<CurrencyCode>().unwrap_err();
    let rate = "0".parse::<Rate>().unwrap_err();
    let instant = "yesterday".parse::<Instant>().unwrap_err();
    let period = "2026-13".parse::<Period>().unwrap_err();
    let codes = [text.code(), currency.code(), rate.code(), instant.code(), period.code()];
    assert_eq!(codes, ["text_invalid", "currency_invalid", "exchange_invalid", "time_invalid", "period_invalid"]);
    let may_pass = [text.is_retryable(), currency.is_retryable(), rate.is_retryable(), instant.is_retryable()];
    assert!(may_pass == [false; 4] && !period.is_retryable());
}
