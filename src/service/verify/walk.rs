//! The walk itself. What it recomputes it compares with what is stored, and then believes what is stored, so that one fault is found
//! once and not in every later row.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use bigdecimal::BigDecimal;

use super::limit_changes::LimitChanges;
use super::{CurrencyTotals, Finding, VerifyProgress, VerifyReport};
use crate::models::account_limits::LimitChangeRow;
use crate::models::accounts::AccountRow;
use crate::models::transfers::TransferRow;
use crate::money::{Amount, Currency, CurrencyCode};
use crate::rules::{
    Account, AccountId, AccountName, AccountRequest, Hash, Instant, Leg, NormalSide, Sequence, Totals, Transfer,
    hash_account, hash_transfer,
};
use crate::store::{Store, StoreError};

/// How many rows are in memory at once.
const ROWS_PER_PAGE: i64 = 10_000;
/// How many findings are described; the rest is counted.
const FINDINGS_MAX: usize = 100;

/// An account as the walk has recomputed it so far.
struct Walked {
    name: AccountName,
    normal_side: NormalSide,
    currency: Currency,
    debits: i128,
    credits: i128,
    version: i64,
    last: Option<(Sequence, Instant)>,
    head: Hash,
}

impl Walked {
    fn balance(&self) -> i128 {
        match self.normal_side {
            NormalSide::Debit => self.debits - self.credits,
            NormalSide::Credit => self.credits - self.debits,
        }
    }
}

/// A verification under way.
#[derive(Default)]
pub(super) struct Walk {
    accounts: HashMap<AccountId, Walked>,
    transfers: u64,
    compared: u64,
    findings: Vec<Finding>,
    finding_count: u64,
}

impl Walk {
    /// Begins every account with nothing posted and the head that its opening gave it.
    pub(super) fn open_accounts(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        let mut next = Some(i64::MIN);
        while let Some(first) = next {
            let rows = store.account_rows_from(first, ROWS_PER_PAGE)?;
            let last = rows.last().map(|row| row.id);
            next = last.and_then(|last| last.checked_add(1));
            let mut changes = LimitChanges::new(store.limit_changes_between(first, last.unwrap_or(i64::MAX))?);
            for row in rows {
                self.find_orphans(changes.before(Some(row.id)));
                let of_account = changes.of(row.id);
                self.open_account(row, &of_account);
            }
            self.find_orphans(changes.before(None));
        }
        Ok(())
    }

    fn find_orphans(&mut self, changes: Vec<LimitChangeRow>) {
        for LimitChangeRow { account_id, change, .. } in changes {
            let problem = format!("change {change} of its limits is recorded, but the account is not in the book");
            self.find(None, Some(account_id.to_string()), problem);
        }
    }

    fn open_account(&mut self, row: AccountRow, changes: &[LimitChangeRow]) {
        let (id, name) = (row.id, row.name.clone());
        let account = match Account::try_from(row) {
            Ok(account) => account,
            Err(corrupt) => {
                let name = if name.parse::<AccountName>().is_ok() { name } else { id.to_string() };
                return self.find(None, Some(name), corrupt.to_string());
            }
        };
        let mut limits = changes.first().map_or(account.limits, LimitChangeRow::before);
        let opened_with = limits;
        for (number, change) in (1..).zip(changes) {
            if change.change != number || change.before() != limits {
                let problem = format!("change {number} of its limits does not follow from the one before");
                self.find(None, Some(account.name.to_string()), problem);
            }
            if change.recorded_at.instant().is_none() {
                let problem = format!("change {number} of its limits is recorded at {}", change.recorded_at);
                self.find(None, Some(account.name.to_string()), problem);
            }
            limits = change.after();
        }
        if limits != account.limits {
            let problem = "its limits are not those of its last recorded change".to_owned();
            self.find(None, Some(account.name.to_string()), problem);
        }
        let opening = AccountRequest {
            name: account.name.clone(),
            account_type: account.account_type,
            currency: account.currency,
            limits: opened_with,
            description: account.description,
            metadata: account.metadata,
        };
        let head = hash_account(&opening, account.opened_at);
        self.accounts.insert(
            account.id,
            Walked {
                normal_side: account.account_type.normal_side(),
                name: account.name,
                currency: account.currency,
                debits: 0,
                credits: 0,
                version: 0,
                last: None,
                head,
            },
        );
    }

