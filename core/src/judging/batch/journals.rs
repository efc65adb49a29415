//! Several operations, together or not at all.

use std::ops::Range;

use crate::facts::{Account, Reference, RequestDigest, Transfer, TransferId, TransferKind};
use crate::judging::batch::checks::post_to;
use crate::judging::batch::content::Content;
use crate::judging::batch::origin::Origin;
use crate::judging::batch::originals::effective_time;
use crate::judging::batch::{Batch, Verdict};
use crate::money::Amount;
use crate::rejection::Rejection;
use crate::requests::{JournalRequest, JournalReversalRequest};

impl Batch {
    pub(super) fn judge_journal(&mut self, request: &JournalRequest) -> Result<Verdict, Rejection> {
        if request.legs().iter().all(|leg| leg.id().is_none()) {
            return Err(Rejection::JournalEmpty { journal: request.request_id().clone().into() });
        }
        if let Some(verdict) = self.find_journal_replay(request)? {
            return Ok(verdict);
        }
        let begin = self.book.drafts.len();
        let digest = RequestDigest::of_journal(request);
        for (number, leg) in (1..).zip(request.legs()) {
            let is_first = leg.id() == Some(request.id());
            let origin = Origin { journal_id: Some(request.id().0), digest: digest.filter(|_| is_first) };
            self.judge_operation(leg, origin).map_err(|rejection| rejection.in_leg(number))?;
        }
        Ok(self.posted_journal(request.id(), begin))
    }

    fn posted_journal(&mut self, id: TransferId, begin: usize) -> Verdict {
        let drafts = begin..self.book.drafts.len();
        self.journals.insert(id.0, drafts.clone());
        Verdict::Posted(drafts)
    }

    /// What is left of each leg is undone, in reverse, and limits are looked at when all are: an account that is passed through need not
    /// have what passes through it.
    pub(super) fn judge_journal_reversal(&mut self, request: &JournalReversalRequest) -> Result<Verdict, Rejection> {
        if let Some(verdict) = self.find_journal_reversal_replay(request)? {
            return Ok(verdict);
        }
        let originals = self.transfers_of_journal(request.journal.id().0);
        if originals.is_empty() {
            return Err(Rejection::JournalUnknown { journal: request.journal.clone() });
        }
        let begin = self.book.drafts.len();
        let mut index = 0;
        for (number, original) in (1..=originals.len()).rev().zip(originals.iter().rev()) {
            if self.book.reversed(original.id) < original.amount {
                self.reverse_leg(request, index, original).map_err(|rejection| rejection.in_leg(number))?;
                index += 1;
            }
        }
        if index == 0 {
            return Err(Rejection::AlreadyReversed { transfer: request.journal.clone() });
        }
        self.check_limits_at_end(begin)?;
        Ok(self.posted_journal(request.id.id(), begin))
    }

    fn reverse_leg(
        &mut self,
        request: &JournalReversalRequest,
        index: u32,
        original: &Transfer,
    ) -> Result<Range<usize>, Rejection> {
        let pair = self.opposite_pair(original)?;
        self.book.check_open(pair)?;
        self.check_times(pair, effective_time(request.at, original))?;
        let rest = self.rest_to_reverse(original, &Reference::at(original.sequence, original.id))?;
        self.expire([pair.first, pair.second]);
        let balances = self.balances_after(pair, rest, post_to)?;

        // From here on only the journal as a whole may be refused.
        self.set_balances(pair, balances);
        let id = request.id.of_leg(index);
        let digest = (index == 0).then(|| RequestDigest::of_journal_reversal(request));
        let content = Content {
            key: id.key(),
            origin: Origin { journal_id: Some(request.id.id().0), digest },
            effective_at: effective_time(request.at, original),
            reversed_id: Some(original.id),
            description: request.description.as_ref(),
            ..Content::new(id.id(), TransferKind::Reversal, rest, &request.metadata)
        };
        Ok(self.draft_reversal(&content, pair, original))
    }

    /// Whether every account that the drafts from `begin` on touch has ended inside its limits: all minimums, then all maximums.
    fn check_limits_at_end(&self, begin: usize) -> Result<(), Rejection> {
        let drafts = &self.book.drafts[begin..];
        let legs = || drafts.iter().flat_map(|transfer| [transfer.debit, transfer.credit]);
        let touched = || legs().filter_map(|leg| self.book.find_by_id(leg.account_id));
        for account in touched().map(|index| self.book.account(index)) {
            let Some(min_balance) = account.limits.min_balance.filter(|&limit| account.available() < limit) else {
                continue;
            };
            let risen = risen(account, drafts);
            return Err(Rejection::InsufficientFunds {
                account: account.name.clone(),
                available: account.money(Amount::from_minor(account.available().minor().saturating_sub(risen))),
                min_balance: account.money(min_balance),
                requested: account.money(Amount::from_minor(risen.saturating_neg())),
            });
        }
        for account in touched().map(|index| self.book.account(index)) {
            let Some(max_balance) = account.limits.max_balance.filter(|&limit| account.posted() > limit) else {
                continue;
            };
            let risen = risen(account, drafts);
            return Err(Rejection::MaxBalanceExceeded {
                account: account.name.clone(),
                posted: account.money(Amount::from_minor(account.posted().minor().saturating_sub(risen))),
                max_balance: account.money(max_balance),
                requested: account.money(Amount::from_minor(risen)),
            });
        }
        Ok(())
    }
}

/// By how many minor units an account's posted balance is higher for the reversals among the drafts.
fn risen(account: &Account, drafts: &[Transfer]) -> i64 {
    let is_reversal =
        |transfer: &&Transfer| transfer.kind == TransferKind::Reversal && transfer.entry_of(account.id).is_some();
    drafts.iter().filter(is_reversal).fold(0, |risen: i64, transfer| {
        if account.falls_by(transfer.side_of(account.id)) {
            risen.saturating_sub(transfer.amount.minor())
        } else {
            risen.saturating_add(transfer.amount.minor())
        }
    })
}
