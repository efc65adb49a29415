//! Random requests of every kind, against the naive book: in memory, and on both databases.

use std::cell::RefCell;
use std::collections::HashMap;

use teller::Mode;
use teller::facts::{
    Account, AccountEvent, AccountId, Actor, Hold, LastEvent, Sequence, Transfer, TransferId, TransferKind,
};
use teller::judging::{Actors, Batch, ChangedAccount, Known, Opening, Verdict, open_account};
use teller::money::Amount;
use teller::rejection::Rejection;
use teller::requests::BatchPolicy;

use super::asking::{time, to_opening, to_request};
use super::judging::Item;
use super::naive::{Naive, Place};
use super::steps::{Step, runs};
use super::{RUNS_ON_DATABASES, STEPS_DEFAULT, STEPS_PER_RUN, placeless, runner, steps_in_all};
use crate::support::{TestBook, opening_event};

/// A book in memory, of which the rules are told all there is.
#[derive(Default)]
struct Memory {
    accounts: Vec<Account>,
    transfers: Vec<Transfer>,
    holds: HashMap<TransferId, Hold>,
    events: Vec<AccountEvent>,
}

impl Memory {
    fn open(places: &[Place]) -> Self {
        let open = |(index, place): (usize, &Place)| {
            let event = opening_event(i64::try_from(index).unwrap() + 1);
            let Ok(Opening::New(account)) = open_account(&to_opening(index, place), None, &event) else {
                panic!("{place:?} is not opened")
            };
            account
        };
        Self { accounts: places.iter().enumerate().map(open).collect(), ..Self::default() }
    }

    fn batch(&self, now: u64) -> Batch {
        let mut reversed = HashMap::new();
        for transfer in &self.transfers {
            if let Some(id) = transfer.reversed_id {
                let sum: &mut Amount = reversed.entry(id).or_default();
                *sum = sum.checked_add(transfer.amount).unwrap();
            }
        }
        let last = |event: &AccountEvent| {
            let AccountEvent { number, sequence, recorded_at, .. } = *event;
            (event.account_id, LastEvent { number, sequence, recorded_at })
        };
        let known = Known {
            accounts: self.accounts.clone(),
            transfers: self.transfers.clone(),
            holds: self.holds.values().copied().collect(),
            reversed,
            last_events: self.events.iter().map(last).collect(),
            ..Known::default()
        };
        Batch::new(known, time(now))
    }

    fn answer(&mut self, now: u64, items: &[Item]) -> Vec<&'static str> {
        let mut batch = self.batch(now);
        let requests: Vec<_> = items.iter().map(to_request).collect();
        let verdicts = batch.judge_all(&requests, Actors::One(&Actor::teller()), BatchPolicy::CarryOn);
        self.take(batch);
        let word = |verdict: &Verdict| if matches!(verdict, Verdict::Posted(_)) { "done" } else { "replayed" };
        verdicts.iter().map(|verdict| verdict.as_ref().map_or_else(Rejection::code, word)).collect()
    }

    fn take(&mut self, batch: Batch) {
        let next = i64::try_from(self.transfers.len() + self.events.len()).unwrap() + 1;
        let sequences: Vec<_> = (next..).take(batch.sequence_count()).map(Sequence).collect();
        let ruling = batch.finish(&sequences);
        for ChangedAccount { account: changed, .. } in ruling.accounts {
            let account = self.accounts.iter_mut().find(|account| account.id == changed.id).unwrap();
            *account = changed;
        }
        self.transfers.extend(ruling.transfers);
        self.events.extend(ruling.events);
        self.holds.extend(ruling.holds_opened.into_iter().chain(ruling.holds_changed).map(|hold| (hold.id, hold)));
    }

    /// How many expiries were recorded for an account.
    fn expiries(&self, account: AccountId) -> usize {
        let is_expiry = |transfer: &&Transfer| {
            transfer.kind == TransferKind::Release
                && transfer.hold_id.is_some_and(|hold| hold.of_expiry() == transfer.id)
                && transfer.entry_of(account).is_some()
        };
        self.transfers.iter().filter(is_expiry).count()
    }
}

/// Takes the steps in the naive book and elsewhere, in batches of up to `batch_max`.
fn take_steps(
    naive: &mut Naive,
    steps: &[Step],
    batch_max: usize,
    mut answer: impl FnMut(u64, &[Item]) -> Vec<&'static str>,
) {
    let mut rest = steps;
    while let Some(first) = rest.first() {
        if let Step::Wait(seconds) = first {
            naive.now += seconds;
            rest = &rest[1..];
            continue;
        }
        let item = |step: &Step| if let Step::Ask(item) = step { Some(item.clone()) } else { None };
        let items: Vec<_> = rest.iter().map_while(item).take(batch_max).collect();
        let expected: Vec<_> = items.iter().map(|item| naive.answer(item)).collect();
        assert_eq!(answer(naive.now, &items), expected, "at {}: {items:#?}", naive.now);
        rest = &rest[items.len()..];
    }
}

