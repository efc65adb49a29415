//! What written requests leave to the book: the currencies of their amounts, and the ids that their references stand for.

use std::collections::BTreeSet;

use crate::facts::{AccountName, Reference, TransferId, WrittenReference};
use crate::money::{Currency, WrittenAmount};
use crate::requests::place::{AmountFault, Placed};
use crate::requests::quantity::Quantity;

/// The book, for what a written request leaves to it.
///
/// ```
/// use teller_ledger_core::facts::{AccountName, Key, Reference, TransferId, WrittenReference};
/// use teller_ledger_core::money::Currency;
/// use teller_ledger_core::requests::{AmountFault, BookLookup, Operation, Place, Placed, ReleaseRequest};
///
/// /// A book without sequences in which nothing has a currency.
/// struct Empty;
///
/// impl BookLookup for Empty {
///     type Error = AmountFault;
///
///     fn currency_of_account(&self, _: &AccountName) -> Option<Currency> {
///         None
///     }
///
///     fn currency_of_transfer(&mut self, _: TransferId) -> Result<Option<Currency>, AmountFault> {
///         Ok(None)
///     }
///
///     fn reference(&mut self, written: &Placed<WrittenReference>) -> Result<Reference, AmountFault> {
///         Ok(written.value.certain().expect("no sequence"))
///     }
/// }
///
/// let hold = Place::default().field("hold").of("h1".parse::<WrittenReference>()?);
/// let ReleaseRequest { id, description, metadata, .. } =
///     ReleaseRequest::new("r1".parse::<Key>()?, "h1".parse::<Key>()?);
/// let written = Operation::from(ReleaseRequest { id, hold, description, metadata });
/// let expected = ReleaseRequest::new("r1".parse::<Key>()?, "h1".parse::<Key>()?);
/// assert_eq!(written.resolve(&mut Empty).unwrap(), expected.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait BookLookup {
    /// Why the book does not answer, or why an amount does not fit.
    type Error: From<AmountFault>;

    /// The currency of an account. `None` where there is no such account.
    fn currency_of_account(&self, account: &AccountName) -> Option<Currency>;

    /// The currency of a transfer or hold of the book, or of one that a request before this one makes. `None` where there is none.
    ///
    /// # Errors
    /// Where the book does not answer.
    fn currency_of_transfer(&mut self, id: TransferId) -> Result<Option<Currency>, Self::Error>;

    /// What a reference to a transfer or a hold names.
    ///
    /// # Errors
    /// Where there is no such sequence, and where the book does not answer.
    fn reference(&mut self, written: &Placed<WrittenReference>) -> Result<Reference, Self::Error>;

    /// How much of a transfer or hold is asked for. Its currency is looked up where there is an amount.
    ///
    /// # Errors
    /// For an amount that does not fit the currency, and where the book does not answer.
    fn quantity_of(
        &mut self,
        written: &Quantity<Placed<WrittenAmount>>,
        named: &Reference,
    ) -> Result<Quantity, Self::Error> {
        match written {
            Quantity::All => Ok(Quantity::All),
            written => Ok(written.resolve(self.currency_of_transfer(named.id())?)?),
        }
    }
}

/// What the currency of a transfer follows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CurrencySource {
    /// It is that of an account.
    Account(AccountName),
    /// It is that of an earlier transfer or hold.
    Transfer(TransferId),
}

/// What has to be looked up before requests can be resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs<'a> {
    /// The accounts that the requests name.
    pub names: BTreeSet<&'a AccountName>,
    /// The ids of what amounts are said of, and those that decide what a reference means.
    pub ids: BTreeSet<TransferId>,
    /// Whether a request refers to a transfer, a hold or a journal.
    pub has_references: bool,
    /// Whether one does so by a sequence.
    pub has_sequences: bool,
}

impl Needs<'_> {
    pub(super) fn add_reference(&mut self, reference: &Placed<WrittenReference>) {
        self.has_references = true;
        self.has_sequences |= reference.value.possible_ids().next().is_none();
        self.ids.extend(reference.value.doubtful_ids());
    }

    /// Of something of which there is an amount, unless that is left open.
    pub(super) fn add_reference_with<M>(&mut self, reference: &Placed<WrittenReference>, quantity: &Quantity<M>) {
        self.add_reference(reference);
        if !matches!(quantity, Quantity::All) {
            self.ids.extend(reference.value.possible_ids());
        }
    }
}
