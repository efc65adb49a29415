use std::path::Path;

use crate::store::diagnosis::Fact;

/// About 1.7 million transfers.
const FREE_BYTES_MIN: u64 = 512 << 20;
/// More than the memory that connections to one file share at first.
const FULL_BYTES_MAX: u64 = 64 << 10;

/// How much room there is on the disk of a folder; `None` where that cannot be found out.
pub(super) fn free_disk(folder: &Path) -> Option<Fact> {
    let free = fs4::available_space(folder).ok()?;
    Some(fact(free))
}

/// Whether the disk of a folder has no room for the little that a connection needs.
pub(super) fn is_full(folder: &Path) -> bool {
    fs4::available_space(folder).is_ok_and(|free| free < FULL_BYTES_MAX)
}

fn fact(free: u64) -> Fact {
    let warning = "writes are refused when it is full; make room";
    Fact::checked("free_disk", format!("{free} bytes"), free >= FREE_BYTES_MIN, warning)
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
