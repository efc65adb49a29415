//! The numbers and ids of accounts and transfers, and the ids that follow from others.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use uuid::{NoContext, Timestamp, Uuid};

use crate::facts::instant::Instant;

/// The namespace of ids made from text keys. Fixed for ever: the same key must give the same id in every release.
const KEY_NAMESPACE: Uuid = Uuid::from_u128(0x7f1d_0b3e_5c64_4d2a_9a57_1e6b_c02f_8d91);

/// The namespaces of ids of imported lines without keys: by what they mean; by how that is written, as development versions did it; and of
/// lines that cannot be understood, until they are mended. Fixed for ever, as above.
const LINE_NAMESPACE: Uuid = Uuid::from_u128(0xa47e_51d0_93c8_4b6f_8e12_d9f0_37a5_6cb4);
const WORDED_LINE_NAMESPACE: Uuid = Uuid::from_u128(0x3c0e_92d5_71aa_4f06_b8e4_60d7_25b9_c1f3);
const MALFORMED_LINE_NAMESPACE: Uuid = Uuid::from_u128(0x58d3_0c6e_f1b7_4925_a3d8_2e94_7b60_1fca);

/// The namespaces of ids that follow from others: a journal's legs, what a final capture gives up, what expiry gives up, and what a
/// schedule posts. Such ids are UUIDs of version 8, which clients may not use, so that nobody can take the id of what will be recorded
/// later.
const LEG_NAMESPACE: Uuid = Uuid::from_u128(0x5b0a_61c7_29f4_4c1e_8d3f_7724_1ce9_06ab);
const REMAINDER_NAMESPACE: Uuid = Uuid::from_u128(0xe2c4_70d8_0b1f_4f63_9e05_b3a9_58d6_4417);
const EXPIRY_NAMESPACE: Uuid = Uuid::from_u128(0x91ab_4d3c_c6e7_4a58_a20d_0f7b_e835_92dc);
const DUE_NAMESPACE: Uuid = Uuid::from_u128(0x0d6f_3b91_e4a8_47c2_b75a_9c13_40fe_86d5);

/// An account's number in its book: the sequence of its opening, so that the opening stands in the book's order like every other event.
/// Names, not numbers, identify accounts to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub i64);

impl AccountId {
    /// The number of an account that is not in the book.
    pub const UNASSIGNED: Self = Self(0);

    /// Where the account's opening stands in the book's order.
    #[must_use]
    pub const fn sequence(self) -> Sequence {
        Sequence(self.0)
    }
}

impl From<Sequence> for AccountId {
    fn from(opening: Sequence) -> Self {
        Self(opening.0)
    }
}

/// A transfer's or event's number in its book's one order, which openings of accounts share: 1, 2, 3, …, rising along every account's history. `UNASSIGNED` only in a dry run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(pub i64);

impl Sequence {
    /// The number of a transfer or event that is not stored.
    pub const UNASSIGNED: Self = Self(0);

    /// What provisional sequences are counted from: above every sequence that a database will draw.
    pub const PROVISIONAL_BASE: i64 = 1 << 62;

    /// A provisional sequence: it stands for that of a batch's draft with this index until the database draws it.
    #[must_use]
    pub const fn provisional(index: usize) -> Self {
        Self(Self::PROVISIONAL_BASE.saturating_add_unsigned(index as u64 + 1))
    }

    /// The index that it is the [provisional](Self::provisional) sequence of.
    #[must_use]
    pub fn provisional_index(self) -> Option<usize> {
        usize::try_from(self.0 - Self::PROVISIONAL_BASE).ok()?.checked_sub(1)
    }

    /// Whether it is provisional.
    pub(crate) const fn is_provisional(self) -> bool {
        self.0 > Self::PROVISIONAL_BASE
    }

    /// The drawn sequence that a provisional one stands for. Any other sequence is returned as it is.
    pub(crate) fn drawn_from(self, drawn: &[Self]) -> Self {
        self.provisional_index().map_or(self, |index| drawn[index])
    }
}

impl Serialize for Sequence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What makes a request the same request when it is tried again. The client makes it before its first try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferId(pub Uuid);

impl TransferId {
    /// A fresh id (UUID version 7) that sorts by the time given. Such ids count from 1970, so all earlier times sort as that.
    #[must_use]
    pub fn fresh(now: Instant) -> Self {
        let micros = now.max(Instant::EPOCH).micros().unsigned_abs();
        let nanos = u32::try_from(micros % 1_000_000 * 1_000).unwrap_or_default();
        Self(Uuid::new_v7(Timestamp::from_unix(NoContext, micros / 1_000_000, nanos)))
    }

    /// The id of a key whose text was checked.
    pub(crate) fn of_key(key: &str) -> Self {
        Self(Uuid::new_v5(&KEY_NAMESPACE, key.as_bytes()))
    }

