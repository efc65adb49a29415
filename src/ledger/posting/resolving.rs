//! Requests as they were written, turned into those that can be judged. The only place where the book is asked which currency a written
//! amount has and which id a written reference stands for. What is asked for each operation, its request says.
//!
//! It is done in the transaction that posts them. Where they name all their accounts, it locks them, so that the posting need not read them
//! again; what several requests ask for is looked up together.

use std::collections::{BTreeSet, HashMap};

use crate::error::Error;
use crate::facts::{
    Account, AccountId, AccountName, Names, Reference, Sequence, Transfer, TransferId, WrittenReference,
};
use crate::money::Currency;
use crate::rejection::Rejection;
use crate::requests::{
    BookLookup, CurrencySource, JournalRequest, JournalReversalRequest, Needs, Operation, Place, Placed, Request,
    Written,
};
use crate::store::{Store, StoreError};

/// Requests that can be judged.
pub(in crate::ledger) struct ResolvedRequests {
    pub(in crate::ledger) requests: Vec<Request>,
    pub(in crate::ledger) accounts: RequestAccounts,
}

/// What a posting has still to do for the accounts of its requests.
pub(in crate::ledger) enum RequestAccounts {
    /// They are all locked, and here they are.
    Locked(Vec<Account>),
    /// The requests are about holds or transfers, whose accounts have to be locked with those that are named.
    Unlocked {
        /// Accounts that a dry run pretends to have.
        unopened: Vec<Account>,
    },
}

/// Resolves requests, in order: each can name what those before it make. `also_locked` are locked with the accounts of the requests.
///
/// # Errors
/// [`InputError::Amount`](crate::InputError::Amount) with its place for what is too precise or too large, [`Rejection::SequenceUnknown`], [`Error::Store`].
pub(in crate::ledger) fn resolve(
    store: &mut dyn Store,
    requests: &[Request<Written>],
    also_locked: &BTreeSet<AccountId>,
    unopened: &[Account],
) -> Result<ResolvedRequests, Error> {
    let needs = Needs::of(requests);
    let names: Vec<_> = needs.names.iter().copied().collect();
    let ids: Vec<_> = also_locked.iter().copied().collect();
    let mut accounts = match (needs.has_references, names.is_empty() && ids.is_empty()) {
        (_, true) => Vec::new(),
        (true, false) => store.find_accounts(&names)?,
        (false, false) => store.lock_accounts(&names, &ids)?,
    };
    accounts.extend_from_slice(unopened);
    let mut resolver = Resolver::new(store);
    resolver.know_accounts(&accounts);
    resolver.know_transfers(needs.ids.into_iter().collect())?;
    let requests = requests.iter().map(|request| resolver.request(request)).collect::<Result<_, _>>()?;
    let accounts = if needs.has_references {
        RequestAccounts::Unlocked { unopened: unopened.to_vec() }
    } else {
        RequestAccounts::Locked(accounts)
    };
    Ok(ResolvedRequests { requests, accounts })
}

/// Resolves requests by the currencies of their accounts alone. `None` where the book has to be asked. `currencies` may leave some out.
///
/// # Errors
/// [`InputError::Amount`](crate::InputError::Amount) with its place for what is too precise or too large; those of `currencies`.
pub(in crate::ledger) fn resolve_by_currencies(
    requests: &[Request<Written>],
    currencies: impl FnOnce(&BTreeSet<&AccountName>) -> Result<HashMap<AccountName, Currency>, Error>,
) -> Result<Option<Vec<Request>>, Error> {
    let needs = Needs::of(requests);
    if !needs.ids.is_empty() || needs.has_sequences {
        return Ok(None);
    }
    let accounts = currencies(&needs.names)?;
    if accounts.len() < needs.names.len() {
        return Ok(None);
    }
    let mut resolver = Resolver { store: None, accounts, transfers: HashMap::new(), made: HashMap::new() };
    requests.iter().map(|request| resolver.request(request)).collect::<Result<_, _>>().map(Some)
}

/// The accounts that a request names.
#[cfg(feature = "server")]
pub(in crate::ledger) fn named_accounts(request: &Request<Written>) -> Vec<AccountName> {
    Needs::of(std::slice::from_ref(request)).names.into_iter().cloned().collect()
}

/// Looks up in the book what requests leave to it.
pub(in crate::ledger) struct Resolver<'s> {
    /// `None` where what is resolved needs no look into the book.
    store: Option<&'s mut dyn Store>,
    accounts: HashMap<AccountName, Currency>,
    /// The currencies of transfers that were looked up. `None` where there is none.
    transfers: HashMap<TransferId, Option<Currency>>,
    /// What the requests so far make.
    made: HashMap<TransferId, CurrencySource>,
}

/// What is in the book, and what requests before make.
impl Names for Resolver<'_> {
    type Error = Error;

    fn has_id(&mut self, id: TransferId) -> Result<bool, Error> {
        Ok(self.made.contains_key(&id) || self.find_stored(id)?.is_some())
    }

    fn get_id_at(&mut self, sequence: Sequence) -> Result<TransferId, Error> {
        Ok(self.get_transfer_at(sequence)?.id)
    }
}

