//! Scenarios: what is asked of a book, and what should come of it, as text.
//!
//! The words are those of `tests/support/scenario.rs`, where each is explained. Left out are `balance … at` and `… effective`, which
//! read what a database keeps by time, and `verify`: a book is verified at the end of every scenario.

use std::cell::RefCell;
use std::collections::HashMap;

use teller::facts::{Account, Actor, Key, Metadata, PeriodAction, Signature, Transfer, TransferId};
use teller::judging::Opening;
use teller::money::{Amount, Currency, CurrencyCode, ISO_4217, Money};
use teller::rejection::Rejection;
use teller::requests::{AccountRequest, AnnotationTarget, BatchPolicy, Request};

use super::book::{Book, Receipt};
use super::options::{limit, metadata, metadata_change};
use super::outcome::Outcome;
use super::request::annotation_target;
use super::script::{Expected, Line, Words, blocks};

/// Runs a scenario on a new book.
///
/// # Panics
/// With the number of the line, where something else comes of it than the line says, or a word is unknown.
#[track_caller]
pub fn check(script: &str) {
    check_on(&Book::new(), script);
}

/// Runs a scenario on a book, and then verifies it.
///
/// # Panics
/// As [`check`].
#[track_caller]
pub fn check_on(book: &Book, script: &str) {
    let scenario = Scenario::new(book);
    for (line, block) in blocks(&Line::all(script)) {
        scenario.run(line, block);
    }
    book.verify();
}

/// Runs a scenario on a new book, of which the last request is refused, and gives the refusal.
///
/// # Panics
/// As [`check`], and where the last request is not refused.
#[track_caller]
pub fn refusal(script: &str) -> Rejection {
    let book = Book::new();
    let scenario = Scenario::new(&book);
    let lines = Line::all(script);
    let mut blocks = blocks(&lines);
    let (last, inside) = blocks.pop().unwrap();
    for (line, block) in blocks {
        scenario.run(line, block);
    }
    let outcome = scenario.outcome(last, inside).unwrap_or_else(|| last.fail("asks for nothing"));
    *outcome.rejection.unwrap_or_else(|| last.fail(format_args!("is {}", outcome.code)))
}

/// The requests that the lines ask for, to be made in another way than one by one.
#[track_caller]
pub fn requests(book: &Book, script: &str) -> Vec<Request> {
    let scenario = Scenario::new(book);
    let lines = Line::all(script);
    blocks(&lines).into_iter().map(|(line, block)| scenario.read_or_fail(line, block)).collect()
}

pub(super) struct Scenario<'a> {
    pub(super) book: &'a Book,
    /// The same, under the name that it has where requests are read.
    pub(super) ledger: &'a Book,
    /// The transfers of every answer so far, which a replay has to give again.
    answered: RefCell<HashMap<TransferId, Vec<Transfer>>>,
}

impl<'a> Scenario<'a> {
    fn new(book: &'a Book) -> Self {
        Self { book, ledger: book, answered: RefCell::default() }
    }

    fn run(&self, line: &Line, block: &[Line]) {
        let Some(outcome) = self.outcome(line, block) else { return };
        let is_opening = line.words().next("verb") == "account";
        let default = is_opening.then(|| Expected { code: "opened", fields: Vec::new() });
        let expected = line.expected().or(default).unwrap_or_else(|| line.fail("does not say what comes of it"));
        outcome.check(line, &expected);
    }

    /// What comes of a line, or `None` where it asks for nothing that could be refused.
    fn outcome(&self, line: &Line, block: &[Line]) -> Option<Outcome> {
        let mut words = line.words();
        let verb = words.next("verb");
        if let Some(inner) = block.first().filter(|_| !matches!(verb, "journal" | "batch")) {
            inner.fail("is indented, but only a batch and a journal have lines inside");
        }
        Some(match verb {
            "account" => self.open_account(line, words),
            "currency" => self.add_currency(words),
            "period" => self.change_period(line, words),
            "clock" => self.accept_clock(words),
            "expire" => {
                words.end();
                Outcome::done(&self.book.expire().to_string())
            }
            "at" | "batch" | "balance" | "hold-state" | "history" | "metadata" | "times" => {
                self.look(line, verb, words, block);
                return None;
            }
            _ => match self.read_request(line, block) {
                Ok(request) => self.ask(line, &[request], BatchPolicy::CarryOn).pop().unwrap(),
                Err(invalid) => invalid,
            },
        })
    }

