//! Names and values, as a query and a form have them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::server::named;
use crate::server::problem::Problem;
use crate::server::query;

/// Queries and forms, in the words of refusals.
const SENT: &str = "what was sent";

/// All but what RFC 3986 leaves as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const PAIRS_MAX: usize = 200;

/// Names and values, in order. A value that is empty is as good as none: a form sends all of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads `a=1&b=two+words`.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let mut pairs = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((query::decode(name, SENT)?, query::decode(value, SENT)?));
            if pairs.len() > PAIRS_MAX {
                return Err(Problem::invalid(format!("there are more than {PAIRS_MAX} fields")));
            }
        }
        Ok(Self(pairs))
    }

    pub(super) fn of<'t>(pairs: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Refuses a name that has two values, unless it may: one of them would be passed over.
    pub(super) fn check_sent_once(&self, may_repeat: &[&str]) -> Result<(), Problem> {
        let mut names = BTreeSet::new();
        match self.iter().find(|(name, _)| !may_repeat.contains(name) && !names.insert(*name)) {
            None => Ok(()),
            Some((name, _)) => Err(Problem::invalid(format!("the form has the field {name:?} twice"))),
        }
    }

    /// The first value of that name that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(one, value)| *one == name && !value.is_empty()).map(|(_, value)| value)
    }

    /// All values of that name that are not empty.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(one, value)| *one == name && !value.is_empty()).map(|(_, value)| value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Those of these names that are not empty.
    pub(super) fn only(&self, names: &[&str]) -> Self {
        Self::of(self.iter().filter(|(name, value)| names.contains(name) && !value.is_empty()))
    }

    /// The same with a value in place of the one that was there.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        Self::of(self.iter().filter(|(one, _)| *one != name).chain([(name, value)]))
    }

    /// The same without those that are not named here.
    pub(super) fn without(&self, names: &[&str]) -> Self {
        Self::of(self.iter().filter(|(name, _)| !names.contains(name)))
    }

    /// As `a=1&b=two%20words`.
    pub(super) fn encoded(&self) -> String {
        let mut text = String::new();
        for (name, value) in self.iter().filter(|(_, value)| !value.is_empty()) {
            let separator = if text.is_empty() { "" } else { "&" };
            // Writing to a string cannot fail.
            let _ = write!(text, "{separator}{}={}", encode(name), encode(value));
        }
        text
    }

    /// A path with these behind it, and behind those that it has already.
    pub(super) fn behind(&self, path: &str) -> String {
        let query = self.encoded();
        let separator = if path.contains('?') { '&' } else { '?' };
        if query.is_empty() { path.to_owned() } else { format!("{path}{separator}{query}") }
    }
}

/// The path of a target, with the name of an account that does not stand in the path itself.
pub(super) fn path_with_name(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Pairs::read(query).unwrap_or_default().only(&[named::NAME]).behind(path)
}

/// A text as one part of a path, or as a name or value of a query.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_as_they_are_written() {
        let pairs = Pairs::of([("from", "a:b c"), ("note", "1+1=2 & \u{e4}"), ("empty", "")]);
        assert_eq!(pairs.encoded(), "from=a%3Ab%20c&note=1%2B1%3D2%20%26%20%C3%A4");
        assert_eq!(Pairs::read(&pairs.encoded()).unwrap(), pairs.only(&["from", "note"]));
        assert_eq!(Pairs::read("a=&a=x+y").unwrap().get("a"), Some("x y"));
        assert!(Pairs::read("a=&a=x&b=y&a=z").unwrap().all("a").eq(["x", "z"]));
        assert_eq!(pairs.with("from", "z").without(&["note"]).behind("/p"), "/p?from=z");
        assert!(Pairs::read("a=&b=x&a=y").unwrap().check_sent_once(&["b"]).is_err());
        assert!(Pairs::read("a=&b=x&b=y").unwrap().check_sent_once(&["b"]).is_ok());
        assert!(Pairs::read("a=%ff").is_err() && Pairs::read(&"a=1&".repeat(300)).is_err());
    }
}
