//! Comparing what keeps a book from being damaged with what the migrations made: triggers, checks, keys, indexes and columns, by name and
//! definition.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::StoreError;

/// One thing that guards a book, such as a trigger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Guard {
    /// The table, or another word where it belongs to none.
    pub(super) table: String,
    /// Its kind and its name.
    pub(super) name: String,
    /// How it is defined, with single blanks.
    pub(super) definition: String,
}

/// One open transaction: what guards the book.
pub(crate) trait Guards {
    /// What is missing, altered or switched off of what the migrations made, and triggers and rules that they did not make, by name.
    /// Other tables, indexes and functions that somebody added are not reported.
    fn guard_problems(&mut self) -> Result<Vec<String>, StoreError>;
}

/// What differs between the guards that should be there and those that are.
pub(super) fn differences(expected: Vec<Guard>, found: Vec<Guard>) -> Vec<String> {
    let tables: BTreeSet<_> = expected.iter().map(|guard| guard.table.clone()).collect();
    let mut found: BTreeMap<_, _> =
        found.into_iter().map(|guard| ((guard.table, guard.name), guard.definition)).collect();
    let mut problems = Vec::new();
    for Guard { table, name, definition } in expected {
        match found.remove(&(table.clone(), name.clone())) {
            None => problems.push(format!("{name} of {table} is missing; it should be: {definition}")),
            Some(other) if other != definition => {
                problems.push(format!("{name} of {table} is altered: it is {other}; it should be: {definition}"));
            }
            Some(_) => {}
        }
    }
    let is_active = |name: &str| name.starts_with("trigger ") || name.starts_with("rule ");
    problems.extend(
        found
            .into_iter()
            .filter(|((table, name), _)| tables.contains(table) && is_active(name))
            .map(|((table, name), definition)| format!("{name} of {table} is none of Teller's: it is {definition}")),
    );
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_altered_or_added_is_named() {
        let guard = |table: &str, name: &str, definition: &str| Guard {
            table: table.into(),
            name: name.into(),
            definition: definition.into(),
        };
        let expected = [guard("a", "trigger t", "x"), guard("a", "check c", "y"), guard("a", "index i", "z")];
        assert_eq!(differences(expected.to_vec(), expected.to_vec()), Vec::<String>::new());
        let found = [
            guard("a", "check c", "true"),
            guard("a", "index i", "z"),
            guard("a", "index own", "z"),
            guard("a", "trigger own", "x"),
            guard("own", "trigger own", "x"),
        ];
        let problems = differences(expected.to_vec(), found.to_vec());
        let starts =
            ["trigger t of a is missing", "check c of a is altered: it is true", "trigger own of a is none of"];
        assert_eq!(problems.len(), starts.len(), "{problems:?}");
        assert!(problems.iter().zip(starts).all(|(problem, start)| problem.starts_with(start)), "{problems:?}");
    }
}
