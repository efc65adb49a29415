//! The walk itself. It recomputes every row and compares it with the stored one. Then it continues from the stored row, so that one fault
//! is one finding, and not one for every later row.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;

use crate::error::Error;
use crate::facts::{Account, AccountId, AccountName, Balances, Hash, NormalSide, OpeningEvent, Sequence, Transfer};
use crate::ledger::accounts::first_events::FirstEvents;
use crate::ledger::proof::verify::report::{CurrencyTotals, Finding, FindingCode, VerifyReport};
use crate::ledger::proof::verify::walked::{IdSet, Sides, Walked, WalkedAccounts, WalkedBook};
use crate::models::accounts::AccountRow;
use crate::money::{Amount, Currency, CurrencyCode};
use crate::proof::{hash_account, hash_metadata, hash_transfer};
use crate::requests::AccountRequest;
use crate::store::{PageSize, Store};

/// The most rows in memory at once.
pub(super) const ROWS_PER_PAGE: i64 = 1_000;
/// The most findings that are listed. The rest are only counted.
const FINDINGS_MAX: usize = 100;

/// A verification under way.
pub(in crate::ledger) struct Walk {
    pub(in crate::ledger) accounts: WalkedAccounts,
    pub(in crate::ledger) of_book: WalkedBook,
    pub(super) ids: IdSet,
    /// The sequence that was walked last.
    last_sequence: Option<i64>,
    pub(super) transfers: u64,
    pub(super) compared: u64,
    sums: BTreeMap<CurrencyCode, Sums>,
    findings: Vec<Finding>,
    finding_count: u64,
}

/// The sums of the compared accounts of a currency, in minor units.
struct Sums {
    currency: Currency,
    posted: Sides,
}

impl Walk {
    /// A walk whose accounts take up to this many bytes of memory.
    pub(in crate::ledger) fn new(accounts_bytes_max: usize) -> Self {
        Self {
            accounts: WalkedAccounts::new(accounts_bytes_max),
            of_book: WalkedBook::default(),
            ids: IdSet::default(),
            last_sequence: None,
            transfers: 0,
            compared: 0,
            sums: BTreeMap::new(),
            findings: Vec::new(),
            finding_count: 0,
        }
    }

