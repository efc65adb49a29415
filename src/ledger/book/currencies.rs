//! The book's currencies: reading them, and registering new ones.

use crate::error::Error;
use crate::facts::{BookChange, CurrencyName, Signature};
use crate::ledger::Ledger;
use crate::ledger::book::events::append_book_event;
use crate::ledger::write_options::{Mode, WriteOptions};
use crate::models::CorruptRow;
use crate::models::currencies::CurrencyRow;
use crate::money::{Currency, CurrencyCode};
use crate::rejection::Rejection;
use crate::store::{Access, Store, StoreError};

/// A registered currency and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCurrency {
    /// Its code and exponent.
    pub currency: Currency,
    /// Its name.
    pub name: CurrencyName,
}

impl NamedCurrency {
    pub(in crate::ledger) fn from_row(row: &CurrencyRow) -> Result<Self, StoreError> {
        let name = row.name.parse().map_err(|_| CorruptRow::new("currencies", &row.code, "name", &row.name))?;
        Ok(Self { currency: row.to_currency()?, name })
    }
}

impl From<&NamedCurrency> for CurrencyRow {
    fn from(NamedCurrency { currency, name }: &NamedCurrency) -> Self {
        Self { code: currency.code().to_string(), exponent: currency.exponent().into(), name: name.to_string() }
    }
}

impl Ledger {
    /// Returns all currencies, by code.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let currencies = ledger.list_currencies()?;
    /// assert!(currencies.iter().any(|currency| currency.name.to_string() == "Euro"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_currencies(&self) -> Result<Vec<NamedCurrency>, Error> {
        self.pool.transaction(Access::Read, |store| {
            Ok(store.list_currencies()?.iter().map(NamedCurrency::from_row).collect::<Result<_, _>>()?)
        })
    }

    /// Returns the currency of that code.
    ///
    /// # Errors
    /// [`Rejection::CurrencyUnknown`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// assert_eq!(ledger.get_currency("JPY".parse()?)?.currency.exponent(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_currency(&self, code: CurrencyCode) -> Result<NamedCurrency, Error> {
        self.pool.transaction(Access::Read, |store| get_currency_in(store, code))
    }

    /// Registers a currency, and records the actor. Its exponent can never be changed. Registering the same currency again does nothing.
    ///
    /// # Errors
    /// [`Rejection::CurrencyExists`] if the code is registered with another exponent or name; [`Rejection::ClockBehind`]; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::Signature;
    /// use teller::ledger::NamedCurrency;
    /// use teller::money::Currency;
    ///
    /// let points = NamedCurrency { currency: Currency::new("PTS".parse()?, 0)?, name: "Loyalty points".parse()? };
    /// let signature = Signature { actor: "alice".parse()?, reason: None };
    /// ledger.add_currency(&points, &signature, Mode::Commit)?;
    /// assert_eq!(ledger.get_currency("PTS".parse()?)?, points);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_currency(
        &self,
        currency: &NamedCurrency,
        signature: &Signature,
        options: impl Into<WriteOptions>,
    ) -> Result<NamedCurrency, Error> {
        let mode = options.into().mode;
        let code = currency.currency.code();
        let row = CurrencyRow::from(currency);
        self.pool.transaction(Access::Write, |store| {
            if mode == Mode::Commit && store.insert_currency(&row)? {
                let NamedCurrency { currency, name } = currency.clone();
                let registered = BookChange::CurrencyRegistered { currency, name };
                append_book_event(store, registered, signature.clone(), self.book_time(), mode)?;
            }
            match store.find_currency(&row.code)?.as_ref().map(NamedCurrency::from_row).transpose()? {
                Some(stored) if stored != *currency => Err(Rejection::CurrencyExists {
                    currency: code,
                    exponent: stored.currency.exponent(),
                    name: stored.name.to_string(),
                }
                .into()),
                _ => Ok(currency.clone()),
            }
        })
    }
}

fn get_currency_in(store: &mut dyn Store, code: CurrencyCode) -> Result<NamedCurrency, Error> {
    let row = store.find_currency(code.as_str())?.ok_or(Rejection::CurrencyUnknown { currency: code })?;
    Ok(NamedCurrency::from_row(&row)?)
}
