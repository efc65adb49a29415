//! Judging transfers, strictly in order: each request sees the effects of those before it, never a net sum.

use std::collections::HashMap;

use super::account::{Account, AccountState, LastTransfer, NormalSide};
use super::chain::hash_transfer;
use super::hash::Hash;
use super::ids::{Sequence, TransferId};
use super::instant::Instant;
use super::rejection::Rejection;
use super::text::AccountName;
use super::transfer::{Leg, Parties, Transfer, TransferKind, TransferRequest};
use crate::money::{Amount, Money};

/// The accounts and transfers that a batch of requests is judged against, and what came of it so far.
pub struct Batch {
    accounts: Vec<Slot>,
    index_by_name: HashMap<AccountName, usize>,
    stored: HashMap<TransferId, Transfer>,
    drafts: Vec<Draft>,
    draft_by_id: HashMap<TransferId, usize>,
}

/// An account as the batch has left it so far.
struct Slot {
    account: Account,
    /// The newest draft that touched it.
    last_draft: Option<usize>,
}

/// A transfer that has everything but its sequence, which the database gives once it is known how many are needed.
struct Draft {
    transfer: Transfer,
    /// The drafts that touched the accounts before it in this batch; their sequences become the pointers.
    debit_previous: Option<usize>,
    credit_previous: Option<usize>,
}

/// The answer to a request that was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The transfer at this place of [`Ruling::transfers`] is posted.
    Posted(usize),
    /// The transfer at this place was asked for earlier in the same batch.
    ReplayedPosted(usize),
    /// The transfer has been in the book since before the batch.
    ReplayedStored(Box<Transfer>),
}

/// What a batch comes to.
pub struct Ruling {
    /// The new rows, in the order in which they were accepted.
    pub transfers: Vec<Transfer>,
    /// The new states of the accounts that the rows touch, by id.
    pub accounts: Vec<Account>,
}

impl Ruling {
    /// The refusal of an id that an earlier request of the same batch used, now that the place of that one's transfer is known.
    #[must_use]
    pub fn placed(&self, rejection: Rejection) -> Rejection {
        match rejection {
            Rejection::IdReused { id, sequence: Sequence::UNASSIGNED } => {
                let earlier = self.transfers.iter().find(|transfer| transfer.id == id);
                let sequence = earlier.map_or(Sequence::UNASSIGNED, |transfer| transfer.sequence);
                Rejection::IdReused { id, sequence }
            }
            other => other,
        }
    }
}

impl Batch {
    /// Begins with the locked accounts, and those transfers that are known by an id that is asked for.
    #[must_use]
    pub fn new(accounts: Vec<Account>, stored: Vec<Transfer>) -> Self {
        let index_by_name = accounts.iter().enumerate().map(|(index, account)| (account.name.clone(), index)).collect();
        Self {
            accounts: accounts.into_iter().map(|account| Slot { account, last_draft: None }).collect(),
            index_by_name,
            stored: stored.into_iter().map(|transfer| (transfer.id, transfer)).collect(),
            drafts: Vec::new(),
            draft_by_id: HashMap::new(),
        }
    }

    /// How many sequences [`Batch::finish`] needs.
    #[must_use]
    pub fn draft_count(&self) -> usize {
        self.drafts.len()
    }

    /// Accepts or refuses one request. A refused request leaves no trace.
    ///
    /// # Errors
    /// The first [`Rejection`] of those up to `Overflow`, in their order.
    pub fn judge(&mut self, request: &TransferRequest, now: Instant) -> Result<Verdict, Rejection> {
        check_well_formed(request)?;
        let parties = self.resolve(&request.parties);
        if let Some(verdict) = self.find_replay(request, parties.as_ref().ok())? {
            return Ok(verdict);
        }
        let Resolved { first, second, debit, credit } = parties?;
        for index in [first, second] {
            check_currency(&self.accounts[index].account, request.money)?;
        }
        for index in [first, second] {
            check_not_closed(&self.accounts[index].account)?;
        }
        let sides = [first, second].map(|index| {
            let side = if index == debit { NormalSide::Debit } else { NormalSide::Credit };
            (&self.accounts[index].account, side)
        });
        for (account, side) in sides {
            check_not_frozen(account, side)?;
        }
        for (account, side) in sides {
            check_min_balance(account, side, request.money)?;
        }
        for (account, side) in sides {
            check_max_balance(account, side, request.money)?;
        }
        let [first_total, second_total] = sides.map(|(account, side)| add_total(account, side, request.money.amount));
        let (first_total, second_total) = (first_total?, second_total?);
        let (debits_posted, credits_posted) =
            if first == debit { (first_total, second_total) } else { (second_total, first_total) };

        // From here on nothing may be refused.
        self.accounts[debit].account.totals.debits_posted = debits_posted;
        self.accounts[credit].account.totals.credits_posted = credits_posted;
        Ok(Verdict::Posted(self.draft(request, debit, credit, now)))
    }

