//! The ids of requests, by which an answer is found in the log.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::HeaderMap;

use crate::wire::hex::to_hex;

pub(super) const HEADER: &str = "x-request-id";
const LENGTH_MAX: usize = 64;

/// Gives each request an id of its own: what this server drew when it started, and a number.
#[derive(Debug)]
pub(super) struct RequestIds {
    server: String,
    next: AtomicU64,
}

impl RequestIds {
    pub(super) fn new() -> Self {
        let mut bytes = [0; 6];
        // Without random bytes the numbers still differ.
        let _ = getrandom::fill(&mut bytes);
        Self { server: to_hex(&bytes), next: AtomicU64::new(1) }
    }

    /// The client's id where it sent a valid one, or else a new id.
    pub(super) fn of(&self, headers: &HeaderMap) -> String {
        let given = headers.get(HEADER).and_then(|value| value.to_str().ok());
        let is_plain = |text: &&str| {
            (1..=LENGTH_MAX).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        match given.filter(is_plain) {
            Some(given) => given.to_owned(),
            None => format!("{}-{}", self.server, self.next.fetch_add(1, Ordering::Relaxed)),
        }
    }
}
