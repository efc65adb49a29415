//! Forms that act, for those whose key may: first the form, then what it would come to, then the confirmation. The API does all of it, and judges
//! it again when it is confirmed.
//!
//! Each form that posts has a key, made when the form is first shown, so however often it is sent, it posts once. What is none of the book's, such as
//! webhooks and keys, cannot be tried out; its forms have a mark, by which the server does it once.

pub(super) mod accounts;
pub(super) mod confirmation;
pub(super) mod consumers;
pub(super) mod effects;
pub(super) mod fields;
pub(super) mod flow;
pub(super) mod keys;
pub(super) mod monitors;
pub(super) mod postings;
pub(super) mod rest;
pub(super) mod webhooks;

use crate::server::pages::page::Page;

/// The pages of all forms.
pub(super) fn pages() -> impl Iterator<Item = &'static Page> {
    [postings::PAGES, accounts::PAGES, rest::PAGES, webhooks::PAGES, consumers::PAGES, monitors::PAGES, keys::PAGES]
        .into_iter()
        .flatten()
}