impl<'s> Resolver<'s> {
    pub(in crate::ledger) fn new(store: &'s mut dyn Store) -> Self {
        Self { store: Some(store), accounts: HashMap::new(), transfers: HashMap::new(), made: HashMap::new() }
    }

    fn store(&mut self) -> &mut (dyn Store + 's) {
        let Some(store) = &mut self.store else { unreachable!("what needs the book is resolved with it") };
        &mut **store
    }

    fn know_accounts(&mut self, accounts: &[Account]) {
        self.accounts.extend(accounts.iter().map(|account| (account.name.clone(), account.currency)));
    }

    /// What a reference to a transfer or a hold names.
    ///
    /// # Errors
    /// [`Rejection::SequenceUnknown`], [`Error::Store`].
    pub(in crate::ledger) fn named(&mut self, written: &WrittenReference) -> Result<Reference, Error> {
        written.resolve(self)
    }

    /// What a reference names where it names a journal. The sequence of any of its transfers names the journal too.
    ///
    /// # Errors
    /// As [`Resolver::named`].
    pub(in crate::ledger) fn journal(&mut self, written: &WrittenReference) -> Result<Reference, Error> {
        let reference = written.resolve(self)?;
        let Some(sequence) = reference.sequence() else { return Ok(reference) };
        Ok(match self.get_transfer_at(sequence)?.journal_id {
            Some(id) => reference.with_id(TransferId(id)),
            None => reference,
        })
    }

    fn get_transfer_at(&mut self, sequence: Sequence) -> Result<Transfer, Error> {
        Ok(self.store().find_transfer_at(sequence)?.ok_or(Rejection::SequenceUnknown { sequence })?)
    }

    fn find_stored(&mut self, id: TransferId) -> Result<Option<Currency>, Error> {
        if !self.transfers.contains_key(&id) {
            self.know_transfers(vec![id])?;
        }
        Ok(self.transfers[&id])
    }

    fn know_transfers(&mut self, ids: Vec<TransferId>) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        let found = self.store().find_transfers(&ids)?;
        let debited = found.iter().map(|transfer| transfer.debit.account_id);
        let labels = self.store().account_labels(&debited.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>())?;
        let currencies: HashMap<_, _> = labels.iter().map(|label| (label.id, label.currency)).collect();
        self.transfers.extend(ids.into_iter().map(|id| (id, None)));
        let currency = |transfer: &Transfer| currencies.get(&transfer.debit.account_id).copied();
        self.transfers.extend(found.iter().map(|transfer| (transfer.id, currency(transfer))));
        Ok(())
    }

    fn request(&mut self, request: &Request<Written>) -> Result<Request, Error> {
        Ok(match request {
            Request::Operation(operation) => Request::Operation(self.operation(operation)?),
            Request::Journal(journal) => {
                let legs = journal.legs().iter().map(|leg| self.operation(leg)).collect::<Result<_, _>>()?;
                JournalRequest::new(journal.request_id().clone(), legs).into()
            }
            Request::JournalReversal(JournalReversalRequest { id, journal, at, description, metadata }) => {
                let journal = in_place(journal.place, self.journal(&journal.value))?;
                let (description, metadata) = (description.clone(), metadata.clone());
                JournalReversalRequest { id: id.clone(), journal, at: *at, description, metadata }.into()
            }
            Request::Due(_) => unreachable!("only a schedule of the book makes what is due, and it is never written"),
        })
    }

    fn operation(&mut self, operation: &Operation<Written>) -> Result<Operation, Error> {
        let resolved = operation.resolve(self)?;
        if let (Some(id), Some(source)) = (resolved.id(), resolved.currency_source()) {
            self.made.entry(id).or_insert(source);
        }
        Ok(resolved)
    }
}

impl BookLookup for Resolver<'_> {
    type Error = Error;

    fn currency_of_account(&self, account: &AccountName) -> Option<Currency> {
        self.accounts.get(account).copied()
    }

    fn currency_of_transfer(&mut self, mut id: TransferId) -> Result<Option<Currency>, Error> {
        if let Some(currency) = self.transfers.get(&id).copied().flatten() {
            return Ok(Some(currency));
        }
        // What a request before it makes. Each follows from an earlier one, so this ends.
        while let Some(source) = self.made.get(&id).cloned() {
            match source {
                CurrencySource::Account(name) => return Ok(self.currency_of_account(&name)),
                CurrencySource::Transfer(earlier) if earlier == id => break,
                CurrencySource::Transfer(earlier) => id = earlier,
            }
        }
        self.find_stored(id)
    }

    fn reference(&mut self, written: &Placed<WrittenReference>) -> Result<Reference, Error> {
        in_place(written.place, self.named(&written.value))
    }
}

fn in_place<T>(place: Place, outcome: Result<T, Error>) -> Result<T, Error> {
    outcome.map_err(|error| if place.is_empty() { error } else { error.at(&place.to_string()) })
}
