//! Schedules against a model that tries every day and keeps everything: added, run, cancelled and hindered at random.

mod naive;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Timelike, Utc, Weekday};

use naive::{Due, Every, Naive, Schedule, State, When, months_before, quiet_moment};
use teller::facts::{DueDay, DueState, Instant, OnRefusal, RecurrencePeriod, RecurrenceRequest, ScheduleState};
use teller::ledger::{AsOf, ScheduleRun};
use teller::requests::{Parties, ScheduleRequest};
use teller::{Error, Ledger, Mode};

use crate::support::schedule::{euros, schedule_id, scheduled};
use crate::support::{Random, TestBook, assert_whole, check, on_every_backend};

const STEPS: usize = 100;
const BEGIN: &str = "2026-01-20T06:00:00Z";
const ACCOUNTS: [&str; 4] = ["a", "b", "c", "d"];
/// Everything that can come of a due transfer. Each book must see most of it.
const CODES: [&str; 7] = [
    "posted",
    "account_closed",
    "account_frozen",
    "period_closed",
    "insufficient_funds",
    "velocity_exceeded",
    "max_balance_exceeded",
];

/// A book, and what should be in it.
struct Pair<'a> {
    book: &'a TestBook,
    ledger: Ledger,
    random: Random,
    naive: Naive,
    /// What came of the dues that were tried, and how often.
    seen: BTreeMap<&'static str, u64>,
}

fn instant(moment: DateTime<Utc>) -> Instant {
    Instant::from_micros(moment.timestamp_micros()).unwrap()
}

fn moment(instant: Instant) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.micros()).unwrap()
}

fn state(state: DueState) -> State {
    match state {
        DueState::Posted => State::Posted,
        DueState::Refused => State::Refused,
        DueState::Skipped => State::Skipped,
    }
}

impl<'a> Pair<'a> {
    fn new(book: &'a TestBook, seed: u64) -> Self {
        let naive = Naive::new(BEGIN.parse().unwrap(), &ACCOUNTS);
        let mut pair = Self { book, ledger: book.ledger(), random: Random(seed), naive, seen: BTreeMap::new() };
        pair.book.set_time(BEGIN);
        check(book, "account cash asset EUR");
        for (index, name) in ACCOUNTS.into_iter().enumerate() {
            check(book, &format!("account {name} liability EUR"));
            if index < 2 {
                pair.deposit(index, 300);
            }
        }
        pair
    }