    /// Gives the accepted transfers their places, one sequence each, rising.
    ///
    /// # Panics
    /// When there is not one sequence for each of [`Batch::draft_count`], or they do not rise.
    #[must_use]
    pub fn finish(self, sequences: &[Sequence]) -> Ruling {
        assert_eq!(sequences.len(), self.drafts.len(), "one sequence a draft");
        assert!(sequences.is_sorted_by(|a, b| a < b || *a == Sequence::UNASSIGNED), "sequences rise");

        let place = |draft: Option<usize>| draft.map(|index| sequences[index]);
        let transfers = self.drafts.into_iter().enumerate().map(|(index, draft)| {
            let mut transfer = draft.transfer;
            transfer.sequence = sequences[index];
            transfer.debit.previous = place(draft.debit_previous).or(transfer.debit.previous);
            transfer.credit.previous = place(draft.credit_previous).or(transfer.credit.previous);
            transfer
        });
        let accounts = self.accounts.into_iter().filter_map(|slot| {
            let mut account = slot.account;
            let sequence = place(slot.last_draft)?;
            account.last = account.last.map(|last| LastTransfer { sequence, ..last });
            Some(account)
        });
        Ruling { transfers: transfers.collect(), accounts: accounts.collect() }
    }

    /// Which account is debited and which is credited.
    fn resolve(&self, parties: &Parties) -> Result<Resolved, Rejection> {
        let [first_name, second_name] = parties.names();
        let (first, second) = (self.find(first_name)?, self.find(second_name)?);
        let side = |index: usize| self.accounts[index].account.account_type.normal_side();
        let (first_side, second_side) = (side(first), side(second));

        // A debit lowers a credit-normal account and raises a debit-normal one.
        let first_is_debited = match parties {
            Parties::Post { .. } => true,
            Parties::Transfer { from, to } if first_side != second_side => {
                return Err(Rejection::NormalSidesDiffer {
                    from: from.clone(),
                    from_side: first_side,
                    to: to.clone(),
                    to_side: second_side,
                });
            }
            Parties::Deposit { account, cash } | Parties::Withdrawal { account, cash } if first_side == second_side => {
                return Err(Rejection::NormalSidesMatch {
                    account: account.clone(),
                    cash: cash.clone(),
                    side: first_side,
                });
            }
            Parties::Transfer { .. } | Parties::Withdrawal { .. } => first_side == NormalSide::Credit,
            Parties::Deposit { .. } => first_side == NormalSide::Debit,
        };
        let (debit, credit) = if first_is_debited { (first, second) } else { (second, first) };
        Ok(Resolved { first, second, debit, credit })
    }

    fn find(&self, name: &AccountName) -> Result<usize, Rejection> {
        self.index_by_name.get(name).copied().ok_or_else(|| Rejection::AccountUnknown { account: name.clone() })
    }

    /// The earlier answer to the same request, if there is one.
    fn find_replay(&self, request: &TransferRequest, parties: Option<&Resolved>) -> Result<Option<Verdict>, Rejection> {
        let (known, verdict) = if let Some(transfer) = self.stored.get(&request.id) {
            (transfer, Verdict::ReplayedStored(Box::new(transfer.clone())))
        } else if let Some(&index) = self.draft_by_id.get(&request.id) {
            (&self.drafts[index].transfer, Verdict::ReplayedPosted(index))
        } else {
            return Ok(None);
        };
        if parties.is_some_and(|parties| self.has_same_content(request, parties, known)) {
            Ok(Some(verdict))
        } else {
            Err(Rejection::IdReused { id: request.id, sequence: known.sequence })
        }
    }

    fn has_same_content(&self, request: &TransferRequest, parties: &Resolved, known: &Transfer) -> bool {
        let debit = &self.accounts[parties.debit].account;
        let credit = &self.accounts[parties.credit].account;
        known.kind == TransferKind::Transfer
            && known.debit.account_id == debit.id
            && known.credit.account_id == credit.id
            && request.money == debit.money(known.amount)
            // A request without an effective time got the recorded one.
            && request.effective_at.unwrap_or(known.recorded_at) == known.effective_at
            && request.description == known.description
            && request.metadata == known.metadata
    }

