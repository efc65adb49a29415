//! How the naive book answers: the first thing that is wrong, else it is done.

use super::naive::{Ask, Deed, Much, Naive};

type Answer = Result<&'static str, &'static str>;

/// What can stand in a batch.
#[derive(Clone, Debug)]
pub enum Item {
    One(Ask),
    /// The legs' ids follow from the journal's.
    Journal(u32, Vec<Ask>),
    ReverseJournal(u32, u32),
}

/// The id of a journal's leg, counted from 0 among those that make a transfer.
pub fn leg_id(journal: u32, leg: u32) -> u32 {
    if leg == 0 { journal } else { journal * 1_000 + leg }
}

impl Naive {
    pub fn answer(&mut self, item: &Item) -> &'static str {
        let before = self.clone();
        let answer = match item {
            Item::One(ask) => self.judge(ask, None),
            Item::Journal(id, legs) => self.judge_journal(*id, legs),
            Item::ReverseJournal(id, of) => self.judge_journal_reversal(*id, *of),
        };
        answer.unwrap_or_else(|refusal| {
            *self = before;
            refusal
        })
    }

    fn judge_journal(&mut self, id: u32, legs: &[Ask]) -> Answer {
        if legs.iter().all(|leg| leg.id().is_none()) {
            return Err("journal_empty");
        }
        if self.deed(id).is_some() {
            let is_same = self.journals.iter().any(|(known, asked)| *known == id && asked == legs);
            return if is_same { Ok("replayed") } else { Err("id_reused") };
        }
        for leg in legs {
            self.judge(leg, Some(id))?;
        }
        self.journals.push((id, legs.to_vec()));
        Ok("done")
    }

    fn judge_journal_reversal(&mut self, id: u32, of: u32) -> Answer {
        let originals: Vec<_> = self.of_journal(of).cloned().collect();
        if self.deed(id).is_some() {
            return if self.undone.contains(&(id, of)) { Ok("replayed") } else { Err("id_reused") };
        }
        if originals.is_empty() {
            return Err("journal_unknown");
        }
        let mut legs = 0;
        for original in originals.iter().rev() {
            let rest = original.amount - self.reversed(original.ask.id().unwrap());
            if rest == 0 && !self.has_given_up_rest(original) {
                continue;
            }
            self.check_open(original.credit, original.debit)?;
            if self.has_given_up_rest(original) {
                return Err("not_reversible");
            }
            if !matches!(original.ask, Ask::Post { .. } | Ask::Capture { .. }) {
                return Err("not_reversible");
            }
            let of = original.ask.id().unwrap();
            let ask = Ask::Reverse { id: leg_id(id, legs), of, much: Much::Exactly(rest) };
            legs += 1;
            self.deeds.push(Deed {
                ask,
                amount: rest,
                debit: original.credit,
                credit: original.debit,
                journal: Some(id),
                at: self.now,
            });
        }
        if legs == 0 {
            return Err("already_reversed");
        }
        let touched = || originals.iter().flat_map(|deed| [deed.debit, deed.credit]);
        if touched().any(|account| self.places[account].min.is_some_and(|min| self.available(account) < min)) {
            return Err("insufficient_funds");
        }
        if touched().any(|account| self.places[account].max.is_some_and(|max| self.posted(account) > max)) {
            return Err("max_balance_exceeded");
        }
        self.undone.push((id, of));
        Ok("done")
    }

    fn of_journal(&self, id: u32) -> impl Iterator<Item = &Deed> {
        self.deeds.iter().filter(move |deed| deed.journal == Some(id) && deed.ask.id().is_some())
    }

    fn judge(&mut self, ask: &Ask, journal: Option<u32>) -> Answer {
        if let Ask::Post { much, .. } | Ask::Hold { much, .. } | Ask::Capture { much, .. } | Ask::Reverse { much, .. } =
            ask
            && matches!(much, Much::Exactly(..=0) | Much::UpTo(..=0))
        {
            return Err("amount_not_positive");
        }
        if let Ask::Post { debit, credit, .. } | Ask::Hold { debit, credit, .. } = ask
            && debit == credit
        {
            return Err("same_account");
        }
        if let Some(known) = ask.id().and_then(|id| self.deed(id)) {
            let is_same = known.journal == journal && *ask == known.ask;
            return if is_same { Ok("replayed") } else { Err("id_reused") };
        }
        let (amount, debit, credit) = match *ask {
            Ask::Post { debit, credit, much, .. } => (self.judge_post(debit, credit, much)?, debit, credit),
            Ask::Hold { debit, credit, much, seconds, .. } => {
                (self.judge_hold(debit, credit, much, seconds)?, debit, credit)
            }
            Ask::Capture { hold, much, .. } => self.judge_capture(hold, much)?,
            Ask::Release { hold, .. } => self.judge_release(hold)?,
            Ask::Reverse { of, much, .. } => self.judge_reversal(of, much)?,
            Ask::Freeze { account, .. } | Ask::Unfreeze { account, .. } | Ask::Close { account } => {
                self.change(account, ask)?;
                (0, account, account)
            }
        };
        self.deeds.push(Deed { ask: ask.clone(), amount, debit, credit, at: self.now, journal });
        Ok("done")
    }

    fn check_open(&self, debit: usize, credit: usize) -> Result<(), &'static str> {
        let (debit, credit) = (&self.places[debit], &self.places[credit]);
        if debit.is_closed || credit.is_closed {
            return Err("account_closed");
        }
        if debit.frozen.0 || credit.frozen.1 { Err("account_frozen") } else { Ok(()) }
    }

    fn falls(&self, account: usize, is_debit: bool) -> bool {
        self.places[account].is_debit_normal != is_debit
    }

    fn check_source(&self, debit: usize, credit: usize, much: Much) -> Result<Option<usize>, &'static str> {
        let source = if self.falls(debit, true) { Some(debit) } else { self.falls(credit, false).then_some(credit) };
        if source.is_none() && !matches!(much, Much::Exactly(_)) { Err("nothing_falls") } else { Ok(source) }
    }

    fn size(&self, source: Option<usize>, much: Much) -> Result<i64, &'static str> {
        let most = match much {
            Much::Exactly(amount) => return Ok(amount),
            Much::UpTo(amount) => amount,
            Much::All => i64::MAX,
        };
        let source = source.unwrap();
        let spendable = self.available(source) - self.places[source].min.unwrap_or(0).max(0);
        if spendable > 0 { Ok(spendable.min(most)) } else { Err("nothing_available") }
    }

    fn check_minimums(&self, debit: usize, credit: usize, amount: i64) -> Result<(), &'static str> {
        let is_short = |account: usize, is_debit| {
            self.falls(account, is_debit)
                && self.places[account].min.is_some_and(|min| self.available(account) - amount < min)
        };
        if is_short(debit, true) || is_short(credit, false) { Err("insufficient_funds") } else { Ok(()) }
    }

    fn check_maximums(&self, debit: usize, credit: usize, amount: i64) -> Result<(), &'static str> {
        let is_over = |account: usize, is_debit| {
            !self.falls(account, is_debit)
                && self.places[account].max.is_some_and(|max| self.posted(account) + amount > max)
        };
        if is_over(debit, true) || is_over(credit, false) { Err("max_balance_exceeded") } else { Ok(()) }
    }

    fn judge_post(&self, debit: usize, credit: usize, much: Much) -> Result<i64, &'static str> {
        let source = self.check_source(debit, credit, much)?;
        self.check_open(debit, credit)?;
        let amount = self.size(source, much)?;
        self.check_minimums(debit, credit, amount)?;
        self.check_maximums(debit, credit, amount)?;
        Ok(amount)
    }

    fn judge_hold(&self, debit: usize, credit: usize, much: Much, seconds: Option<u64>) -> Result<i64, &'static str> {
        let source = self.check_source(debit, credit, much)?;
        self.check_open(debit, credit)?;
        if seconds == Some(0) {
            return Err("expiry_past");
        }
        let amount = self.size(source, much)?;
        self.check_minimums(debit, credit, amount)?;
        self.check_maximums(debit, credit, amount)?;
        Ok(amount)
    }

    fn find_hold(&self, id: u32) -> Result<&Deed, &'static str> {
        self.deed(id).filter(|deed| matches!(deed.ask, Ask::Hold { .. })).ok_or("hold_unknown")
    }

    fn check_hold_open(&self, hold: &Deed) -> Result<(), &'static str> {
        let (captured, is_given_up) = self.taken(hold.ask.id().unwrap());
        if is_given_up || captured == hold.amount {
            return Err("hold_not_open");
        }
        if self.has_expired(hold) { Err("hold_expired") } else { Ok(()) }
    }

    fn judge_capture(&self, hold: u32, much: Much) -> Result<(i64, usize, usize), &'static str> {
        let hold = self.find_hold(hold)?;
        self.check_open(hold.debit, hold.credit)?;
        self.check_hold_open(hold)?;
        let amount = part(much, self.left(hold)).ok_or("hold_too_small")?;
        self.check_maximums(hold.debit, hold.credit, amount)?;
        Ok((amount, hold.debit, hold.credit))
    }

    fn judge_release(&self, hold: u32) -> Result<(i64, usize, usize), &'static str> {
        let hold = self.find_hold(hold)?;
        if self.places[hold.debit].is_closed || self.places[hold.credit].is_closed {
            return Err("account_closed");
        }
        self.check_hold_open(hold)?;
        Ok((self.left(hold), hold.debit, hold.credit))
    }

    fn reversed(&self, id: u32) -> i64 {
        let undoes = |deed: &&Deed| matches!(deed.ask, Ask::Reverse { of, .. } if of == id);
        self.deeds.iter().filter(undoes).map(|deed| deed.amount).sum()
    }

    fn judge_reversal(&self, of: u32, much: Much) -> Result<(i64, usize, usize), &'static str> {
        let original = self.deed(of).ok_or("transfer_unknown")?;
        if original.journal == Some(of) {
            return Err("journal_named");
        }
        let (debit, credit) = (original.credit, original.debit);
        self.check_open(debit, credit)?;
        let rest = original.amount - self.reversed(of);
        if rest == 0 {
            return Err("already_reversed");
        }
        if !matches!(original.ask, Ask::Post { .. } | Ask::Capture { .. }) {
            return Err("not_reversible");
        }
        let amount = part(much, rest).ok_or("reversal_too_large")?;
        self.check_minimums(debit, credit, amount)?;
        self.check_maximums(debit, credit, amount)?;
        Ok((amount, debit, credit))
    }

    fn change(&mut self, account: usize, ask: &Ask) -> Result<(), &'static str> {
        if let Ask::Close { .. } = ask {
            if self.places[account].is_closed {
                return Ok(());
            }
            if self.reserved(account, true) + self.reserved(account, false) > 0 {
                return Err("account_has_holds");
            }
            if self.posted(account) != 0 {
                return Err("account_not_empty");
            }
            self.places[account].is_closed = true;
            return Ok(());
        }
        let place = &mut self.places[account];
        if place.is_closed {
            return Err("account_closed");
        }
        let frozen = place.frozen;
        place.frozen = match *ask {
            Ask::Freeze { sides, .. } => (frozen.0 || sides.0, frozen.1 || sides.1),
            Ask::Unfreeze { sides, .. } => (frozen.0 && !sides.0, frozen.1 && !sides.1),
            _ => frozen,
        };
        Ok(())
    }
}

fn part(much: Much, rest: i64) -> Option<i64> {
    match much {
        Much::Exactly(amount) => (amount <= rest).then_some(amount),
        Much::UpTo(amount) => Some(amount.min(rest)),
        Much::All => Some(rest),
    }
}
