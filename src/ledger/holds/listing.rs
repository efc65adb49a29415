//! The list of holds.

use std::collections::HashMap;

use crate::error::Error;
use crate::facts::{Account, AccountName, Hold, HoldState, Instant, Transfer, TransferKind};
use crate::ledger::Ledger;
use crate::ledger::accounts::get_account_in;
use crate::ledger::holds::HoldPage;
use crate::ledger::transfers::by_metadata::walk_by_metadata;
use crate::ledger::transfers::filter::{ListPage, RecordedFilter, TransferFilter, check_amounts};
use crate::ledger::transfers::listing::{check_cursor, choose};
use crate::ledger::transfers::spans::{BookSpan, Start};
use crate::ledger::transfers::walks::{Walk, Walked};
use crate::money::WrittenAmount;
use crate::store::{Access, Store};

/// Which holds are listed: those to which all of it applies. The usual value lists all holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldFilter {
    /// Those of this account, on either side.
    pub account: Option<AccountName>,
    /// Those that stand so now. One that has expired is not open, whether or not its release is recorded.
    pub state: Option<HoldState>,
    /// Those of at least this amount at first, each in its own currency.
    pub min: Option<WrittenAmount>,
    /// Those of at most this amount at first, each in its own currency.
    pub max: Option<WrittenAmount>,
    /// What all lists have.
    pub recorded: RecordedFilter,
}

impl HoldFilter {
    /// What it says of the transfers that opened the holds.
    fn of_transfers(&self) -> TransferFilter {
        TransferFilter {
            kind: Some(TransferKind::Hold),
            min: self.min.clone(),
            max: self.max.clone(),
            recorded: self.recorded.clone(),
            ..TransferFilter::default()
        }
    }
}

impl Ledger {
    /// Returns a page of the holds to which a filter applies, newest first unless it says otherwise.
    ///
    /// A page reads at most [`ListPage::reads_max`] holds; by an account at most so many of its transfers, unless only open holds are asked for, which
    /// have an index.
    ///
    /// # Errors
    /// [`InputError::Span`](crate::error::InputError::Span) if the span ends before it begins, [`InputError::AmountSpan`](crate::error::InputError::AmountSpan);
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown); `CursorUnknown` if the page begins with a transfer of another
    /// account; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::HoldState;
    /// use teller::ledger::{HoldFilter, ListPage};
    /// use teller::requests::HoldRequest;
    ///
    /// let hotel = ledger.post(HoldRequest::new(support::payment(&ledger, "hotel", "60.00")?), Mode::Commit)?;
    ///
    /// let filter = HoldFilter { state: Some(HoldState::Open), ..HoldFilter::default() };
    /// let page = ledger.list_holds_by(&filter, ListPage::default())?;
    /// assert_eq!(page.holds[0].hold.id, hotel.transfer.id);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_holds_by(&self, filter: &HoldFilter, page: ListPage) -> Result<HoldPage, Error> {
        filter.recorded.check()?;
        check_amounts(filter.min.as_ref(), filter.max.as_ref())?;
        let of_transfers = filter.of_transfers();
        let now = self.clock.now();
        self.pool.transaction(Access::Read, |store| {
            let account = match &filter.account {
                Some(name) => Some(get_account_in(store, name, now)?),
                None => None,
            };
            let start = Start { from: page.from, order: filter.recorded.order };
            let span = BookSpan { from: filter.recorded.from, to: filter.recorded.to, lead_max: self.clock_lead_max };
            let walk = walk(store, filter, account.as_ref(), start, &span)?;
            let found = walk.find(store, page, |store, transfers| {
                let mut chosen = choose(store, &of_transfers, account.as_ref(), transfers)?;
                choose_by_state(store, filter.state, now, (transfers, &mut chosen))?;
                Ok(chosen)
            })?;
            let Walked { transfers, next, cut_at } = found;
            let ids: Vec<_> = transfers.iter().map(|transfer| transfer.id).collect();
            let holds: HashMap<_, _> = store.find_holds(&ids)?.into_iter().map(|hold| (hold.id, hold)).collect();
            let holds = ids.iter().filter_map(|id| holds.get(id).copied()).collect();
            Ok(HoldPage { holds: self.with_names(store, holds)?, next, cut_at })
        })
    }
}

/// The shortest way to the transfers that opened the holds to which the filter can apply.
fn walk(
    store: &mut dyn Store,
    filter: &HoldFilter,
    account: Option<&Account>,
    start: Start,
    span: &BookSpan,
) -> Result<Walk, Error> {
    let Some(account) = account else {
        let by_metadata = walk_by_metadata(store, &filter.recorded.metadata, None, (start, span))?;
        return Ok(by_metadata.map_or_else(|| Walk::along_holds(store, start, span), Ok)?);
    };
    if filter.state == Some(HoldState::Open) {
        let open: Vec<_> = store.list_open_holds_of(account.id)?.iter().map(|hold| hold.id).collect();
        return Ok(Walk::over(store.find_transfers(&open)?, start));
    }
    check_cursor(store, account, start)?;
    Ok(Walk::along_chain(store, account, start, span)?)
}

/// Leaves out holds that do not stand so.
fn choose_by_state(
    store: &mut dyn Store,
    state: Option<HoldState>,
    now: Instant,
    (transfers, chosen): (&[Transfer], &mut [bool]),
) -> Result<(), Error> {
    let Some(state) = state else { return Ok(()) };
    let ids = transfers.iter().zip(chosen.iter()).filter(|(_, is_chosen)| **is_chosen);
    let holds = store.find_holds(&ids.map(|(transfer, _)| transfer.id).collect::<Vec<_>>())?;
    let states: HashMap<_, _> = holds.into_iter().map(|hold: Hold| (hold.id, hold.state_at(now))).collect();
    for (transfer, is_chosen) in transfers.iter().zip(chosen) {
        *is_chosen &= states.get(&transfer.id) == Some(&state);
    }
    Ok(())
}