    /// The verbs that ask for nothing that could be refused.
    fn look(&self, line: &Line, verb: &str, mut words: Words, block: &[Line]) {
        match verb {
            "at" => {
                match words.next("time") {
                    "latest" => self.book.catch_up(),
                    time => self.book.set_time(time),
                }
                words.end();
            }
            "batch" => {
                let policy = match words.next_if_any() {
                    None => BatchPolicy::CarryOn,
                    Some("stop") => BatchPolicy::StopAtFirst,
                    Some("nothing") => BatchPolicy::AllOrNothing,
                    Some(_) => line.fail("can only stop, or keep nothing"),
                };
                words.end();
                self.submit_batch(block, policy);
            }
            "balance" => self.check_balance(line, words),
            "hold-state" => self.check_hold(line, words),
            "metadata" => self.check_metadata(line, words),
            "times" => self.check_times(line, words),
            _ => self.check_history(line, words),
        }
    }

    /// Asks for requests together. Who asks is `tests`, or the actor that a change names.
    fn ask(&self, line: &Line, requests: &[Request], policy: BatchPolicy) -> Vec<Outcome> {
        let actor: Actor = "tests".parse().unwrap();
        let answers = self.book.submit(requests, policy, &actor);
        assert_eq!(answers.len(), requests.len(), "one answer a request");
        let outcomes = requests.iter().zip(&answers).map(|(request, answer)| {
            if let Ok(receipt) = answer {
                self.compare_replay(line, receipt);
            }
            Outcome::of_answer(request, answer.as_ref(), |receipt| self.currency_of(receipt))
        });
        outcomes.collect()
    }

    fn submit_batch(&self, block: &[Line], policy: BatchPolicy) {
        let items = blocks(block);
        let requests: Vec<_> = items.iter().map(|(line, block)| self.read_or_fail(line, block)).collect();
        let outcomes = self.ask(items[0].0, &requests, policy);
        for ((line, _), outcome) in items.iter().zip(outcomes) {
            outcome.check(line, &line.expected().unwrap_or_else(|| line.fail("does not say what comes of it")));
        }
    }

    fn read_or_fail(&self, line: &Line, block: &[Line]) -> Request {
        let request = self.read_request(line, block);
        request.unwrap_or_else(|outcome| line.fail(format_args!("the request is {}", outcome.code)))
    }

    /// A replay gives the first answer again.
    fn compare_replay(&self, line: &Line, receipt: &Receipt) {
        let Some(first) = receipt.transfers.first() else { return };
        let mut answered = self.answered.borrow_mut();
        match answered.get(&first.id) {
            Some(before) if receipt.replayed && *before != receipt.transfers => {
                line.fail(format_args!("the replay gives {:?}, the first answer was {before:?}", receipt.transfers));
            }
            _ => _ = answered.insert(first.id, receipt.transfers.clone()),
        }
    }

    fn currency_of(&self, receipt: &Receipt) -> Option<Currency> {
        let id = receipt.transfers.first()?.debit.account_id;
        Some(self.book.state.borrow().accounts[&id].currency)
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
        match self.book.open(&request) {
            Ok(Opening::New(_)) => Outcome::done("opened"),
            Ok(Opening::Replay(account)) => {
                assert_eq!(self.book.get_account(&account.name), Ok(account), "a replay gives it as it stands");
                Outcome::done("replayed")
            }
            Err(rejection) => Outcome::refused(&rejection),
        }
    }

    fn accept_clock(&self, mut words: Words) -> Outcome {
        assert_eq!(words.next("accept"), "accept");
        words.end();
        let signature = Signature { actor: "tests".parse().unwrap(), reason: Some("wrong clock".parse().unwrap()) };
        Outcome::done(if self.book.accept_clock(signature) { "accepted" } else { "unchanged" })
    }

    fn change_period(&self, line: &Line, words: Words) -> Outcome {
        let change = self.read_period_change(line, words);
        match self.book.change_period(&change) {
            Ok(None) => Outcome::done("unchanged"),
            Ok(Some(_)) if change.action == PeriodAction::Close => Outcome::done("closed"),
            Ok(Some(_)) => Outcome::done("reopened"),
            Err(rejection) => Outcome::refused(&rejection),
        }
    }

    fn add_currency(&self, mut words: Words) -> Outcome {
        let currency = Currency::new(words.parse("code"), words.parse("exponent")).unwrap();
        words.end();
        self.book.currencies.borrow_mut().push(currency);
        Outcome::done("added")
    }

    /// The listed or added currency, or the refusal.
    pub(super) fn currency(&self, _line: &Line, code: CurrencyCode) -> Result<Currency, Outcome> {
        let listed = ISO_4217.iter().find(|(listed, _, _)| *listed == code.as_str());
        let listed = listed.map(|(_, exponent, _)| Currency::new(code, *exponent).unwrap());
        let added = || self.book.currencies.borrow().iter().copied().find(|currency| currency.code() == code);
        listed.or_else(added).ok_or_else(|| Outcome::refused(&Rejection::CurrencyUnknown { currency: code }))
    }

