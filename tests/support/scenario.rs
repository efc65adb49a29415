//! Scenarios: what is asked of a book, and what should come of it, as text.
//!
//! ```text
//! # moves the clock, which stands still otherwise
//! at 2026-01-01T12:00:00Z
//! account cash asset EUR [min -5.00|none] [max 9] [note WORD] [meta KEY=VALUE] [-> opened]
//! limits alice [min -5.00|none] [max 9|none]               -> changed
//! currency TOK 3 Token                                     -> added
//! deposit|withdraw [KEY:] alice 5.00 [EUR] [OPTIONS]       -> posted          (over the account `cash`, or OPTION `cash NAME`)
//! transfer [KEY:] alice bob 5.00 [EUR] [OPTIONS]           -> insufficient_funds account=alice available=1.00
//! post [KEY:] cash alice 5.00 [EUR] [OPTIONS]              -> replayed        (debit, credit)
//! batch                                                                       (the indented requests below, in one call)
//! balance alice posted 5.00 held 0 available 5.00 version 1
//! balance alice at 2026-01-01T12:00:00Z 5.00
//! history alice 5.00 -2.00 balances 5.00 3.00                                 (oldest first)
//! verify -> ok
//! sum zero
//! ```
//! The fields of a refusal are those of its JSON, with `_` for blanks. `OPTIONS` are `cash NAME`, `effective TIME`, `note WORD` and `meta KEY=VALUE`. A request without a currency is in that of the first
//! account it names that exists, else in euros.

use std::collections::BTreeMap;

use teller::money::{Amount, Currency, CurrencyCode, Money};
use teller::rules::{
    Account, AccountAction, AccountName, AccountRequest, Instant, LimitChange, Limits, Metadata, NewLimit, Rejection,
    Sequence, TransferRequest,
};
use teller::service::{Entry, NamedCurrency, Posted};
use teller::{Error, InputError, Ledger, Mode};

use super::TestBook;
use super::request::read_request;
use super::script::{Expected, Line, Words};

/// So short that every history with more than two transfers is read over cursors.
const ENTRIES_PER_PAGE: u32 = 2;
const ACCOUNTS_PER_PAGE: u32 = 1_000;

/// Runs a scenario, and then verifies the book. The words are those of this module's documentation.
///
/// # Panics
/// With the number of the line, where something else comes of it than the line says, or a word is unknown.
#[track_caller]
pub fn check(book: &TestBook, script: &str) {
    let scenario = Scenario { book, ledger: book.ledger() };
    let lines = Line::all(script);
    let mut rest = lines.as_slice();
    while let Some((line, behind)) = rest.split_first() {
        let block_length = behind.iter().take_while(|inner| inner.is_inside(line)).count();
        let (block, behind) = behind.split_at(block_length);
        scenario.run(line, block);
        rest = behind;
    }
    if let Err(problem) = scenario.verify() {
        panic!("after the last line: {problem}");
    }
}

/// What came of a request, in a line's words.
pub(super) struct Outcome {
    code: String,
    fields: serde_json::Value,
}

impl Outcome {
    fn done(code: &str) -> Self {
        Self { code: code.to_owned(), fields: serde_json::Value::Null }
    }

    fn refused(rejection: &Rejection) -> Self {
        Self { code: rejection.code().to_owned(), fields: serde_json::to_value(rejection).unwrap() }
    }

    pub(super) fn invalid(error: impl Into<InputError>) -> Self {
        Self::done(error.into().code())
    }

    fn of_post(answer: &Result<Posted, Rejection>) -> Self {
        match answer {
            Ok(posted) => Self::done(if posted.replayed { "replayed" } else { "posted" }),
            Err(rejection) => Self::refused(rejection),
        }
    }

    fn of<T>(line: &Line, answer: Result<T, Error>, done: impl FnOnce(T) -> &'static str) -> Self {
        match answer {
            Ok(answer) => Self::done(done(answer)),
            Err(Error::Rejected(rejection)) => Self::refused(&rejection),
            Err(Error::Input(error)) => Self::invalid(error),
            Err(fault) => line.fail(fault),
        }
    }

    fn check(&self, line: &Line, expected: &Expected) {
        if self.code != expected.code {
            line.fail(format_args!("the answer is {} {}", self.code, self.fields));
        }
        for (name, value) in &expected.fields {
            let found = match &self.fields[name] {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            line.check_equal(name, &found.replace(' ', "_").as_str(), value);
        }
    }
}

pub(super) struct Scenario<'a> {
    pub(super) book: &'a TestBook,
    pub(super) ledger: Ledger,
}

