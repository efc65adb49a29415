//! The walk itself. What it recomputes it compares with what is stored, and then believes what is stored, so that one fault is found
//! once and not in every later row.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use bigdecimal::BigDecimal;

use super::pages::Page;
use super::periods::WalkedPeriods;
use super::sealed::SealCheck;
use super::walked::{Sides, Walked};
use super::{CurrencyTotals, Finding, VerifyReport};
use crate::models::accounts::AccountRow;
use crate::models::transfers::TransferRow;
use crate::money::{Amount, CurrencyCode};
use crate::rules::{
    Account, AccountId, AccountName, AccountRequest, Hash, Instant, Leg, NormalSide, Sequence, Terms, Totals, Transfer,
    hash_account, hash_metadata, hash_transfer,
};
use crate::service::opened::FirstEvents;
use crate::store::{Store, StoreError};

/// How many rows are in memory at once.
pub(super) const ROWS_PER_PAGE: i64 = 10_000;
/// How many findings are described; the rest is counted.
const FINDINGS_MAX: usize = 100;

/// A verification under way.
#[derive(Default)]
pub(in crate::service) struct Walk {
    pub(in crate::service) accounts: HashMap<AccountId, Walked>,
    pub(super) periods: WalkedPeriods,
    pub(super) seal: Option<SealCheck>,
    pub(super) transfers: u64,
    pub(super) compared: u64,
    findings: Vec<Finding>,
    finding_count: u64,
}

impl Walk {
    pub(in crate::service) fn new(seal: Option<SealCheck>) -> Self {
        Self { seal, ..Self::default() }
    }

    /// Begins every account with nothing posted and the head that its opening gave it.
    pub(super) fn open_accounts(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        let mut next = Some(i64::MIN);
        while let Some(first) = next {
            let rows = store.account_rows_from(first, ROWS_PER_PAGE)?;
            let last = rows.last().map(|row| row.id);
            next = last.and_then(|last| last.checked_add(1));
            let last = last.unwrap_or(i64::MAX);
            let first_events = FirstEvents::between(store, first, last)?;
            for row in rows {
                self.open_account(row, &first_events);
            }
        }
        Ok(())
    }

    pub(super) fn open_account(&mut self, row: AccountRow, first_events: &FirstEvents) {
        let (id, name) = (row.id, row.name.clone());
        let account = match Account::try_from(row) {
            Ok(account) => account,
            Err(corrupt) => {
                let name = if name.parse::<AccountName>().is_ok() { name } else { id.to_string() };
                return self.find(None, Some(name), corrupt.to_string());
            }
        };
        match first_events.opened_with(&account) {
            Ok(opened_with) => _ = self.begin_account(account.id, account.opening(opened_with), account.opened_at),
            Err(corrupt) => self.find(None, Some(name), corrupt.to_string()),
        }
    }

    /// Begins an account with nothing posted, and returns the head that its opening gave it.
    pub(in crate::service) fn begin_account(
        &mut self,
        id: AccountId,
        opening: AccountRequest,
        opened_at: Instant,
    ) -> Hash {
        let head = hash_account(&opening, opened_at);
        let walked = Walked {
            normal_side: opening.account_type.normal_side(),
            name: opening.name,
            currency: opening.currency,
            posted: Sides::default(),
            held: Sides::default(),
            version: 0,
            last: None,
            head,
            terms: Terms::opening(opening.limits),
            annotated: None,
            closed_at: None,
            last_event: None,
        };
        self.accounts.insert(id, walked);
        head
    }

    /// The first thing that was found.
    pub(in crate::service) fn first_finding(&self) -> Option<&Finding> {
        self.findings.first()
    }

    pub(super) fn recompute_page(mut self, page: Page) -> Self {
        let Page { transfers: rows, mut events, holds, reversed } = page;
        let mut transfers = Vec::with_capacity(rows.len());
        for row in rows {
            self.apply_events(&mut events, row.sequence);
            self.check_seal_before(row.sequence);
            transfers.extend(self.recompute_row(row));
        }
        self.apply_events(&mut events, i64::MAX);
        self.find_missing_holds(&holds, &transfers);
        self.check_reversals(&reversed, &transfers);
        self
    }

    fn recompute_row(&mut self, row: TransferRow) -> Option<Transfer> {
        self.transfers += 1;
        let (sequence, debit) = (Sequence(row.sequence), AccountId(row.debit_account_id));
        match Transfer::try_from(row) {
            Ok(transfer) => {
                self.recompute(&transfer);
                Some(transfer)
            }
            Err(corrupt) => {
                self.find(Some(sequence), self.name_of(debit), corrupt.to_string());
                None
            }
        }
    }

    pub(super) fn name_of(&self, account: AccountId) -> Option<String> {
        self.accounts.get(&account).map(|walked| walked.name.to_string())
    }

    pub(in crate::service) fn recompute(&mut self, transfer: &Transfer) {
        let sequence = Some(transfer.sequence);
        for leg in [&transfer.debit, &transfer.credit] {
            if !self.accounts.contains_key(&leg.account_id) {
                let problem = "the transfer's account is not in the book".to_owned();
                return self.find(sequence, Some(leg.account_id.0.to_string()), problem);
            }
        }
        let [debit, credit] = [&transfer.debit, &transfer.credit].map(|leg| &self.accounts[&leg.account_id]);
        if transfer.debit.account_id == transfer.credit.account_id || debit.currency != credit.currency {
            let problem = format!("the transfer is between {} and {}", debit.name, credit.name);
            return self.find(sequence, Some(debit.name.to_string()), problem);
        }
        self.check_period(transfer);
        let [debit, credit] = [&transfer.debit, &transfer.credit].map(|leg| &self.accounts[&leg.account_id]);
        let expected = hash_transfer(transfer, debit.head, credit.head);
        if expected != transfer.hash {
            self.find_other_hash(transfer, debit.name.to_string(), expected);
        }
        self.recompute_leg(transfer, &transfer.debit, NormalSide::Debit);
        self.recompute_leg(transfer, &transfer.credit, NormalSide::Credit);
    }

