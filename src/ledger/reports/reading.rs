//! Reads what accounts had and what moved, in one pass over what was recorded in a span or down the accounts' chains.
//!
//! A table begins with what each account had by all that was *recorded* by the first bound, which its chain tells. What was recorded from
//! there on is read once, and each transfer is placed where it *counts*. Left are the transfers that cross the span's ends: those recorded
//! before it that count behind its beginning, and those recorded behind it that count before its end. They have indexes of their own.

use std::collections::HashSet;

use crate::facts::{AccountType, NormalSide, Sequence};
use crate::ledger::reports::cost::{Size, Way};
use crate::ledger::reports::request::TableRequest;
use crate::ledger::reports::selection::{Selection, as_debits};
use crate::ledger::reports::table::{BalanceTable, Movement};
use crate::ledger::reports::window::{CrossingRange, Window, bound};
use crate::models::CorruptRow;
use crate::models::sql_types::SqlInstant;
use crate::models::transfers::{ChainMovementRow, ChainMovements, CrossingRow, MovementRow, MovementsBelow};
use crate::store::{Store, StoreError};

/// How many accounts one statement is about.
const ACCOUNTS_PER_STATEMENT: usize = 500;
/// How many transfers one statement of a scan reads: few at first, since often no more are needed.
const SCAN_ROWS_FIRST: i64 = 1_024;
const SCAN_ROWS_MAX: i64 = 65_536;
/// How many accounts tell how many transfers cross the span's ends, and how many of these each end is asked for.
const SAMPLE_ACCOUNTS: usize = 16;
const SAMPLE_ROWS: i64 = 32_768;
/// Where fewer accounts than one in so many rows of the last page are left, each is looked at by itself.
const ROWS_PER_LOOK: usize = 16;

/// Fills a table.
pub(super) struct Reading<'a> {
    store: &'a mut dyn Store,
    selection: &'a Selection,
    table: &'a mut BalanceTable,
    window: Window,
    /// The accounts of type equity, if they are asked for.
    equity: HashSet<i64>,
    /// For each account the transfer that the scan has to come to next, or 0.
    next: Vec<i64>,
    rows_read: u64,
    progress: &'a mut dyn FnMut(u64),
}

impl<'a> Reading<'a> {
    pub(super) fn run(
        store: &'a mut dyn Store,
        request: &TableRequest,
        selection: &'a Selection,
        table: &'a mut BalanceTable,
        progress: &'a mut dyn FnMut(u64),
    ) -> Result<(), StoreError> {
        let window = Window::of(request, table);
        let equity = if request.only_income { store.account_ids_of(AccountType::Equity)? } else { Vec::new() };
        let next = vec![0; selection.accounts.len()];
        let equity = equity.into_iter().collect();
        let mut reading = Self { store, selection, table, window, equity, next, rows_read: 0, progress };
        let way = reading.way()?;
        match way {
            Way::FromNewest => {
                reading.begin_at_newest();
                reading.scan(i64::MAX)?;
            }
            Way::FromEnd => {
                reading.walk(window.end)?;
                reading.scan(window.end)?;
            }
            Way::Chains => reading.walk(window.begin)?,
            Way::Whole => {
                reading.window.begin = i64::MIN;
                reading.begin_at_newest();
                return reading.scan(i64::MAX);
            }
        }
        reading.cross(window.out_of_opening(), Crossing::WasOpening)?;
        if way != Way::FromNewest {
            reading.cross(window.into_span(), Crossing::Counts)?;
        }
        Ok(())
    }

    fn way(&mut self) -> Result<Way, StoreError> {
        let accounts = &self.selection.accounts;
        // Where nothing was recorded behind the beginning, there is nothing to scan.
        if accounts.iter().all(|account| account.last_recorded_at <= self.window.begin) {
            return Ok(Way::FromNewest);
        }
        let newest = self.store.place_at_or_below(i64::MAX)?.map_or(0, |(sequence, _)| sequence);
        let size = Size {
            newest,
            end: self.estimate(self.window.end, newest)?,
            begin: self.estimate(self.window.begin, newest)?,
            accounts: accounts.len(),
            entries: accounts.iter().map(|account| u128::from(account.version.unsigned_abs())).sum(),
            crossing: 0,
        };
        // No more can cross than there are; where that many would not matter, they are not counted.
        let way = Size { crossing: size.entries, ..size }.way();
        if way != Way::Whole {
            return Ok(way);
        }
        let size = Size { crossing: self.estimate_crossing()?, ..size };
        Ok(size.way())
    }