impl Scenario<'_> {
    fn run(&self, line: &Line, block: &[Line]) {
        let mut words = line.words();
        let verb = words.next("verb");
        if verb != "batch"
            && let Some(inner) = block.first()
        {
            inner.fail("is indented, but only a batch has lines inside");
        }
        let default = match verb {
            "account" => Some(Expected { code: "opened", fields: Vec::new() }),
            _ => None,
        };
        let expected = line.expected().or(default);
        let outcome = match verb {
            "account" => self.open_account(line, words),
            "limits" => self.change_limits(line, words),
            "currency" => self.add_currency(line, words),
            "deposit" | "withdraw" | "transfer" | "post" => self.post(line),
            "verify" => {
                words.end();
                self.verify().map_or_else(|problem| line.fail(problem), |()| Outcome::done("ok"))
            }
            _ => return self.look(line, verb, words, block),
        };
        let expected = expected.unwrap_or_else(|| line.fail("does not say what comes of it"));
        outcome.check(line, &expected);
    }

    /// The verbs that ask for nothing that could be refused.
    fn look(&self, line: &Line, verb: &str, mut words: Words, block: &[Line]) {
        if line.expected().is_some() {
            line.fail("has an answer, but its verb has none");
        }
        match verb {
            "at" => {
                self.book.set_time(words.next("time"));
                words.end();
            }
            "batch" => {
                words.end();
                self.post_batch(line, block);
            }
            "balance" => self.check_balance(line, words),
            "history" => self.check_history(line, words),
            "sum" => {
                if words.next("sum") != "zero" {
                    line.fail("can only be zero");
                }
                words.end();
                self.check_sum_zero(line);
            }
            _ => line.fail("the verb is unknown"),
        }
    }

    fn open_account(&self, line: &Line, mut words: Words) -> Outcome {
        let (name, account_type) = (words.parse("name"), words.parse("type"));
        let currency = match self.currency(line, words.parse("currency")) {
            Ok(currency) => currency,
            Err(refused) => return refused,
        };
        let mut request = AccountRequest::new(name, account_type, currency);
        while let Some(option) = words.next_if_any() {
            match option {
                "min" => request.limits.min_balance = limit(line, words.next("minimum"), currency),
                "max" => request.limits.max_balance = limit(line, words.next("maximum"), currency),
                "note" => request.description = Some(words.parse("note")),
                "meta" => request.metadata = metadata(line, words.next("entry")),
                _ => line.fail(format_args!("the word {option} is unknown here")),
            }
        }
        let opened = self.ledger.open_account(&request, Mode::Commit);
        Outcome::of(line, opened, |opened| if opened.replayed { "replayed" } else { "opened" })
    }

    fn change_limits(&self, line: &Line, mut words: Words) -> Outcome {
        let account = self.account(line, &words.parse("account"));
        let mut change = LimitChange::default();
        while let Some(option) = words.next_if_any() {
            match option {
                "min" => change.min_balance = new_limit(line, words.next("minimum"), account.currency),
                "max" => change.max_balance = new_limit(line, words.next("maximum"), account.currency),
                _ => line.fail(format_args!("the word {option} is unknown here")),
            }
        }
        let changed = self
            .ledger
            .change_account(&super::change(account.name.as_str(), AccountAction::Limit(change)), Mode::Commit);
        let expected = |limits: Limits| Limits {
            min_balance: change.min_balance.or(limits.min_balance),
            max_balance: change.max_balance.or(limits.max_balance),
        };
        if let Ok(changed) = &changed {
            assert_eq!(changed.limits, expected(account.limits), "the answer has the new limits");
            assert_eq!(changed, &self.account(line, &account.name), "the answer is what is stored");
        }
        Outcome::of(line, changed, |_| "changed")
    }

    fn add_currency(&self, line: &Line, mut words: Words) -> Outcome {
        let (code, exponent) = (words.parse("code"), words.parse("exponent"));
        let name = words.parse("name");
        words.end();
        let currency = Currency::new(code, exponent).unwrap_or_else(|error| line.fail(error));
        Outcome::of(line, self.ledger.add_currency(&NamedCurrency { currency, name }, Mode::Commit), |_| "added")
    }

    fn post(&self, line: &Line) -> Outcome {
        match read_request(self, line) {
            Ok(request) => {
                let posted = self.ledger.post(&request, Mode::Commit);
                Outcome::of(line, posted, |posted| if posted.replayed { "replayed" } else { "posted" })
            }
            Err(outcome) => outcome,
        }
    }

    fn post_batch(&self, head: &Line, block: &[Line]) {
        let request = |line: &Line| -> TransferRequest {
            read_request(self, line)
                .unwrap_or_else(|outcome| line.fail(format_args!("the request is {}", outcome.code)))
        };
        let requests: Vec<_> = block.iter().map(request).collect();
        let answers = self.ledger.post_batch(&requests, Mode::Commit).unwrap_or_else(|fault| head.fail(fault));
        assert_eq!(answers.len(), block.len(), "one answer a request");
        for (line, answer) in block.iter().zip(&answers) {
            let expected = line.expected().unwrap_or_else(|| line.fail("does not say what comes of it"));
            Outcome::of_post(answer).check(line, &expected);
        }
    }

    fn check_balance(&self, line: &Line, mut words: Words) {
        let account = self.account(line, &words.parse("account"));
        if words.next_if(|word| word == "at").is_some() {
            let at: Instant = words.parse("time");
            let found = self.ledger.balance_recorded_at(&account.name, at).unwrap_or_else(|error| line.fail(error));
            line.check_equal("the balance", &found, &signed(line, words.next("balance"), account.currency));
            return words.end();
        }
        let mut facts = 0;
        while let Some(fact) = words.next_if_any() {
            let value = words.next("value");
            let amount = match fact {
                "posted" => account.posted(),
                "held" => account.held(),
                "available" => account.available(),
                "version" => {
                    line.check_equal("the version", &account.version.to_string().as_str(), &value);
                    facts += 1;
                    continue;
                }
                _ => line.fail(format_args!("the word {fact} is unknown here")),
            };
            line.check_equal(fact, &account.money(amount), &signed(line, value, account.currency));
            facts += 1;
        }
        if facts == 0 {
            line.fail("says nothing about the balance");
        }
    }

    fn check_history(&self, line: &Line, mut words: Words) {
        let account = self.account(line, &words.parse("account"));
        let (mut changes, mut balances) = (Vec::new(), Vec::new());
        while let Some(word) = words.next_if(|word| word != "balances") {
            changes.push(signed(line, word, account.currency).number());
        }
        let has_balances = words.next_if_any().is_some();
        while let Some(word) = words.next_if_any() {
            balances.push(signed(line, word, account.currency).number());
        }
        let entries = self.entries_oldest_first(line, &account.name);
        let texts = |value: fn(&Entry) -> String| entries.iter().map(value).collect::<Vec<_>>().join(" ");
        line.check_equal("the history", &texts(|entry| entry.change.number()), &changes.join(" "));
        if has_balances {
            line.check_equal("the running balance", &texts(|entry| entry.balance.number()), &balances.join(" "));
        }
        let counted: Vec<_> = (1..=entries.len()).map(|version| version.to_string()).collect();
        line.check_equal("the row of versions", &texts(|entry| entry.version.to_string()), &counted.join(" "));
    }

    fn entries_oldest_first(&self, line: &Line, account: &AccountName) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut cursor: Option<Sequence> = None;
        loop {
            let page = self.ledger.statement(account, cursor, ENTRIES_PER_PAGE);
            let page = page.unwrap_or_else(|error| line.fail(error));
            entries.extend(page.entries);
            cursor = page.next;
            if cursor.is_none() {
                entries.reverse();
                return entries;
            }
        }
    }

    /// Debits equal credits over all accounts of a currency, by the accounts' own totals.
    fn check_sum_zero(&self, line: &Line) {
        let mut sums: BTreeMap<CurrencyCode, i128> = BTreeMap::new();
        let mut after = None;
        loop {
            let page = self.ledger.list_accounts("", after.as_ref(), ACCOUNTS_PER_PAGE);
            let page = page.unwrap_or_else(|error| line.fail(error));
            for account in &page.accounts {
                let units = |amount: Amount| i128::from(amount.minor());
                let totals = &account.totals;
                *sums.entry(account.currency.code()).or_default() +=
                    units(totals.debits_posted) - units(totals.credits_posted);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        for (currency, sum) in sums {
            line.check_equal(&format!("the sum of {currency}"), &sum, &0);
        }
    }

    fn verify(&self) -> Result<(), String> {
        let report = self.ledger.verify(&mut |_| {}).map_err(|error| error.to_string())?;
        match report.findings.first() {
            None => Ok(()),
            Some(first) => Err(format!("verify has {} findings, the first: {first:?}", report.finding_count)),
        }
    }

    /// The registered currency, or the refusal.
    pub(super) fn currency(&self, line: &Line, code: CurrencyCode) -> Result<Currency, Outcome> {
        match self.ledger.get_currency(code) {
            Ok(named) => Ok(named.currency),
            Err(error) => Err(Outcome::of(line, Err::<(), _>(error), |()| "found")),
        }
    }

    fn account(&self, line: &Line, name: &AccountName) -> Account {
        self.ledger.get_account(name).unwrap_or_else(|error| line.fail(error))
    }
}

fn limit(line: &Line, word: &str, currency: Currency) -> Option<Amount> {
    (word != "none").then(|| signed(line, word, currency).amount)
}

fn new_limit(line: &Line, word: &str, currency: Currency) -> NewLimit {
    limit(line, word, currency).map_or(NewLimit::Remove, NewLimit::Set)
}

fn signed(line: &Line, word: &str, currency: Currency) -> Money {
    Money::parse_signed(word, currency).unwrap_or_else(|error| line.fail(error))
}

pub(super) fn metadata(line: &Line, entry: &str) -> Metadata {
    let (key, value) = entry.split_once('=').unwrap_or_else(|| line.fail("metadata is written KEY=VALUE"));
    Metadata::new(BTreeMap::from([(key.to_owned(), value.to_owned())])).unwrap_or_else(|error| line.fail(error))
}
