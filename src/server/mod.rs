//! The API over HTTP: the only code that is asynchronous. Below it everything is synchronous Diesel, which runs in lanes of threads.
//!
//! What belongs here: keys and scopes, one small file an endpoint (read what was asked, one call of the ledger, one record), the status of every
//! fault, limits, metrics and the end of the server. What does not: what requests and answers look like, which is in [`wire`](crate::wire), and
//! decisions.

mod accept;
mod answer;
mod api;
mod bodies;
mod call;
mod clockwork;
mod consumers;
mod csv;
mod currencies;
mod deadline;
mod dispatch;
mod door;
mod endpoint;
mod feed;
mod feed_metrics;
mod health;
mod jobs;
mod kept_answers;
mod keys;
mod lanes;
mod listening;
#[cfg(feature = "cli")]
mod load;
mod long_work;
mod metrics;
mod monitors;
mod named;
mod once;
mod openapi;
mod options;
mod pages;
mod plain_names;
mod postings;
mod problem;
mod query;
mod rates;
mod recent;
mod request_ids;
mod router;
mod schemas;
mod scrape;
mod state;
mod status;
mod stream;
mod webhooks;
mod writers;

pub use crate::server::consumers::kept::{Consumers, Lease};
pub use crate::server::feed::start::EventStart;
pub use crate::server::keys::kept::{KeptKey, Keys, MadeKey, NewKey};
pub use crate::server::keys::scope::Scope;
pub use crate::server::listening::{OpenSockets, Server, Stopper};
#[cfg(feature = "cli")]
pub use crate::server::load::{Load, LoadRequest, LoadSource};
pub use crate::server::monitors::adding::Monitors;
pub use crate::server::monitors::scope::MonitorScope;
pub use crate::server::options::{ServerOptions, TlsFiles};
pub use crate::server::webhooks::kept::{NewWebhook, Webhooks};
pub use crate::server::webhooks::kind::WebhookKind;
