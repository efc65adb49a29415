//! The ways of tampering, and the first finding of each.

/// Something done to the book of this module, and where `verify` must say that it began.
pub struct Tampering {
    pub what: &'static str,
    pub postgres: &'static str,
    pub sqlite: &'static str,
    pub sequence: Option<i64>,
    pub account: Option<&'static str>,
    /// What the finding speaks of.
    pub problem: &'static str,
}

type First = (Option<i64>, Option<&'static str>, &'static str);

/// The same statements on both.
pub const fn both(what: &'static str, script: &'static str, first: First) -> Tampering {
    differing(what, [script, script], first)
}

/// Statements for PostgreSQL and for SQLite.
pub const fn differing(what: &'static str, [postgres, sqlite]: [&'static str; 2], first: First) -> Tampering {
    Tampering { what, postgres, sqlite, sequence: first.0, account: first.1, problem: first.2 }
}
