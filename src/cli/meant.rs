//! What may have been meant, where something was named that is not there. Each look into the book is bounded, so that a refusal stays quick in a
//! large one.

use crate::error::Error;
use crate::facts::{AccountName, TransferKind, similar_texts};
use crate::ledger::{Ledger, ListPage, TransferFilter};
use crate::money::CurrencyCode;
use crate::rejection::Rejection;

/// How many of the newest transfers are looked at for a key.
const TRANSFERS_MAX: u32 = 1_000;
/// The most transfers that are read to find those.
const READS_MAX: u64 = 10_000;

/// What was named and is not there.
pub(super) enum Unknown {
    Account(AccountName),
    Currency(CurrencyCode),
    Hold(String),
    Transfer(String),
}

impl Unknown {
    pub(super) fn of(rejection: &Rejection) -> Option<Self> {
        match rejection {
            Rejection::AccountUnknown { account } => Some(Self::Account(account.clone())),
            Rejection::CurrencyUnknown { currency } => Some(Self::Currency(*currency)),
            Rejection::HoldUnknown { hold } => Some(Self::Hold(hold.to_string())),
            Rejection::TransferUnknown { transfer } => Some(Self::Transfer(transfer.to_string())),
            _ => None,
        }
    }

    /// The few that are most similar, the nearest first.
    pub(super) fn similar(&self, ledger: &Ledger) -> Result<Vec<String>, Error> {
        match self {
            Self::Account(name) => {
                Ok(ledger.find_similar_accounts(name)?.into_iter().map(|name| name.to_string()).collect())
            }
            Self::Currency(code) => {
                let all = ledger.list_currencies()?;
                Ok(similar_texts(&code.to_string(), all.iter().map(|named| named.currency.code().to_string())))
            }
            Self::Hold(key) => similar_keys(ledger, key, Some(TransferKind::Hold)),
            Self::Transfer(key) => similar_keys(ledger, key, None),
        }
    }
}

fn similar_keys(ledger: &Ledger, typed: &str, kind: Option<TransferKind>) -> Result<Vec<String>, Error> {
    let filter = TransferFilter { kind, ..TransferFilter::default() };
    let page = ListPage { limit: TRANSFERS_MAX, reads_max: READS_MAX, ..ListPage::default() };
    let newest = ledger.list_transfers(&filter, page)?.transfers;
    let keys = newest.into_iter().filter_map(|posted| posted.transfer.key).map(|key| key.to_string());
    Ok(similar_texts(typed, keys))
}