    fn step(&mut self) {
        match self.random.below(21) {
            0..=2 => self.wait(),
            3..=6 => self.add_schedule(),
            7..=10 => self.run(),
            11 => self.cancel(),
            12 | 13 => self.freeze_or_unfreeze(),
            14 => self.close(),
            15 | 16 => self.change_a_limit(),
            17 => self.close_or_reopen_a_day(),
            18 => self.transfer(),
            _ => {
                let (account, amount) = (self.below(ACCOUNTS.len()), 5 * self.amount());
                self.deposit(account, amount);
            }
        }
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.random.below(end as u64)).unwrap()
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.random.below(count) == 0
    }

    fn amount(&mut self) -> i64 {
        1 + i64::try_from(self.random.below(50)).unwrap()
    }

    fn wait(&mut self) {
        let hours_max = if self.one_in(4) { 1_500 } else { 300 };
        let hours = 1 + self.random.below(hours_max);
        self.naive.now += TimeDelta::hours(i64::try_from(hours).unwrap());
        self.book.set_time(&self.naive.now.to_rfc3339());
    }

    fn say(&self, line: &str, answer: &str) {
        check(self.book, &format!("{line} -> {answer}"));
    }

    fn deposit(&mut self, to: usize, amount: i64) {
        let answer = self.naive.post(None, to, amount, None).unwrap_or("posted");
        self.say(&format!("deposit {} {amount}", ACCOUNTS[to]), answer);
    }

    fn transfer(&mut self) {
        let (from, to) = self.parties();
        let amount = self.amount();
        let answer = self.naive.post(Some(from), to, amount, None).unwrap_or("posted");
        self.say(&format!("transfer {} {} {amount}", ACCOUNTS[from], ACCOUNTS[to]), answer);
    }

    fn parties(&mut self) -> (usize, usize) {
        let (from, to) = self.random.pair_below(ACCOUNTS.len() as u64);
        (usize::try_from(from).unwrap(), usize::try_from(to).unwrap())
    }

    /// An account, or the one that is frozen.
    fn freeze_or_unfreeze(&mut self) {
        let frozen = self.naive.accounts.iter().position(|account| account.frozen != [false; 2]);
        let account = frozen.filter(|account| !self.naive.accounts[*account].is_closed);
        let account = account.unwrap_or_else(|| self.below(ACCOUNTS.len()));
        let thaws = self.naive.accounts[account].frozen != [false; 2];
        let sides = self.below(3);
        let answer = match (self.naive.accounts[account].is_closed, thaws) {
            (true, _) => "account_closed",
            (false, true) => "unfrozen",
            (false, false) => "frozen",
        };
        let verb = if thaws { "unfreeze" } else { "freeze" };
        self.say(&format!("{verb} {} {}", ACCOUNTS[account], ["debits", "credits", ""][sides]), answer);
        if answer != "account_closed" {
            let meant = [[true, false], [false, true], [true, true]][sides];
            let frozen = &mut self.naive.accounts[account].frozen;
            (0..2).filter(|side| meant[*side]).for_each(|side| frozen[side] = !thaws);
        }
    }

    /// Empties an account of which something is scheduled yet, and closes it; one at most.
    fn close(&mut self) {
        let account = 2 + self.below(ACCOUNTS.len() - 2);
        let is_scheduled =
            |schedule: &Schedule| schedule.next().is_some() && [schedule.from, schedule.to].contains(&account);
        if self.naive.accounts.iter().any(|account| account.is_closed) || !self.naive.schedules.iter().any(is_scheduled)
        {
            return;
        }
        let balance = self.naive.accounts[account].balance;
        if balance > 0 {
            let answer = self.naive.post(Some(account), 0, balance, None).unwrap_or("posted");
            self.say(&format!("transfer {} {} {balance}", ACCOUNTS[account], ACCOUNTS[0]), answer);
        }
        let found = &mut self.naive.accounts[account];
        found.is_closed = found.balance == 0;
        let answer = if found.is_closed { "closed" } else { "account_not_empty" };
        self.say(&format!("close {}", ACCOUNTS[account]), answer);
    }

    fn change_a_limit(&mut self) {
        let account = self.below(ACCOUNTS.len());
        let (word, amount) = (self.below(4), self.amount());
        let is_lifted = self.one_in(3);
        let found = &mut self.naive.accounts[account];
        let word_and_limit = match word {
            0 => ("min", &mut found.min, found.balance.min(-amount)),
            1 => ("max", &mut found.max, found.balance.max(0) + amount / 2),
            2 => ("per-transfer", &mut found.per_transfer, amount),
            _ => ("per-day", &mut found.per_day, 2 * amount),
        };
        let (word, limit, amount) = word_and_limit;
        let shown = if is_lifted { "none".to_owned() } else { amount.to_string() };
        let answer = if found.is_closed { "account_closed" } else { "changed" };
        if !found.is_closed {
            *limit = (!is_lifted).then_some(amount);
        }
        self.say(&format!("limits {} {word} {shown}", ACCOUNTS[account]), answer);
    }

    /// A day on which something is to be posted yet, or one that was closed.
    fn close_or_reopen_a_day(&mut self) {
        if self.naive.closed_days.len() > 2 {
            let place = self.below(self.naive.closed_days.len());
            let day = self.naive.closed_days.remove(place);
            return self.say(&format!("period reopen {day}"), "reopened");
        }
        let today = self.naive.now.date_naive();
        let days = self.naive.schedules.iter().filter_map(|schedule| Some(schedule.next()?.date_naive()));
        let days: Vec<_> = days.filter(|day| *day < today && !self.naive.closed_days.contains(day)).collect();
        if !days.is_empty() {
            let day = days[self.below(days.len())];
            self.naive.closed_days.push(day);
            self.say(&format!("period close {day}"), "closed");
        }
    }

    /// Begins up to four months ago, or from now on, and mostly at the end of a month.
    fn when(&mut self) -> When {
        let every = [Every::Month, Every::Month, Every::Once, Every::Day, Every::Week, Every::Year][self.below(6)];
        let (back, days) = (self.random.below(5), self.random.below(31));
        let is_from_now = self.one_in(4);
        let from = match (is_from_now, every) {
            (true, Every::Once) => self.naive.now,
            (true, _) => self.naive.now + TimeDelta::microseconds(1),
            (false, _) => months_before(self.naive.now, back) - Days::new(days),
        };
        let is_monthly = matches!(every, Every::Month | Every::Year);
        let day_of_month = (is_monthly && !self.one_in(4)).then(|| 26 + u32::try_from(self.random.below(6)).unwrap());
        let weekday = [None, Some(Weekday::Mon), Some(Weekday::Sat), Some(Weekday::Sun)][self.below(4)];
        let step = match every {
            Every::Once => 1,
            Every::Day => 2 + self.below(9),
            _ => 1 + self.below(3),
        };
        let time = NaiveTime::from_hms_opt([0, 6, 9, 23][self.below(4)], 0, 0).unwrap();
        let weekday = weekday.filter(|_| every == Every::Week);
        let when = When { every, step, day_of_month, weekday, time, from, is_from_now, until: None, count: None };
        let moments = when.moments();
        let end = moments.get(self.below(12)).copied();
        match self.random.below(3) {
            0 => When { until: end, ..when },
            1 => When { count: Some(1 + self.below(12)), ..when },
            _ => when,
        }
    }

    fn add_schedule(&mut self) {
        let (from, to) = self.parties();
        let (when, amount, retries) = (self.when(), self.amount(), self.one_in(2));
        let key = format!("s{}", self.naive.schedules.len());
        let parties = Parties::Transfer { from: ACCOUNTS[from].parse().unwrap(), to: ACCOUNTS[to].parse().unwrap() };
        let on_refusal = if retries { OnRefusal::Retry } else { OnRefusal::Skip };
        let money = euros(&amount.to_string());
        let request = ScheduleRequest { parties, on_refusal, money, ..scheduled(&key, recurrence(&when)) };
        let added = self.ledger.add_schedule(&request, Mode::Commit);
        if self.naive.accounts[from].is_closed || self.naive.accounts[to].is_closed {
            let Err(Error::Rejected(rejection)) = added else { panic!("{request:?} comes to {added:?}") };
            assert_eq!(rejection.code(), "account_closed");
            return;
        }
        let added = added.unwrap();
        let (rank, moments) = (schedule_id(&key).0.as_u128(), when.moments());
        assert_eq!(added.status.schedule.next_due_at().map(moment), moments.first().copied(), "{when:?}");
        let (dues, is_cancelled) = (Vec::new(), false);
        self.naive.schedules.push(Schedule { key, rank, from, to, amount, retries, moments, dues, is_cancelled });
        let again = self.ledger.add_schedule(&request, Mode::Commit).unwrap();
        assert_eq!((again.replayed, again.status), (true, added.status));
    }

    /// Up to now or some time before, tried out first, and often once more.
    fn run(&mut self) {
        let back = if self.one_in(2) { 0 } else { self.random.below(2_000) };
        let until = self.naive.now - TimeDelta::hours(i64::try_from(back).unwrap());
        let (is_tried_out, times) = (self.one_in(3), 1 + self.random.below(2));
        let ledger = &self.ledger;
        let run = |mode| ledger.run_schedules(Some(instant(until)), mode, &mut |_| ControlFlow::Continue(())).unwrap();
        let mut tried_out = is_tried_out.then(|| run(Mode::DryRun));
        for _ in 0..times {
            let expected = self.naive.run(until);
            let found = run(Mode::Commit);
            assert_eq!(told(&found), expected, "up to {until}");
            assert!(found.is_complete);
            for (_, due) in &expected {
                *self.seen.entry(due.code.unwrap_or("posted")).or_default() += 1;
            }
            let count = |state| expected.iter().filter(|(_, due)| due.state == state).count() as u64;
            let counts = [State::Posted, State::Refused, State::Skipped].map(count);
            assert_eq!([found.posted, found.refused, found.skipped], counts);
            if let Some(tried_out) = tried_out.take() {
                assert_eq!(told(&tried_out), expected);
            }
        }
    }

    fn cancel(&mut self) {
        if self.naive.schedules.is_empty() {
            return;
        }
        let index = self.below(self.naive.schedules.len());
        let id = schedule_id(&self.naive.schedules[index].key);
        let cancelled = self.ledger.cancel_schedule(id, &"tests".parse().unwrap(), None, Mode::Commit).unwrap();
        assert_eq!((cancelled.skipped, cancelled.unchanged), self.naive.cancel(index));
    }

    fn assert_agrees(&mut self) {
        let ledger = &self.ledger;
        for schedule in &self.naive.schedules {
            let history = ledger.get_schedule(schedule_id(&schedule.key), None, 100_000).unwrap();
            let found: Vec<_> = history.dues.iter().rev().map(due).collect();
            assert_eq!(found, schedule.dues, "{}", schedule.key);
            let found = history.status.schedule;
            assert_eq!(found.next_due_at().map(moment), schedule.next(), "{}", schedule.key);
            assert_eq!(found.state() == ScheduleState::Cancelled, schedule.is_cancelled, "{}", schedule.key);
        }
        let days = (0..25).map(|_| self.naive.now.date_naive() - Days::new(self.random.below(500)));
        for at in days.map(quiet_moment).collect::<Vec<_>>() {
            for (index, name) in ACCOUNTS.into_iter().enumerate() {
                let found = ledger.balances_as_of(&[name.parse().unwrap()], AsOf::effective(instant(at))).unwrap();
                assert_eq!(found[0].1.amount.minor(), self.naive.balance_at(index, at) * 100, "{name} at {at}");
            }
        }
        for account in &self.naive.accounts {
            check(self.book, &format!("balance {} posted {}", account.name, account.balance));
        }
        assert_whole(ledger, self.naive.transfers());
    }
}

