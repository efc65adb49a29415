//! Scenarios: what is asked of a book, and what should come of it, as text.
//!
//! ```text
//! # moves the clock, which stands still otherwise; `at latest` moves it to the latest entry of the book, as the program has made it
//! at 2026-01-01T12:00:00Z
//! account cash asset EUR [min -5.00|none] [max 9] [note WORD] [meta KEY=VALUE] [-> opened]
//! limits alice [min -5.00|none] [max 9|none] [WHO]         -> changed         (also per-transfer, per-day, per-month)
//! freeze|unfreeze alice [debits|credits] [WHO]             -> frozen          (or unfrozen)
//! close alice [WHO]                                        -> closed
//! currency TOK 3 Token                                     -> added
//! deposit|withdraw [KEY:] alice AMOUNT [OPTIONS]           -> posted          (over the account `cash`, or OPTION `cash NAME`)
//! transfer [KEY:] alice bob AMOUNT [OPTIONS]               -> insufficient_funds account=alice available=1.00
//! post [KEY:] cash alice AMOUNT [OPTIONS]                  -> replayed        (debit, credit)
//! fall|rise [KEY:] alice bob AMOUNT [OPTIONS]              -> posted          (alice falls or rises, bob moves as he must)
//! hold [KEY:] alice bob AMOUNT [expires TIME|in 60s] [OPTIONS] -> held        (alice falls; `hold-post` takes debit and credit)
//! capture [KEY:] HOLD [AMOUNT] [final] [OPTIONS]           -> captured amount=3.00 rows=2
//! release [KEY:] HOLD [NOTES]                              -> released
//! reverse [KEY:] TRANSFER [AMOUNT] [original] [NOTES]      -> reversed
//! journal [KEY:]                                           -> posted          (the indented lines below, together; `leg=2` in a refusal)
//! reverse-journal [KEY:] JOURNAL [original] [NOTES]        -> reversed
//! annotate account alice|transfer KEY [KEY=VALUE] [-KEY]   -> annotated       (sets and removes metadata)
//! period close|reopen 2026-01 [WHO]                        -> closed          (or reopened, unchanged)
//! clock accept                                             -> accepted        (or unchanged)
//! batch [stop|nothing]                                                        (the indented requests below, in one call)
//! expire                                                   -> 2               (how many expiries were recorded)
//! balance alice posted 5.00 held 0 available 5.00 version 1 state open
//! balance alice at 2026-01-01T12:00:00Z 5.00                                  (by recorded time)
//! balance alice effective 2026-01-01T12:00:00Z 5.00                           (by effective time)
//! metadata account alice|transfer KEY [at TIME] [KEY=VALUE]                   (all that is kept, as known at a time)
//! hold-state HOLD open remaining 3.00 rows 2
//! history alice 5.00 -2.00 balances 5.00 3.00                                 (oldest first)
//! verify -> ok
//! sum zero
//! ```
//! `HOLD`, `TRANSFER` and `JOURNAL` are keys; `KEY#2` is the second transfer of the journal of that key. `AMOUNT` is `5.00 [EUR]`,
//! `up-to 5.00 [EUR]` or `all`; without a currency it is in that of the first account that is named and exists, else in euros.
//! `NOTES` are `note WORD` and `meta KEY=VALUE`; `OPTIONS` are these, `cash NAME`, `effective TIME`, `if-version ACCOUNT 3` and
//! `if-balance ACCOUNT >= 1.00 [EUR]`; `WHO` is `actor WORD` and `reason WORD`. The fields of a refusal are those of its JSON, with
//! `_` for blanks; those of other answers are `amount`, that of the first transfer, and `rows`. A batch that is to `stop` does so at
//! the first refusal, and one of `nothing` is then not kept at all.

use std::cell::RefCell;
use std::collections::HashMap;

use teller::facts::{PeriodAction, Transfer, TransferId};
use teller::ledger::{NamedCurrency, Receipt};
use teller::money::{Currency, CurrencyCode};
use teller::requests::{AccountChange, AccountRequest, BatchPolicy, Operation, Request};
use teller::{Error, Ledger, Mode};

