//! What a journal's walk knows of each account: as little as it can, because a book may have many.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use crate::error::{Error, InputError};
use crate::facts::{Account, AccountId, AccountType, NormalSide};
use crate::ledger::transport::journals::day::Day;
use crate::ledger::transport::journals::record::{BalancesOf, JournalSink};
use crate::maps::FastMap;
use crate::models::CorruptRow;
use crate::money::{Currency, CurrencyCode};
use crate::store::{PageSize, Store, StoreError};

/// How many accounts are in memory as rows at once.
const ROWS_PER_PAGE: i64 = 1_000;
/// What is known of an account takes no more than this, while the map of spellings grows.
const BYTES_PER_ACCOUNT: usize = 88;

/// What is known of the accounts. They are told apart by their place in the order of their numbers.
pub(super) struct Accounts {
    ids: Vec<i64>,
    types: Vec<AccountType>,
    currencies: Vec<u16>,
    /// What each alone has, debits less credits.
    own: Vec<i128>,
    /// What each has with what is below it. Empty where the format states no such balance.
    subtrees: Vec<i128>,
    /// The day on which each subtree last moved.
    moved: Vec<Option<Day>>,
    /// The places by the hash of the spelling.
    by_spelling: FastMap<u64, u32>,
    known_currencies: Vec<Currency>,
}

impl Accounts {
    /// Reads what there is. Refuses accounts that are spelled alike.
    pub(super) fn read(store: &mut dyn Store, sink: &dyn JournalSink, bytes_max: usize) -> Result<Self, Error> {
        let mut accounts = Self {
            ids: Vec::new(),
            types: Vec::new(),
            currencies: Vec::new(),
            own: Vec::new(),
            subtrees: Vec::new(),
            moved: Vec::new(),
            by_spelling: FastMap::default(),
            known_currencies: Vec::new(),
        };
        let mut places: BTreeMap<CurrencyCode, u16> = BTreeMap::new();
        let mut alike = None;
        for_each(store, &mut |account| {
            accounts.check_room(bytes_max)?;
            let place = accounts.ids.len();
            let spelling = sink.spelling(&account.name, account.account_type);
            let hash = accounts.hash(&spelling);
            let known = accounts.by_spelling.insert(hash, index_of(place));
            if let Some(first) = known
                && alike.is_none()
            {
                alike = Some((accounts.ids[first as usize], account.clone(), spelling));
            }
            let currency = *places.entry(account.currency.code()).or_insert_with(|| {
                accounts.known_currencies.push(account.currency);
                u16::try_from(accounts.known_currencies.len() - 1).unwrap_or(u16::MAX)
            });
            accounts.ids.push(account.id.0);
            accounts.types.push(account.account_type);
            accounts.currencies.push(currency);
            accounts.own.push(0);
            if sink.balances_of() == BalancesOf::Subtree {
                accounts.subtrees.push(0);
                accounts.moved.push(None);
            }
            Ok(())
        })?;
        match alike {
            Some((first, second, spelling)) => Err(refuse_alike(store, first, &second, &spelling)?),
            None => Ok(accounts),
        }
    }

    fn check_room(&self, bytes_max: usize) -> Result<(), InputError> {
        let accounts_max = bytes_max / BYTES_PER_ACCOUNT;
        if self.ids.len() < accounts_max {
            return Ok(());
        }
        Err(InputError::journal(format!(
            "the book has more than {accounts_max} accounts, which is as many as a journal can have in the memory that it is given; \
             export the book in another format"
        )))
    }

    /// The currencies that accounts have, by code.
    pub(super) fn currencies(&self) -> Vec<Currency> {
        let mut currencies = self.known_currencies.clone();
        currencies.sort_by_key(|currency| currency.code());
        currencies
    }

    pub(super) fn count(&self) -> u64 {
        self.ids.len() as u64
    }

    /// The place of an account that the book must have.
    pub(super) fn find(&self, id: i64) -> Result<usize, StoreError> {
        let found = self.ids.binary_search(&id);
        found.map_err(|_| CorruptRow::new("transfers", "all of them", "account", id).into())
    }

