//! Finding out how much room a disk has left, and warning when it is nearly full.

use std::path::Path;

use crate::store::diagnosis::Fact;

/// About 1.7 million transfers.
const FREE_BYTES_MIN: u64 = 512 << 20;

/// How much room there is on the disk of a folder, in bytes; `None` where that cannot be found out.
pub(super) fn free_bytes(folder: &Path) -> Option<u64> {
    fs4::available_space(folder).ok()
}

/// How much room there is on the disk of a folder, for a person.
pub(super) fn free_disk(folder: &Path) -> Option<Fact> {
    free_bytes(folder).map(fact)
}

fn fact(free: u64) -> Fact {
    let warning = "writes are refused when it is full; make room";
    let fact = Fact::checked("free_disk", format!("{free} bytes"), free >= FREE_BYTES_MIN, warning);
    fact.with_measure(free.try_into().unwrap_or(i64::MAX), "bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_nearly_full_is_warned_of() {
        assert!(fact(FREE_BYTES_MIN).warning.is_none());
        assert!(fact(FREE_BYTES_MIN - 1).warning.is_some());
        assert_eq!(free_disk(Path::new("/no/such/folder")), None);
        assert!(free_disk(Path::new(".")).is_some());
    }
}
