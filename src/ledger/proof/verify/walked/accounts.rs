//! The accounts of a walk, in memory or in a temporary file.

use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::error::Error;
use crate::facts::{AccountEvent, AccountId};
use crate::ledger::proof::verify::walked::Walked;
use crate::ledger::proof::verify::walked::packed::Packed;
use crate::maps::FastMap;

/// The bytes of an account in the file. Enough for any account, with the longest name.
const SLOT_LENGTH: usize = 512;

/// All accounts of a book: some in memory, the others in a temporary file, where each account has a slot.
///
/// An account can be used only while it is in memory: [fetch](Self::fetch) it first.
pub(in crate::ledger) struct WalkedAccounts {
    /// The accounts in memory. They are moved to the file all at once.
    in_memory: Vec<InMemory>,
    /// The indexes of accounts in `in_memory`.
    places: FastMap<AccountId, usize>,
    /// About how many bytes the accounts in memory take.
    bytes: usize,
    bytes_max: usize,
    slots: Slots,
    /// Made when accounts are first moved to it.
    file: Option<File>,
}

struct InMemory {
    walked: Walked,
    slot: u64,
    /// Whether the account differs from its slot in the file, or was never written to it.
    is_changed: bool,
}

impl WalkedAccounts {
    pub(in crate::ledger) fn new(bytes_max: usize) -> Self {
        Self {
            in_memory: Vec::new(),
            places: FastMap::default(),
            bytes: 0,
            bytes_max,
            slots: Slots::default(),
            file: None,
        }
    }

    /// Adds an account, whose number must be higher than all before. It stays in memory until the next [fetch](Self::fetch).
    pub(in crate::ledger) fn push(&mut self, id: AccountId, walked: Walked) {
        let slot = self.slots.push(id);
        self.bytes += walked.bytes();
        self.places.insert(id, self.in_memory.len());
        self.in_memory.push(InMemory { walked, slot, is_changed: true });
    }