    pub(super) fn find_other_hash(&mut self, transfer: &Transfer, account: String, expected: Hash) {
        let problem = format!("the hash is {}, its content and history give {expected}", transfer.hash);
        self.find(Some(transfer.sequence), Some(account), problem);
    }

    /// Compares one side of a transfer with its account as recomputed so far, and moves that on.
    pub(super) fn recompute_leg(&mut self, transfer: &Transfer, leg: &Leg, side: NormalSide) {
        let Some(account) = self.accounts.get_mut(&leg.account_id) else { return };
        account.add(transfer, side);
        let previous = account.last.map(|(sequence, _)| sequence);
        let version = i128::from(account.version) + 1;
        let balance = account.balance();
        let mut problems = Vec::new();
        if i128::from(leg.version) != version {
            problems.push(mismatch(side, "version", leg.version, version));
        }
        if leg.previous != previous {
            let shown = |sequence: Option<Sequence>| sequence.map_or_else(|| "none".to_owned(), |it| it.to_string());
            problems.push(mismatch(side, "pointer", shown(leg.previous), shown(previous)));
        }
        if i128::from(leg.balance.minor()) != balance {
            problems.push(mismatch(side, "balance", leg.balance.minor(), balance));
        }
        if account.last.is_some_and(|(_, recorded_at)| recorded_at >= transfer.recorded_at) {
            let recorded_at = transfer.recorded_at;
            problems.push(format!("it is recorded at {recorded_at}, before the {side} account's previous transfer"));
        }

        // What is stored is believed from here on, so that one fault is found once and not in every later row.
        account.version = leg.version;
        account.last = Some((transfer.sequence, transfer.recorded_at));
        account.head = transfer.hash;
        if !problems.is_empty() {
            let name = account.name.clone();
            for problem in problems {
                self.find(Some(transfer.sequence), Some(name.to_string()), problem);
            }
        }
    }

    pub(super) fn compare_accounts(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        let mut next = Some(i64::MIN);
        while let Some(first) = next {
            let rows = store.account_rows_from(first, ROWS_PER_PAGE)?;
            next = rows.last().and_then(|last| last.id.checked_add(1));
            for row in rows {
                self.compared += 1;
                // A row that cannot be read was found when the walk began.
                if let Ok(account) = Account::try_from(row) {
                    self.compare_account(&account);
                }
            }
        }
        Ok(())
    }

    pub(super) fn compare_account(&mut self, account: &Account) {
        let Some(walked) = self.accounts.get(&account.id) else { return };
        let Totals { debits_posted, credits_posted, debits_held, credits_held } = account.totals;
        let total = |amount: Amount| i128::from(amount.minor());
        let last = account.last.map(|last| (last.sequence, last.recorded_at));
        let problems = [
            ("posted debits", total(debits_posted) == walked.posted.debits),
            ("posted credits", total(credits_posted) == walked.posted.credits),
            ("held debits", total(debits_held) == walked.held.debits),
            ("held credits", total(credits_held) == walked.held.credits),
            ("version", account.version == walked.version),
            ("newest transfer", last == walked.last),
            ("head", account.head == walked.head),
            ("state", account.state == walked.terms.state),
            ("limits", account.limits == walked.terms.limits),
            ("velocity limits", account.velocity == walked.terms.velocity),
            ("metadata", walked.annotated.is_none_or(|kept| kept == hash_metadata(&account.metadata))),
            ("closing time", account.closed_at == walked.closed_at),
        ];
        let sequence = walked.last.map(|(sequence, _)| sequence);
        for (what, is_right) in problems {
            if !is_right {
                let problem = format!("the account's {what} differs from what its history comes to");
                self.find(sequence, Some(account.name.to_string()), problem);
            }
        }
    }

    pub(super) fn find(&mut self, sequence: Option<Sequence>, account: Option<String>, problem: String) {
        self.finding_count += 1;
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { sequence, account, problem });
        }
    }

    pub(super) fn report(mut self) -> VerifyReport {
        let totals = self.totals();
        for CurrencyTotals { currency, debits, credits } in &totals {
            if debits != credits {
                let problem = format!("debits of {debits} {currency} do not equal credits of {credits} {currency}");
                self.find(None, None, problem);
            }
        }
        self.report_with(totals)
    }

    /// The sums of the accounts that were walked.
    pub(super) fn totals(&self) -> Vec<CurrencyTotals> {
        let mut sums: BTreeMap<CurrencyCode, (u8, i128, i128)> = BTreeMap::new();
        for account in self.accounts.values() {
            let (_, debits, credits) =
                sums.entry(account.currency.code()).or_insert((account.currency.exponent(), 0, 0));
            *debits += account.posted.debits;
            *credits += account.posted.credits;
        }
        let totals = |(currency, (exponent, debits, credits))| {
            let decimal = |units: i128| BigDecimal::new(units.into(), i64::from(exponent));
            CurrencyTotals { currency, debits: decimal(debits), credits: decimal(credits) }
        };
        sums.into_iter().map(totals).collect()
    }

    pub(super) fn report_with(self, totals: Vec<CurrencyTotals>) -> VerifyReport {
        VerifyReport {
            transfers: self.transfers,
            accounts: self.compared,
            totals,
            findings: self.findings,
            finding_count: self.finding_count,
        }
    }
}

fn mismatch(side: NormalSide, what: &str, found: impl Display, expected: impl Display) -> String {
    format!("the {side} {what} is {found}, it should be {expected}")
}