    fn derived(namespace: &Uuid, name: &[u8]) -> Self {
        Self(Uuid::new_v8(Uuid::new_v5(namespace, name).into_bytes()))
    }

    /// Whether only Teller makes such ids.
    #[must_use]
    pub fn is_reserved(self) -> bool {
        self.0.get_version_num() == 8
    }

    /// The id of a journal's transfer, counted from 0. The first has the journal's own id, so that no id is used for both.
    #[must_use]
    pub fn of_leg(self, index: u32) -> Self {
        if index == 0 {
            return self;
        }
        let mut name = [0; 20];
        name[..16].copy_from_slice(self.0.as_bytes());
        name[16..].copy_from_slice(&index.to_be_bytes());
        Self::derived(&LEG_NAMESPACE, &name)
    }

    /// The id of the release that goes with a final capture of this id.
    #[must_use]
    pub fn of_remainder(self) -> Self {
        Self::derived(&REMAINDER_NAMESPACE, self.0.as_bytes())
    }

    /// The id of the release that records the expiry of the hold of this id.
    #[must_use]
    pub fn of_expiry(self) -> Self {
        Self::derived(&EXPIRY_NAMESPACE, self.0.as_bytes())
    }

    /// The id of the transfer that a schedule posts for a moment.
    #[must_use]
    pub(crate) fn of_due(schedule: Uuid, due_at: Instant) -> Self {
        let mut name = [0; 24];
        name[..16].copy_from_slice(schedule.as_bytes());
        name[16..].copy_from_slice(&due_at.micros().to_be_bytes());
        Self::derived(&DUE_NAMESPACE, &name)
    }

    /// The id of a line in a file that has no key: what it means, and that it is the `occurrence`th line to mean that.
    #[must_use]
    pub fn from_line(meaning: &[u8; 16], occurrence: u32) -> Self {
        Self::of_occurrence(&LINE_NAMESPACE, meaning, occurrence)
    }

    /// The id that development versions gave a line without a key: by how it words what it says.
    #[must_use]
    pub fn from_worded_line(words: &[u8; 16], occurrence: u32) -> Self {
        Self::of_occurrence(&WORDED_LINE_NAMESPACE, words, occurrence)
    }

    /// The id of a line that cannot be understood, to import it under when it is mended.
    #[must_use]
    pub fn from_malformed_line(bytes: &[u8; 16], occurrence: u32) -> Self {
        Self::of_occurrence(&MALFORMED_LINE_NAMESPACE, bytes, occurrence)
    }

    fn of_occurrence(namespace: &Uuid, digest: &[u8; 16], occurrence: u32) -> Self {
        let mut name = [0; 20];
        name[..16].copy_from_slice(digest);
        name[16..].copy_from_slice(&occurrence.to_be_bytes());
        Self(Uuid::new_v5(namespace, &name))
    }
}

impl fmt::Display for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for TransferId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Uuid::try_parse(text)
            .map(Self)
            .map_err(|_| format!("{text:?} is not a UUID; give one like 0190163d-8694-739b-aea5-966c26f8ad91"))
    }
}

impl Serialize for TransferId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    /// The expected ids were computed with Python's hashlib, not with this code.
    #[test]
    fn ids_made_from_others_are_the_same_in_every_release() {
        let id = TransferId::from_key("invoice-1").unwrap();
        assert_eq!(id.0.get_version_num(), 5);
        assert_eq!(id, TransferId::from_key("invoice-1").unwrap());
        assert_ne!(id, TransferId::from_key("invoice-2").unwrap());
        assert_eq!(id.to_string(), "b4481a28-12e0-56c2-a6c0-77af1883797c");
        assert_eq!(id.of_leg(0), id);
        assert_eq!(id.of_leg(1).to_string(), "c57f702c-7a70-8161-ad96-2f8a6b45c3b0");
        assert_eq!(id.of_remainder().to_string(), "196a3fa2-e2c9-8a55-ad1e-6ba2b25e454d");
        assert_eq!(id.of_expiry().to_string(), "ddf756a1-cbb1-8d20-9477-f9f929fbe89b");
        let due_at = "2027-01-15T08:00:00Z".parse().unwrap();
        assert_eq!(TransferId::of_due(id.0, due_at).to_string(), "74429e1c-4b11-8b72-9c13-c23f6242d4cc");
    }

    #[test]
    fn fresh_ids_sort_by_time() {
        let early = TransferId::fresh("2026-01-01T00:00:00Z".parse().unwrap());
        let late = TransferId::fresh("2026-01-01T00:00:00.001Z".parse().unwrap());
        assert!(early < late);
        for outside in [Instant::MIN, Instant::MAX, Instant::EPOCH.previous().unwrap()] {
            assert_eq!(TransferId::fresh(outside).0.get_version_num(), 7, "{outside}");
        }
        assert!(TransferId::fresh(Instant::MIN) < early);
    }
}
