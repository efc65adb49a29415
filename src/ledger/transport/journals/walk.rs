//! The walk that feeds a journal.

use std::ops::ControlFlow;

use crate::error::{Error, InputError};
use crate::facts::{Account, Instant, Sequence};
use crate::ledger::proof::seal::book_id;
use crate::ledger::reports::bound::Bound;
use crate::ledger::transport::journals::accounts::{Accounts, for_each, posted_as_debits};
use crate::ledger::transport::journals::day::Day;
use crate::ledger::transport::journals::record::{
    JournalAccount, JournalBalance, JournalCounts, JournalHeader, JournalPart, JournalSide, JournalSink, JournalSpan,
    JournalTransfer,
};
use crate::models::CorruptRow;
use crate::models::sql_types::{SqlId, SqlInstant, SqlKind};
use crate::models::transfers::{CountingRow, CountingTransfers};
use crate::store::{Store, StoreError};

/// After how many transfers the progress is told.
const TRANSFERS_PER_SIGN: u64 = 1_000;

/// One walk over a book, in one transaction.
pub(super) struct Walk {
    span: JournalSpan,
    bytes_max: usize,
    header: JournalHeader,
    /// The day of the last transfer that was written.
    last_day: Day,
    counts: JournalCounts,
}

impl JournalSpan {
    pub(super) fn check(self) -> Result<(), InputError> {
        if self.from <= self.to {
            return Ok(());
        }
        let moment = |bound: Bound| bound.next().unwrap_or(Instant::MAX);
        Err(InputError::Span { from: moment(self.from), to: moment(self.to) })
    }

    /// For comparisons: behind the first, up to the second.
    fn compared(self) -> [SqlInstant; 2] {
        let before_all = Instant::MIN.micros() - 1;
        [self.from, self.to].map(|bound| SqlInstant::bound(bound.last().map_or(before_all, Instant::micros)))
    }
}

impl Walk {
    pub(super) fn begin(
        store: &mut dyn Store,
        span: JournalSpan,
        now: Instant,
        bytes_max: usize,
    ) -> Result<Self, StoreError> {
        let [after, _] = span.compared();
        let first = match span.from.last().filter(|_| span.from > Bound::BEGIN) {
            Some(before) => Some(before),
            None => store.first_counting_after(after)?.map(|time| instant(0, time)).transpose()?,
        };
        let first_day = Day::of(first.unwrap_or(now));
        let sequence = store.newest_sequence()?.unwrap_or(Sequence::UNASSIGNED);
        let header = JournalHeader { book_id: book_id(store)?, sequence, first_day };
        let counts = JournalCounts::default();
        Ok(Self { span, bytes_max, header, last_day: first_day, counts })
    }

