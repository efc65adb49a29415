//! Records of webhooks, of their secrets, of deliveries, and of a test event.

use crate::facts::Instant;

record! {
    /// An endpoint that is told of events, without its secret.
    pub struct WebhookRecord {
        /// Its id.
        pub id: String,
        /// Where events are sent.
        pub url: String,
        /// `active`, `paused`, or `disabled` where the receiver said that it is gone.
        pub state: String,
        /// Why it is not active; null where it is.
        pub reason: Option<String>,
        /// The types of events that it is told of, with commas between them; null for all.
        pub types: Option<String>,
        /// What the names of the accounts begin with that it is told of; null for all.
        pub accounts: Option<String>,
        /// Whether an event waits until the one before it has arrived.
        pub ordered: bool,
        /// Whether its address may be one of a private network.
        pub allow_private: bool,
        /// Everything up to this event has arrived, or is among the deliveries; null before the first event.
        pub cursor: Option<String>,
        /// The same of crossings of monitors, by their numbers: everything up to this one.
        pub crossing: i64,
        /// How many events have arrived.
        pub delivered: i64,
        /// How many events did not arrive yet and are tried again.
        pub waiting: i64,
        /// How many events failed for good.
        pub dead: i64,
        /// When the newest event arrived.
        pub delivered_at: Option<Instant>,
        /// When it was added.
        pub created_at: Instant,
        /// Until when the secret before the newest one signs too; null where there is none.
        pub old_secret_until: Option<Instant>,
    }
    table { id, state, delivered, waiting, dead, url }
    /// With the reason, where one of them is not active.
    view stopped { id, state, reason, delivered, waiting, dead, url }
}

record! {
    /// An endpoint whose secret was just made.
    pub struct WebhookMadeRecord {
        /// Its id.
        pub id: String,
        /// Where events are sent.
        pub url: String,
        /// What signs them: `whsec_` and 32 bytes in Base64. It is shown this once.
        pub secret: String,
        /// Everything behind this event is sent; null for all.
        pub cursor: Option<String>,
    }
    table { id, secret }
}

record! {
    /// An event that did not arrive at its first attempt.
    pub struct DeliveryRecord {
        /// The event's id, or that of a crossing.
        pub event: String,
        /// What happened.
        pub r#type: String,
        /// `waiting`, `delivered`, or `dead` where all attempts failed.
        pub state: String,
        /// How often it was tried.
        pub attempts: i64,
        /// When it was tried last.
        pub tried_at: Instant,
        /// When it is tried again; null where it is not.
        pub next_at: Option<Instant>,
        /// The status of the last answer; null where there was none.
        pub status: Option<i64>,
        /// Why the last attempt failed; null where it did not.
        pub problem: Option<String>,
    }
    table { event, state, attempts, next_at, status, problem }
}

record! {
    /// An attempt to send an event that nothing depends on.
    pub struct WebhookTestRecord {
        /// Whether the receiver took it.
        pub delivered: bool,
        /// The status of the answer; null where there was none.
        pub status: Option<i64>,
        /// Why it was not taken; null where it was.
        pub problem: Option<String>,
        /// How long it took, in milliseconds.
        pub milliseconds: i64,
    }
}
