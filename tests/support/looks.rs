//! Lines that ask for nothing that could be refused: they look, and compare.

use std::collections::BTreeMap;

use teller::facts::{Account, AccountName, Instant, NormalSide, TransferId};
use teller::ledger::{AsOf, StatementEntry, StatementQuery};
use teller::money::{Amount, CurrencyCode};

use super::options::{metadata_change, signed};
use super::request::annotation_target;
use super::scenario::Scenario;
use super::script::{Line, Words};
use super::snapshot::without_guards;

/// So short that every history with more than two transfers is read over cursors.
const ENTRIES_PER_PAGE: u32 = 2;
const ACCOUNTS_PER_PAGE: u32 = 1_000;

impl Scenario<'_> {
    pub(super) fn check_balance(&self, line: &Line, mut words: Words) {
        let account = self.account(line, &words.parse("account"));
        if words.next_if(|word| word == "at").is_some() {
            let at: Instant = words.parse("time");
            let found =
                self.ledger.balance_as_of(&account.name, AsOf::recorded(at)).unwrap_or_else(|error| line.fail(error));
            line.check_equal("the balance", &found, &signed(line, words.next("balance"), account.currency));
            return words.end();
        }
        if words.next_if(|word| word == "effective").is_some() {
            let as_of = teller::ledger::AsOf::effective(words.parse("time"));
            let found = self.ledger.balances_as_of(std::slice::from_ref(&account.name), as_of);
            let found = found.unwrap_or_else(|error| line.fail(error)).remove(0).1;
            line.check_equal("the balance", &found, &signed(line, words.next("balance"), account.currency));
            return words.end();
        }
        let mut facts = 0;
        while let Some(fact) = words.next_if_any() {
            let value = words.next("value");
            facts += 1;
            let amount = match fact {
                "posted" => account.posted(),
                "held" => account.held(),
                "available" => account.available(),
                "version" => {
                    line.check_equal("the version", &account.version.to_string().as_str(), &value);
                    continue;
                }
                "state" => {
                    line.check_equal("the state", &account.state.as_str(), &value);
                    continue;
                }
                _ => line.fail(format_args!("the word {fact} is unknown here")),
            };
            line.check_equal(fact, &account.money(amount), &signed(line, value, account.currency));
        }
        if facts == 0 {
            line.fail("says nothing about the balance");
        }
        self.check_listed(line, &account);
    }

    /// The list of accounts shows an account as it shows alone.
    fn check_listed(&self, line: &Line, account: &Account) {
        let page = self.ledger.list_accounts(account.name.as_str(), None, 1);
        let listed = page.unwrap_or_else(|error| line.fail(error)).accounts;
        assert_eq!(listed.first(), Some(account), "the list has the account as it is");
    }

    pub(super) fn check_hold(&self, line: &Line, mut words: Words) {
        let key = words.next("hold");
        let (key, leg) = key.split_once('#').map_or((key, 1), |(key, leg)| (key, leg.parse().unwrap()));
        let id = TransferId::from_key(key).unwrap_or_else(|error| line.fail(error)).of_leg(leg - 1);
        let state = words.next("state");
        let history = self.ledger.get_hold(id).unwrap_or_else(|error| line.fail(error));
        line.check_equal("the state", &history.status.hold.state.as_str(), &state);
        while let Some(fact) = words.next_if_any() {
            let value = words.next("value");
            match fact {
                "remaining" => {
                    let left = history.status.money(history.status.hold.remaining);
                    line.check_equal("what is left", &left, &signed(line, value, history.status.currency));
                }
                "rows" => line.check_equal("its rows", &history.transfers.len().to_string().as_str(), &value),
                _ => line.fail(format_args!("the word {fact} is unknown here")),
            }
        }
        for account in [&history.status.debit_account, &history.status.credit_account] {
            let open = self.ledger.list_open_holds(account).unwrap_or_else(|error| line.fail(error));
            let is_listed = open.iter().any(|status| status.hold.id == id);
            line.check_equal("whether it is listed as open", &is_listed, &(state == "open"));
        }
    }

    pub(super) fn check_history(&self, line: &Line, mut words: Words) {
        let account = self.account(line, &words.parse("account"));
        let (mut changes, mut balances) = (Vec::new(), Vec::new());
        while let Some(word) = words.next_if(|word| word != "balances") {
            changes.push(signed(line, word, account.currency).number());
        }
        let has_balances = words.next_if_any().is_some();
        while let Some(word) = words.next_if_any() {
            balances.push(signed(line, word, account.currency).number());
        }
        let entries = self.entries_oldest_first(line, &account.name);
        let texts = |value: fn(&StatementEntry) -> String| entries.iter().map(value).collect::<Vec<_>>().join(" ");
        line.check_equal("the history", &texts(|entry| entry.change.number()), &changes.join(" "));
        if has_balances {
            line.check_equal("the running balance", &texts(|entry| entry.balance.number()), &balances.join(" "));
        }
        let counted: Vec<_> = (1..=entries.len()).map(|version| version.to_string()).collect();
        line.check_equal("the row of versions", &texts(|entry| entry.version.to_string()), &counted.join(" "));
    }

    /// `account NAME|transfer KEY [at TIME] [KEY=VALUE]`: all that is kept.
    pub(super) fn check_metadata(&self, line: &Line, mut words: Words) {
        let target = annotation_target(line, &mut words);
        let known_at = words.next_if(|word| word == "at").map(|_| words.parse("time"));
        let expected = metadata_change(line, &mut words).set;
        words.end();
        let kept = self.ledger.metadata_as_of(&target, known_at).unwrap_or_else(|error| line.fail(error));
        line.check_equal("what is kept", &format!("{:?}", kept.entries()), &format!("{:?}", expected.entries()));
    }

    fn entries_oldest_first(&self, line: &Line, account: &AccountName) -> Vec<StatementEntry> {
        let mut entries = Vec::new();
        let mut query = StatementQuery::newest(ENTRIES_PER_PAGE);
        loop {
            let page = self.ledger.statement(account, &query);
            let page = page.unwrap_or_else(|error| line.fail(error));
            entries.extend(page.entries);
            query.cursor = page.next;
            if query.cursor.is_none() {
                entries.reverse();
                return entries;
            }
        }
    }

    /// Debits equal credits over all accounts of a currency, by the accounts' own balances.
    pub(super) fn check_sum_zero(&self, line: &Line) {
        let mut sums: BTreeMap<CurrencyCode, i128> = BTreeMap::new();
        let mut after = None;
        loop {
            let page = self.ledger.list_accounts("", after.as_ref(), ACCOUNTS_PER_PAGE);
            let page = page.unwrap_or_else(|error| line.fail(error));
            for account in &page.accounts {
                let units = |amount: Amount| i128::from(amount.minor());
                let posted = units(account.posted());
                *sums.entry(account.currency.code()).or_default() +=
                    if account.account_type.normal_side() == NormalSide::Debit { posted } else { -posted };
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        for (currency, sum) in sums {
            line.check_equal(&format!("the sum of {currency}"), &sum, &0);
        }
    }

    pub(super) fn verify(&self) -> Result<(), String> {
        let report = without_guards(self.ledger.verify(&mut |_| {}).map_err(|error| error.to_string())?);
        match report.findings.first() {
            None => Ok(()),
            Some(first) => Err(format!("verify has {} findings, the first: {first:?}", report.finding_count)),
        }
    }

    pub(super) fn account(&self, line: &Line, name: &AccountName) -> Account {
        self.ledger.get_account(name).unwrap_or_else(|error| line.fail(error))
    }
}
