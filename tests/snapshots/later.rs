//! Chapters that are told behind those of `scenario.rs`.

/// The name of the snapshot, and the commands.
pub const LATER: &[(&str, &str)] = &[(
    "metadata_index",
    "
        metadata index list
        metadata index add accounts tier --dry-run
        metadata index add accounts tier
        metadata index add accounts tier
        json> metadata index add transfers ' invoice'
        json> metadata index remove transfers invoice
        metadata index remove accounts tier --dry-run
        metadata index remove accounts tier
        metadata index remove accounts tier
    ",
)];
