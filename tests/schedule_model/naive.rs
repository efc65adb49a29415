//! What should become of schedules, as plainly as it can be said: days are tried one after the other, and everything that ever was due
//! is kept in one list.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

/// Up to where moments are looked for. No run comes so far.
const HORIZON_DAYS: u64 = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    Once,
    Day,
    Week,
    Month,
    Year,
}

/// When something is due.
#[derive(Clone, Copy, Debug)]
pub struct When {
    pub every: Every,
    pub step: usize,
    pub day_of_month: Option<u32>,
    pub weekday: Option<Weekday>,
    pub time: NaiveTime,
    /// No moment is earlier.
    pub from: DateTime<Utc>,
    /// Whether that is left to the ledger.
    pub is_from_now: bool,
    pub until: Option<DateTime<Utc>>,
    pub count: Option<usize>,
}

impl When {
    /// All moments before the horizon: every day is asked whether it is one.
    pub fn moments(&self) -> Vec<DateTime<Utc>> {
        let days = (0..HORIZON_DAYS).map(|days| self.from.date_naive() + Days::new(days));
        let moments: Vec<_> = match self.every {
            Every::Once => vec![self.from],
            _ => days.filter(|date| self.is_day(*date)).map(|date| date.and_time(self.time).and_utc()).collect(),
        };
        let fitting = moments.into_iter().filter(|moment| *moment >= self.from).step_by(self.step);
        let ending = fitting.take_while(|moment| self.until.is_none_or(|until| *moment <= until));
        ending.take(self.count.unwrap_or(usize::MAX)).collect()
    }

    fn is_day(&self, date: NaiveDate) -> bool {
        match self.every {
            Every::Once | Every::Day => true,
            Every::Week => date.weekday() == self.weekday.unwrap_or(self.from.weekday()),
            Every::Month => self.is_day_of_month(date),
            Every::Year => date.month() == self.from.month() && self.is_day_of_month(date),
        }
    }

    /// The day that is meant, or the last one of a month that has no such day.
    fn is_day_of_month(&self, date: NaiveDate) -> bool {
        let meant = self.day_of_month.unwrap_or(self.from.day());
        let is_last = (date + Days::new(1)).month() != date.month();
        date.day() == meant || (is_last && date.day() < meant)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Posted,
    Refused,
    Skipped,
}

/// What became of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub at: DateTime<Utc>,
    pub state: State,
    pub attempts: u32,
    pub code: Option<&'static str>,
    pub first_at: DateTime<Utc>,
}

pub struct Schedule {
    pub key: String,
    /// What decides between schedules that are due at one moment.
    pub rank: u128,
    pub from: usize,
    pub to: usize,
    pub amount: i64,
    pub retries: bool,
    pub moments: Vec<DateTime<Utc>>,
    pub dues: Vec<Due>,
    pub is_cancelled: bool,
}

impl Schedule {
    pub fn next(&self) -> Option<DateTime<Utc>> {
        if self.is_cancelled { None } else { self.moments.get(self.dues.len()).copied() }
    }

    pub fn refused(&self) -> usize {
        self.dues.iter().filter(|due| due.state == State::Refused).count()
    }
}

/// An account that customers have.
#[derive(Default)]
pub struct Account {
    pub name: &'static str,
    pub balance: i64,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub per_transfer: Option<i64>,
    pub per_day: Option<i64>,
    /// Of debits, of credits.
    pub frozen: [bool; 2],
    pub is_closed: bool,
}

/// A transfer that was posted.
struct Posted {
    effective_at: DateTime<Utc>,
    recorded_on: NaiveDate,
    /// `None` is the cash account.
    from: Option<usize>,
    to: usize,
    amount: i64,
}

/// The book as it should be.
pub struct Naive {
    pub now: DateTime<Utc>,
    pub accounts: Vec<Account>,
    pub schedules: Vec<Schedule>,
    pub closed_days: Vec<NaiveDate>,
    posted: Vec<Posted>,
}

impl Naive {
    pub fn new(now: DateTime<Utc>, names: &[&'static str]) -> Self {
        let account = |name: &&'static str| Account { name, min: Some(0), ..Account::default() };
        let accounts = names.iter().map(account).collect();
        Self { now, accounts, schedules: Vec::new(), closed_days: Vec::new(), posted: Vec::new() }
    }

    pub fn transfers(&self) -> u64 {
        self.posted.len() as u64
    }

    /// What counts of an account at a moment.
    pub fn balance_at(&self, account: usize, at: DateTime<Utc>) -> i64 {
        let change = |posted: &Posted| match (posted.from, posted.to) {
            (Some(from), _) if from == account => -posted.amount,
            (_, to) if to == account => posted.amount,
            _ => 0,
        };
        self.posted.iter().filter(|posted| posted.effective_at <= at).map(change).sum()
    }

    /// Posts a transfer that counts at another time than now where one is given, or says why not.
    pub fn post(
        &mut self,
        from: Option<usize>,
        to: usize,
        amount: i64,
        effective_at: Option<DateTime<Utc>>,
    ) -> Option<&'static str> {
        let code = self.refusal(from, to, amount, effective_at);
        if code.is_none() {
            if let Some(from) = from {
                self.accounts[from].balance -= amount;
            }
            self.accounts[to].balance += amount;
            let effective_at = effective_at.unwrap_or(self.now);
            self.posted.push(Posted { effective_at, recorded_on: self.now.date_naive(), from, to, amount });
        }
        code
    }

