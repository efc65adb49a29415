//! Events that are sent to other systems, by the rules of Standard Webhooks.
//!
//! What belongs here: the endpoints that are told, the signature, the client that sends, when it sends again, and which server delivers to which
//! endpoint. What does not: the order of events and their form, which are those of the feed.

mod address;
pub(super) mod attempts;
mod board;
mod body;
pub(super) mod client;
pub(super) mod deliverer;
pub(super) mod kept;
pub(super) mod kind;
mod notice;
mod secret;
mod tasks;
mod unordered;
mod worker;