fn recurrence(when: &When) -> RecurrenceRequest {
    let period = match when.every {
        Every::Once => RecurrencePeriod::Once,
        Every::Day => RecurrencePeriod::Day,
        Every::Week => RecurrencePeriod::Week,
        Every::Month => RecurrencePeriod::Month,
        Every::Year => RecurrencePeriod::Year,
    };
    let of_week = |weekday: Weekday| {
        DueDay::OfWeek(teller::facts::Weekday::ALL[usize::try_from(weekday.num_days_from_monday()).unwrap()])
    };
    let of_month = |day: u32| DueDay::OfMonth(u8::try_from(day).unwrap());
    RecurrenceRequest {
        step: u32::try_from(when.step).unwrap(),
        day: when.day_of_month.map(of_month).or(when.weekday.map(of_week)),
        time_of_day: Duration::from_secs(when.time.num_seconds_from_midnight().into()),
        from: (!when.is_from_now).then(|| instant(when.from)),
        until: when.until.map(instant),
        due_count_max: when.count.map(|count| u32::try_from(count).unwrap()),
        ..RecurrenceRequest::every(period)
    }
}

/// What a run says that it did.
fn told(run: &ScheduleRun) -> Vec<(String, Due)> {
    let key = |id| (0..STEPS).map(|number| format!("s{number}")).find(|key| schedule_id(key) == id).unwrap();
    run.dues.iter().map(|settled| (key(settled.due.schedule_id), due(&settled.due))).collect()
}

fn due(found: &teller::facts::Due) -> Due {
    let code = found.refusal.as_ref().map(|refusal| *CODES.iter().find(|code| **code == refusal.code).unwrap());
    Due {
        at: moment(found.due_at),
        state: state(found.state),
        attempts: found.attempts,
        code,
        first_at: moment(found.first_at),
    }
}

on_every_backend! {
    fn schedules_do_what_a_model_does_that_tries_every_day(book: &TestBook) {
        let mut seen = BTreeMap::<_, u64>::new();
        for seed in 0..3 {
            let book = book.another();
            let mut pair = Pair::new(&book, seed);
            (0..STEPS).for_each(|_| pair.step());
            pair.assert_agrees();
            pair.seen.into_iter().for_each(|(code, count)| *seen.entry(code).or_default() += count);
        }
        assert!(CODES.iter().all(|code| seen.get(code).is_some_and(|count| *count > 1)), "too little was asked for: {seen:?}");
    }
}
