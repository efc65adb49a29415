//! The API over HTTP.

mod accounts;
mod bad_requests;
mod document;
mod ending;
mod faults;
mod keys;
mod lists;
mod postings;
mod programs;
mod tls;
