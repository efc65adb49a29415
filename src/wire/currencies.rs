use std::collections::{BTreeSet, HashMap};

use crate::error::{Error, InputError};
use crate::facts::{AccountName, Names, Sequence, TransferId};
use crate::ledger::Ledger;
use crate::money::{Currency, Money};
use crate::rejection::Rejection;
use crate::requests::{Comparison, Condition, Expected, Operation, Quantity, Request};

/// The most decimals that a currency can have.
const DECIMALS_MAX: usize = 18;

/// How many accounts or transfers are looked up together.
const ASKED_AT_ONCE: usize = 1_000;

/// Reads amounts, in the currency that they must be in: that of an account, a hold or a transfer.
///
/// What is not in the book has no currency. An amount of it is read as far as it can be, so that a rule can refuse the whole.
pub struct Currencies<'a> {
    ledger: &'a Ledger,
    accounts: HashMap<AccountName, Option<Currency>>,
    /// Of holds and transfers, those that were asked for together with others included.
    ids: HashMap<TransferId, Option<Currency>>,
}

impl<'a> Currencies<'a> {
    /// Those of a book.
    #[must_use]
    pub fn new(ledger: &'a Ledger) -> Self {
        Self { ledger, accounts: HashMap::new(), ids: HashMap::new() }
    }

    /// An account's.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn of_account(&mut self, name: &AccountName) -> Result<Option<Currency>, Error> {
        if !self.accounts.contains_key(name) {
            self.look_accounts_up(std::slice::from_ref(name))?;
        }
        Ok(self.accounts[name])
    }

    /// A transfer's or a hold's.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn of_transfer(&mut self, id: TransferId) -> Result<Option<Currency>, Error> {
        if !self.ids.contains_key(&id) {
            self.look_transfers_up(&[id])?;
        }
        Ok(self.ids[&id])
    }

    /// Looks up what will be asked for, many at once.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(crate) fn look_up(&mut self, names: BTreeSet<AccountName>, ids: BTreeSet<TransferId>) -> Result<(), Error> {
        let names: Vec<_> = names.into_iter().filter(|name| !self.accounts.contains_key(name)).collect();
        let ids: Vec<_> = ids.into_iter().filter(|id| !self.ids.contains_key(id)).collect();
        names.chunks(ASKED_AT_ONCE).try_for_each(|names| self.look_accounts_up(names))?;
        ids.chunks(ASKED_AT_ONCE).try_for_each(|ids| self.look_transfers_up(ids))
    }

    fn look_accounts_up(&mut self, names: &[AccountName]) -> Result<(), Error> {
        let found = self.ledger.find_accounts(&names.iter().collect::<Vec<_>>())?;
        self.accounts.extend(names.iter().map(|name| (name.clone(), None)));
        self.accounts.extend(found.into_iter().map(|account| (account.name, Some(account.currency))));
        Ok(())
    }

    fn look_transfers_up(&mut self, ids: &[TransferId]) -> Result<(), Error> {
        let found = self.ledger.find_transfers(ids)?;
        self.ids.extend(ids.iter().map(|id| (*id, None)));
        self.ids.extend(found.into_iter().map(|posted| (posted.transfer.id, Some(posted.currency))));
        Ok(())
    }

    /// Takes note of what a request will make, for those behind it.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn note(&mut self, request: &Request) -> Result<(), Error> {
        request.operations().iter().try_for_each(|operation| self.note_operation(operation))
    }

    fn note_operation(&mut self, operation: &Operation) -> Result<(), Error> {
        let (id, currency) = match operation {
            Operation::Transfer(request) => (&request.id, self.of_account(request.parties.names()[0])?),
            Operation::Hold(request) => (&request.transfer.id, self.of_account(request.transfer.parties.names()[0])?),
            Operation::Capture(request) => (&request.id, self.of_transfer(request.hold.id())?),
            Operation::Release(request) => (&request.id, self.of_transfer(request.hold.id())?),
            Operation::Reverse(request) => (&request.id, self.of_transfer(request.reversed.id())?),
            Operation::Change(_) | Operation::Annotate(_) => return Ok(()),
        };
        self.ids.insert(id.id(), currency);
        Ok(())
    }

    /// Reads a condition on an account's balance, `>= 100.00`, with the account in front of it unless it is `usual`.
    ///
    /// # Errors
    /// [`InputError`] for anything else, [`Error::Store`].
    pub fn read_balance(&mut self, text: &str, usual: &AccountName) -> Result<Condition, Error> {
        let problem = || {
            InputError::request(format!("{text:?} is no condition; write it like '>= 100.00' or 'ACCOUNT >= 100.00'"))
        };
        let end = text.rfind(['=', '<', '>']).ok_or_else(problem)? + 1;
        let begin = text[..end].trim_end_matches(['=', '<', '>']).len();
        let comparison = Comparison::from_word(&text[begin..end]).ok_or_else(problem)?;
        let account = match text[..begin].trim() {
            "" => usual.clone(),
            name => name.parse().map_err(InputError::from)?,
        };
        let amount = text[end..].trim();
        let currency = self.of_account(&account)?;
        let money = Money::parse_signed(amount, currency.map_or_else(|| stand_in(amount), Ok)?);
        let expected = Expected::Balance(comparison, money.map_err(InputError::from)?);
        Ok(Condition { account, expected })
    }
}

/// What is in the book, and what requests before make.
impl Names for Currencies<'_> {
    type Error = Error;

    fn has_id(&mut self, id: TransferId) -> Result<bool, Error> {
        Ok(self.of_transfer(id)?.is_some())
    }

    fn get_id_at(&mut self, sequence: Sequence) -> Result<TransferId, Error> {
        let found = self.ledger.find_transfer_at(sequence)?;
        Ok(found.ok_or(Rejection::SequenceUnknown { sequence })?.transfer.id)
    }
}

/// Reads an amount, or `all`.
///
/// # Errors
/// [`InputError`] for anything else.
pub fn read_quantity(text: &str, currency: Option<Currency>) -> Result<Quantity, InputError> {
    if text == "all" { Ok(Quantity::All) } else { read_amount(text, currency).map(Quantity::Exactly) }
}

/// Reads an amount.
///
/// # Errors
/// [`InputError`] for anything else.
pub fn read_amount(text: &str, currency: Option<Currency>) -> Result<Money, InputError> {
    Ok(Money::parse(text, currency.map_or_else(|| stand_in(text), Ok)?)?)
}

/// Reads a condition on an account's version, `7`, with `ACCOUNT=` in front of it unless it is the usual account.
///
/// # Errors
/// [`InputError`] for anything else.
pub fn read_version(text: &str, usual: &AccountName) -> Result<Condition, InputError> {
    let (account, number) = match text.rsplit_once('=') {
        Some((name, number)) => (name.trim_end().parse()?, number.trim_start()),
        None => (usual.clone(), text),
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let version =
        number.parse().ok().filter(|_| is_number).ok_or_else(|| InputError::Version { text: number.to_owned() })?;
    Ok(Condition { account, expected: Expected::Version(version) })
}

/// `XXX` stands for no currency. Nothing is ever posted in it: what has no currency does not exist, and is refused.
fn stand_in(amount: &str) -> Result<Currency, InputError> {
    let decimals = amount.split_once('.').map_or(0, |(_, decimals)| decimals.len()).min(DECIMALS_MAX);
    Ok(Currency::new("XXX".parse()?, u8::try_from(decimals).unwrap_or_default())?)
}
