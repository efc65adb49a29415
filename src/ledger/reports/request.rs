//! The parameters of a table of balances: its accounts, its columns, and the time up to which entries are known.

use crate::facts::{Account, Instant, NamePrefix};
use crate::ledger::reports::bound::Bound;
use crate::ledger::reports::table::is_of_income;
use crate::money::CurrencyCode;

/// What a table of balances is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableRequest {
    /// Only accounts whose names begin so.
    pub prefix: NamePrefix,
    /// Only accounts in this currency.
    pub currency: Option<CurrencyCode>,
    /// How many parts of the names tell the rows apart. `None`: each account is a row.
    pub depth: Option<usize>,
    /// Where the columns begin and end, in any order. None means the end of time: all that is recorded.
    pub bounds: Vec<Bound>,
    /// Transfers are known that were recorded by then, and accounts that were opened by then. `None`: all are.
    pub recorded_at: Option<Instant>,
    /// Only revenue and expense, with what of it was moved to or from accounts of the type equity.
    pub only_income: bool,
    /// Also what open holds reserve now.
    pub with_held: bool,
}

impl TableRequest {
    /// Whether an account is asked for.
    pub(super) fn takes(&self, account: &Account) -> bool {
        self.currency.is_none_or(|code| account.currency.code() == code)
            && self.recorded_at.is_none_or(|known_at| account.opened_at <= known_at)
            && (!self.only_income || is_of_income(account.account_type))
    }
}