fn assert_alike(naive: &Naive, accounts: &[Account]) {
    assert_eq!(accounts.len(), naive.places.len());
    for (index, account) in accounts.iter().enumerate() {
        let found = (account.posted().minor(), account.held().minor(), account.available().minor());
        assert_eq!(found, (naive.posted(index), naive.held(index), naive.available(index)), "{}", account.name);
        let place = &naive.places[index];
        let state = match (place.is_closed, place.frozen) {
            (true, _) => "closed",
            (_, (true, true)) => "frozen",
            (_, (true, false)) => "debits_frozen",
            (_, (false, true)) => "credits_frozen",
            _ => "open",
        };
        assert_eq!(account.state.as_str(), state, "{}", account.name);
    }
}

#[test]
fn the_rules_agree_with_a_naive_book_on_requests_of_every_kind() {
    let seen = RefCell::new(HashMap::<&str, u32>::new());
    let steps_max = steps_in_all();
    let outcome = runner(steps_max.div_ceil(STEPS_PER_RUN)).run(&runs(), |(places, steps)| {
        let mut memory = Memory::open(&places);
        let mut naive = Naive { places, ..Naive::default() };
        take_steps(&mut naive, &steps, 7, |now, items| {
            let answers = memory.answer(now, items);
            for code in &answers {
                *seen.borrow_mut().entry(*code).or_default() += 1;
            }
            answers
        });
        let mut batch = memory.batch(naive.now);
        batch.expire_all();
        memory.take(batch);
        assert_alike(&naive, &memory.accounts);
        for (index, account) in memory.accounts.iter().enumerate() {
            let rows = naive.rows(index) + memory.expiries(account.id);
            assert_eq!(usize::try_from(account.version).unwrap(), rows, "rows of {}", account.name);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    // What never comes up is not compared; a few steps are not enough to tell.
    if steps_max < STEPS_DEFAULT {
        return;
    }
    let seen = seen.into_inner();
    for code in [
        "done",
        "replayed",
        "amount_not_positive",
        "same_account",
        "journal_empty",
        "id_reused",
        "hold_unknown",
        "transfer_unknown",
        "journal_unknown",
        "nothing_falls",
        "account_closed",
        "account_frozen",
        "expiry_past",
        "hold_not_open",
        "hold_expired",
        "hold_too_small",
        "already_reversed",
        "not_reversible",
        "reversal_too_large",
        "nothing_available",
        "insufficient_funds",
        "max_balance_exceeded",
        "account_has_holds",
        "account_not_empty",
    ] {
        assert!(seen.get(code).is_some_and(|count| *count > 2), "{code} hardly comes up: {seen:?}");
    }
}

/// Takes a run on a book, and returns every account as it ends.
fn run_on_book(book: &TestBook, places: &[Place], steps: &[Step]) -> Vec<Account> {
    book.set_time("1970-01-01T00:00:00Z");
    let ledger = book.ledger();
    let openings: Vec<_> = places.iter().enumerate().map(|(index, place)| to_opening(index, place)).collect();
    for opened in ledger.open_accounts(&openings, Mode::Commit).unwrap() {
        opened.unwrap();
    }
    let mut naive = Naive { places: places.to_vec(), ..Naive::default() };
    take_steps(&mut naive, steps, 9, |now, items| {
        book.set_time(&time(now).to_string());
        let requests: Vec<_> = items.iter().map(to_request).collect();
        let answers = ledger.submit(&requests, BatchPolicy::CarryOn, Mode::Commit).unwrap();
        let word = |answer: &Result<teller::ledger::Receipt, Rejection>| match answer {
            Ok(receipt) if receipt.replayed => "replayed",
            Ok(_) => "done",
            Err(rejection) => rejection.code(),
        };
        answers.iter().map(word).collect()
    });
    book.set_time(&time(naive.now).to_string());
    let accounts = ledger.list_accounts("", None, 100).unwrap().accounts;
    assert_alike(&naive, &accounts);
    ledger.expire_holds(Mode::Commit).unwrap();
    let accounts = ledger.list_accounts("", None, 100).unwrap().accounts;
    assert_alike(&naive, &accounts);
    assert_eq!(ledger.verify(&mut |_| {}).unwrap().findings, []);
    accounts
}

#[test]
fn both_databases_agree_with_the_naive_book_and_with_each_other() {
    let outcome = runner(RUNS_ON_DATABASES).run(&runs(), |(places, steps)| {
        let postgres = run_on_book(&TestBook::on_postgres(), &places, &steps);
        let sqlite = run_on_book(&TestBook::on_sqlite(), &places, &steps);
        assert_eq!(placeless(postgres), placeless(sqlite));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