    /// About which part of the book was recorded by a moment. Sequences rise with recorded time but for clocks that were wrong.
    fn estimate(&mut self, moment: i64, newest: i64) -> Result<i64, StoreError> {
        let (mut below, mut above) = (0, newest + 1);
        while above - below > 1 {
            let middle = below + (above - below) / 2;
            match self.store.place_at_or_below(middle)? {
                Some((_, recorded_at)) if micros(middle, recorded_at)? > moment => above = middle,
                _ => below = middle,
            }
        }
        Ok(below)
    }

    /// About how many transfers cross the span's ends, counted for each account, by those of a few accounts.
    fn estimate_crossing(&mut self) -> Result<u128, StoreError> {
        let accounts = &self.selection.accounts;
        let step = accounts.len().div_ceil(SAMPLE_ACCOUNTS).max(1);
        let sample: Vec<_> = accounts.iter().step_by(step).map(|account| account.id).collect();
        let mut found = 0;
        for range in [self.window.out_of_opening(), self.window.into_span()] {
            let Some(query) = range.query(sample.clone(), Some(SAMPLE_ROWS)) else { continue };
            self.store.crossing_transfers(query, &mut |_| {
                found += 1;
                Ok(())
            })?;
        }
        Ok(found * accounts.len() as u128 / sample.len().max(1) as u128)
    }

    fn begin_at_newest(&mut self) {
        for (next, account) in self.next.iter_mut().zip(&self.selection.accounts) {
            self.table.rows[account.row].opening += account.posted;
            *next = if account.last_recorded_at > self.window.begin { account.last } else { 0 };
        }
    }

    /// Reads the book from the places where the accounts stand down to the window's beginning. What was recorded later than `upper` is not in
    /// what the accounts began with.
    fn scan(&mut self, upper: i64) -> Result<(), StoreError> {
        let mut limit = SCAN_ROWS_FIRST;
        while let Some(up_to) = self.next.iter().copied().max().filter(|next| *next > 0) {
            let lowest = self.scan_page(MovementsBelow { up_to, limit }, upper)?;
            // A pointer that leads to a place that the page has passed leads to nothing.
            if let Some(index) =
                self.next.iter().position(|next| *next > 0 && lowest.is_none_or(|lowest| *next >= lowest))
            {
                return Err(self.missing(index));
            }
            self.look_at_the_rest(usize::try_from(limit).unwrap_or(usize::MAX) / ROWS_PER_LOOK)?;
            limit = (limit * 2).min(SCAN_ROWS_MAX);
        }
        Ok(())
    }

    /// The lowest sequence on the page.
    fn scan_page(&mut self, page: MovementsBelow, upper: i64) -> Result<Option<i64>, StoreError> {
        let mut lowest = None;
        let Self { store, selection, table, window, equity, next, rows_read, progress } = self;
        store.movements_below(page, &mut |row| {
            lowest = Some(row.sequence);
            *rows_read += 1;
            if rows_read.is_multiple_of(SCAN_ROWS_MAX.unsigned_abs()) {
                progress(*rows_read);
            }
            let recorded_at = micros(row.sequence, row.recorded_at)?;
            if recorded_at > upper {
                return Ok(());
            }
            for (side, id, previous) in sides(&row) {
                let Some(index) = selection.find(id) else { continue };
                if recorded_at <= window.begin {
                    if next[index] == row.sequence {
                        next[index] = 0;
                    }
                    continue;
                }
                if next[index] != row.sequence {
                    return Err(CorruptRow::new(
                        "transfers",
                        row.sequence,
                        "sequence",
                        "not in the chain of its account",
                    )
                    .into());
                }
                next[index] = previous.unwrap_or(0);
                let other = if side == NormalSide::Debit { row.credit_account_id } else { row.debit_account_id };
                let movement = Movement { side, amount: row.moved, is_with_equity: equity.contains(&other) };
                let place = selection.accounts[index].row;
                table.rows[place].opening -= movement.change();
                if recorded_at <= window.known {
                    table.place(place, movement, micros(row.sequence, row.effective_at)?);
                }
            }
            Ok(())
        })?;
        Ok(lowest)
    }

    /// Few accounts that have not come to the window's beginning need not be waited for: most have nothing more in it.
    fn look_at_the_rest(&mut self, accounts_max: usize) -> Result<(), StoreError> {
        let mut left: Vec<_> = self.next.iter().copied().filter(|next| *next > 0).take(accounts_max + 1).collect();
        if left.is_empty() || left.len() > accounts_max {
            return Ok(());
        }
        left.sort_unstable();
        left.dedup();
        let mut done = HashSet::new();
        let times = self.store.recorded_times(&left)?;
        for (sequence, recorded_at) in &times {
            if micros(*sequence, *recorded_at)? <= self.window.begin {
                done.insert(*sequence);
            }
        }
        if times.len() < left.len() {
            let found: HashSet<_> = times.iter().map(|(sequence, _)| *sequence).collect();
            let missing = self.next.iter().position(|next| *next > 0 && !found.contains(next));
            return missing.map_or(Ok(()), |index| Err(self.missing(index)));
        }
        for next in &mut self.next {
            if done.contains(next) {
                *next = 0;
            }
        }
        Ok(())
    }