    pub(super) fn run(
        mut self,
        store: &mut dyn Store,
        sink: &mut dyn JournalSink,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Option<JournalCounts>, Error> {
        let mut accounts = Accounts::read(store, sink, self.bytes_max)?;
        self.counts.accounts = accounts.count();
        sink.write(&JournalPart::Header(self.header))?;
        for currency in accounts.currencies() {
            sink.write(&JournalPart::Currency(currency))?;
        }
        for_each(store, &mut |account| self.write_account(&account, sink))?;
        self.write_openings(store, &mut accounts, sink)?;
        if self.write_transfers(store, &mut accounts, sink, progress)?.is_break() {
            return Ok(None);
        }
        self.write_closings(store, &accounts, sink)?;
        Ok(Some(self.counts))
    }

    fn write_account(&self, account: &Account, sink: &mut dyn JournalSink) -> Result<(), Error> {
        let spelling = sink.spelling(&account.name, account.account_type);
        let opened = Day::of(account.opened_at).min(self.header.first_day);
        let (name, currency) = (&account.name, account.currency);
        sink.write(&JournalPart::Account(JournalAccount { name, spelling: &spelling, currency, opened }))
    }

    /// Sums up what counts before the span.
    fn write_openings(
        &mut self,
        store: &mut dyn Store,
        accounts: &mut Accounts,
        sink: &mut dyn JournalSink,
    ) -> Result<(), Error> {
        if self.span.from == Bound::BEGIN {
            return Ok(());
        }
        let [until, _] = self.span.compared();
        let mut found = Ok(());
        store.amounts_counting_until(until, &mut |(debit, credit, amount)| {
            for (account, amount) in [(debit, i128::from(amount)), (credit, -i128::from(amount))] {
                match accounts.find(account) {
                    Ok(place) => accounts.add_own(place, amount),
                    Err(error) => found = Err(error),
                }
            }
        })?;
        found?;
        let day = self.header.first_day;
        for_each(store, &mut |account| {
            let place = accounts.find(account.id.0)?;
            let balance = accounts.own(place);
            if balance == 0 {
                return Ok(());
            }
            let spelling = sink.spelling(&account.name, account.account_type);
            accounts.sum_subtrees(place, &spelling, day);
            let currency = account.currency;
            sink.write(&JournalPart::Opening(JournalBalance { spelling: &spelling, day, balance, currency }))
        })
    }

    fn write_transfers(
        &mut self,
        store: &mut dyn Store,
        accounts: &mut Accounts,
        sink: &mut dyn JournalSink,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Error> {
        let [after, until] = self.span.compared();
        let mut ended = Ok(ControlFlow::Continue(()));
        store.counting_transfers(CountingTransfers { after, until }, &mut |row| {
            if let Err(error) = self.write_transfer(&row, accounts, sink) {
                ended = Err(error);
                return ControlFlow::Break(());
            }
            self.counts.transfers += 1;
            if self.counts.transfers.is_multiple_of(TRANSFERS_PER_SIGN) && progress(self.counts.transfers).is_break() {
                ended = Ok(ControlFlow::Break(()));
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        ended
    }

    fn write_transfer(
        &mut self,
        row: &CountingRow,
        accounts: &mut Accounts,
        sink: &mut dyn JournalSink,
    ) -> Result<(), Error> {
        let SqlKind::Kind(kind) = row.kind else {
            return Err(StoreError::from(CorruptRow::new("transfers", row.sequence, "kind", "none of Teller's")).into());
        };
        let recorded_at = instant(row.sequence, row.recorded_at)?;
        self.last_day = Day::of(instant(row.sequence, row.effective_at)?);
        let amount = i128::from(row.amount);
        let (debit_id, debit_name) = (row.debit_account_id, row.debit_name.as_deref());
        let (credit_id, credit_name) = (row.credit_account_id, row.credit_name.as_deref());
        let (debit, debit_spelling) = self.move_account(accounts, sink, (debit_id, debit_name), amount)?;
        let (credit, credit_spelling) = self.move_account(accounts, sink, (credit_id, credit_name), -amount)?;
        sink.write(&JournalPart::Transfer(JournalTransfer {
            sequence: Sequence(row.sequence),
            kind,
            day: self.last_day,
            recorded_at,
            journal_id: row.journal_id.and_then(SqlId::id),
            actor: &row.actor,
            key: row.key.as_deref(),
            description: row.description.as_deref(),
            amount: row.amount,
            currency: accounts.currency(debit),
            debit: JournalSide { spelling: &debit_spelling, balance: accounts.own(debit) },
            credit: JournalSide { spelling: &credit_spelling, balance: accounts.own(credit) },
        }))
    }

    /// Moves an amount, and states before it what the account had on the days before, where the format wants that. Gives the account's
    /// place and spelling.
    fn move_account(
        &self,
        accounts: &mut Accounts,
        sink: &mut dyn JournalSink,
        (id, name): (i64, Option<&str>),
        amount: i128,
    ) -> Result<(usize, String), Error> {
        let place = accounts.find(id)?;
        let name = name.and_then(|name| name.parse().ok());
        let name = name.ok_or_else(|| StoreError::from(CorruptRow::new("accounts", id, "name", "no name")))?;
        let spelling = sink.spelling(&name, accounts.account_type(place));
        let currency = accounts.currency(place);
        accounts.add(place, &spelling, (amount, self.last_day), &mut |spelling, moved, balance| {
            let day = moved.next().unwrap_or(moved);
            sink.write(&JournalPart::Balance(JournalBalance { spelling, day, balance, currency }))
        })?;
        Ok((place, spelling))
    }

    fn write_closings(
        &self,
        store: &mut dyn Store,
        accounts: &Accounts,
        sink: &mut dyn JournalSink,
    ) -> Result<(), Error> {
        let is_whole = self.span.to == Bound::END;
        let end = self.span.to.last().filter(|_| !is_whole).map(Day::of);
        let day = end.map_or(self.last_day, |end| end.max(self.last_day));
        for_each(store, &mut |account| {
            let place = accounts.find(account.id.0)?;
            if is_whole {
                check_posted(&account, accounts.own(place))?;
            }
            let (balance, currency) = (accounts.stated(place), account.currency);
            let spelling = &sink.spelling(&account.name, account.account_type);
            sink.write(&JournalPart::Closing(JournalBalance { spelling, day, balance, currency }))
        })
    }
}

/// What the transfers come to must be what the book says that the account has.
fn check_posted(account: &Account, found: i128) -> Result<(), StoreError> {
    if found == posted_as_debits(account) {
        return Ok(());
    }
    let value = format!("{:?}, and the transfers come to {found} as debits less credits", account.posted());
    Err(CorruptRow::new("accounts", account.id.0, "posted", value).into())
}

fn instant(sequence: i64, time: SqlInstant) -> Result<Instant, StoreError> {
    Ok(time.instant().ok_or_else(|| CorruptRow::new("transfers", sequence, "effective_at", time))?)
}