    /// Adds every account, with nothing posted and the head of its opening.
    pub(super) fn open_accounts(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        let (mut next, mut size) = (Some(i64::MIN), PageSize::up_to(ROWS_PER_PAGE));
        while let Some(first) = next {
            let rows = store.account_rows_from(first, &mut size)?;
            let last = rows.last().map(|row| row.id);
            next = last.and_then(|last| last.checked_add(1));
            let last = last.unwrap_or(i64::MAX);
            let first_events = FirstEvents::between(store, first, last)?;
            self.accounts.fetch([])?;
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
                return self.add_finding(None, Some(name), corrupt.to_string());
            }
        };
        match first_events.opened_with(&account) {
            Ok(opened_with) => _ = self.begin_account(account.opening(opened_with), &account.opening_event()),
            Err(corrupt) => self.add_finding(None, Some(name), corrupt.to_string()),
        }
    }

    /// Adds an account with nothing posted, and returns the head of its opening. The account's number must be higher than all before.
    pub(in crate::ledger) fn begin_account(&mut self, opening: AccountRequest, event: &OpeningEvent) -> Hash {
        let head = hash_account(&opening, event);
        self.accounts.push(event.account_id, Walked::opened(opening, head));
        head
    }

    /// The first finding.
    pub(in crate::ledger) fn first_finding(&self) -> Option<&Finding> {
        self.findings.first()
    }

    /// Adds a finding if two rows have the same sequence: nothing would say which of them came first.
    pub(super) fn take_sequence(&mut self, sequence: i64) {
        if self.last_sequence.replace(sequence).is_some_and(|last| last >= sequence) {
            self.add_finding(
                Some(Sequence(sequence)),
                None,
                format!("two are at place {sequence} of the book's order"),
            );
        }
    }

    /// The name of an account. It must have been fetched.
    pub(super) fn name_of(&self, account: AccountId) -> Option<String> {
        self.accounts.get(account).map(|walked| walked.name.to_string())
    }

    /// Recomputes a transfer. Its accounts must have been fetched.
    pub(in crate::ledger) fn recompute(&mut self, transfer: &Transfer) {
        let Some([debit, credit]) = self.accounts_of(transfer) else { return self.find_no_pair(transfer) };
        let expected = hash_transfer(transfer, debit.head, credit.head);
        let debit_problems = debit.move_on(transfer, NormalSide::Debit);
        let credit_problems = credit.move_on(transfer, NormalSide::Credit);
        self.check_period(transfer);
        self.check_clock(transfer);
        if expected != transfer.hash {
            self.find_other_hash(transfer, transfer.debit.account_id, expected);
        }
        self.find_on(transfer, transfer.debit.account_id, debit_problems);
        self.find_on(transfer, transfer.credit.account_id, credit_problems);
    }

    /// Adds a finding if a transfer's time of the clock is not before its recorded time. It is stored only if it is.
    pub(super) fn check_clock(&mut self, transfer: &Transfer) {
        if let Some(clock_at) = transfer.clock_at.filter(|clock_at| *clock_at >= transfer.recorded_at) {
            let problem = format!("its clock said {clock_at}, which is not before {}", transfer.recorded_at);
            self.find_on(transfer, transfer.debit.account_id, [problem]);
        }
    }

    /// The two accounts of a transfer, if both exist, differ, and have one currency.
    fn accounts_of(&mut self, transfer: &Transfer) -> Option<[&mut Walked; 2]> {
        let [debit, credit] = self.accounts.get_pair_mut([transfer.debit.account_id, transfer.credit.account_id])?;
        (debit.currency == credit.currency).then_some([debit, credit])
    }

    /// Adds a finding that says why [`accounts_of`](Self::accounts_of) returns nothing.
    fn find_no_pair(&mut self, transfer: &Transfer) {
        let sequence = Some(transfer.sequence);
        let [debit, credit] = [transfer.debit.account_id, transfer.credit.account_id];
        match (self.name_of(debit), self.name_of(credit)) {
            (Some(debit), Some(credit)) => {
                let problem = format!("the transfer is between {debit} and {credit}");
                self.add_finding(sequence, Some(debit), problem);
            }
            (debit_name, _) => {
                let missing = if debit_name.is_none() { debit } else { credit };
                let problem = "the transfer's account is not in the book".to_owned();
                self.add_finding(sequence, Some(missing.0.to_string()), problem);
            }
        }
    }

    pub(super) fn find_other_hash(&mut self, transfer: &Transfer, account: AccountId, expected: Hash) {
        let problem = format!("the hash is {}, its content and history give {expected}", transfer.hash);
        self.find_on(transfer, account, [problem]);
    }

    /// Adds findings about a transfer and one of its accounts.
    pub(super) fn find_on(
        &mut self,
        transfer: &Transfer,
        account: AccountId,
        problems: impl IntoIterator<Item = String>,
    ) {
        for problem in problems {
            self.add_finding(Some(transfer.sequence), self.name_of(account), problem);
        }
    }

    pub(super) fn compare_accounts(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        let (mut next, mut size) = (Some(i64::MIN), PageSize::up_to(ROWS_PER_PAGE));
        while let Some(first) = next {
            let rows = store.account_rows_from(first, &mut size)?;
            next = rows.last().and_then(|last| last.id.checked_add(1));
            self.accounts.fetch(rows.iter().map(|row| AccountId(row.id)))?;
            for row in rows {
                self.compared += 1;
                // A row that cannot be read is a finding since the walk began.
                if let Ok(account) = Account::try_from(row) {
                    self.compare_account(&account);
                }
            }
        }
        Ok(())
    }

    /// Compares an account with its row, and adds it to the sums. It must have been fetched.
    pub(super) fn compare_account(&mut self, account: &Account) {
        let Some(walked) = self.accounts.get(account.id) else { return };
        let currency = walked.currency;
        let sums = self.sums.entry(currency.code()).or_insert(Sums { currency, posted: Sides::default() });
        sums.posted += walked.posted;
        let Balances { posted, debits_held, credits_held } = account.balances;
        let total = |amount: Amount| i128::from(amount.minor());
        let last = account.last.map(|last| (last.sequence, last.recorded_at));
        let particulars = walked.particulars();
        let problems = [
            ("posted balance", total(posted) == walked.balance()),
            ("held debits", total(debits_held) == walked.held.debits),
            ("held credits", total(credits_held) == walked.held.credits),
            ("version", account.version == walked.version),
            ("newest transfer", last == walked.last),
            ("head", account.head == walked.head),
            ("state", account.state == particulars.terms.state),
            ("limits", account.limits == particulars.terms.limits),
            ("velocity limits", account.velocity == particulars.terms.velocity),
            ("metadata", particulars.annotated.is_none_or(|kept| kept == hash_metadata(&account.metadata))),
            ("closing time", account.closed_at == particulars.closed_at),
        ];
        let sequence = walked.last.map(|(sequence, _)| sequence);
        for (what, is_right) in problems {
            if !is_right {
                let problem = format!("the account's {what} differs from what its history comes to");
                self.add_finding(sequence, Some(account.name.to_string()), problem);
            }
        }
    }

    pub(super) fn add_finding(&mut self, sequence: Option<Sequence>, account: Option<String>, problem: String) {
        self.add_finding_of(FindingCode::History, sequence, account, problem);
    }

    pub(super) fn add_finding_of(
        &mut self,
        code: FindingCode,
        sequence: Option<Sequence>,
        account: Option<String>,
        problem: String,
    ) {
        self.finding_count += 1;
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { code, sequence, account, problem });
        }
    }

    pub(super) fn report(mut self) -> VerifyReport {
        let totals = self.totals();
        for CurrencyTotals { currency, debits, credits } in &totals {
            if debits != credits {
                let problem = format!("debits of {debits} {currency} do not equal credits of {credits} {currency}");
                self.add_finding(None, None, problem);
            }
        }
        self.report_with(totals)
    }

    /// The sums of the accounts that were compared.
    pub(super) fn totals(&self) -> Vec<CurrencyTotals> {
        let totals = |Sums { currency, posted }: &Sums| {
            let decimal = |units: i128| BigDecimal::new(units.into(), i64::from(currency.exponent()));
            CurrencyTotals {
                currency: currency.code(),
                debits: decimal(posted.debits),
                credits: decimal(posted.credits),
            }
        };
        self.sums.values().map(totals).collect()
    }

    pub(super) fn report_with(self, totals: Vec<CurrencyTotals>) -> VerifyReport {
        VerifyReport {
            transfers: self.transfers,
            accounts: self.compared,
            totals,
            findings: self.findings,
            finding_count: self.finding_count,
            clock: None,
        }
    }
}
