//! Which transfers and journals are looked for.

use crate::error::{Error, InputError};
use crate::facts::{
    AccountName, Actor, Instant, Key, Metadata, Reference, Sequence, Transfer, TransferId, TransferKind,
};
use crate::ledger::transfers::named::get_named_transfer;
use crate::money::{Amount, AmountError, Currency, WrittenAmount};
use crate::rejection::Rejection;
use crate::store::Store;

/// Which way a list goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListOrder {
    /// From the newest to the oldest: from high sequences to low ones.
    #[default]
    Newest,
    /// From the oldest to the newest. What is posted while pages are read comes last.
    Oldest,
}

/// What lists of transfers, holds and journals have in common: who asked, when it was recorded, and which way the list goes. The usual value
/// lists everything, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedFilter {
    /// Those that this actor asked for.
    pub actor: Option<Actor>,
    /// Those beside which all of this is kept now; of a journal, beside its first transfer.
    pub metadata: Metadata,
    /// Those recorded at this moment or later.
    pub from: Option<Instant>,
    /// Those recorded before this moment.
    pub to: Option<Instant>,
    /// Which way the list goes.
    pub order: ListOrder,
}

/// Which transfers are listed: those to which all of it applies. The usual value lists all transfers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransferFilter {
    /// Those of this account, on either side.
    pub account: Option<AccountName>,
    /// Those of this kind.
    pub kind: Option<TransferKind>,
    /// Those of this journal, named as [`Ledger::refer_to_journal`](crate::Ledger::refer_to_journal) reads it.
    pub journal: Option<Reference>,
    /// This hold, its captures and its release.
    pub hold: Option<Reference>,
    /// The reversals of this transfer.
    pub reversed: Option<Reference>,
    /// Those that the request with this key made: a transfer, or all of a journal.
    pub key: Option<Key>,
    /// Those of at least this amount, each in its own currency.
    pub min: Option<WrittenAmount>,
    /// Those of at most this amount, each in its own currency.
    pub max: Option<WrittenAmount>,
    /// What all lists have.
    pub recorded: RecordedFilter,
}

/// Which journals are listed: those to which all of it applies. The usual value lists all journals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalFilter {
    /// Those with a transfer of this account, on either side.
    pub account: Option<AccountName>,
    /// The one with this key.
    pub key: Option<Key>,
    /// What all lists have.
    pub recorded: RecordedFilter,
}

/// Which page of a list is read, and how much for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPage {
    /// Where the page begins: the `next` of the page before. `None` for the first page.
    pub from: Option<Sequence>,
    /// The most rows that the page has. 0 means 1.
    pub limit: u32,
    /// The most transfers that are read to find them. 0 means 1.
    pub reads_max: u64,
}

impl ListPage {
    /// The most transfers that are read for a page where nobody says.
    pub const READS_MAX: u64 = 100_000;
}

impl Default for ListPage {
    fn default() -> Self {
        Self { from: None, limit: 100, reads_max: Self::READS_MAX }
    }
}

/// Refuses a span that ends before it begins.
pub(in crate::ledger) fn check_span(from: Option<Instant>, to: Option<Instant>) -> Result<(), InputError> {
    match (from, to) {
        (Some(from), Some(to)) if from > to => Err(InputError::Span { from, to }),
        _ => Ok(()),
    }
}

/// Refuses a least amount that is more than the most.
pub(in crate::ledger) fn check_amounts(
    min: Option<&WrittenAmount>,
    max: Option<&WrittenAmount>,
) -> Result<(), InputError> {
    match (min, max) {
        (Some(min), Some(max)) if min.is_more_than(max) => {
            Err(InputError::AmountSpan { min: min.to_string(), max: max.to_string() })
        }
        _ => Ok(()),
    }
}

impl RecordedFilter {
    /// # Errors
    /// [`InputError::Span`].
    pub(in crate::ledger) fn check(&self) -> Result<(), InputError> {
        check_span(self.from, self.to)
    }

    /// Whether all but the metadata applies to a transfer.
    fn applies_to(&self, transfer: &Transfer) -> bool {
        self.actor.as_ref().is_none_or(|actor| transfer.actor == *actor)
            && self.from.is_none_or(|from| transfer.recorded_at >= from)
            && self.to.is_none_or(|to| transfer.recorded_at < to)
    }
}

impl TransferFilter {
    /// # Errors
    /// [`Rejection::JournalUnknown`], `HoldUnknown`, `TransferUnknown`, `JournalNamed`; [`Error::Store`].
    pub(super) fn check_references(&self, store: &mut dyn Store) -> Result<(), Error> {
        if let Some(journal) = &self.journal
            && store.find_journals(&[journal.id().0])?.is_empty()
        {
            return Err(Rejection::JournalUnknown { journal: journal.clone() }.into());
        }
        if let Some(hold) = &self.hold
            && store.find_holds(&[hold.id()])?.is_empty()
        {
            return Err(Rejection::HoldUnknown { hold: hold.clone() }.into());
        }
        if let Some(reversed) = &self.reversed {
            get_named_transfer(store, reversed)?;
        }
        Ok(())
    }

