//! Forms that act, for those whose key may: first the form, then what it would come to, then the confirmation. The API does all of it, and judges
//! it again when it is confirmed.
//!
//! Each form that posts has a key, made when the form is first shown, so however often it is sent, it posts once.

pub(super) mod accounts;
pub(super) mod confirmation;
pub(super) mod effects;
pub(super) mod fields;
pub(super) mod flow;
pub(super) mod postings;
pub(super) mod rest;