use super::TestBook;
use super::change::signature;
use super::options::{limit, metadata};
use super::outcome::Outcome;
use super::script::{Expected, Line, Words, blocks};

/// Runs a scenario, and then verifies the book. The words are those of this module's documentation.
///
/// # Panics
/// With the number of the line, where something else comes of it than the line says, or a word is unknown.
#[track_caller]
pub fn check(book: &TestBook, script: &str) {
    let ledger = book.ledger();
    let scenario = Scenario::new(book, &ledger);
    for (line, block) in blocks(&Line::all(script)) {
        scenario.run(line, block);
    }
    if let Err(problem) = scenario.verify() {
        panic!("after the last line: {problem}");
    }
}

/// The requests that the lines ask for, to be made in another way than one by one.
#[track_caller]
pub fn requests(book: &TestBook, ledger: &Ledger, script: &str) -> Vec<Request> {
    let scenario = Scenario::new(book, ledger);
    let lines = Line::all(script);
    let read = |(line, block): (&Line, &[Line])| scenario.read_or_fail(line, block);
    blocks(&lines).into_iter().map(read).collect()
}

pub(super) struct Scenario<'a> {
    pub(super) book: &'a TestBook,
    pub(super) ledger: &'a Ledger,
    /// The transfers of every answer so far, which a replay has to give again.
    answered: RefCell<HashMap<TransferId, Vec<Transfer>>>,
}

impl<'a> Scenario<'a> {
    fn new(book: &'a TestBook, ledger: &'a Ledger) -> Self {
        Self { book, ledger, answered: RefCell::default() }
    }