    pub(super) fn account_type(&self, place: usize) -> AccountType {
        self.types[place]
    }

    pub(super) fn currency(&self, place: usize) -> Currency {
        self.known_currencies[usize::from(self.currencies[place])]
    }

    pub(super) fn own(&self, place: usize) -> i128 {
        self.own[place]
    }

    /// What is stated of an account: with what is below it, where the format wants that.
    pub(super) fn stated(&self, place: usize) -> i128 {
        self.subtrees.get(place).copied().unwrap_or(self.own[place])
    }

    /// Moves an amount without stating anything; subtrees are summed up [later](Self::sum_subtrees).
    pub(super) fn add_own(&mut self, place: usize, amount: i128) {
        self.own[place] += amount;
    }

    /// Takes what an account has into the subtrees that it is in.
    pub(super) fn sum_subtrees(&mut self, place: usize, spelling: &str, day: Day) {
        if self.subtrees.is_empty() {
            return;
        }
        for (above, _) in self.above(spelling, self.currencies[place]) {
            self.subtrees[above] += self.own[place];
            self.moved[above] = Some(day);
        }
    }

    /// Moves an amount on a day, and hands out which subtrees moved before that day but not yet on it, and their balances before.
    pub(super) fn add(
        &mut self,
        place: usize,
        spelling: &str,
        (amount, day): (i128, Day),
        state: &mut dyn FnMut(&str, Day, i128) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.own[place] += amount;
        if self.subtrees.is_empty() {
            return Ok(());
        }
        for (above, length) in self.above(spelling, self.currencies[place]) {
            if let Some(moved) = self.moved[above].replace(day).filter(|moved| *moved < day) {
                state(&spelling[..length], moved, self.subtrees[above])?;
            }
            self.subtrees[above] += amount;
        }
        Ok(())
    }

    /// 64 bits: that two spellings of a million share them by chance is as likely as one in ten million.
    fn hash(&self, spelling: &str) -> u64 {
        self.by_spelling.hasher().hash_one(spelling)
    }

    /// The account of that spelling and those above it that have the same currency, with the lengths of their spellings.
    fn above(&self, spelling: &str, currency: u16) -> Vec<(usize, usize)> {
        let ends = spelling.match_indices(':').map(|(end, _)| end).chain([spelling.len()]);
        let found = ends.filter_map(|end| Some((*self.by_spelling.get(&self.hash(&spelling[..end]))? as usize, end)));
        found.filter(|(place, _)| self.currencies[*place] == currency).collect()
    }
}

/// Hands out all accounts, by number.
pub(super) fn for_each(store: &mut dyn Store, take: &mut dyn FnMut(Account) -> Result<(), Error>) -> Result<(), Error> {
    let (mut next, mut size) = (Some(i64::MIN), PageSize::up_to(ROWS_PER_PAGE));
    while let Some(first) = next {
        let rows = store.account_rows_from(first, &mut size)?;
        next = rows.last().and_then(|row| row.id.checked_add(1));
        for row in rows {
            take(Account::try_from(row).map_err(StoreError::from)?)?;
        }
    }
    Ok(())
}

/// What an account has as the book says it, debits less credits.
pub(super) fn posted_as_debits(account: &Account) -> i128 {
    let posted = i128::from(account.posted().minor());
    match account.account_type.normal_side() {
        NormalSide::Debit => posted,
        NormalSide::Credit => -posted,
    }
}

fn refuse_alike(store: &mut dyn Store, first: i64, second: &Account, spelling: &str) -> Result<Error, Error> {
    let labels = store.account_labels(&[AccountId(first)])?;
    let first = labels.first().map_or_else(|| format!("number {first}"), |label| label.name.to_string());
    Ok(InputError::journal(format!(
        "accounts {first:?} and {:?} would both be {spelling} in the journal, and nobody could tell them apart; export the book in another format",
        second.name.as_str()
    ))
    .into())
}

fn index_of(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