    fn account(&self, line: &Line, words: &mut Words) -> Account {
        let name = words.parse("account");
        self.book.get_account(&name).unwrap_or_else(|rejection| line.fail(rejection))
    }

    /// `balance alice posted 5.00 held 0 available 5.00 version 1 state open`.
    fn check_balance(&self, line: &Line, mut words: Words) {
        let account = self.account(line, &mut words);
        let signed = |text: &str| Money::parse_signed(text, account.currency).unwrap_or_else(|error| line.fail(error));
        while let Some(field) = words.next_if_any() {
            let expected = words.next(field);
            let check = |found: Amount| line.check_equal(field, &account.money(found), &signed(expected));
            match field {
                "posted" => check(account.posted()),
                "held" => check(account.held()),
                "available" => check(account.available()),
                "version" => line.check_equal(field, &account.version.to_string().as_str(), &expected),
                "state" => line.check_equal(field, &account.state.as_str(), &expected),
                _ => line.fail(format_args!("an account has no {field}")),
            }
        }
    }

    /// `hold-state HOLD open remaining 3.00 rows 2`.
    fn check_hold(&self, line: &Line, mut words: Words) {
        let id = words.parse::<Key>("hold").id();
        let hold = self.book.hold(id).unwrap_or_else(|| line.fail("there is no such hold"));
        line.check_equal("state", &hold.state.as_str(), &words.next("state"));
        let transfers = self.book.transfers();
        let rows = transfers.iter().filter(|transfer| transfer.hold_id == Some(id)).count();
        while let Some(field) = words.next_if_any() {
            let expected = words.next(field);
            let account = self.book.state.borrow().accounts[&hold.debit_account_id].clone();
            let found = match field {
                "remaining" => {
                    let expected = Money::parse(expected, account.currency).unwrap_or_else(|error| line.fail(error));
                    line.check_equal(field, &account.money(hold.remaining), &expected);
                    continue;
                }
                "rows" => rows.to_string(),
                _ => line.fail(format_args!("a hold has no {field}")),
            };
            line.check_equal(field, &found.as_str(), &expected);
        }
    }

    /// `history alice 5.00 -2.00`: by how much each transfer changed what is posted, oldest first.
    fn check_history(&self, line: &Line, mut words: Words) {
        let account = self.account(line, &mut words);
        let mut before = 0;
        let transfers = self.book.transfers();
        let changes = transfers.iter().filter_map(|transfer| transfer.entry_of(account.id)).map(|entry| {
            let change = entry.balance.minor() - before;
            before = entry.balance.minor();
            account.money(Amount::from_minor(change)).number()
        });
        let found = changes.collect::<Vec<_>>().join(" ");
        let expected: Vec<_> = std::iter::from_fn(|| words.next_if_any()).collect();
        line.check_equal("history", &found.as_str(), &expected.join(" ").as_str());
    }

    /// `metadata account alice|transfer KEY [KEY=VALUE]`: all that is kept.
    fn check_metadata(&self, line: &Line, mut words: Words) {
        let found = match annotation_target(line, &mut words) {
            AnnotationTarget::Account(name) => self.book.get_account(&name).unwrap().metadata,
            AnnotationTarget::Transfer(named) => {
                let posted = self.book.transfers().into_iter().find(|transfer| transfer.id == named.id());
                let annotated = self.book.state.borrow().annotations().remove(&named.id());
                annotated.unwrap_or_else(|| posted.unwrap_or_else(|| line.fail("there is no such transfer")).metadata)
            }
        };
        let shown = |metadata: &Metadata| {
            metadata.entries().iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
        };
        let expected = metadata_change(line, &mut words).set;
        words.end();
        line.check_equal("metadata", &shown(&found), &shown(&expected));
    }

    /// `times KEY [effective TIME] [recorded TIME] [clock TIME] [expires TIME]`: those of a transfer.
    fn check_times(&self, line: &Line, mut words: Words) {
        let id = words.parse::<Key>("transfer").id();
        let transfer = self.book.transfers().into_iter().find(|transfer| transfer.id == id);
        let transfer = transfer.unwrap_or_else(|| line.fail("there is no such transfer"));
        while let Some(field) = words.next_if_any() {
            let found = match field {
                "effective" => Some(transfer.effective_at),
                "recorded" => Some(transfer.recorded_at),
                "clock" => Some(transfer.clock_time()),
                "expires" => transfer.expires_at,
                _ => line.fail(format_args!("a transfer has no {field} time")),
            };
            let expected = super::values::at(words.next(field));
            if found != Some(expected) {
                line.fail(format_args!("{field} is {found:?}, not {expected}"));
            }
        }
    }
}