    /// Walks down the accounts' chains from the window's end to `begin`, and takes what each account had there. What was recorded between is
    /// placed. The scan goes on from there.
    fn walk(&mut self, begin: i64) -> Result<(), StoreError> {
        let ids: Vec<_> =
            self.selection.accounts.iter().filter(|account| account.last > 0).map(|account| account.id).collect();
        for ids in ids.chunks(ACCOUNTS_PER_STATEMENT) {
            let accounts = ids.to_vec();
            let query = ChainMovements { accounts, begin: bound(begin), end: bound(self.window.end) };
            let mut whole = HashSet::new();
            let Self { store, selection, table, window, equity, next, rows_read, .. } = self;
            store.chain_movements(query, &mut |row| {
                *rows_read += 1;
                let Some(index) = selection.find(row.account_id) else { return Ok(()) };
                let account = &selection.accounts[index];
                let recorded_at = micros(row.sequence, row.recorded_at)?;
                if recorded_at <= begin {
                    table.rows[account.row].opening += as_debits(account.side, row.balance);
                    next[index] = if recorded_at > window.begin { row.sequence } else { 0 };
                    whole.insert(row.account_id);
                    return Ok(());
                }
                if recorded_at <= window.end {
                    let movement = chain_movement(&row, equity);
                    table.place(account.row, movement, micros(row.sequence, row.effective_at)?);
                }
                if row.previous.is_none() {
                    whole.insert(row.account_id);
                }
                Ok(())
            })?;
            (self.progress)(self.rows_read);
            if let Some(id) = ids.iter().find(|id| !whole.contains(id)) {
                let index = self.selection.find(*id).unwrap_or_default();
                return Err(self.missing(index));
            }
        }
        Ok(())
    }

    /// Takes what counts at another time than it was recorded, within a range of both times.
    fn cross(&mut self, range: CrossingRange, crossing: Crossing) -> Result<(), StoreError> {
        let ids: Vec<_> =
            self.selection.accounts.iter().filter(|account| account.last > 0).map(|account| account.id).collect();
        for ids in ids.chunks(ACCOUNTS_PER_STATEMENT) {
            let Some(query) = range.query(ids.to_vec(), None) else { return Ok(()) };
            let Self { store, selection, table, equity, .. } = self;
            store.crossing_transfers(query, &mut |row| {
                let Some(index) = selection.find(row.account_id) else { return Ok(()) };
                let place = selection.accounts[index].row;
                let movement = crossing_movement(&row, equity);
                if crossing == Crossing::WasOpening {
                    table.rows[place].opening -= movement.change();
                }
                table.place(place, movement, micros(row.sequence, row.effective_at)?);
                Ok(())
            })?;
        }
        Ok(())
    }

    fn missing(&self, index: usize) -> StoreError {
        let account = self.selection.accounts[index].id;
        let sequence = Sequence(self.next[index]);
        CorruptRow::new("transfers", sequence, "sequence", format!("missing in the chain of account {account}")).into()
    }
}

/// What becomes of a transfer that crosses an end of the span.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Crossing {
    /// It is in the opening as it was recorded, and is taken out of it first.
    WasOpening,
    /// It is in nothing so far.
    Counts,
}

/// Each side of a transfer: its account, and the sequence of the account's transfer before.
fn sides(row: &MovementRow) -> [(NormalSide, i64, Option<i64>); 2] {
    [
        (NormalSide::Debit, row.debit_account_id, row.debit_previous),
        (NormalSide::Credit, row.credit_account_id, row.credit_previous),
    ]
}

fn chain_movement(row: &ChainMovementRow, equity: &HashSet<i64>) -> Movement {
    movement([row.debit_account_id, row.credit_account_id], row.account_id, row.moved, equity)
}

fn crossing_movement(row: &CrossingRow, equity: &HashSet<i64>) -> Movement {
    movement([row.debit_account_id, row.credit_account_id], row.account_id, row.moved, equity)
}

fn movement([debit, credit]: [i64; 2], account: i64, amount: i64, equity: &HashSet<i64>) -> Movement {
    let (side, other) = if account == debit { (NormalSide::Debit, credit) } else { (NormalSide::Credit, debit) };
    Movement { side, amount, is_with_equity: equity.contains(&other) }
}

fn micros(sequence: i64, time: SqlInstant) -> Result<i64, StoreError> {
    let instant = time.instant().ok_or_else(|| CorruptRow::new("transfers", sequence, "recorded_at", time))?;
    Ok(instant.micros())
}
