//! The bytes that are hashed.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::facts::{Hash, Metadata, Terms, Velocity};

/// Most transfers fit without a second allocation.
const PREIMAGE_LENGTH_TYPICAL: usize = 256;

/// The bytes that are hashed. Every field has one encoding, and no two lists of fields have the same bytes.
pub(crate) struct Preimage(Vec<u8>);

impl Preimage {
    pub(crate) fn new(format: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(PREIMAGE_LENGTH_TYPICAL);
        bytes.extend_from_slice(format);
        Self(bytes)
    }

    pub(crate) fn integer(&mut self, value: i64) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.0.extend_from_slice(&(text.len() as u64).to_be_bytes());
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn uuid(&mut self, id: Uuid) {
        self.0.extend_from_slice(id.as_bytes());
    }

    pub(crate) fn hash(&mut self, hash: Hash) {
        self.0.extend_from_slice(&hash.0);
    }

    pub(crate) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.0.push(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(crate) fn velocity(&mut self, terms: Terms) {
        let Velocity { per_transfer, per_day, per_month } = terms.velocity;
        for limit in [per_transfer, per_day, per_month] {
            self.optional(limit, |preimage, amount| preimage.integer(amount.minor()));
        }
    }

    pub(crate) fn metadata(&mut self, metadata: &Metadata) {
        self.0.extend_from_slice(&(metadata.entries().len() as u64).to_be_bytes());
        for (key, value) in metadata.entries() {
            self.text(key);
            self.text(value);
        }
    }

    pub(crate) fn digest(&self) -> Hash {
        Hash(Sha256::digest(&self.0).into())
    }
}