    fn run(&self, line: &Line, block: &[Line]) {
        let mut words = line.words();
        let verb = words.next("verb");
        let default = (verb == "account").then(|| Expected { code: "opened", fields: Vec::new() });
        let expected = line.expected().or(default);
        let outcome = match verb {
            "account" => self.open_account(line, words),
            "currency" => self.add_currency(line, words),
            "period" => self.change_period(line, words),
            "clock" => self.accept_clock(line, words),
            "expire" => {
                words.end();
                let expired = self.ledger.expire_holds(Mode::Commit).unwrap_or_else(|error| line.fail(error));
                Outcome::done(&expired.to_string())
            }
            "verify" => {
                words.end();
                self.verify().map_or_else(|problem| line.fail(problem), |()| Outcome::done("ok"))
            }
            "at" | "batch" | "balance" | "hold-state" | "history" | "metadata" | "sum" => {
                return self.look(line, verb, words, block);
            }
            _ => self.read_request(line, block).map_or_else(|invalid| invalid, |request| self.ask(line, &request)),
        };
        if !matches!(verb, "journal")
            && let Some(inner) = block.first()
        {
            inner.fail("is indented, but only a batch and a journal have lines inside");
        }
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
                self.submit_batch(line, block, policy);
            }
            "balance" => self.check_balance(line, words),
            "hold-state" => self.check_hold(line, words),
            "history" => self.check_history(line, words),
            "metadata" => self.check_metadata(line, words),
            _ => {
                if words.next("sum") != "zero" {
                    line.fail("can only be zero");
                }
                words.end();
                self.check_sum_zero(line);
            }
        }
    }

    fn ask(&self, line: &Line, request: &Request) -> Outcome {
        let answer = match request {
            Request::Operation(Operation::Change(change)) => return self.change(line, change, request),
            Request::Operation(_) | Request::Due(_) => {
                let requests = std::slice::from_ref(request);
                let answers = self.ledger.submit(requests, BatchPolicy::CarryOn, Mode::Commit);
                answers.unwrap_or_else(|fault| line.fail(fault)).pop().expect("one answer a request")
            }
            Request::Journal(journal) => rejected(line, self.ledger.post_journal(journal, Mode::Commit)),
            Request::JournalReversal(reversal) => rejected(line, self.ledger.reverse_journal(reversal, Mode::Commit)),
        };
        if let Ok(receipt) = &answer {
            self.compare_replay(line, receipt);
        }
        Outcome::of_receipt(request, answer.as_ref())
    }

    fn change(&self, line: &Line, change: &AccountChange, request: &Request) -> Outcome {
        let changed = self.ledger.change_account(change, Mode::Commit);
        if let Ok(changed) = &changed {
            assert_eq!(changed, &self.account(line, &change.account), "the answer is what is stored");
        }
        Outcome::of(line, changed, |_| super::outcome::word_for(request))
    }

    fn submit_batch(&self, head: &Line, block: &[Line], policy: BatchPolicy) {
        let items = blocks(block);
        let requests: Vec<_> = items.iter().map(|(line, block)| self.read_or_fail(line, block)).collect();
        let answers = self.ledger.submit(&requests, policy, Mode::Commit).unwrap_or_else(|fault| head.fail(fault));
        assert_eq!(answers.len(), items.len(), "one answer a request");
        for (((line, _), request), answer) in items.iter().zip(&requests).zip(&answers) {
            let expected = line.expected().unwrap_or_else(|| line.fail("does not say what comes of it"));
            Outcome::of_receipt(request, answer.as_ref()).check(line, &expected);
            if let Ok(receipt) = answer {
                self.compare_replay(line, receipt);
            }
        }
    }

    fn read_or_fail(&self, line: &Line, block: &[Line]) -> Request {
        let request = self.read_request(line, block);
        request.unwrap_or_else(|outcome| line.fail(format_args!("the request is {}", outcome.code)))
    }

    /// A replay gives the first answer again.
    fn compare_replay(&self, line: &Line, receipt: &Receipt) {
        let transfers: Vec<_> = receipt.transfers.iter().map(|posted| posted.transfer.clone()).collect();
        let Some(first) = transfers.first() else { return };
        let is_marked = receipt.transfers.iter().all(|posted| posted.replayed == receipt.replayed);
        assert!(is_marked, "all of an answer is replayed, or none");
        let mut answered = self.answered.borrow_mut();
        match answered.get(&first.id) {
            Some(before) if receipt.replayed && *before != transfers => {
                line.fail(format_args!("the replay gives {transfers:?}, the first answer was {before:?}"));
            }
            _ => _ = answered.insert(first.id, transfers),
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

    /// Only the book's owner may.
    fn accept_clock(&self, line: &Line, mut words: Words) -> Outcome {
        assert_eq!(words.next("accept"), "accept");
        words.end();
        let (actor, reason) = ("tests".parse().unwrap(), "wrong clock".parse().unwrap());
        let accepted = self.book.owner_ledger().accept_clock(&actor, &reason, Mode::Commit);
        Outcome::of(line, accepted, |event| if event.is_some() { "accepted" } else { "unchanged" })
    }

    /// Only the book's owner may.
    fn change_period(&self, line: &Line, words: Words) -> Outcome {
        let change = self.read_period_change(line, words);
        let changed = self.book.owner_ledger().change_period(&change, Mode::Commit);
        Outcome::of(line, changed, |event| match (event.is_some(), change.action) {
            (false, _) => "unchanged",
            (true, PeriodAction::Close) => "closed",
            (true, PeriodAction::Reopen) => "reopened",
        })
    }

    fn add_currency(&self, line: &Line, mut words: Words) -> Outcome {
        let (code, exponent) = (words.parse("code"), words.parse("exponent"));
        let name = words.parse("name");
        words.end();
        let currency = Currency::new(code, exponent).unwrap_or_else(|error| line.fail(error));
        let (named, signature) = (NamedCurrency { currency, name }, signature());
        Outcome::of(line, self.ledger.add_currency(&named, &signature, Mode::Commit), |_| "added")
    }

    /// The registered currency, or the refusal.
    pub(super) fn currency(&self, line: &Line, code: CurrencyCode) -> Result<Currency, Outcome> {
        match self.ledger.get_currency(code) {
            Ok(named) => Ok(named.currency),
            Err(error) => Err(Outcome::of(line, Err::<(), _>(error), |()| "found")),
        }
    }
}

fn rejected(line: &Line, answer: Result<Receipt, Error>) -> Result<Receipt, teller::rejection::Rejection> {
    answer.map_err(|error| match error {
        Error::Rejected(rejection) => *rejection,
        fault => line.fail(fault),
    })
}
