use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::str::FromStr;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, InputError};
use crate::facts::{
    AccountEvent, AccountId, AccountState, AccountType, Annotation, Hash, Instant, Leg, Limits, Metadata,
    RequestDigest, Sequence, Terms, Transfer, TransferId, TransferKind, Velocity,
};
use crate::files::{BOM, foreign_encoding};
use crate::interchange::book_file::book_events::book_event;
use crate::interchange::book_file::schedules;
use crate::interchange::book_file::shapes::{
    AccountShape, AnnotationShape, CurrencyShape, EventShape, HeaderShape, LegShape, LineShape, TermsShape,
    TransferShape,
};
use crate::interchange::book_file::write::{append_line, digest};
use crate::ledger::{BookHeader, BookLine, BookRecord, BookSource, BookTrailer, NamedCurrency, NumberedAccount};
use crate::money::{Amount, Currency, Money};
use crate::requests::AccountRequest;
use crate::wire::hex::from_hex;

/// The longest line, in bytes: beyond all that a transfer can say, also where every character of its metadata is escaped.
const LINE_LENGTH_MAX: u64 = 1 << 20;

/// Reads a book's file.
pub struct BookReader<R> {
    reader: R,
    number: u64,
    hasher: Sha256,
    currencies: HashMap<String, Currency>,
    line: Vec<u8>,
    /// The line as it should be written.
    written: Vec<u8>,
}

impl<R: BufRead> BookReader<R> {
    /// Reads from something.
    pub fn new(reader: R) -> Self {
        let (hasher, currencies) = (Sha256::new(), HashMap::new());
        Self { reader, number: 0, hasher, currencies, line: Vec::new(), written: Vec::new() }
    }

    /// Skips a byte order mark, which is no part of the book. The error for another encoding names that encoding.
    fn check_first_bytes(&mut self) -> Result<(), InputError> {
        if self.line.starts_with(BOM) {
            self.line.drain(..BOM.len());
        }
        match foreign_encoding(&self.line) {
            Some(problem) => Err(InputError::BookFile { line: 1, problem: problem.to_owned() }),
            None => Ok(()),
        }
    }

    fn read(&mut self) -> Result<BookRecord, String> {
        if !self.line.ends_with(b"\n") {
            return Err("it has no end: the file was cut off, or the line is longer than any line of a book".to_owned());
        }
        let shape = serde_json::from_slice::<LineShape<'_>>(&self.line);
        let shape = shape.map_err(|error| format!("it is not a line of a book: {error}"))?;
        let (record, sha256) = record(shape, &self.currencies)?;
        self.written.clear();
        append_line(&mut self.written, &record, &self.hasher).map_err(|error| error.to_string())?;
        if let Some(sha256) = sha256
            && sha256 != digest(&self.hasher)
        {
            return Err(format!("sha256 is {sha256}, the lines before it come to {}", digest(&self.hasher)));
        }
        if self.written != self.line {
            let same = self.line.iter().zip(&self.written).take_while(|(found, right)| found == right).count();
            return Err(format!("it is not written as Teller writes it, from byte {} on", same + 1));
        }
        if let BookRecord::Currency(named) = &record {
            self.currencies.insert(named.currency.code().to_string(), named.currency);
        }
        Ok(record)
    }
}

impl<R: BufRead> BookSource for BookReader<R> {
    fn next_line(&mut self) -> Result<Option<BookLine>, Error> {
        self.line.clear();
        let read = self.reader.by_ref().take(LINE_LENGTH_MAX).read_until(b'\n', &mut self.line);
        read.map_err(|source| Error::File { doing: format!("read line {} of the book", self.number + 1), source })?;
        if self.number == 0 {
            self.check_first_bytes()?;
        }
        if self.line.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let number = self.number;
        let record = self.read().map_err(|problem| InputError::BookFile { line: number, problem })?;
        self.hasher.update(&self.line);
        Ok(Some(BookLine { number, record }))
    }

    fn digest(&self) -> Hash {
        digest(&self.hasher)
    }
}

type Currencies = HashMap<String, Currency>;

