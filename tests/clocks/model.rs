//! Two hosts with clocks of their own, one of which is often wrong, compared with a naive book that knows about time and nothing else.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use teller::facts::{Instant, Transfer};

use teller::rejection::Rejection;

use teller::requests::{BatchPolicy, Request};
use teller::{Clock, Ledger, Mode};

use crate::support::{Random, TestBook, assert_whole, check, on_every_backend, transfer};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const STEPS: u64 = 250;
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// How much may leave each account in a day.
const PER_DAY: i64 = 12;
/// By how much a host's clock is off: right, nearly, an hour, a month, ten years.
const OFF: [i64; 10] = [0, 0, 0, 25, -25, 3_600, -3_600, 30 * 86_400, -30 * 86_400, 3_652 * 86_400];

/// A transfer as it should have been taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Taken {
    recorded_at: i64,
    effective_at: i64,
}

#[derive(Default)]
struct Naive {
    newest: HashMap<&'static str, i64>,
    spent: HashMap<(&'static str, i64), i64>,
    accepted_until: i64,
}

impl Naive {
    fn post(&mut self, now: i64, from: &'static str, to: &'static str, euros: i64) -> Result<Taken, &'static str> {
        let newest = [from, to].map(|name| self.newest.get(name).copied().unwrap_or(i64::MIN));
        if newest.iter().any(|newest| *newest > (now + 60 * SECOND).max(self.accepted_until)) {
            return Err("clock_behind");
        }
        let recorded_at = newest.iter().fold(now, |time, newest| time.max(newest.saturating_add(1)));
        let is_far = recorded_at - now > SECOND || recorded_at / DAY != now / DAY;
        let effective_at = if is_far { now } else { recorded_at };
        let spent = self.spent.entry((from, effective_at / DAY)).or_default();
        if *spent + euros > PER_DAY {
            return Err("velocity_exceeded");
        }
        *spent += euros;
        self.newest.extend([from, to].map(|name| (name, recorded_at)));
        Ok(Taken { recorded_at, effective_at })
    }

    /// The owner, whose clock says `now`, accepts what is there.
    fn accept(&mut self, now: i64) {
        let latest = self.newest.values().copied().max().unwrap_or(i64::MIN);
        if latest > (now + 60 * SECOND).max(self.accepted_until) {
            self.accepted_until = latest + DAY;
        }
    }
}

/// A host with its ledger and its clock.
struct Host {
    now: Arc<AtomicI64>,
    ledger: Ledger,
}

impl Host {
    fn of(book: &TestBook) -> Self {
        let now = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&now);
        let clock = Clock::new(move || Instant::from_micros(clock.load(Ordering::Relaxed)).unwrap());
        Self { now, ledger: book.owner_ledger().with_clock(clock) }
    }
}

fn taken(transfer: &Transfer) -> Taken {
    Taken { recorded_at: transfer.recorded_at.micros(), effective_at: transfer.effective_at.micros() }
}

on_every_backend! {
    fn hosts_with_wrong_clocks_do_what_a_naive_book_says(book: &TestBook) {
        let mut seen = HashMap::<&str, u32>::new();
        for seed in 0..4 {
            let book = book.another();
            check(&book, "at 2025-01-01T00:00:00Z");
            for name in NAMES {
                check(&book, &format!("account {name} equity EUR\nlimits {name} per-day {PER_DAY} -> changed"));
            }
            let mut random = Random(seed);
            let mut naive = Naive::default();
            let hosts = [Host::of(&book), Host::of(&book)];
            let mut right = "2026-11-29T20:00:00Z".parse::<Instant>().unwrap().micros();
            let mut posted = 0;
            for step in 0..STEPS {
                right += i64::try_from(random.below(900)).unwrap() * SECOND;
                let host = &hosts[usize::try_from(random.below(2)).unwrap()];
                let off = if random.below(3) == 0 { OFF[usize::try_from(random.below(10)).unwrap()] } else { 0 };
                let now = right + off * SECOND;
                host.now.store(now, Ordering::Relaxed);
                if random.below(25) == 0 {
                    hosts[0].now.store(right, Ordering::Relaxed);
                    hosts[0].ledger.accept_clock(&"ops".parse().unwrap(), &"model".parse().unwrap(), Mode::Commit).unwrap();
                    naive.accept(right);
                    continue;
                }
                let asked: Vec<_> = (0..=random.below(3)).map(|_| (random.pair_below(5), random.below(5) + 1)).collect();
                let name = |index: u64| NAMES[usize::try_from(index).unwrap()];
                let request = |(number, ((from, to), euros)): (usize, &((u64, u64), u64))| {
                    Request::from(transfer(&format!("{step} {number}"), name(*from), name(*to), &euros.to_string()))
                };
                let requests: Vec<_> = asked.iter().enumerate().map(request).collect();
                let answers = host.ledger.submit(&requests, BatchPolicy::CarryOn, Mode::Commit).unwrap();
                for (((from, to), euros), answer) in asked.into_iter().zip(answers) {
                    let expected = naive.post(now, name(from), name(to), i64::try_from(euros).unwrap());
                    let found = answer.as_ref().map(|receipt| taken(&receipt.transfers[0].transfer)).map_err(Rejection::code);
                    assert_eq!(found, expected, "step {step} of {seed}, {now} where it is {right}");
                    posted += u64::from(found.is_ok());
                    *seen.entry(found.err().unwrap_or("posted")).or_default() += 1;
                }
            }
            assert_whole(&hosts[0].ledger, posted);
        }
        for code in ["posted", "clock_behind", "velocity_exceeded"] {
            assert!(seen.get(code).is_some_and(|count| *count > 100), "{code} hardly comes up: {seen:?}");
        }
    }
}
