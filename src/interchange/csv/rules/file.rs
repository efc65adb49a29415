//! The shape of a file of rules.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use regex_lite::{Regex, RegexBuilder};
use serde::de::{Deserialize, Deserializer, Error as _};

use crate::facts::AccountName;
use crate::interchange::csv::dates::DateFormat;
use crate::interchange::csv::dialect::Delimiter;
use crate::interchange::csv::encoding::TextEncoding;
use crate::interchange::csv::numbers::NumberFormat;
use crate::money::CurrencyCode;

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) skip: u64,
    #[serde(default, deserialize_with = "parsed")]
    pub(super) encoding: Option<TextEncoding>,
    #[serde(default, deserialize_with = "parsed")]
    pub(super) delimiter: Option<Delimiter>,
    #[serde(default, deserialize_with = "parsed")]
    pub(super) number_format: Option<NumberFormat>,
    #[serde(default, deserialize_with = "parsed")]
    pub(super) date_format: Option<DateFormat>,
    /// The names of the columns, in a file without a header.
    pub(super) columns: Option<Vec<String>>,
    /// Whose statement it is.
    #[serde(default, deserialize_with = "parsed")]
    pub(super) account: Option<AccountName>,
    /// On which side of that account money comes in.
    #[serde(default)]
    pub(super) in_is: InIs,
    #[serde(default, deserialize_with = "parsed")]
    pub(super) currency: Option<CurrencyCode>,
    /// What stands before the keys of the file.
    #[serde(default)]
    pub(super) key_prefix: String,
    pub(super) fields: Fields,
    #[serde(default)]
    pub(super) accounts: Vec<Other>,
    #[serde(default)]
    pub(super) ignore: Vec<Ignored>,
}

/// The column that says each thing.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    pub(super) date: Option<String>,
    pub(super) amount: Option<String>,
    pub(super) r#in: Option<String>,
    pub(super) out: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) key: Option<String>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) debit: Option<String>,
    pub(super) credit: Option<String>,
    #[serde(default)]
    pub(super) description: OneOrMore,
    #[serde(default)]
    pub(super) metadata: BTreeMap<String, String>,
}

/// The side of an account that money comes in on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum InIs {
    /// What the statement's owner has, and cards.
    #[default]
    Debit,
    /// What the statement's owner owes to the account's holder.
    Credit,
}

/// Whether a line brings money in or takes it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Direction {
    In,
    Out,
}

/// The account on the other side of the lines that fit.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Other {
    /// The column to look in. `None` for the description.
    pub(super) field: Option<String>,
    #[serde(default, rename = "match")]
    pub(super) pattern: Option<Pattern>,
    pub(super) direction: Option<Direction>,
    #[serde(deserialize_with = "required")]
    pub(super) account: AccountName,
}

/// Lines to pass over.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ignored {
    /// The column to look in. `None` for the description.
    pub(super) field: Option<String>,
    #[serde(rename = "match")]
    pub(super) pattern: Pattern,
}

/// A regular expression. The case of ASCII letters does not count.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Regex);

impl Pattern {
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let pattern = RegexBuilder::new(&text).case_insensitive(true).build().map(Self);
        pattern.map_err(|error| D::Error::custom(format!("{text:?} is not a regular expression: {error}")))
    }
}

/// One column, or several whose texts stand behind one another.
#[derive(Clone, Debug, Default)]
pub(super) struct OneOrMore(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged, expecting = "write a column's name, or a list of them")]
        enum Shape {
            One(String),
            More(Vec<String>),
        }
        Ok(match Shape::deserialize(deserializer)? {
            Shape::One(name) => Self(vec![name]),
            Shape::More(names) => Self(names),
        })
    }
}

fn parsed<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: Display,
{
    required(deserializer).map(Some)
}

fn required<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: Display,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}
