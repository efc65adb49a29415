//! Limits by the day and month, and closed periods, against a model that looks at everything that ever happened.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};

use crate::support::{Random, check, on_every_backend};

const STEPS: usize = 150;
const BEGIN: &str = "
account cash  asset     EUR
account alice liability EUR
account bob   liability EUR
deposit alice 1000000 -> posted
";

/// What left alice: a transfer, or a hold of which so much was captured and released.
struct Outflow {
    key: usize,
    day: NaiveDate,
    amount: u64,
    hold: Option<Hold>,
    is_reversed: bool,
}

struct Hold {
    captured: u64,
    released: u64,
    expires_at: Option<DateTime<Utc>>,
}

impl Outflow {
    fn counted(&self, now: DateTime<Utc>) -> u64 {
        match &self.hold {
            Some(hold) if hold.expires_at.is_some_and(|at| at <= now) => hold.captured,
            Some(hold) => self.amount - hold.released,
            None => self.amount,
        }
    }
}

/// Writes a script as it goes, with the answer to each line that the model gives.
struct Model {
    random: Random,
    now: DateTime<Utc>,
    lines: Vec<String>,
    outflows: Vec<Outflow>,
    /// In one transfer, in a day, in a month.
    limits: [Option<u64>; 3],
    closed: Vec<NaiveDate>,
}

impl Model {
    fn new(seed: u64) -> Self {
        let now: DateTime<Utc> = "2026-01-27T00:30:00Z".parse().unwrap();
        let lines = vec![format!("at {}", now.to_rfc3339()), BEGIN.to_owned()];
        Self { random: Random(seed), now, lines, outflows: Vec::new(), limits: [None; 3], closed: Vec::new() }
    }

    fn step(&mut self) {
        match self.random.below(10) {
            0 => {
                self.now += TimeDelta::hours(1 + i64::try_from(self.random.below(20)).unwrap());
                self.lines.push(format!("at {}", self.now.to_rfc3339()));
            }
            1 => self.change_a_limit(),
            2 => self.close_a_day(),
            3 => self.back_date(),
            4 | 5 => self.hold(),
            6 => self.capture(),
            7 => self.release(),
            8 => self.reverse(),
            _ => self.transfer(),
        }
    }

    fn say(&mut self, line: &str, answer: &str) {
        self.lines.push(format!("{line} -> {answer}"));
    }

    /// Whether the limits let an amount out now.
    fn lets_out(&self, amount: u64) -> bool {
        let today = self.now.date_naive();
        let spent = |is_counted: &dyn Fn(NaiveDate) -> bool| -> u64 {
            let counted = self.outflows.iter().filter(|outflow| is_counted(outflow.day));
            counted.map(|outflow| outflow.counted(self.now)).sum()
        };
        let spent =
            [0, spent(&|day| day == today), spent(&|day| (day.year(), day.month()) == (today.year(), today.month()))];
        spent.iter().zip(self.limits).all(|(spent, limit)| limit.is_none_or(|limit| spent + amount <= limit))
    }

    fn let_out(&mut self, line: &str, amount: u64, hold: Option<Hold>, refusal: Option<&str>) {
        let answer = match (refusal, &hold) {
            (Some(code), _) => code,
            _ if !self.lets_out(amount) => "velocity_exceeded",
            (None, Some(_)) => "held",
            (None, None) => "posted",
        };
        self.say(line, answer);
        if matches!(answer, "held" | "posted") {
            let (key, day) = (self.lines.len(), self.now.date_naive());
            self.outflows.push(Outflow { key, day, amount, hold, is_reversed: false });
        }
    }

    fn key(&self) -> usize {
        self.lines.len() + 1
    }

    fn transfer(&mut self) {
        let amount = 1 + self.random.below(9);
        self.let_out(&format!("transfer k{}: alice bob {amount}", self.key()), amount, None, None);
    }

