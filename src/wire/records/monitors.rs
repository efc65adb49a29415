use uuid::Uuid;

use crate::facts::Instant;
use crate::money::CurrencyCode;

/// What becomes of a monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonitorEventKind {
    /// Its condition became true.
    Raised,
    /// Its condition ended.
    Cleared,
}

teller_ledger_core::words!(MonitorEventKind {
    Raised = "monitor.raised",
    Cleared = "monitor.cleared",
});

impl MonitorEventKind {
    /// By the word that is kept of it, without `monitor.`.
    #[must_use]
    pub fn of_state(word: &str) -> Option<Self> {
        Self::from_word(&format!("monitor.{word}"))
    }
}

record! {
    /// A condition on what accounts have.
    pub struct MonitorRecord {
        /// Its name.
        pub name: String,
        /// The account that it is about; null where it is about several.
        pub account: Option<String>,
        /// What the names of the accounts begin with that it is about; null where it is about one.
        pub prefix: Option<String>,
        /// The currency of the accounts.
        pub currency: CurrencyCode,
        /// The condition, such as `available < 100.00`.
        pub condition: String,
        /// Whether the condition is true.
        pub raised: bool,
        /// What is compared, as far as it is judged.
        pub value: String,
        /// When the condition became true or ended last; null where it never did.
        pub changed_at: Option<Instant>,
        /// Everything up to this event is judged; null before the first event.
        pub cursor: Option<String>,
        /// When it was added.
        pub created_at: Instant,
    }
    table { name, condition, value, currency, raised, changed_at }
}

record! {
    /// The condition of a monitor became true, or ended.
    #[derive(Clone)]
    pub struct MonitorEventRecord {
        /// Its number among the events of all monitors of the book, in order.
        pub number: i64,
        /// `teller.monitor.raised`, or `teller.monitor.cleared` where the condition ended.
        pub r#type: String,
        /// When: the time of the book's event behind which it is so.
        pub time: Instant,
        /// The monitor.
        pub monitor: String,
        /// Its condition.
        pub condition: String,
        /// What was compared, then.
        pub value: String,
        /// The currency of the value.
        pub currency: CurrencyCode,
        /// The event of the book behind which it is so; null before the first event.
        pub event: Option<String>,
    }
    table { number, time, r#type, monitor, value, currency }
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
