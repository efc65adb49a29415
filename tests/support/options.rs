//! What a line may say behind what it asks for.

use std::collections::BTreeMap;
use std::time::Duration;

use teller::facts::{AccountName, Actor, Description, Instant, Metadata};
use teller::money::{Amount, Currency, Money};
use teller::requests::{
    Comparison, Condition, Expected, Expiry, LimitChange, MetadataChange, NewLimit, Remainder, ReversalTime,
};

use super::scenario::Scenario;
use super::script::{Line, Words};

pub(super) struct Options {
    pub(super) cash: AccountName,
    pub(super) effective_at: Option<Instant>,
    pub(super) description: Option<Description>,
    pub(super) metadata: Metadata,
    pub(super) expiry: Expiry,
    pub(super) conditions: Vec<Condition>,
    pub(super) remainder: Remainder,
    pub(super) at: ReversalTime,
    pub(super) actor: Actor,
    pub(super) reason: Option<Description>,
}

impl Options {
    /// Reads to the end of the line. Only the `known` options may stand there.
    pub(super) fn read(scenario: &Scenario, line: &Line, mut words: Words, known: &[&str]) -> Self {
        let mut options = Self {
            cash: "cash".parse().unwrap(),
            effective_at: None,
            description: None,
            metadata: Metadata::default(),
            expiry: Expiry::Never,
            conditions: Vec::new(),
            remainder: Remainder::Keep,
            at: ReversalTime::Now,
            actor: "tests".parse().unwrap(),
            reason: None,
        };
        while let Some(option) = words.next_if_any() {
            if !known.contains(&option) {
                line.fail(format_args!("the word {option} is unknown here"));
            }
            options.take(scenario, line, option, &mut words);
        }
        options
    }

    fn take(&mut self, scenario: &Scenario, line: &Line, option: &str, words: &mut Words) {
        match option {
            "cash" => self.cash = words.parse("cash account"),
            "effective" => self.effective_at = Some(words.parse("time")),
            "note" => self.description = Some(words.parse("note")),
            "meta" => self.metadata = metadata(line, words.next("entry")),
            "expires" => self.expiry = expiry(line, words),
            "if-version" => {
                let account = words.parse("account");
                self.conditions.push(Condition { account, expected: Expected::Version(words.parse("version")) });
            }
            "if-balance" => self.conditions.push(balance_condition(scenario, line, words)),
            "final" => self.remainder = Remainder::Release,
            "original" => self.at = ReversalTime::Original,
            "actor" => self.actor = words.parse("actor"),
            "reason" => self.reason = Some(words.parse("reason")),
            _ => line.fail(format_args!("the word {option} is unknown here")),
        }
    }
}

/// `expires TIME`, or `expires in 3600s`.
fn expiry(line: &Line, words: &mut Words) -> Expiry {
    if words.next_if(|word| word == "in").is_none() {
        return Expiry::At(words.parse("time"));
    }
    let seconds = words.next("time").strip_suffix('s').and_then(|seconds| seconds.parse().ok());
    Expiry::After(Duration::from_secs(seconds.unwrap_or_else(|| line.fail("a time is written in seconds, 60s"))))
}

/// `if-balance ACCOUNT COMPARISON AMOUNT`, in the account's currency, or in euros where there is no such account.
fn balance_condition(scenario: &Scenario, line: &Line, words: &mut Words) -> Condition {
    let account: AccountName = words.parse("account");
    let comparison = match words.next("comparison") {
        "=" => Comparison::Equal,
        ">=" => Comparison::AtLeast,
        "<=" => Comparison::AtMost,
        ">" => Comparison::Above,
        "<" => Comparison::Below,
        _ => line.fail("compares with =, >=, <=, > or <"),
    };
    let amount = words.next("balance");
    let currency = scenario.read_currency(line, words, &[&account]);
    let money = signed(line, amount, currency.unwrap_or_else(|_| line.fail("the currency is unknown")));
    Condition { account, expected: Expected::Balance(comparison, money) }
}

/// `[min -5.00|none] [max 9|none] [per-transfer 5|none] [per-day 9|none] [per-month 99|none]` at the end of a line.
pub(super) fn limit_change(line: &Line, words: &mut Words, currency: Currency) -> LimitChange {
    let mut change = LimitChange::default();
    let is_limit = |word: &str| matches!(word, "min" | "max" | "per-transfer" | "per-day" | "per-month");
    while let Some(option) = words.next_if(is_limit) {
        let new = limit(line, words.next("limit"), currency).map_or(NewLimit::Remove, NewLimit::Set);
        match option {
            "min" => change.min_balance = new,
            "max" => change.max_balance = new,
            "per-transfer" => change.per_transfer = new,
            "per-day" => change.per_day = new,
            _ => change.per_month = new,
        }
    }
    change
}

/// `[KEY=VALUE] [-KEY]`, as often as they are given.
pub(super) fn metadata_change(line: &Line, words: &mut Words) -> MetadataChange {
    let mut change = MetadataChange::default();
    let mut set = BTreeMap::new();
    while let Some(word) = words.next_if(|word| word.starts_with('-') || word.contains('=')) {
        match (word.strip_prefix('-'), word.split_once('=')) {
            (Some(key), _) => _ = change.remove.insert(key.to_owned()),
            (None, Some((key, value))) => _ = set.insert(key.to_owned(), value.to_owned()),
            (None, None) => line.fail("says neither what to set nor what to remove"),
        }
    }
    change.set = Metadata::new(set).unwrap_or_else(|error| line.fail(error));
    change
}

pub(super) fn limit(line: &Line, word: &str, currency: Currency) -> Option<Amount> {
    (word != "none").then(|| signed(line, word, currency).amount)
}

pub(super) fn signed(line: &Line, word: &str, currency: Currency) -> Money {
    Money::parse_signed(word, currency).unwrap_or_else(|error| line.fail(error))
}

pub(super) fn metadata(line: &Line, entry: &str) -> Metadata {
    let (key, value) = entry.split_once('=').unwrap_or_else(|| line.fail("metadata is written KEY=VALUE"));
    Metadata::new(BTreeMap::from([(key.to_owned(), value.to_owned())])).unwrap_or_else(|error| line.fail(error))
}