fn record(shape: LineShape<'_>, currencies: &Currencies) -> Result<(BookRecord, Option<Hash>), String> {
    let record = match shape {
        LineShape::Header(shape) => BookRecord::Header(header(&shape)?),
        LineShape::Currency(shape) => BookRecord::Currency(currency(&shape)?),
        LineShape::Account(shape) => BookRecord::Account(account(shape, currencies)?),
        LineShape::Transfer(shape) => {
            let currency = known(&shape.currency, currencies)?;
            BookRecord::Transfer(Box::new(transfer(shape, currency)?), currency)
        }
        LineShape::Event(shape) => {
            let currency = known(&shape.currency, currencies)?;
            BookRecord::Event(Box::new(event(shape, currency)?), currency)
        }
        LineShape::BookEvent(shape) => BookRecord::BookEvent(Box::new(book_event(&shape)?)),
        LineShape::Schedule(shape) => schedules::schedule(shape, currencies)?,
        LineShape::Due(shape) => schedules::due(shape)?,
        LineShape::Trailer(shape) => {
            let trailer = BookTrailer {
                accounts: shape.accounts,
                transfers: shape.transfers,
                events: shape.events,
                book_events: shape.book_events,
                root: hash("root", &shape.root)?,
            };
            return Ok((BookRecord::Trailer(trailer), Some(hash("sha256", &shape.sha256)?)));
        }
    };
    Ok((record, None))
}

fn header(shape: &HeaderShape) -> Result<BookHeader, String> {
    if shape.format != crate::interchange::book_file::FORMAT {
        return Err(format!(
            "the format is {:?}, this version of Teller reads {:?}",
            shape.format,
            crate::interchange::book_file::FORMAT
        ));
    }
    Ok(BookHeader {
        book_id: uuid("book", &shape.book)?,
        accounts: shape.accounts,
        transfers: shape.transfers,
        events: shape.events,
        book_events: shape.book_events,
        sequence: Sequence(shape.sequence),
        schedules: shape.schedules,
        dues: shape.dues,
    })
}

fn currency(shape: &CurrencyShape<'_>) -> Result<NamedCurrency, String> {
    let currency = Currency::new(parsed("code", &shape.code)?, shape.exponent).map_err(|error| error.to_string())?;
    Ok(NamedCurrency { currency, name: parsed("name", &shape.name)? })
}

