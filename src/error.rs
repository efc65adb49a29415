//! What can go wrong, as the library's callers see it.

mod conversions;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use crate::facts::{Instant, InstantError, PeriodError, RecurrenceError, Sequence, TextError};
use crate::money::{AmountError, CurrencyError, ExchangeError, SplitError};
use crate::proof::SealError;
use crate::rejection::Rejection;
use crate::requests::Place;
use crate::store::StoreError;

/// Why an operation did not happen.
#[derive(Debug, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Error {
    /// A rule refused it: an answer, not a fault. Nothing was written.
    #[error(transparent)]
    Rejected(Box<Rejection>),
    /// What was handed in is not what it should be. Nothing was written.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The database, or the way to it.
    #[error(transparent)]
    Store(StoreError),
    /// A file that is read from or written to.
    #[error("cannot {doing}")]
    #[strum(serialize = "file_unusable")]
    File {
        /// What was tried, with the file's name.
        doing: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

/// Why a text is not an amount, a name, a time, …
#[derive(Clone, Debug, Error, IntoStaticStr, PartialEq, Eq, VariantNames)]
#[non_exhaustive]
pub enum InputError {
    /// Not an amount.
    #[error(transparent)]
    #[strum(serialize = "amount_invalid")]
    Amount(#[from] AmountError),
    /// Not a currency.
    #[error(transparent)]
    #[strum(serialize = "currency_invalid")]
    Currency(#[from] CurrencyError),
    /// Not a text that can be stored.
    #[error(transparent)]
    #[strum(serialize = "text_invalid")]
    Text(#[from] TextError),
    /// Not a moment.
    #[error(transparent)]
    #[strum(serialize = "time_invalid")]
    Instant(#[from] InstantError),
    /// Not a period.
    #[error(transparent)]
    #[strum(serialize = "period_invalid")]
    Period(#[from] PeriodError),
    /// Not a rate, or not a way of rounding.
    #[error(transparent)]
    #[strum(serialize = "exchange_invalid")]
    Exchange(#[from] ExchangeError),
    /// Not shares that make a whole.
    #[error(transparent)]
    #[strum(serialize = "split_invalid")]
    Split(#[from] SplitError),
    /// A span of time that ends before it begins.
    #[error("the span begins at {from} and ends at {to}, before it begins; exchange the two")]
    #[strum(serialize = "span_invalid")]
    Span {
        /// When it begins.
        from: Instant,
        /// When it ends.
        to: Instant,
    },
    /// Where a reader of events stands is no event of the book.
    #[error(
        "the cursor {cursor} is behind no event of this book, whose newest one is @{newest}: it is of another book, or the book was \
             restored to an earlier state"
    )]
    #[strum(serialize = "cursor_foreign")]
    CursorForeign {
        /// The cursor.
        cursor: String,
        /// The newest sequence of the book.
        newest: Sequence,
    },
    /// There is no such consumer of the feed.
    #[error("there is no consumer {consumer:?}")]
    #[strum(serialize = "consumer_unknown")]
    ConsumerUnknown {
        /// The name, shortened to 80 characters.
        consumer: String,
    },
    /// Somebody else reads as this consumer.
    #[error("the consumer {consumer} is held by {holder} until {until}")]
    #[strum(serialize = "consumer_held")]
    ConsumerHeld {
        /// Its name.
        consumer: String,
        /// Who reads.
        holder: String,
        /// When the lease ends unless it is renewed.
        until: Instant,
    },
    /// Somebody else has read as this consumer since, or its place was moved.
    #[error(
        "the lease {epoch} of the consumer {consumer} is over: another reader has taken it, or the consumer was moved"
    )]
    #[strum(serialize = "lease_lost")]
    LeaseLost {
        /// Its name.
        consumer: String,
        /// The number of the lease that is over.
        epoch: i64,
    },
    /// A consumer does not go back by acknowledging.
    #[error("the consumer {consumer} has acknowledged events up to {acknowledged}, and {cursor} is before that")]
    #[strum(serialize = "cursor_behind")]
    CursorBehind {
        /// Its name.
        consumer: String,
        /// What was to be acknowledged.
        cursor: String,
        /// What was acknowledged before.
        acknowledged: String,
    },
    /// There is no such monitor.
    #[error("there is no monitor {0:?}")]
    #[strum(serialize = "monitor_unknown")]
    MonitorUnknown(String),
    /// There is a monitor of that name.
    #[error("there is a monitor {0} already")]
    #[strum(serialize = "monitor_exists")]
    MonitorExists(String),
    /// There is no such webhook.
    #[error("there is no webhook {0:?}")]
    #[strum(serialize = "webhook_unknown")]
    WebhookUnknown(String),
    /// Not a seal of this book.
    #[error(transparent)]
    #[strum(serialize = "seal_invalid")]
    Seal(#[from] SealError),
    /// Not the file of a whole book, or not as it was exported.
    #[error("line {line}: {problem}")]
    #[strum(serialize = "book_file_invalid")]
    BookFile {
        /// The line, counted from 1.
        line: u64,
        /// What is wrong, with what was found and what should be there.
        problem: String,
    },
    /// Not a CSV file from here on: what stands behind it could mean anything, so nothing of it is read.
    #[error("line {line}, column {column}: {problem}")]
    #[strum(serialize = "csv_invalid")]
    Csv {
        /// The line, counted from 1.
        line: u64,
        /// The character in the line, counted from 1.
        column: u64,
        /// What is wrong.
        problem: String,
    },
    /// Not the columns that a file should have.
    #[error("the header {problem}; the columns are {known}")]
    #[strum(serialize = "header_invalid")]
    Header {
        /// What is wrong with it.
        problem: String,
        /// What there may be.
        known: String,
    },
    /// Not the columns that the rules for a file name.
    #[error("the header {problem}")]
    #[strum(serialize = "header_invalid")]
    HeaderOfRules {
        /// What is wrong with it.
        problem: String,
    },
    /// Not in the encoding that the file was to be read in.
    #[error("the file is in {found}, and was read as {read_as}")]
    #[strum(serialize = "encoding_other")]
    Encoding {
        /// The encoding that its first bytes show.
        found: &'static str,
        /// The encoding that it was to be read in.
        read_as: String,
    },
    /// Not rules for reading a file.
    #[error("{place}: {problem}")]
    #[strum(serialize = "rules_invalid")]
    Rules {
        /// The line of the rules, and the field there.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// Not moments at which something can recur.
    #[error(transparent)]
    #[strum(serialize = "recurrence_invalid")]
    Recurrence(#[from] RecurrenceError),
    /// Not a length of time.
    #[error("{text:?} is not a length of time; write it like 90s, 30m, 12h or 7d")]
    #[strum(serialize = "duration_invalid")]
    Duration {
        /// What was given, shortened to 40 characters.
        text: String,
    },
    /// A length of time that is too short or too long for what it is given for.
    #[error("{text:?} is no length that this can have: it is {limits}")]
    #[strum(serialize = "duration_invalid")]
    DurationLimits {
        /// What was given, shortened to 40 characters.
        text: String,
        /// How long it may be.
        limits: &'static str,
    },
    /// Amounts of which the least is more than the most.
    #[error("the least amount is {min} and the most is {max}, so no amount is between them; exchange the two")]
    #[strum(serialize = "span_invalid")]
    AmountSpan {
        /// The least amount, as it was given.
        min: String,
        /// The most, as it was given.
        max: String,
    },
    /// A host that events are not sent to, unless that is allowed for its webhook.
    #[error("{host} is not a host of the public Internet, so no event would be sent there")]
    #[strum(serialize = "webhook_private")]
    WebhookPrivate {
        /// The host.
        host: String,
    },
    /// Not a report that can be made.
    #[error("{problem}")]
    #[strum(serialize = "report_invalid")]
    Report {
        /// What is wrong with what was asked for.
        problem: String,
    },
    /// Not a book that the journal's format can say.
    #[error("{problem}")]
    #[strum(serialize = "journal_invalid")]
    Journal {
        /// What cannot be said, and what to do instead.
        problem: String,
    },
    /// Not a month.
    #[error("{text:?} is no month; write it like 2026-09")]
    #[strum(serialize = "time_invalid")]
    Month {
        /// What was given, shortened to 40 characters.
        text: String,
    },
    /// Not a time that can be read.
    #[error(
        "{text:?} is no time; write a day, a month or a year like 2026-09-01, 2026-09 or 2026, today, yesterday, or a time like \
         2026-09-01T12:00 or 2026-09-01T12:00:00+02:00"
    )]
    #[strum(serialize = "time_invalid")]
    Moment {
        /// What was given, shortened to 40 characters.
        text: String,
    },
    /// A time of a zone whose clocks are set just then.
    #[error(
        "{text:?} is {shown} on the clocks of the time zone; write it with its offset, like 2026-09-01T12:00:00+02:00"
    )]
    #[strum(serialize = "time_invalid")]
    LocalTime {
        /// What was given.
        text: String,
        /// `twice` or `never`.
        shown: &'static str,
    },
    /// Not a request that can be read.
    #[error("{problem}")]
    #[strum(serialize = "request_invalid")]
    Request {
        /// What is wrong with it.
        problem: String,
    },
    /// Not an account's version.
    #[error("{text:?} is no version; write a whole number")]
    #[strum(serialize = "request_invalid")]
    Version {
        /// What was given.
        text: String,
    },
    /// Nobody is known who wants it so.
    #[error("nobody is logged in by name")]
    #[strum(serialize = "request_invalid")]
    ActorMissing,
    /// A batch that one transaction does not take.
    #[error("the batch has more than {items_max} requests, the most that one transaction takes")]
    #[strum(serialize = "batch_too_large")]
    BatchTooLarge {
        /// The most.
        items_max: u64,
    },
    /// One of the others, and where it stands.
    #[error("{place}: {fault}")]
    #[strum(serialize = "at")]
    At {
        /// From the outside to the inside: `line 3, leg 2, field amount`.
        place: String,
        /// What is wrong there.
        fault: Box<InputError>,
    },
}

impl InputError {
    /// A request that cannot be read.
    pub(crate) fn request(problem: impl Into<String>) -> Self {
        Self::Request { problem: problem.into() }
    }

    /// A report that cannot be made.
    pub(crate) fn report(problem: impl Into<String>) -> Self {
        Self::Report { problem: problem.into() }
    }

    /// A book that the journal's format cannot say.
    pub(crate) fn journal(problem: impl Into<String>) -> Self {
        Self::Journal { problem: problem.into() }
    }

    /// The same fault, and what it stands in.
    #[must_use]
    pub(crate) fn at(self, outside: &str) -> Self {
        match self {
            Self::At { place, fault } => Self::At { place: format!("{outside}, {place}"), fault },
            fault => Self::At { place: outside.to_owned(), fault: Box::new(fault) },
        }
    }

    /// The same fault at a place, unless there is nothing to tell of that.
    #[must_use]
    pub(crate) fn in_place(self, place: Place) -> Self {
        if place.is_empty() { self } else { self.at(&place.to_string()) }
    }

    /// The stable code, as in JSON and in `docs/errors.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::At { fault, .. } => fault.code(),
            other => other.into(),
        }
    }

    /// Whether the same input can be taken when it is handed in again: only where another reader was in the way.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::ConsumerHeld { .. })
    }
}

impl Error {
    /// The stable code, as in JSON, in `docs/rejections.md` and in `docs/errors.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rejected(rejection) => rejection.code(),
            Self::Input(input) => input.code(),
            Self::Store(fault) => fault.code(),
            Self::File { .. } => self.into(),
        }
    }

    /// Whether the same request, sent again with the same ids, can succeed without anyone changing it: see
    /// [`StoreError::is_retryable`].
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Rejected(rejection) => rejection.is_retryable(),
            Self::Input(input) => input.is_retryable(),
            Self::Store(fault) => fault.is_retryable(),
            Self::File { .. } => false,
        }
    }

    /// The same error; where it is about what was handed in, with what it stands in.
    #[must_use]
    pub(crate) fn at(self, outside: &str) -> Self {
        match self {
            Self::Input(input) => Self::Input(input.at(outside)),
            other => other,
        }
    }
}