    /// Writes the transfer down, with both accounts' totals already moved, and moves both accounts' chains on.
    fn draft(&mut self, request: &TransferRequest, debit: usize, credit: usize, now: Instant) -> usize {
        let recorded_at = [debit, credit]
            .into_iter()
            .filter_map(|index| self.accounts[index].account.last)
            .fold(now, |time, last| time.max(last.recorded_at.next()));
        let mut transfer = Transfer {
            sequence: Sequence::UNASSIGNED,
            id: request.id,
            kind: TransferKind::Transfer,
            amount: request.money.amount,
            debit: self.next_leg(debit),
            credit: self.next_leg(credit),
            recorded_at,
            effective_at: request.effective_at.unwrap_or(recorded_at),
            journal_id: None,
            hold_id: None,
            reversed_id: None,
            description: request.description.clone(),
            metadata: request.metadata.clone(),
            hash: Hash([0; 32]),
        };
        transfer.hash = hash_transfer(&transfer, self.accounts[debit].account.head, self.accounts[credit].account.head);

        let index = self.drafts.len();
        let debit_previous = self.advance(debit, &transfer, index);
        let credit_previous = self.advance(credit, &transfer, index);
        self.draft_by_id.insert(request.id, index);
        self.drafts.push(Draft { transfer, debit_previous, credit_previous });
        index
    }

    fn next_leg(&self, index: usize) -> Leg {
        let account = &self.accounts[index].account;
        Leg {
            account_id: account.id,
            version: account.version + 1,
            balance: account.posted(),
            previous: account.last.map(|last| last.sequence),
        }
    }

    /// Makes the transfer the account's newest, and returns the draft that was that before.
    fn advance(&mut self, index: usize, transfer: &Transfer, draft: usize) -> Option<usize> {
        let slot = &mut self.accounts[index];
        slot.account.version += 1;
        slot.account.head = transfer.hash;
        slot.account.last = Some(LastTransfer { sequence: Sequence::UNASSIGNED, recorded_at: transfer.recorded_at });
        slot.last_draft.replace(draft)
    }
}

/// Places of the two accounts: as the request named them, and as they are debited and credited.
struct Resolved {
    first: usize,
    second: usize,
    debit: usize,
    credit: usize,
}

fn check_well_formed(request: &TransferRequest) -> Result<(), Rejection> {
    if !request.money.amount.is_positive() {
        return Err(Rejection::AmountNotPositive { amount: request.money });
    }
    let [first, second] = request.parties.names();
    if first == second {
        return Err(Rejection::SameAccount { account: first.clone() });
    }
    Ok(())
}

fn check_currency(account: &Account, money: Money) -> Result<(), Rejection> {
    if account.currency == money.currency {
        return Ok(());
    }
    Err(Rejection::CurrenciesDiffer {
        account: account.name.clone(),
        account_currency: account.currency.code(),
        currency: money.currency.code(),
    })
}

fn check_not_closed(account: &Account) -> Result<(), Rejection> {
    if account.state == AccountState::Closed {
        return Err(Rejection::AccountClosed { account: account.name.clone() });
    }
    Ok(())
}

fn check_not_frozen(account: &Account, side: NormalSide) -> Result<(), Rejection> {
    let frozen_for_side = match side {
        NormalSide::Debit => AccountState::DebitsFrozen,
        NormalSide::Credit => AccountState::CreditsFrozen,
    };
    if account.state == AccountState::Frozen || account.state == frozen_for_side {
        return Err(Rejection::AccountFrozen { account: account.name.clone(), state: account.state });
    }
    Ok(())
}

/// Whether an account that falls by the debit or credit stays at or above its minimum.
fn check_min_balance(account: &Account, side: NormalSide, requested: Money) -> Result<(), Rejection> {
    let Some(min_balance) = account.limits.min_balance else { return Ok(()) };
    let falls = account.account_type.normal_side() != side;
    let after = account.available().checked_sub(requested.amount);
    if !falls || after.is_some_and(|after| after >= min_balance) {
        return Ok(());
    }
    Err(Rejection::InsufficientFunds {
        account: account.name.clone(),
        available: account.money(account.available()),
        min_balance: account.money(min_balance),
        requested,
    })
}

/// Whether an account that rises by the debit or credit stays at or below its maximum.
fn check_max_balance(account: &Account, side: NormalSide, requested: Money) -> Result<(), Rejection> {
    let Some(max_balance) = account.limits.max_balance else { return Ok(()) };
    let rises = account.account_type.normal_side() == side;
    let after = account.posted().checked_add(requested.amount);
    if !rises || after.is_some_and(|after| after <= max_balance) {
        return Ok(());
    }
    Err(Rejection::MaxBalanceExceeded {
        account: account.name.clone(),
        posted: account.money(account.posted()),
        max_balance: account.money(max_balance),
        requested,
    })
}

/// The account's posted debits or credits with the amount in them.
fn add_total(account: &Account, side: NormalSide, amount: Amount) -> Result<Amount, Rejection> {
    let total = match side {
        NormalSide::Debit => account.totals.debits_posted,
        NormalSide::Credit => account.totals.credits_posted,
    };
    total
        .checked_add(amount)
        .ok_or_else(|| Rejection::Overflow { account: account.name.clone(), requested: account.money(amount) })
}
