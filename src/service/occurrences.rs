//! The ids of lines without a key: what they say, and how many lines before them in the file say the same.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::import_lines::{LineKey, TransferLine};
use crate::rules::{Description, Parties, RequestId, TransferId};

/// By how many shelves the digests are divided: one has a few hundred of a million.
const SHELVES: usize = 1 << 12;

/// What a line says, in few bytes.
type Content = [u8; 16];

/// How often each content without a key came so far. Takes 8 to 9 bytes for each different one, where a hash table would take up to 42,
/// and half as much again while it grows.
///
/// Contents are told apart by 76 of their bits, 12 by the shelf and 64 on it. Two of ten million that are taken for one have a chance of
/// one in a billion, and all that comes of it is that the later one is numbered as the second of its kind.
#[derive(Default)]
pub(super) struct Occurrences {
    /// What came at least once: each shelf in order.
    shelves: Vec<Vec<u64>>,
    /// How often the rest came, after its first time.
    repeats: HashMap<Content, u32>,
}

impl Occurrences {
    pub(super) fn id(&mut self, line: &TransferLine) -> RequestId {
        match &line.key {
            LineKey::Id(id) => id.clone(),
            LineKey::Occurrence => {
                let digest = digest(line);
                TransferId::from_line(&digest, self.count(digest)).into()
            }
        }
    }

    /// How often this came, with this time.
    fn count(&mut self, digest: Content) -> u32 {
        self.shelves.resize_with(SHELVES, Vec::new);
        let ([high, low], _) = digest.as_chunks() else { unreachable!("16 bytes are two times 8") };
        let contents = &mut self.shelves[usize::from(u16::from_be_bytes([high[0], high[1]])) % SHELVES];
        let content = u64::from_be_bytes(*low);
        match contents.binary_search(&content) {
            Ok(_) => {
                let repeats = self.repeats.entry(digest).or_default();
                *repeats += 1;
                *repeats + 1
            }
            Err(place) => {
                if contents.len() == contents.capacity() {
                    // A vector left to itself would take twice what it needs.
                    contents.reserve_exact(contents.len() / 8 + 4);
                }
                contents.insert(place, content);
                1
            }
        }
    }
}

/// What a line says, as bytes of fixed length. Part of the ids of imported transfers, so it never changes.
fn digest(line: &TransferLine) -> Content {
    let form = match line.parties {
        Parties::Transfer { .. } => "transfer",
        Parties::Deposit { .. } => "deposit",
        Parties::Withdrawal { .. } => "withdrawal",
        Parties::Post { .. } => "post",
        Parties::Fall { .. } => "fall",
        Parties::Rise { .. } => "rise",
    };
    let [first, second] = line.parties.names();
    let currency = line.currency.map(|code| code.to_string()).unwrap_or_default();
    let effective_at = line.effective_at.map(|time| time.to_string()).unwrap_or_default();
    let description = line.description.as_ref().map_or("", Description::as_str);
    let fixed = [form, first.as_str(), second.as_str(), &line.amount, &currency, &effective_at, description];
    let metadata = line.metadata.entries().iter().flat_map(|(key, value)| [key.as_str(), value.as_str()]);

    let mut hasher = Sha256::new();
    for text in fixed.into_iter().chain(metadata) {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    let full: [u8; 32] = hasher.finalize().into();
    let [low, _] = full.as_chunks().0 else { unreachable!("32 bytes are two times 16") };
    *low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spread as digests are, and each different.
    fn digest(number: u32) -> Content {
        let full: [u8; 32] = Sha256::digest(number.to_be_bytes()).into();
        full.as_chunks().0[0]
    }

    #[test]
    fn each_content_is_counted_by_itself() {
        let mut occurrences = Occurrences::default();
        let mut expected = HashMap::new();
        for number in (0..30_000).map(|number| number % 11_000).chain((0..40).map(|number| number % 3)) {
            let count = expected.entry(number).or_insert(0);
            *count += 1;
            assert_eq!(occurrences.count(digest(number)), *count, "{number}");
        }
    }

    #[test]
    fn a_content_takes_little_memory() {
        let mut occurrences = Occurrences::default();
        (0..1_000_000).for_each(|number| assert_eq!(occurrences.count(digest(number)), 1));
        let room: usize = occurrences.shelves.iter().map(Vec::capacity).sum();
        assert!(room * size_of::<u64>() < 9_250_000, "{room}");
        assert!(occurrences.repeats.is_empty());
    }
}
