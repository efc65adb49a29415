//! Records of monitors and of their crossings, and the words for raised and cleared.

use uuid::Uuid;

use crate::facts::{Instant, ScheduleId, TransferId};
use crate::money::CurrencyCode;

/// What becomes of a monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonitorEventKind {
    /// Its condition became true.
    Raised,
    /// Its condition ended.
    Cleared,
}

impl MonitorEventKind {
    /// Both of them.
    pub const ALL: &[Self] = &[Self::Raised, Self::Cleared];

    /// Its word, without `teller.` before it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raised => "monitor.raised",
            Self::Cleared => "monitor.cleared",
        }
    }

    /// The one that the word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }

    /// By the word that is kept of it, without `monitor.`.
    #[must_use]
    pub fn of_state(word: &str) -> Option<Self> {
        Self::from_word(&format!("monitor.{word}"))
    }
}

record! {
    /// A condition on what accounts have, or holds or dues that are watched for.
    pub struct MonitorRecord {
        /// Its name.
        pub name: String,
        /// The account that it is about, which is the one that its schedule debits; null where it is about several.
        pub account: Option<String>,
        /// What the names of the accounts begin with that it is about; null where it is about one.
        pub prefix: Option<String>,
        /// The schedule that it is about; null where it is about accounts.
        pub schedule: Option<ScheduleId>,
        /// The currency of the accounts; null where no amounts are compared.
        pub currency: Option<CurrencyCode>,
        /// The condition, such as `available < 100.00`, `hold expires in 24h` or `due refused`.
        pub condition: String,
        /// Whether the condition is true, for any hold or due where these are watched for.
        pub raised: bool,
        /// What is compared, as far as it is judged, or for how many holds or dues the condition is true.
        pub value: String,
        /// When the condition became true or ended last; null where it never did.
        pub changed_at: Option<Instant>,
        /// Everything up to this event is judged; null before the first event.
        pub cursor: Option<String>,
        /// When it was added.
        pub created_at: Instant,
    }
    table { name, account, prefix, schedule, condition, value, currency, raised, changed_at }
}

record! {
    #[derive(Clone)]
    /// The condition of a monitor became true, or ended, of a hold or a due where these are watched for.
    pub struct MonitorEventRecord {
        /// Its number among the events of all monitors of the book, in order.
        pub number: i64,
        /// `teller.monitor.raised`, or `teller.monitor.cleared` where the condition ended.
        pub r#type: String,
        /// When: the time of the book's event behind which it is so, or the time at which it was noticed without one.
        pub time: Instant,
        /// The monitor.
        pub monitor: String,
        /// Its condition.
        pub condition: String,
        /// What was compared, then, or for how many holds or dues the condition was true.
        pub value: String,
        /// The currency of the value; null where no amounts are compared.
        pub currency: Option<CurrencyCode>,
        /// The event of the book behind which it is so; null before the first event.
        pub event: Option<String>,
        /// The hold that comes near its end, or has ended; null where no holds are watched for.
        pub hold: Option<TransferId>,
        /// When that hold ends by itself.
        pub expires_at: Option<Instant>,
        /// The schedule whose due was refused, or is no longer tried again; null where no dues are watched for.
        pub schedule: Option<ScheduleId>,
        /// When that transfer was due.
        pub due_at: Option<Instant>,
    }
    table { number, time, r#type, monitor, value, currency } room { hold, schedule, due_at, expires_at }
}

record! {
    /// What a webhook sends of a monitor, in the envelope of `CloudEvents` 1.0.
    pub struct CrossingRecord {
        /// The version of the envelope, `1.0`.
        specversion: &'static str,
        /// Its id, which begins with `monitor-` and its number.
        pub id: String,
        /// The book, as `urn:uuid:` and its id.
        source: String,
        /// `teller.monitor.raised`, or `teller.monitor.cleared`.
        pub r#type: String,
        /// The monitor.
        subject: String,
        /// When: the time of the book's event behind which it is so.
        time: Instant,
        /// Its number among the events of all monitors of the book, as a text.
        sequence: String,
        /// What `data` is, `application/json`.
        datacontenttype: &'static str,
        /// What happened.
        data: MonitorEventRecord,
    }
    table { sequence, time, r#type, subject }
}

impl CrossingRecord {
    /// What became of a monitor of that book.
    #[must_use]
    pub fn new(data: MonitorEventRecord, book: Uuid) -> Self {
        Self {
            specversion: "1.0",
            // The time keeps it apart from another one, should the numbers begin anew.
            id: format!("monitor-{}-{:016x}", data.number, data.time.micros()),
            source: format!("urn:uuid:{book}"),
            r#type: data.r#type.clone(),
            subject: data.monitor.clone(),
            time: data.time,
            sequence: data.number.to_string(),
            datacontenttype: "application/json",
            data,
        }
    }
}