    /// Whether all but the account, the metadata and the amounts apply to a transfer.
    pub(super) fn applies_to(&self, transfer: &Transfer) -> bool {
        let is = |wanted: &Option<Reference>, id: Option<TransferId>| {
            wanted.as_ref().is_none_or(|wanted| id == Some(wanted.id()))
        };
        self.kind.is_none_or(|kind| transfer.kind == kind)
            && is(&self.journal, transfer.journal_id.map(TransferId))
            && is(&self.hold, transfer.hold_id)
            && is(&self.reversed, transfer.reversed_id)
            && self.key.as_ref().is_none_or(|key| is_of_request(transfer, key))
            && self.recorded.applies_to(transfer)
    }

    pub(super) const fn has_amounts(&self) -> bool {
        self.min.is_some() || self.max.is_some()
    }

    /// Whether an amount of a currency is within the bounds.
    pub(super) fn has_amount(&self, amount: Amount, currency: Currency) -> bool {
        let is_at_least = |min: &WrittenAmount| match floor(min, currency) {
            Some((floor, is_exact)) => amount > floor || (is_exact && amount == floor),
            // More than any amount of the currency.
            None => false,
        };
        let is_at_most = |max: &WrittenAmount| floor(max, currency).is_none_or(|(floor, _)| amount <= floor);
        self.min.as_ref().is_none_or(is_at_least) && self.max.as_ref().is_none_or(is_at_most)
    }
}

impl JournalFilter {
    /// Whether all but the account and the metadata applies to the first transfer of a journal.
    pub(in crate::ledger) fn applies_to(&self, first: &Transfer) -> bool {
        self.key.as_ref().is_none_or(|key| first.key.as_ref() == Some(key)) && self.recorded.applies_to(first)
    }
}

/// Whether a transfer is that of a key, or one of its journal. That the first of them has the key itself is known where it was found.
fn is_of_request(transfer: &Transfer, key: &Key) -> bool {
    transfer.id == key.id() || transfer.journal_id == Some(key.id().0)
}

/// Whether all of some metadata is part of other metadata.
pub(in crate::ledger) fn has_all(kept: &Metadata, wanted: &Metadata) -> bool {
    wanted.entries().iter().all(|(key, value)| kept.entries().get(key) == Some(value))
}

/// The largest amount of a currency that is not above a number, and whether it is that number. `None` if the number is above all amounts.
fn floor(number: &WrittenAmount, currency: Currency) -> Option<(Amount, bool)> {
    match number.amount(currency) {
        Ok(amount) => Some((amount, true)),
        Err(AmountError::TooPrecise { .. }) => {
            let text = number.to_string();
            let (whole, decimals) = text.split_once('.')?;
            let kept = &decimals[..usize::from(currency.exponent()).min(decimals.len())];
            let is_exact = decimals[kept.len()..].bytes().all(|digit| digit == b'0');
            let cut = if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") };
            Some((WrittenAmount::parse(&cut).ok()?.amount(currency).ok()?, is_exact))
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(min: Option<&str>, max: Option<&str>) -> TransferFilter {
        let amount = |text: Option<&str>| text.map(|text| WrittenAmount::parse(text).unwrap());
        TransferFilter { min: amount(min), max: amount(max), ..TransferFilter::default() }
    }

    #[test]
    fn an_amount_is_compared_with_bounds_in_its_own_currency() {
        let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
        let yen = Currency::new("JPY".parse().unwrap(), 0).unwrap();
        for (min, max, currency, minor, expected) in [
            (Some("1.00"), None, euro, 100, true),
            (Some("1.00"), None, euro, 99, false),
            (Some("1"), None, yen, 1, true),
            (None, Some("1.00"), euro, 100, true),
            (None, Some("1"), euro, 101, false),
            // More decimals than the currency has.
            (Some("1.005"), None, euro, 100, false),
            (Some("1.005"), None, euro, 101, true),
            (Some("1.000"), Some("1.000"), euro, 100, true),
            (None, Some("1.005"), euro, 100, true),
            (None, Some("1.005"), euro, 101, false),
            (Some("0.5"), Some("1.5"), yen, 1, true),
            (Some("1.5"), None, yen, 1, false),
            // More than any amount.
            (Some("99999999999999999999"), None, euro, i64::MAX, false),
            (None, Some("99999999999999999999"), euro, i64::MAX, true),
            (Some("99999999999999999999.001"), None, euro, i64::MAX, false),
        ] {
            let found = filter(min, max).has_amount(Amount::from_minor(minor), currency);
            assert_eq!(found, expected, "{min:?} {max:?} {} {minor}", currency.code());
        }
    }
}