    fn refusal(
        &self,
        from: Option<usize>,
        to: usize,
        amount: i64,
        effective_at: Option<DateTime<Utc>>,
    ) -> Option<&'static str> {
        let open = Account { balance: i64::MAX, ..Account::default() };
        let (source, target) = (from.map_or(&open, |from| &self.accounts[from]), &self.accounts[to]);
        let is_over = |limit: Option<i64>, sum: i64| limit.is_some_and(|limit| sum > limit);
        let rules = [
            ("account_closed", source.is_closed || target.is_closed),
            ("account_frozen", source.frozen[0] || target.frozen[1]),
            ("period_closed", effective_at.is_some_and(|at| self.closed_days.contains(&at.date_naive()))),
            ("insufficient_funds", source.min.is_some_and(|min| source.balance - amount < min)),
            ("velocity_exceeded", is_over(source.per_transfer, amount)),
            ("velocity_exceeded", is_over(source.per_day, self.spent_today(from) + amount)),
            ("max_balance_exceeded", is_over(target.max, target.balance + amount)),
        ];
        rules.into_iter().find(|(_, is_broken)| *is_broken).map(|(code, _)| code)
    }

    /// What left an account today, whenever it counts.
    fn spent_today(&self, account: Option<usize>) -> i64 {
        let is_meant = |posted: &&Posted| posted.from == account && posted.recorded_on == self.now.date_naive();
        self.posted.iter().filter(is_meant).map(|posted| posted.amount).sum()
    }

    /// Tries what was refused before, then what is due for the first time, each in the order of time. Returns what was tried.
    pub fn run(&mut self, until: DateTime<Utc>) -> Vec<(String, Due)> {
        let mut tries = Vec::new();
        for (index, schedule) in self.schedules.iter().enumerate() {
            let is_tried = |due: &&Due| due.state == State::Refused && due.at <= until;
            tries.extend(schedule.dues.iter().filter(is_tried).map(|due| (false, due.at, schedule.rank, index)));
            let new = schedule.moments.iter().skip(schedule.dues.len()).filter(|at| **at <= until);
            tries.extend(new.filter(|_| !schedule.is_cancelled).map(|at| (true, *at, schedule.rank, index)));
        }
        tries.sort_unstable();
        tries.into_iter().map(|(_, at, _, index)| self.attempt(index, at)).collect()
    }

    fn attempt(&mut self, index: usize, at: DateTime<Utc>) -> (String, Due) {
        let Schedule { from, to, amount, retries, .. } = self.schedules[index];
        let code = self.post(Some(from), to, amount, Some(at));
        let schedule = &mut self.schedules[index];
        let known = schedule.dues.iter_mut().find(|due| due.at == at);
        let attempts = known.as_ref().map_or(0, |due| due.attempts) + 1;
        let first_at = known.as_ref().map_or(self.now, |due| due.first_at);
        let is_kept = retries && code != Some("account_closed") && self.now < first_at + TimeDelta::days(31);
        let state = match code {
            None => State::Posted,
            Some(_) if is_kept => State::Refused,
            Some(_) => State::Skipped,
        };
        let due = Due { at, state, attempts, code, first_at };
        match known {
            Some(known) => *known = due.clone(),
            None => schedule.dues.push(due.clone()),
        }
        (schedule.key.clone(), due)
    }

    /// How many are no longer tried again, and whether there was nothing to do.
    pub fn cancel(&mut self, index: usize) -> (u64, bool) {
        let schedule = &mut self.schedules[index];
        let refused = schedule.refused();
        if schedule.is_cancelled || (schedule.next().is_none() && refused == 0) {
            return (0, true);
        }
        schedule.is_cancelled = true;
        schedule.dues.iter_mut().filter(|due| due.state == State::Refused).for_each(|due| due.state = State::Skipped);
        (refused as u64, false)
    }
}

/// Some moment at which nothing is ever recorded or due.
pub fn quiet_moment(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::minutes(1_439)
}

/// So many months back.
pub fn months_before(moment: DateTime<Utc>, months: u64) -> DateTime<Utc> {
    moment - Months::new(u32::try_from(months).unwrap())
}
