//! The API over HTTP.

mod accounts;
mod administration;
mod bad_requests;
mod consumers;
mod document;
mod ending;
mod events;
mod faults;
mod jobs;
mod keys;
mod leases;
mod lists;
mod metrics;
mod monitors;
mod pages;
mod postings;
pub mod programs;
mod rates;
mod rows;
mod seals;
mod statuses;
mod tls;
pub mod webhooks;