    fn back_date(&mut self) {
        let (amount, back) = (1 + self.random.below(9), self.random.below(6));
        let day = self.now.date_naive() - Days::new(back);
        let refusal = self.closed.contains(&day).then_some("period_closed");
        let line = format!("transfer k{}: alice bob {amount} effective {day}T00:10:00Z", self.key());
        self.let_out(&line, amount, None, refusal);
    }

    fn hold(&mut self) {
        let amount = 1 + self.random.below(9);
        let hours = (self.random.below(2) == 0).then(|| 1 + self.random.below(40));
        let expires_at = hours.map(|hours| self.now + TimeDelta::hours(i64::try_from(hours).unwrap()));
        let expiry = expires_at.map_or_else(String::new, |at| format!(" expires {}", at.to_rfc3339()));
        let hold = Hold { captured: 0, released: 0, expires_at };
        self.let_out(&format!("hold k{}: alice bob {amount}{expiry}", self.key()), amount, Some(hold), None);
    }

    /// A hold of which something is left.
    fn pick_hold(&mut self) -> Option<usize> {
        let now = self.now;
        let is_open = |outflow: &Outflow| {
            outflow.hold.as_ref().is_some_and(|hold| {
                hold.captured + hold.released < outflow.amount && hold.expires_at.is_none_or(|at| at > now)
            })
        };
        let open: Vec<_> = (0..self.outflows.len()).filter(|&index| is_open(&self.outflows[index])).collect();
        (!open.is_empty()).then(|| open[usize::try_from(self.random.below(open.len() as u64)).unwrap()])
    }

    fn capture(&mut self) {
        let Some(index) = self.pick_hold() else { return };
        let Outflow { key, amount, hold: Some(hold), .. } = &self.outflows[index] else { return };
        let (key, left) = (*key, amount - hold.captured);
        let part = 1 + self.random.below(left);
        self.say(&format!("capture k{key} {part}"), "captured");
        self.outflows[index].hold.as_mut().unwrap().captured += part;
    }

    fn release(&mut self) {
        let Some(index) = self.pick_hold() else { return };
        let Outflow { key, amount, hold: Some(hold), .. } = &mut self.outflows[index] else { return };
        hold.released = *amount - hold.captured;
        let line = format!("release k{key}");
        self.say(&line, "released");
    }

    /// Neither counts nor gives back.
    fn reverse(&mut self) {
        let transfers = self.outflows.iter_mut().filter(|outflow| outflow.hold.is_none() && !outflow.is_reversed);
        let Some(outflow) = transfers.last() else { return };
        outflow.is_reversed = true;
        let line = format!("reverse k{}", outflow.key);
        self.say(&line, "reversed");
    }

    fn change_a_limit(&mut self) {
        let which = usize::try_from(self.random.below(3)).unwrap();
        let limit = (self.random.below(4) > 0).then(|| (1 + self.random.below(10)) * [2, 5, 20][which]);
        let word = ["per-transfer", "per-day", "per-month"][which];
        self.limits[which] = limit;
        let amount = limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
        self.say(&format!("limits alice {word} {amount}"), "changed");
    }

    fn close_a_day(&mut self) {
        let day = self.now.date_naive() - Days::new(1 + self.random.below(5));
        if let Some(place) = self.closed.iter().position(|closed| *closed == day) {
            self.closed.remove(place);
            self.say(&format!("period reopen {day}"), "reopened");
        } else {
            self.closed.push(day);
            self.say(&format!("period close {day}"), "closed");
        }
    }
}

on_every_backend! {
    fn limits_by_windows_and_closed_periods_agree_with_a_model_that_looks_at_everything(book: &TestBook) {
        for seed in 0..4 {
            let book = book.another();
            let mut model = Model::new(seed);
            (0..STEPS).for_each(|_| model.step());
            let script = model.lines.join("\n");
            let said = |code: &str| script.matches(code).count();
            let counts = ["velocity_exceeded", "period_closed", "posted", "captured"].map(|code| said(&format!("-> {code}")));
            assert!(counts.iter().all(|count| *count > 1), "seed {seed} asks for too little: {counts:?}");
            check(&book, &script);
        }
    }
}
