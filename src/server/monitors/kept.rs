//! Monitors as they are kept, and what is shown of them.

use uuid::Uuid;

use crate::error::InputError;
use crate::facts::{AccountName, Instant, NamePrefix, ScheduleId, TransferId};
use crate::ledger::{EventCursor, Standing, Watched};
use crate::money::{Currency, CurrencyCode};
use crate::server::monitors::condition::Condition;
use crate::server::monitors::scope::MonitorScope;
use crate::server::monitors::single::{Change, Single, Subject, What};
use crate::server::monitors::when::When;
use crate::store::{CLEARED, MonitorEventRow, MonitorRow, RAISED, SubjectRow};
use crate::wire::{MonitorEventKind, MonitorEventRecord, MonitorRecord};

/// A monitor, and how far it is judged.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) name: String,
    /// What was written behind `--when`, as it is shown.
    pub(super) condition: String,
    pub(super) rule: Rule,
    pub(super) changed_at: Option<Instant>,
    pub(super) cursor: Option<EventCursor>,
    pub(super) created_at: Instant,
}

/// What is judged.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    Balance(Balance),
    /// Holds or dues, each by itself, and the account that a schedule debits.
    Single(Single, Option<AccountName>),
}

/// What some accounts have together, and the condition on it.
#[derive(Clone, Debug)]
pub(super) struct Balance {
    pub(super) watched: Watched,
    pub(super) currency: Currency,
    pub(super) condition: Condition,
    pub(super) standing: Standing,
    pub(super) is_raised: bool,
}

/// Behind which event of the book something is so, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behind {
    pub(super) cursor: Option<EventCursor>,
    pub(super) time: Instant,
}

impl Kept {
    pub(super) fn read(row: MonitorRow) -> Result<Self, InputError> {
        let unreadable = |what: &str| unreadable(&row.name, what);
        let cursor = row.cursor.as_deref().map(str::parse).transpose().map_err(InputError::request)?;
        let rule = match row.condition.parse::<When>()? {
            When::Compares(condition) => {
                let code: CurrencyCode = row.currency.parse()?;
                let exponent = u8::try_from(row.exponent).map_err(|_| unreadable("its exponent"))?;
                let currency = Currency::new(code, exponent)?;
                let sum = |text: &str| text.parse::<i128>().map_err(|_| unreadable("its sums"));
                Rule::Balance(Balance {
                    watched: watched(&row, code)?,
                    currency,
                    condition: condition.in_currency(currency)?,
                    standing: Standing { posted: sum(&row.posted)?, held: sum(&row.held)? },
                    is_raised: row.is_raised != 0,
                })
            }
            When::Watches(what, _) => {
                let mut single = Single::new(scope(&row)?, what);
                single.seen_until = row.seen_until.and_then(Instant::from_micros);
                single.count = row.is_raised;
                let account = Some(&row.account).filter(|account| !account.is_empty());
                Rule::Single(single, account.map(|account| account.parse()).transpose()?)
            }
        };
        Ok(Self {
            rule,
            changed_at: row.changed_at.and_then(Instant::from_micros),
            cursor,
            created_at: Instant::from_micros(row.created_at).unwrap_or(Instant::EPOCH),
            condition: row.condition,
            name: row.name,
        })
    }

    /// Takes over the holds or dues that it has told of and that have not ended, from those of all monitors.
    pub(super) fn restore(&mut self, rows: &[SubjectRow]) -> Result<(), InputError> {
        let Rule::Single(single, _) = &mut self.rule else { return Ok(()) };
        let ours = rows.iter().filter(|row| row.monitor == self.name);
        let read = |row: &SubjectRow| subject(&row.subject, row.moment);
        let subjects: Option<Vec<_>> = ours.map(read).collect();
        single.restore(subjects.ok_or_else(|| unreadable(&self.name, "what it has told of"))?.into_iter());
        Ok(())
    }

    pub(super) fn row(&self) -> MonitorRow {
        let mut row = MonitorRow {
            name: self.name.clone(),
            account: String::new(),
            prefix: String::new(),
            currency: String::new(),
            exponent: 0,
            schedule: String::new(),
            condition: self.condition.clone(),
            is_raised: 0,
            seen_until: None,
            changed_at: self.changed_at.map(Instant::micros),
            posted: "0".to_owned(),
            held: "0".to_owned(),
            cursor: self.cursor.map(|cursor| cursor.to_string()),
            sequence: self.sequence(),
            created_at: self.created_at.micros(),
        };
        match &self.rule {
            Rule::Balance(balance) => {
                match &balance.watched {
                    Watched::Account(account) => row.account = account.to_string(),
                    Watched::Prefix { prefix, .. } => row.prefix.clone_from(prefix),
                }
                (row.currency, row.exponent) =
                    (balance.currency.code().to_string(), balance.currency.exponent().into());
                (row.posted, row.held) = (balance.standing.posted.to_string(), balance.standing.held.to_string());
                row.is_raised = balance.is_raised.into();
            }
            Rule::Single(single, debited) => {
                match &single.scope {
                    MonitorScope::Account(account) => row.account = account.to_string(),
                    MonitorScope::Prefix { prefix, .. } => row.prefix = prefix.to_string(),
                    MonitorScope::Schedule(id) => {
                        row.schedule = id.to_string();
                        row.account = debited.as_ref().map(ToString::to_string).unwrap_or_default();
                    }
                }
                (row.is_raised, row.seen_until) = (single.count, single.seen_until.map(Instant::micros));
            }
        }
        row
    }

