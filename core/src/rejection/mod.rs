//! How a request is refused: a stable code and the fields that explain it, in the order in which requests are checked.
//!
//! What belongs here: codes, fields, and a sentence that says what happened. What does not: what to do next in the words of a program, and
//! exit or status codes.

mod code;
mod fields;
mod kept;
mod schedule;
#[cfg(test)]
mod tests;

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use self::fields::{counted, entry_holder, serialize_fields};
use crate::facts::{
    AccountName, AccountState, HoldState, Instant, NormalSide, Period, Reference, RequestId, Sequence, TransferId,
    TransferKind, Window,
};
use crate::money::{CurrencyCode, Money};

pub use self::schedule::ScheduleRejection;

/// A refusal by a rule: an answer, with a stable code. Nothing was written.
///
/// A request that breaks several rules is refused by the first of them in the order given here, down to `Overflow`. The accounts are
/// looked at in the order in which the request names them.
#[derive(Clone, Debug, Error, IntoStaticStr, PartialEq, Eq, Serialize, VariantNames)]
#[serde(tag = "code", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Rejection {
    /// An id of the kind that Teller makes itself, for what follows from a request.
    #[error("id {id} is a UUID of version 8, which only Teller makes")]
    IdReserved {
        /// The id.
        id: TransferId,
    },
    /// An amount of zero or less.
    #[error("the amount must be more than zero, {amount} was given")]
    AmountNotPositive {
        /// What was asked for.
        amount: Money,
    },
    /// Both sides are one account.
    #[error("account {account} is on both sides; a transfer needs two accounts")]
    SameAccount {
        /// The account.
        account: AccountName,
    },
    /// A journal that moves nothing.
    #[error("journal {journal} has no transfers")]
    JournalEmpty {
        /// The journal.
        journal: Reference,
    },
    /// The id belongs to a transfer with other content.
    #[error("{id} is already used by transfer {sequence}, which has other content")]
    IdReused {
        /// The key or id.
        id: RequestId,
        /// The transfer that has it; 0 when it stands earlier in the same dry run.
        sequence: Sequence,
    },
    /// There is no such account.
    #[error("account {account} is unknown")]
    AccountUnknown {
        /// The name that was given.
        account: AccountName,
    },
    /// There is no such hold.
    #[error("hold {hold} is unknown")]
    HoldUnknown {
        /// The id that was given.
        hold: Reference,
    },
    /// There is no such transfer.
    #[error("transfer {transfer} is unknown")]
    TransferUnknown {
        /// The id that was given.
        transfer: Reference,
    },
    /// There is no such journal.
    #[error("journal {journal} is unknown")]
    JournalUnknown {
        /// The id that was given.
        journal: Reference,
    },
    /// A journal's id or key, where one transfer is to be named. It never means the journal's first one.
    #[error("{journal} is a journal of {transfers} transfers")]
    JournalNamed {
        /// The journal.
        journal: Reference,
        /// How many transfers it has.
        transfers: usize,
    },
    /// A transfer between accounts of which one rises when the other would.
    #[error(
        "{from} is {from_side}-normal and {to} is {to_side}-normal, so a transfer cannot lower one and raise the other"
    )]
    NormalSidesDiffer {
        /// The account that should fall.
        from: AccountName,
        /// Its normal side.
        from_side: NormalSide,
        /// The account that should rise.
        to: AccountName,
        /// Its normal side.
        to_side: NormalSide,
    },
    /// A deposit or withdrawal between accounts that cannot rise or fall together.
    #[error("{account} and {cash} are both {side}-normal, so they cannot rise or fall together")]
    NormalSidesMatch {
        /// The account.
        account: AccountName,
        /// The cash account.
        cash: AccountName,
        /// The normal side of both.
        side: NormalSide,
    },
    /// An amount that is left to what is available, between accounts that both rise.
    #[error("{account} and {other} both rise, so there is nothing whose available balance could give the amount")]
    NothingFalls {
        /// The account that is named first.
        account: AccountName,
        /// The other one.
        other: AccountName,
    },
    /// The amount or the two accounts are not all in one currency.
    #[error("account {account} is in {account_currency}, the transfer needs {currency}")]
    CurrenciesDiffer {
        /// The first account that differs.
        account: AccountName,
        /// Its currency.
        account_currency: CurrencyCode,
        /// The currency of the amount.
        currency: CurrencyCode,
    },
    /// An exchange between accounts of one currency.
    #[error("accounts {from} and {to} are both in {currency}, so there is nothing to exchange")]
    CurrenciesAlike {
        /// The account that would fall.
        from: AccountName,
        /// The account that would rise.
        to: AccountName,
        /// The currency of both.
        currency: CurrencyCode,
    },
    /// The account is closed.
    #[error("account {account} is closed")]
    AccountClosed {
        /// The account.
        account: AccountName,
    },
    /// The account is frozen for the side that the transfer needs.
    #[error("account {account} is {state}")]
    AccountFrozen {
        /// The account.
        account: AccountName,
        /// Its state.
        state: AccountState,
    },
    /// The newest entry of an account, or of the book, is later than now: a clock was wrong when it was made, or is now.
    #[error(
        "{} an entry of {recorded_at}, @{sequence}, and it is only {now}",
        entry_holder(account.as_ref())
    )]
    ClockBehind {
        /// The account; `None` where it is a closing of the book's periods or the like.
        #[serde(skip_serializing_if = "Option::is_none")]
        account: Option<AccountName>,
        /// The newest entry: a transfer, or a change of the account.
        sequence: Sequence,
        /// When it was recorded.
        recorded_at: Instant,
        /// What the clock says.
        now: Instant,
    },
    /// The transfer would count in a period whose books are closed.
    #[error("{effective_at} lies in {period}, which is closed")]
    PeriodClosed {
        /// When the transfer would count.
        effective_at: Instant,
        /// The period.
        period: Period,
    },
    /// A hold would be gone before it is there.
    #[error("a hold that expires at {expires_at} is over already, it is {now}")]
    ExpiryPast {
        /// When it would expire.
        expires_at: Instant,
        /// When it would be recorded.
        now: Instant,
    },
    /// Nothing is left of the hold.
    #[error("hold {hold} is {state}; nothing of it is left")]
    HoldNotOpen {
        /// The hold.
        hold: Reference,
        /// How it stands.
        state: HoldState,
    },
    /// What was left of the hold is free again.
    #[error("hold {hold} expired at {expires_at}")]
    HoldExpired {
        /// The hold.
        hold: Reference,
        /// When that was.
        expires_at: Instant,
    },
    /// A capture of more than is left.
    #[error("hold {hold} has {remaining} left, {requested} was requested")]
    HoldTooSmall {
        /// The hold.
        hold: Reference,
        /// What is neither captured nor released.
        remaining: Money,
        /// The amount of the capture.
        requested: Money,
    },
    /// Nothing is left to undo.
    #[error("{transfer} is reversed already")]
    AlreadyReversed {
        /// The transfer.
        transfer: Reference,
    },
    /// Only what moved value can be undone, and not what undid something.
    #[error("transfer {transfer} is a {kind}, which cannot be reversed; only transfers and captures can")]
    NotReversible {
        /// The transfer.
        transfer: Reference,
        /// What it does.
        kind: TransferKind,
    },
    /// A reversal of more than is left to undo.
    #[error("transfer {transfer} has {remaining} left to reverse, {requested} was requested")]
    ReversalTooLarge {
        /// The transfer.
        transfer: Reference,
        /// What was not reversed yet.
        remaining: Money,
        /// The amount of the reversal.
        requested: Money,
    },
    /// An account is not as the request expects it.
    #[error("account {account} was expected to have {expected}, but has {actual}")]
    PreconditionFailed {
        /// The account.
        account: AccountName,
        /// What was expected.
        expected: String,
        /// What it is like.
        actual: String,
    },
    /// An amount that is left to what is available, where nothing is.
    #[error("account {account} has {available} available, so nothing can be moved")]
    NothingAvailable {
        /// The account that would fall.
        account: AccountName,
        /// What is posted less what is held.
        available: Money,
    },
    /// What is available would fall below the account's minimum.
    #[error(
        "account {account} has {available} available and may not go below {min_balance}, {requested} was requested"
    )]
    InsufficientFunds {
        /// The account that falls.
        account: AccountName,
        /// What is posted less what is held.
        available: Money,
        /// The account's minimum.
        min_balance: Money,
        /// The amount of the transfer.
        requested: Money,
    },
    /// More would leave the account than may in one transfer, in the day or in the month.
    #[error("account {account} may send at most {limit} a {window}, {requested} was requested on top of {spent}")]
    VelocityExceeded {
        /// The account that falls.
        account: AccountName,
        /// What the limit is about.
        window: Window,
        /// What has left the account in this day or month; zero for a single transfer.
        spent: Money,
        /// The most that may.
        limit: Money,
        /// The amount of the transfer.
        requested: Money,
    },
    /// What is posted would rise above the account's maximum.
    #[error("account {account} has {posted} and may not go above {max_balance}, {requested} more was requested")]
    MaxBalanceExceeded {
        /// The account that rises.
        account: AccountName,
        /// What is posted.
        posted: Money,
        /// The account's maximum.
        max_balance: Money,
        /// The amount of the transfer.
        requested: Money,
    },
    /// The account's balance, with what is held, would no longer fit 64 bits.
    #[error("the balance of account {account}, with its holds, has no room for {requested} more")]
    Overflow {
        /// The account.
        account: AccountName,
        /// The amount of the transfer.
        requested: Money,
    },

    /// An account is closed only when nothing is reserved of it.
    #[error("account {account} has open holds of {held}")]
    AccountHasHolds {
        /// The account.
        account: AccountName,
        /// What they hold, on the side where that is more.
        held: Money,
    },
    /// An account is closed only when it is empty.
    #[error("account {account} has {posted}, and only an empty account can be closed")]
    AccountNotEmpty {
        /// The account.
        account: AccountName,
        /// What is posted.
        posted: Money,
    },
    /// More would be kept beside something than there is room for.
    #[error("there would be {entries} metadata entries, the most is {entries_max}")]
    MetadataTooLarge {
        /// How many there would be.
        entries: usize,
        /// How many there may be.
        entries_max: usize,
    },
    /// Another item of the same batch was refused, and the batch was to be kept as a whole or not at all.
    #[error("item {item} of the batch was refused, so nothing of it was posted")]
    BatchRefused {
        /// The item that was refused, counted from 1.
        item: usize,
    },
    /// An item before it was refused, and the batch was to stop there.
    #[error("item {item} of the batch was refused, so those behind it were not looked at")]
    BatchStopped {
        /// The item that was refused, counted from 1.
        item: usize,
    },

    /// An account of that name was opened differently.
    #[error("account {account} exists already, with another {field}")]
    AccountExists {
        /// The account.
        account: AccountName,
        /// The first thing about it that differs.
        field: &'static str,
    },
    /// There is no such currency.
    #[error("currency {currency} is unknown")]
    CurrencyUnknown {
        /// The code that was given.
        currency: CurrencyCode,
    },
    /// A currency of that code was registered differently.
    #[error(
        "currency {currency} exists already, with {exponent} decimals and the name {name:?}; neither can be changed"
    )]
    CurrencyExists {
        /// The code.
        currency: CurrencyCode,
        /// Its number of decimals.
        exponent: u8,
        /// Its name.
        name: String,
    },
    /// A minimum above the maximum.
    #[error("account {account} cannot have a minimum of {min_balance} above its maximum of {max_balance}")]
    LimitsInverted {
        /// The account.
        account: AccountName,
        /// The minimum.
        min_balance: Money,
        /// The maximum.
        max_balance: Money,
    },
    /// A limit of less than nothing.
    #[error("account {account} cannot have a limit of {limit}")]
    VelocityNegative {
        /// The account.
        account: AccountName,
        /// The limit asked for.
        limit: Money,
    },
    /// A period is closed only when it is over.
    #[error("period {period} ends at {end}, and it is {now}")]
    PeriodNotOver {
        /// The period.
        period: Period,
        /// The first moment behind it.
        end: Instant,
        /// What the clock says.
        now: Instant,
    },
    /// A part of a closed period is not opened by itself.
    #[error("{period} is closed as part of {within}")]
    PeriodClosedWithin {
        /// The period.
        period: Period,
        /// The closed period that it is a part of.
        within: Period,
    },
    /// The account's balance is already outside the limits asked for.
    #[error("account {account} has {balance}, which is outside the limit of {limit}")]
    LimitOverrun {
        /// The account.
        account: AccountName,
        /// Its balance: available for a minimum, posted for a maximum.
        balance: Money,
        /// The limit asked for.
        limit: Money,
    },
    /// A statement cannot go on where it was asked to.
    #[error("{cursor} is not a transfer of account {account}")]
    CursorUnknown {
        /// The account.
        account: AccountName,
        /// What was given.
        cursor: Sequence,
    },
    /// Nothing stands at that place in the book.
    #[error("there is no transfer @{sequence}")]
    SequenceUnknown {
        /// The place that was given.
        sequence: Sequence,
    },
    /// Reverting migrations would drop accounts and transfers.
    #[error("the book has {}, which reverting the migrations would destroy", counted(*accounts, "account"))]
    BookNotEmpty {
        /// How many accounts there are.
        accounts: i64,
    },
    /// A whole book is imported into one that has nothing of its own.
    #[error(
        "the book has {accounts} accounts and {events} events of its own, such as registered currencies; a whole book is only imported \
         into an empty one"
    )]
    BookUsed {
        /// How many accounts there are.
        accounts: i64,
        /// How many events of the book as a whole there are.
        events: i64,
    },
    /// The import of a whole book has not come to its end.
    #[error("the book is incomplete, its import came to line {line}")]
    BookIncomplete {
        /// The last line that is in the book.
        line: i64,
    },
    /// A refusal that is about a schedule as such; the code is its own.
    #[error(transparent)]
    #[serde(untagged)]
    Schedule(#[from] ScheduleRejection),
    /// A journal is refused because of one of its legs; the code is that of the leg's refusal.
    #[error("leg {leg}: {rejection}")]
    #[serde(untagged)]
    InLeg {
        /// The leg, counted from 1.
        leg: usize,
        /// Why it was refused.
        #[serde(flatten, serialize_with = "serialize_fields")]
        rejection: Box<Rejection>,
    },
}
