//! The currencies of a book: those of ISO 4217, and those that its events register.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::ledger::proof::verify::walk::Walk;
use crate::ledger::proof::verify::walked::WalkedBook;
use crate::models::currencies::CurrencyRow;
use crate::money::ISO_4217;
use crate::store::Store;

/// The currencies that the book must have and that were not found yet: exponent and name by code.
pub(in crate::ledger) struct ExpectedCurrencies(BTreeMap<String, (i16, String)>);

impl ExpectedCurrencies {
    /// The currencies of ISO 4217, and those that were registered.
    pub(in crate::ledger) fn new(book: &WalkedBook) -> Self {
        let listed = ISO_4217
            .iter()
            .map(|(code, exponent, name)| ((*code).to_owned(), (i16::from(*exponent), (*name).to_owned())));
        let registered = book
            .currencies
            .iter()
            .map(|(code, (currency, name))| (code.to_string(), (i16::from(currency.exponent()), name.to_string())));
        Self(listed.chain(registered).collect())
    }

    /// The problem with a stored currency, if there is one.
    pub(in crate::ledger) fn meet(&mut self, row: &CurrencyRow) -> Option<String> {
        let CurrencyRow { code, exponent, name } = row;
        match self.0.remove(code) {
            None => Some(format!("currency {code} is in no list, and no event of the book registers it")),
            Some(expected) if expected != (*exponent, name.clone()) => Some(format!(
                "currency {code} has {exponent} decimals and the name {name:?}, it should have {} and {:?}",
                expected.0, expected.1
            )),
            Some(_) => None,
        }
    }

    /// The codes that were not found.
    pub(in crate::ledger) fn missing(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Walk {
    /// Compares the stored currencies with ISO 4217 and with the book's events, which were walked before.
    pub(super) fn compare_currencies(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        let mut expected = ExpectedCurrencies::new(&self.of_book);
        let rows = store.list_currencies()?;
        let mut problems: Vec<_> = rows.iter().filter_map(|row| expected.meet(row)).collect();
        problems.extend(expected.missing().map(|code| format!("currency {code} is not in the book any more")));
        for problem in problems {
            self.add_finding(None, None, problem);
        }
        Ok(())
    }
}
