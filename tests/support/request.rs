//! Lines that ask for something that can be refused, read.

use teller::facts::{AccountName, Key, PeriodAction, Reference, RequestId, Sequence};
use teller::money::{Currency, CurrencyCode, Money};
use teller::requests::{
    AccountAction, AccountChange, AnnotationRequest, AnnotationTarget, CaptureRequest, HoldRequest, JournalRequest,
    JournalReversalRequest, Operation, Parties, PeriodChange, Quantity, ReleaseRequest, Request, ReversalRequest,
    Sides, TransferRequest,
};

use super::options::{Options, limit_change, metadata_change};
use super::outcome::Outcome;
use super::scenario::Scenario;
use super::script::{Line, Words, blocks};

const NOTES: [&str; 2] = ["note", "meta"];
const OF_TRANSFER: [&str; 6] = ["cash", "effective", "note", "meta", "if-version", "if-balance"];
const OF_HOLD: [&str; 6] = ["expires", "effective", "note", "meta", "if-version", "if-balance"];
const OF_CAPTURE: [&str; 4] = ["final", "effective", "note", "meta"];
const OF_REVERSAL: [&str; 3] = ["original", "note", "meta"];
const OF_CHANGE: [&str; 2] = ["actor", "reason"];

impl Scenario<'_> {
    /// The request of a line and those inside it, or the code for an amount or a currency that is none.
    pub(super) fn read_request(&self, line: &Line, block: &[Line]) -> Result<Request, Outcome> {
        let mut words = line.words();
        let verb = words.next("verb");
        if verb == "journal" {
            let id = self.read_id(line, &mut words);
            words.end();
            let leg = |(line, block): (&Line, &[Line])| {
                refuse_block(block);
                self.read_operation(line)
            };
            let legs = blocks(block).into_iter().map(leg).collect::<Result<_, _>>()?;
            return Ok(JournalRequest::new(id, legs).into());
        }
        refuse_block(block);
        if verb == "reverse-journal" {
            let id = self.read_id(line, &mut words);
            let journal = named(line, words.next("journal"));
            let Options { at, description, metadata, .. } = Options::read(self, line, words, &OF_REVERSAL);
            return Ok(JournalReversalRequest { id, journal, at, description, metadata }.into());
        }
        self.read_operation(line).map(Request::Operation)
    }

    fn read_operation(&self, line: &Line) -> Result<Operation, Outcome> {
        let mut words = line.words();
        let verb = words.next("verb");
        if matches!(verb, "limits" | "freeze" | "unfreeze" | "close") {
            return Ok(self.read_change(line, verb, words).into());
        }
        if verb == "annotate" {
            return Ok(read_annotation(line, words).into());
        }
        let id = self.read_id(line, &mut words);
        match verb {
            "capture" => self.read_capture(line, id, words).map(Operation::Capture),
            "release" => {
                let hold = named(line, words.next("hold"));
                let Options { description, metadata, .. } = Options::read(self, line, words, &NOTES);
                Ok(ReleaseRequest { id, hold, description, metadata }.into())
            }
            "reverse" => self.read_reversal(line, id, words).map(Operation::Reverse),
            "hold" | "hold-post" => {
                let (transfer, options) = self.read_transfer(line, verb, id, words, &OF_HOLD)?;
                Ok(HoldRequest { transfer, expiry: options.expiry }.into())
            }
            _ => Ok(self.read_transfer(line, verb, id, words, &OF_TRANSFER)?.0.into()),
        }
    }

    fn read_change(&self, line: &Line, verb: &str, mut words: Words) -> AccountChange {
        let account: AccountName = words.parse("account");
        let mut sides = || match words.next_if(|word| matches!(word, "debits" | "credits")) {
            Some("debits") => Sides::Debits,
            Some(_) => Sides::Credits,
            None => Sides::Both,
        };
        let action = match verb {
            "freeze" => AccountAction::Freeze(sides()),
            "unfreeze" => AccountAction::Unfreeze(sides()),
            "close" => AccountAction::Close,
            _ => {
                let currency = self.usual_currency(&[&account]);
                AccountAction::Limit(limit_change(line, &mut words, currency))
            }
        };
        let Options { actor, reason, .. } = Options::read(self, line, words, &OF_CHANGE);
        AccountChange { account, action, actor, reason }
    }

    /// `close|reopen PERIOD [WHO]`.
    pub(super) fn read_period_change(&self, line: &Line, mut words: Words) -> PeriodChange {
        let action = match words.next("action") {
            "close" => PeriodAction::Close,
            "reopen" => PeriodAction::Reopen,
            _ => line.fail("a period is closed or reopened"),
        };
        let period = words.parse("period");
        let Options { actor, reason, .. } = Options::read(self, line, words, &OF_CHANGE);
        PeriodChange { period, action, actor, reason }
    }

    /// `ACCOUNT [ACCOUNT] AMOUNT [CURRENCY] [OPTIONS]`.
    fn read_transfer(
        &self,
        line: &Line,
        verb: &str,
        id: RequestId,
        mut words: Words,
        known: &[&str],
    ) -> Result<(TransferRequest, Options), Outcome> {
        let first: AccountName = words.parse("account");
        let second: Option<AccountName> =
            (!matches!(verb, "deposit" | "withdraw")).then(|| words.parse("second account"));
        let amount = AmountWords::read(&mut words);
        let code = words.next_if(|word| word.parse::<CurrencyCode>().is_ok());
        let options = Options::read(self, line, words, known);

        let second = second.unwrap_or_else(|| options.cash.clone());
        let currency = match code {
            Some(code) => self.currency(line, code.parse().unwrap())?,
            None => self.usual_currency(&[&first, &second]),
        };
        let quantity = amount.quantity(currency)?;
        let parties = match verb {
            "transfer" => Parties::Transfer { from: first, to: second },
            "post" | "hold-post" => Parties::Post { debit: first, credit: second },
            "deposit" => Parties::Deposit { account: first, cash: second },
            "withdraw" => Parties::Withdrawal { account: first, cash: second },
            "hold" | "fall" => Parties::Fall { account: first, against: second },
            "rise" => Parties::Rise { account: first, against: second },
            _ => line.fail("asks for no transfer"),
        };
        let request = TransferRequest {
            id,
            parties,
            quantity,
            effective_at: options.effective_at,
            description: options.description.clone(),
            metadata: options.metadata.clone(),
            conditions: options.conditions.clone(),
        };
        Ok((request, options))
    }

    fn read_capture(&self, line: &Line, id: RequestId, mut words: Words) -> Result<CaptureRequest, Outcome> {
        let hold = named(line, words.next("hold"));
        let found = self.ledger.get_hold(hold.clone()).ok();
        let currency = found.map_or_else(euro, |found| found.status.currency);
        let quantity = self.read_rest(line, &mut words, currency, &OF_CAPTURE)?;
        let Options { effective_at, description, metadata, remainder, .. } =
            Options::read(self, line, words, &OF_CAPTURE);
        Ok(CaptureRequest { id, hold, quantity, remainder, effective_at, description, metadata })
    }

    fn read_reversal(&self, line: &Line, id: RequestId, mut words: Words) -> Result<ReversalRequest, Outcome> {
        let reversed = named(line, words.next("transfer"));
        let original = self.ledger.get_transfer(reversed.clone()).ok();
        let currency = original.map_or_else(euro, |original| original.currency);
        let quantity = self.read_rest(line, &mut words, currency, &OF_REVERSAL)?;
        let Options { at, description, metadata, .. } = Options::read(self, line, words, &OF_REVERSAL);
        Ok(ReversalRequest { id, reversed, quantity, at, description, metadata })
    }

    /// `[AMOUNT [CURRENCY]]`, all where there is none.
    fn read_rest(
        &self,
        line: &Line,
        words: &mut Words,
        currency: Currency,
        options: &[&str],
    ) -> Result<Quantity, Outcome> {
        if words.peek().is_none_or(|word| options.contains(&word)) {
            return Ok(Quantity::All);
        }
        let amount = AmountWords::read(words);
        match words.next_if(|word| word.parse::<CurrencyCode>().is_ok()) {
            Some(code) => amount.quantity(self.currency(line, code.parse().unwrap())?),
            None => amount.quantity(currency),
        }
    }

    fn read_id(&self, line: &Line, words: &mut Words) -> RequestId {
        match words.next_if(|word| word.ends_with(':')) {
            Some(key) => request_id(line, key.trim_end_matches(':')),
            None => self.book.next_id().into(),
        }
    }

    /// A currency that may stand there, else the usual one.
    pub(super) fn read_currency(
        &self,
        line: &Line,
        words: &mut Words,
        names: &[&AccountName],
    ) -> Result<Currency, Outcome> {
        match words.next_if(|word| word.parse::<CurrencyCode>().is_ok()) {
            Some(code) => self.currency(line, code.parse().unwrap()),
            None => Ok(self.usual_currency(names)),
        }
    }

    /// The currency of the first of the accounts that exists, else the euro.
    fn usual_currency(&self, names: &[&AccountName]) -> Currency {
        let existing = names.iter().find_map(|name| self.ledger.get_account(name).ok());
        existing.map_or_else(euro, |account| account.currency)
    }
}