    pub(super) fn recompute_transfers(
        &mut self,
        store: &mut dyn Store,
        progress: &mut dyn FnMut(VerifyProgress),
    ) -> Result<(), StoreError> {
        let Some(Sequence(newest)) = store.newest_sequence()? else { return Ok(()) };
        let mut next = Some(i64::MIN);
        while let Some(first) = next {
            let rows = store.transfer_rows_from(first, ROWS_PER_PAGE)?;
            let Some(sequence) = rows.last().map(|row| row.sequence) else { return Ok(()) };
            next = sequence.checked_add(1);
            for row in rows {
                self.recompute_row(row);
            }
            progress(VerifyProgress { sequence, newest });
        }
        Ok(())
    }

    fn recompute_row(&mut self, row: TransferRow) {
        self.transfers += 1;
        let sequence = Sequence(row.sequence);
        let accounts = [AccountId(row.debit_account_id), AccountId(row.credit_account_id)];
        match Transfer::try_from(row) {
            Ok(transfer) => self.recompute(&transfer),
            Err(corrupt) => {
                let account = self.accounts.get(&accounts[0]).map(|walked| walked.name.to_string());
                self.find(Some(sequence), account, corrupt.to_string());
            }
        }
    }

    fn recompute(&mut self, transfer: &Transfer) {
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
        let expected = hash_transfer(transfer, debit.head, credit.head);
        if expected != transfer.hash {
            let account = Some(debit.name.to_string());
            let problem = format!("the hash is {}, its content and history give {expected}", transfer.hash);
            self.find(sequence, account, problem);
        }
        self.recompute_leg(transfer, &transfer.debit, NormalSide::Debit);
        self.recompute_leg(transfer, &transfer.credit, NormalSide::Credit);
    }

    /// Compares one side of a transfer with its account as recomputed so far, and moves that on.
    fn recompute_leg(&mut self, transfer: &Transfer, leg: &Leg, side: NormalSide) {
        let Some(account) = self.accounts.get_mut(&leg.account_id) else { return };
        let amount = i128::from(transfer.amount.minor());
        match side {
            NormalSide::Debit => account.debits += amount,
            NormalSide::Credit => account.credits += amount,
        }
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

    fn compare_account(&mut self, account: &Account) {
        let Some(walked) = self.accounts.get(&account.id) else { return };
        let Totals { debits_posted, credits_posted, debits_held, credits_held } = account.totals;
        let total = |amount: Amount| i128::from(amount.minor());
        let last = account.last.map(|last| (last.sequence, last.recorded_at));
        let problems = [
            ("posted debits", total(debits_posted) == walked.debits),
            ("posted credits", total(credits_posted) == walked.credits),
            ("held debits", debits_held == Amount::ZERO),
            ("held credits", credits_held == Amount::ZERO),
            ("version", account.version == walked.version),
            ("newest transfer", last == walked.last),
            ("head", account.head == walked.head),
        ];
        let sequence = walked.last.map(|(sequence, _)| sequence);
        for (what, is_right) in problems {
            if !is_right {
                let problem = format!("the account's {what} differs from what its transfers come to");
                self.find(sequence, Some(account.name.to_string()), problem);
            }
        }
    }

    fn find(&mut self, sequence: Option<Sequence>, account: Option<String>, problem: String) {
        self.finding_count += 1;
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { sequence, account, problem });
        }
    }

    pub(super) fn report(mut self) -> VerifyReport {
        let mut sums: BTreeMap<CurrencyCode, (u8, i128, i128)> = BTreeMap::new();
        for account in self.accounts.values() {
            let (_, debits, credits) =
                sums.entry(account.currency.code()).or_insert((account.currency.exponent(), 0, 0));
            *debits += account.debits;
            *credits += account.credits;
        }
        let mut totals = Vec::new();
        for (currency, (exponent, debits, credits)) in sums {
            let decimal = |units: i128| BigDecimal::new(units.into(), i64::from(exponent));
            let (debits, credits) = (decimal(debits), decimal(credits));
            if debits != credits {
                self.find(
                    None,
                    None,
                    format!("debits of {debits} {currency} do not equal credits of {credits} {currency}"),
                );
            }
            totals.push(CurrencyTotals { currency, debits, credits });
        }
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
