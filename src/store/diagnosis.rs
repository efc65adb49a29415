use std::time::Duration;

use crate::store::schema_state::SchemaState;

/// One thing that is known of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What is known about.
    pub name: &'static str,
    /// What is known.
    pub value: String,
    /// Why that can lose money or time, and what to do; `None` where all is well.
    pub warning: Option<String>,
    /// What would make writes cheaper; `None` where that is done or there is nothing to do.
    pub advice: Option<&'static str>,
}

impl Fact {
    pub(super) fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: value.into(), warning: None, advice: None }
    }

    /// A fact that is worth a warning unless it is as it should be.
    pub(super) fn checked(name: &'static str, value: impl Into<String>, is_well: bool, warning: &str) -> Self {
        let warning = (!is_well).then(|| warning.to_owned());
        Self { warning, ..Self::new(name, value) }
    }
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