/// `account NAME|transfer KEY [KEY=VALUE] [-KEY]`.
fn read_annotation(line: &Line, mut words: Words) -> AnnotationRequest {
    let target = annotation_target(line, &mut words);
    let change = metadata_change(line, &mut words);
    words.end();
    AnnotationRequest { target, change, actor: "tests".parse().unwrap(), reason: None }
}

/// `account NAME` or `transfer KEY`.
pub(super) fn annotation_target(line: &Line, words: &mut Words) -> AnnotationTarget {
    match words.next("what it is kept beside") {
        "account" => AnnotationTarget::Account(words.parse("account")),
        "transfer" => AnnotationTarget::Transfer(named(line, words.next("transfer"))),
        _ => line.fail("metadata is kept beside an account or a transfer"),
    }
}

fn refuse_block(block: &[Line]) {
    if let Some(inner) = block.first() {
        inner.fail("is indented, but only a batch and a journal have lines inside");
    }
}

fn euro() -> Currency {
    Currency::new("EUR".parse().unwrap(), 2).unwrap()
}

/// The id of a key, with the key; `KEY#2` is the id alone of the second transfer of the journal of that key.
fn request_id(line: &Line, key: &str) -> RequestId {
    if key.contains('#') {
        return named(line, key).id().into();
    }
    key.parse::<Key>().unwrap_or_else(|error| line.fail(error)).into()
}

