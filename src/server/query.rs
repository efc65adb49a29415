//! The query of a request: strict, so that a filter with a slip in its name is no list of everything.

use percent_encoding::percent_decode_str;

use crate::server::problem::Problem;

/// The parameters behind the question mark, in order.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query of which these names are known. Each stands there once.
    pub(super) fn read(text: &str, known: &[&str]) -> Result<Self, Problem> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name, "the query")?, decode(value, "the query")?);
            let is_known = known
                .iter()
                .any(|&one| one == name || one.ends_with('*') && name.starts_with(one.trim_end_matches('*')));
            if !is_known {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(Problem::invalid(format!(
                    "the parameter {name:?} means nothing here; there can be {known}"
                )));
            }
            if pairs.iter().any(|(other, _)| *other == name) {
                return Err(Problem::invalid(format!("the parameter {name:?} stands there twice")));
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// The parameters whose names begin so, each with the rest of its name.
    pub(super) fn under<'a>(&'a self, begin: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(begin)?, value.as_str())))
    }

    /// Whether any of these is there.
    pub(super) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.get(name).is_some())
    }
}

/// A name or a value of a query or a form. `what` has it.
pub(super) fn decode(text: &str, what: &str) -> Result<String, Problem> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    let text = decoded.map_err(|_| Problem::invalid(format!("{what} is not UTF-8")))?;
    if text.contains('\0') { Err(Problem::invalid(format!("{what} has a NUL character"))) } else { Ok(text.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_strictly() {
        let query = Query::read("prefix=a%3Ab&limit=5&name=a+b", &["prefix", "limit", "name"]).unwrap();
        assert_eq!((query.get("prefix"), query.get("limit"), query.get("name")), (Some("a:b"), Some("5"), Some("a b")));
        for text in ["prefx=a", "limit=1&limit=2", "limit=%ff", "prefix=a%00"] {
            assert!(Query::read(text, &["prefix", "limit"]).is_err(), "{text}");
        }
    }
}
