use crate::facts::Instant;
use crate::money::CurrencyCode;

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