/// What has a key; `KEY#2` is the second transfer of the journal of that key.
fn named(line: &Line, key: &str) -> Reference {
    let (key, leg) = key.split_once('#').map_or((key, None), |(key, leg)| (key, Some(leg)));
    let key: Key = key.parse().unwrap_or_else(|error| line.fail(error));
    match leg.map(|leg| leg.parse::<u32>().unwrap_or_else(|error| line.fail(error))) {
        None => key.into(),
        // As a sequence does, this means the transfer and not the journal, which has the same id.
        Some(1) => Reference::at(Sequence::UNASSIGNED, key.id()),
        Some(leg) => key.id().of_leg(leg - 1).into(),
    }
}

/// `5.00`, `up-to 5.00` or `all`, before it is known in which currency.
struct AmountWords<'a> {
    form: &'a str,
    number: &'a str,
}

impl<'a> AmountWords<'a> {
    fn read(words: &mut Words<'a>) -> Self {
        let form = words.next_if(|word| matches!(word, "all" | "up-to")).unwrap_or("");
        let number = if form == "all" { "" } else { words.next("amount") };
        Self { form, number }
    }

    fn quantity(&self, currency: Currency) -> Result<Quantity, Outcome> {
        if self.form == "all" {
            return Ok(Quantity::All);
        }
        let money = Money::parse(self.number, currency).map_err(Outcome::invalid)?;
        Ok(if self.form == "up-to" { Quantity::UpTo(money) } else { Quantity::Exactly(money) })
    }
}
