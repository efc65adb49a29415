//! Facts about a database, each with a warning or advice where there is one.

use std::time::Duration;

use crate::store::schema_state::SchemaState;

/// A number of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// How many.
    pub number: i64,
    /// Of what: `bytes`, `us`, `seconds`, `connections`.
    pub unit: &'static str,
}

/// One thing that is known of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What is known about.
    pub name: &'static str,
    /// What is known.
    pub value: String,
    /// The number in it that can be compared, and its unit; `None` where there is none.
    pub measure: Option<Measure>,
    /// Why that can lose money or time, and what to do; `None` where all is well.
    pub warning: Option<String>,
    /// What would make writes cheaper; `None` where that is done or there is nothing to do.
    pub advice: Option<&'static str>,
}

impl Fact {
    pub(super) fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: value.into(), measure: None, warning: None, advice: None }
    }

    /// A fact that is a number of something.
    pub(super) fn measured(name: &'static str, number: i64, unit: &'static str) -> Self {
        Self { measure: Some(Measure { number, unit }), ..Self::new(name, format!("{number} {unit}")) }
    }

    /// The same, with the number that is in it.
    pub(super) fn with_measure(self, number: i64, unit: &'static str) -> Self {
        Self { measure: Some(Measure { number, unit }), ..self }
    }

    /// A fact that is worth a warning unless it is as it should be.
    pub(super) fn checked(name: &'static str, value: impl Into<String>, is_well: bool, warning: &str) -> Self {
        let warning = (!is_well).then(|| warning.to_owned());
        Self { warning, ..Self::new(name, value) }
    }
}

/// How deep a database is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What takes as long for a large book as for a small one.
    Quick,
    /// That and all rows: whether the file's structure holds, and whether all indexes find what their tables have.
    Whole,
}

/// What a database says of itself.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// Where it is, without its password.
    pub address: String,
    /// The state of its schema.
    pub schema: SchemaState,
    /// The time from asking the smallest question to its answer, the median of several.
    pub latency: Duration,
    /// The rest, in a fixed order.
    pub facts: Vec<Fact>,
}