    /// The sequence up to which it is judged.
    pub(super) fn sequence(&self) -> i64 {
        self.cursor.map_or(0, |cursor| cursor.sequence.0)
    }

    /// Takes note of whether the condition on a balance is true now, and gives the event of its own where that has changed.
    pub(super) fn settle(&mut self, behind: Behind) -> Option<MonitorEventRow> {
        let Rule::Balance(balance) = &mut self.rule else { return None };
        let is_true = balance.condition.is_true(&balance.standing);
        if is_true == balance.is_raised {
            return None;
        }
        balance.is_raised = is_true;
        self.changed_at = Some(behind.time);
        Some(self.event(behind))
    }

    /// That it is now as it is. Its number is given when it is kept.
    pub(super) fn event(&self, behind: Behind) -> MonitorEventRow {
        MonitorEventRow {
            number: 0,
            monitor: self.name.clone(),
            kind: if self.is_raised() { RAISED } else { CLEARED }.to_owned(),
            event: behind.cursor.map(|cursor| cursor.to_string()),
            sequence: behind.cursor.map_or(0, |cursor| cursor.sequence.0),
            time: behind.time.micros(),
            value: self.value(),
            subject: None,
            moment: None,
        }
    }

    /// That a hold or a due is so now.
    pub(super) fn tell(&mut self, change: Change, behind: Behind) -> MonitorEventRow {
        self.changed_at = Some(behind.time);
        let kind = if change.kind == MonitorEventKind::Raised { RAISED } else { CLEARED };
        MonitorEventRow {
            kind: kind.to_owned(),
            value: change.count.to_string(),
            subject: Some(change.subject.id.to_string()),
            moment: Some(change.subject.moment.micros()),
            ..self.event(behind)
        }
    }

    const fn is_raised(&self) -> bool {
        match &self.rule {
            Rule::Balance(balance) => balance.is_raised,
            Rule::Single(single, _) => single.count > 0,
        }
    }

    fn value(&self) -> String {
        match &self.rule {
            Rule::Balance(balance) => balance.condition.value(&balance.standing),
            Rule::Single(single, _) => single.count.to_string(),
        }
    }

    fn currency(&self) -> Option<CurrencyCode> {
        match &self.rule {
            Rule::Balance(balance) => Some(balance.currency.code()),
            Rule::Single(..) => None,
        }
    }

    pub(super) fn shown(&self) -> MonitorRecord {
        let row = self.row();
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        MonitorRecord {
            name: row.name,
            account: some(row.account),
            prefix: some(row.prefix),
            schedule: row.schedule.parse().ok(),
            currency: self.currency(),
            condition: row.condition,
            raised: self.is_raised(),
            value: self.value(),
            changed_at: self.changed_at,
            cursor: row.cursor,
            created_at: self.created_at,
        }
    }

    /// What is shown of something that happened to it.
    pub(super) fn shown_event(&self, row: MonitorEventRow) -> MonitorEventRecord {
        let subject = row.subject.as_deref().zip(row.moment).and_then(|(id, moment)| subject(id, moment));
        let is_of_hold = matches!(&self.rule, Rule::Single(single, _) if matches!(single.what, What::HoldExpires(_)));
        let (hold, due) = (subject.filter(|_| is_of_hold), subject.filter(|_| !is_of_hold));
        MonitorEventRecord {
            number: row.number,
            r#type: format!("teller.monitor.{}", row.kind),
            time: Instant::from_micros(row.time).unwrap_or(Instant::EPOCH),
            monitor: row.monitor,
            condition: self.condition.clone(),
            value: row.value,
            currency: self.currency(),
            event: row.event,
            hold: hold.map(|hold| TransferId(hold.id)),
            expires_at: hold.map(|hold| hold.moment),
            schedule: due.map(|due| ScheduleId(due.id)),
            due_at: due.map(|due| due.moment),
        }
    }

    /// The account that it is about, or what the names of its accounts begin with.
    pub(super) fn accounts(&self) -> NamePrefix {
        let row = self.row();
        if row.account.is_empty() { row.prefix.into() } else { row.account.into() }
    }
}

fn watched(row: &MonitorRow, currency: CurrencyCode) -> Result<Watched, InputError> {
    Ok(match row.account.as_str() {
        "" => Watched::Prefix { prefix: row.prefix.clone(), currency },
        account => Watched::Account(account.parse::<AccountName>()?),
    })
}

fn scope(row: &MonitorRow) -> Result<MonitorScope, InputError> {
    Ok(match (row.schedule.as_str(), row.account.as_str()) {
        ("", "") => MonitorScope::Prefix { prefix: row.prefix.as_str().into(), currency: None },
        ("", account) => MonitorScope::Account(account.parse::<AccountName>()?),
        (schedule, _) => MonitorScope::Schedule(schedule.parse().map_err(|_| unreadable(&row.name, "its schedule"))?),
    })
}

fn subject(id: &str, moment: i64) -> Option<Subject> {
    Some(Subject { id: Uuid::try_parse(id).ok()?, moment: Instant::from_micros(moment)? })
}

/// What is kept was written by this code.
fn unreadable(monitor: &str, what: &str) -> InputError {
    InputError::request(format!("the monitor {monitor} cannot be read: {what}"))
}
