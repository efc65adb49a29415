//! How far two names are from each other, to find the one that was meant.

use crate::facts::text::AccountName;

/// How many names are proposed.
const PROPOSED_MAX: usize = 3;

/// Those of the names that are so near to a mistyped one that they may have been meant, the nearest first. Few of them, or none.
#[must_use]
pub fn similar_names(typed: &AccountName, names: impl IntoIterator<Item = AccountName>) -> Vec<AccountName> {
    similar(typed.as_str(), names, AccountName::as_str)
}

/// Those of the texts that are so near to a mistyped one that they may have been meant, the nearest first. Few of them, or none.
///
/// ```
/// use teller_ledger_core::facts::similar_texts;
///
/// let keys = ["order-7", "invoice-1"].map(str::to_owned);
/// assert_eq!(similar_texts("oder-7", keys), ["order-7"]);
/// ```
#[must_use]
pub fn similar_texts(typed: &str, texts: impl IntoIterator<Item = String>) -> Vec<String> {
    similar(typed, texts, String::as_str)
}

fn similar<T: PartialEq>(typed: &str, all: impl IntoIterator<Item = T>, text: fn(&T) -> &str) -> Vec<T> {
    let near = |one: &T| distance(typed, text(one), distance_max(typed));
    let mut found: Vec<_> = all.into_iter().filter_map(|one| Some((near(&one)?, one))).collect();
    found.sort_by(|(a, first), (b, second)| (a, text(first)).cmp(&(b, text(second))));
    found.dedup();
    found.into_iter().map(|(_, one)| one).take(PROPOSED_MAX).collect()
}

/// One slip, and one more for every eight characters, of which nobody makes more than three. At least one character is right.
fn distance_max(text: &str) -> usize {
    let length = text.chars().count();
    (1 + length / 8).min(3).min(length.saturating_sub(1))
}

/// How many characters must be put in, left out, replaced or swapped with the next one to turn one text into the other, without regard to
/// case. `None` if that is more than `max`.
fn distance(from: &str, to: &str, max: usize) -> Option<usize> {
    let letters = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (from, to) = (letters(from), letters(to));
    if from.len().abs_diff(to.len()) > max {
        return None;
    }
    let mut before = vec![0; to.len() + 1];
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, letter) in from.iter().enumerate() {
        let mut here = vec![row + 1; to.len() + 1];
        for (column, other) in to.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != other);
            here[column + 1] = replaced.min(above[column + 1] + 1).min(here[column] + 1);
            let is_swapped = row > 0 && column > 0 && *letter == to[column - 1] && from[row - 1] == *other;
            if is_swapped {
                here[column + 1] = here[column + 1].min(before[column - 1] + 1);
            }
        }
        before = std::mem::replace(&mut above, here);
    }
    above.last().copied().filter(|&distance| distance <= max)
}

#[cfg(test)]
mod tests {

    use super::*;

    fn similar(typed: &str, names: &[&str]) -> Vec<String> {
        let names = names.iter().map(|name| name.parse().unwrap());
        similar_names(&typed.parse().unwrap(), names).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_slip_is_one_letter_or_two_that_are_swapped() {
        for (from, to, expected) in [
            ("alice", "alice", 0),
            ("alcie", "alice", 1),
            ("alic", "alice", 1),
            ("aalice", "alice", 1),
            ("älice", "alice", 1),
            ("Alice", "alice", 0),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to, 3), Some(expected), "{from} {to}");
            assert_eq!(distance(to, from, 3), Some(expected), "{to} {from}");
        }
        assert_eq!(distance("kitten", "sitting", 2), None);
        assert_eq!(distance("a", "abcde", 3), None);
    }

    #[test]
    fn the_nearest_names_come_first_and_far_ones_not_at_all() {
        let names = ["customers:alice", "customers:alina", "customers:bob", "customers:alicia", "cash:eur"];
        assert_eq!(similar("customers:alcie", &names), ["customers:alice", "customers:alicia"]);
        assert_eq!(similar("ghost", &names), [""; 0]);
        assert_eq!(similar("cash:euro", &names), ["cash:eur"]);
        assert_eq!(similar("xy", &["xa", "xb", "xc", "xd"]), ["xa", "xb", "xc"]);
        assert_eq!(similar("x", &["a", "b"]), [""; 0]);
    }
}