    /// Loads the accounts into memory, apart from those that the book does not have. They stay there until the next fetch.
    pub(in crate::ledger) fn fetch(&mut self, ids: impl IntoIterator<Item = AccountId>) -> Result<(), Error> {
        if self.bytes > self.bytes_max {
            self.put_away().map_err(file_error)?;
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        let mut wanted: Vec<_> = ids.into_iter().filter_map(|id| Some((self.slots.find(id)?, id))).collect();
        wanted.sort_unstable();
        for (slot, id) in wanted {
            if let Entry::Vacant(place) = self.places.entry(id) {
                let walked = read(file, slot).map_err(file_error)?;
                self.bytes += walked.bytes();
                place.insert(self.in_memory.len());
                self.in_memory.push(InMemory { walked, slot, is_changed: false });
            }
        }
        Ok(())
    }

    pub(in crate::ledger) fn get(&self, id: AccountId) -> Option<&Walked> {
        self.places.get(&id).map(|place| &self.in_memory[*place].walked)
    }

    pub(in crate::ledger) fn get_mut(&mut self, id: AccountId) -> Option<&mut Walked> {
        self.places.get(&id).map(|place| self.in_memory[*place].change())
    }

    /// Two different accounts, to change both.
    pub(in crate::ledger) fn get_pair_mut(&mut self, [one, other]: [AccountId; 2]) -> Option<[&mut Walked; 2]> {
        let places = [*self.places.get(&one)?, *self.places.get(&other)?];
        Some(self.in_memory.get_disjoint_mut(places).ok()?.map(InMemory::change))
    }

    /// Applies an event to its account.
    pub(in crate::ledger) fn take(&mut self, event: &AccountEvent) {
        let Some(place) = self.places.get(&event.account_id) else { return };
        let account = &mut self.in_memory[*place];
        self.bytes -= account.walked.bytes();
        account.change().take(event);
        self.bytes += account.walked.bytes();
    }

    /// Moves all accounts in memory to the file.
    fn put_away(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.set_len(self.slots.count * SLOT_LENGTH as u64)?;
        self.in_memory.sort_unstable_by_key(|account| account.slot);
        let mut bytes = Vec::with_capacity(SLOT_LENGTH);
        for account in self.in_memory.iter().filter(|account| account.is_changed) {
            bytes.clear();
            account.walked.pack(&mut bytes);
            file.seek(SeekFrom::Start(account.slot * SLOT_LENGTH as u64))?;
            file.write_all(&bytes)?;
        }
        self.in_memory.clear();
        self.places.clear();
        self.bytes = 0;
        Ok(())
    }
}

impl InMemory {
    fn change(&mut self) -> &mut Walked {
        self.is_changed = true;
        &mut self.walked
    }
}

fn read(file: &mut File, slot: u64) -> io::Result<Walked> {
    let mut bytes = [0; SLOT_LENGTH];
    file.seek(SeekFrom::Start(slot * SLOT_LENGTH as u64))?;
    file.read_exact(&mut bytes)?;
    Walked::unpack(&mut &bytes[..]).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn file_error(source: io::Error) -> Error {
    let folder = tempfile::env::temp_dir();
    let doing = format!("keep accounts in a temporary file in {}, which TMPDIR can name otherwise", folder.display());
    Error::File { doing, source }
}

/// The slots of accounts, kept as runs of consecutive account numbers. Most books have only a few runs.
#[derive(Default)]
struct Slots {
    runs: Vec<Run>,
    /// How many accounts there are.
    count: u64,
}

struct Run {
    first: AccountId,
    slot: u64,
}

impl Slots {
    /// Gives the next slot to an account, whose number must be higher than all before.
    fn push(&mut self, id: AccountId) -> u64 {
        let slot = self.count;
        let follows = |last: &Run| id.0.abs_diff(last.first.0) == slot - last.slot;
        if !self.runs.last().is_some_and(follows) {
            self.runs.push(Run { first: id, slot });
        }
        self.count += 1;
        slot
    }

    fn find(&self, id: AccountId) -> Option<u64> {
        let behind = self.runs.partition_point(|run| run.first <= id);
        let run = self.runs[..behind].last()?;
        let end = self.runs.get(behind).map_or(self.count, |next| next.slot);
        run.slot.checked_add(id.0.abs_diff(run.first.0)).filter(|slot| *slot < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::proof::verify::walked::packed::tests::longest;

    #[test]
    fn the_longest_account_fits_its_slot() {
        let mut bytes = Vec::new();
        longest().pack(&mut bytes);
        assert!(bytes.len() <= SLOT_LENGTH, "{} bytes", bytes.len());
    }

    #[test]
    fn accounts_are_fetched_as_they_were_left() {
        let numbers = [-3, -2, 0, 1, 2, 7, 9, i64::MAX].map(AccountId);
        for room_for in [0, 1, 3, numbers.len()] {
            let mut accounts = WalkedAccounts::new(room_for * longest().bytes());
            for id in numbers {
                accounts.push(id, longest());
                accounts.fetch([]).unwrap();
            }
            for round in 1..4 {
                for id in numbers {
                    accounts.fetch([id, AccountId(3), id, AccountId(i64::MIN)]).unwrap();
                    let account = accounts.get_mut(id).expect("it was fetched");
                    account.version += id.0 & 0xff;
                    assert_eq!(account.version, i64::MIN + round * (id.0 & 0xff), "in round {round}");
                }
            }
            for absent in [i64::MIN, -4, -1, 3, 6, 8, 10, i64::MAX - 1].map(AccountId) {
                accounts.fetch([absent]).unwrap();
                assert!(accounts.get(absent).is_none(), "{absent:?}");
            }
            assert_eq!(accounts.file.is_some(), room_for < numbers.len());
        }
    }

    #[test]
    fn no_more_are_in_memory_than_there_is_room_for_and_are_wanted() {
        let mut accounts = WalkedAccounts::new(10 * longest().bytes());
        for id in (1..=1_000).map(AccountId) {
            accounts.push(id, longest());
            accounts.fetch([]).unwrap();
            assert!(accounts.in_memory.len() <= 10);
        }
        for first in 1..990 {
            accounts.fetch((first..first + 5).map(AccountId)).unwrap();
            assert!(accounts.in_memory.len() <= 15);
            assert_eq!(accounts.bytes, accounts.in_memory.len() * longest().bytes());
        }
    }
}