fn account(shape: AccountShape<'_>, currencies: &Currencies) -> Result<NumberedAccount, String> {
    let currency = known(&shape.currency, currencies)?;
    let opening = AccountRequest {
        name: parsed("name", &shape.name)?,
        account_type: parsed::<AccountType>("type", &shape.r#type)?,
        currency,
        limits: limits(shape.min_balance.as_deref(), shape.max_balance.as_deref(), currency)?,
        description: shape.description.as_deref().map(|text| parsed("description", text)).transpose()?,
        metadata: Metadata::new(shape.metadata).map_err(|error| error.to_string())?,
    };
    let (opened_at, hash) = (parsed("opened_at", &shape.opened_at)?, hash("hash", &shape.hash)?);
    Ok(NumberedAccount { id: AccountId(shape.id), opening, opened_at, hash })
}

fn transfer(shape: TransferShape<'_>, currency: Currency) -> Result<Transfer, String> {
    let amount_of = |field, text: &str| amount(field, text, currency);
    let kind = TransferKind::from_word(&shape.kind);
    let transfer = Transfer {
        sequence: Sequence(shape.sequence),
        id: TransferId(uuid("id", &shape.id)?),
        kind: kind.ok_or_else(|| format!("kind is {:?}, which no transfer is", shape.kind))?,
        amount: amount_of("amount", &shape.amount)?,
        debit: leg(&shape.debit, currency)?,
        credit: leg(&shape.credit, currency)?,
        recorded_at: parsed("recorded_at", &shape.recorded_at)?,
        effective_at: parsed("effective_at", &shape.effective_at)?,
        journal_id: optional(shape.journal_id.as_deref(), |text| uuid("journal_id", text))?,
        hold_id: optional(shape.hold_id.as_deref(), |text| uuid("hold_id", text).map(TransferId))?,
        reversed_id: optional(shape.reversed_id.as_deref(), |text| uuid("reversed_id", text).map(TransferId))?,
        expires_at: optional(shape.expires_at.as_deref(), |text| parsed::<Instant>("expires_at", text))?,
        up_to: optional(shape.up_to.as_deref(), |text| amount_of("up_to", text))?,
        key: optional(shape.key.as_deref(), |text| parsed("key", text))?,
        request_digest: optional(shape.request_digest.as_deref(), |text| uuid("request_digest", text))?
            .map(RequestDigest),
        actor: parsed("actor", &shape.actor)?,
        clock_at: optional(shape.clock_at.as_deref(), |text| parsed::<Instant>("clock_at", text))?,
        description: optional(shape.description.as_deref(), |text| parsed("description", text))?,
        metadata: Metadata::new(shape.metadata).map_err(|error| error.to_string())?,
        hash: hash("hash", &shape.hash)?,
    };
    if !transfer.amount.is_positive() {
        return Err(format!("amount is {}, which is not more than zero", shape.amount));
    }
    Ok(transfer)
}

fn event(shape: EventShape<'_>, currency: Currency) -> Result<AccountEvent, String> {
    Ok(AccountEvent {
        account_id: AccountId(shape.account),
        number: shape.event,
        sequence: Sequence(shape.sequence),
        version: shape.version,
        recorded_at: parsed("recorded_at", &shape.recorded_at)?,
        before: terms(&shape.before, currency)?,
        after: terms(&shape.after, currency)?,
        annotation: shape.metadata.map(annotation).transpose()?,
        actor: parsed("actor", &shape.actor)?,
        reason: optional(shape.reason.as_deref(), |text| parsed("reason", text))?,
        journal_id: optional(shape.journal_id.as_deref(), |text| uuid("journal_id", text))?,
        hash: hash("hash", &shape.hash)?,
    })
}

fn annotation(shape: AnnotationShape) -> Result<Annotation, String> {
    let kept = |entries| Metadata::new(entries).map_err(|error| error.to_string());
    Ok(Annotation {
        transfer_id: optional(shape.transfer.as_deref(), |text| uuid("transfer", text).map(TransferId))?,
        before: kept(shape.before)?,
        after: kept(shape.after)?,
    })
}

fn leg(shape: &LegShape, currency: Currency) -> Result<Leg, String> {
    Ok(Leg {
        account_id: AccountId(shape.account),
        version: shape.version,
        balance: amount("balance", &shape.balance, currency)?,
        previous: shape.previous.map(Sequence),
    })
}

fn terms(shape: &TermsShape, currency: Currency) -> Result<Terms, String> {
    let state = AccountState::from_word(&shape.state);
    let state = state.ok_or_else(|| format!("state is {:?}, which no account is", shape.state))?;
    let limits = limits(shape.min_balance.as_deref(), shape.max_balance.as_deref(), currency)?;
    let velocity = Velocity {
        per_transfer: optional(shape.per_transfer.as_deref(), |text| amount("per_transfer", text, currency))?,
        per_day: optional(shape.per_day.as_deref(), |text| amount("per_day", text, currency))?,
        per_month: optional(shape.per_month.as_deref(), |text| amount("per_month", text, currency))?,
    };
    Ok(Terms { state, limits, velocity })
}

fn limits(min_balance: Option<&str>, max_balance: Option<&str>, currency: Currency) -> Result<Limits, String> {
    Ok(Limits {
        min_balance: optional(min_balance, |text| amount("min_balance", text, currency))?,
        max_balance: optional(max_balance, |text| amount("max_balance", text, currency))?,
    })
}

pub(super) fn known(code: &str, currencies: &Currencies) -> Result<Currency, String> {
    currencies.get(code).copied().ok_or_else(|| format!("currency is {code:?}, which no line before it has"))
}

pub(super) fn optional<T>(
    text: Option<&str>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    text.map(read).transpose()
}

pub(super) fn parsed<T: FromStr<Err: ToString>>(field: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| format!("{field}: {}", error.to_string()))
}

pub(super) fn amount(field: &str, text: &str, currency: Currency) -> Result<Amount, String> {
    Money::parse_signed(text, currency).map(|money| money.amount).map_err(|error| format!("{field}: {error}"))
}

pub(super) fn uuid(field: &str, text: &str) -> Result<Uuid, String> {
    Uuid::try_parse(text).map_err(|_| format!("{field} is {text:?}, which is not a UUID"))
}

pub(super) fn hash(field: &str, text: &str) -> Result<Hash, String> {
    from_hex(text).map(Hash).ok_or_else(|| format!("{field} is {text:?}, which is not a hash"))
}
