//! JSON as it is handed in, read strictly: no field twice, no numbers but whole ones, and every fault with its place.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::error::InputError;

/// A JSON value. There are no fractions: amounts are texts, so that no reader rounds them.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    Null,
    Flag(bool),
    Number(i64),
    Text(String),
    List(Vec<Json>),
    Object(Fields),
}

impl Json {
    pub(crate) fn parse(text: &str) -> Result<Self, InputError> {
        serde_json::from_str(text).map_err(|error| InputError::request(format!("this cannot be read as JSON: {error}")))
    }

    /// Reads an object, as values of the JSON library.
    pub(crate) fn parse_object(text: &str) -> Result<serde_json::Map<String, serde_json::Value>, InputError> {
        let fields = Self::parse(text)?.into_fields()?;
        Ok(fields.0.into_iter().map(|(name, value)| (name, value.into())).collect())
    }

    pub(crate) fn into_text(self) -> Result<String, InputError> {
        match self {
            Self::Text(text) => Ok(text),
            other => Err(InputError::request(format!("{} stands here; write a text, in quotes", other.kind()))),
        }
    }

    pub(crate) fn into_fields(self) -> Result<Fields, InputError> {
        match self {
            Self::Object(fields) => Ok(fields),
            other => Err(InputError::request(format!("{} stands here; write an object, in braces", other.kind()))),
        }
    }

    /// As [`Json::into_fields`]; a text alone is a field's value.
    pub(crate) fn into_fields_or(self, name: &str) -> Result<Fields, InputError> {
        match self {
            Self::Text(_) => Ok(Fields(vec![(name.to_owned(), self)])),
            other => other.into_fields(),
        }
    }

    pub(crate) fn into_list(self) -> Result<Vec<Self>, InputError> {
        match self {
            Self::List(values) => Ok(values),
            other => Err(InputError::request(format!("{} stands here; write a list, in brackets", other.kind()))),
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl From<Json> for serde_json::Value {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Flag(flag) => flag.into(),
            Json::Number(number) => number.into(),
            Json::Text(text) => text.into(),
            Json::List(values) => values.into_iter().map(Self::from).collect(),
            Json::Object(Fields(fields)) => fields.into_iter().map(|(name, value)| (name, Self::from(value))).collect(),
        }
    }
}

#[cfg(feature = "server")]
impl Json {
    /// Whether a field of this name stands in it at any depth, outside of the fields of the other names, whose content is the client's own.
    pub(crate) fn names(&self, name: &str, outside: &[&str]) -> bool {
        match self {
            Self::Object(Fields(fields)) => fields.iter().any(|(field, value)| {
                field == name || !outside.contains(&field.as_str()) && value.names(name, outside)
            }),
            Self::List(values) => values.iter().any(|value| value.names(name, outside)),
            Self::Null | Self::Flag(_) | Self::Number(_) | Self::Text(_) => false,
        }
    }
}

/// What is left to read of an object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, Json)>);

impl Fields {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// A field's value; `None` where it is missing or null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Json> {
        let index = self.0.iter().position(|(field, _)| field == name)?;
        let (_, value) = self.0.remove(index);
        (!matches!(value, Json::Null)).then_some(value)
    }

    pub(crate) fn require(&mut self, name: &str) -> Result<Json, InputError> {
        self.take(name).ok_or_else(|| missing(name))
    }

    pub(crate) fn take_text(&mut self, name: &str) -> Result<Option<String>, InputError> {
        self.take(name).map(|value| text_of(value, name)).transpose()
    }

    pub(crate) fn require_text(&mut self, name: &str) -> Result<String, InputError> {
        text_of(self.require(name)?, name)
    }

    /// A text that is read otherwise.
    #[cfg(feature = "server")]
    pub(crate) fn take_read<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, InputError>,
    ) -> Result<Option<T>, InputError> {
        self.take_text(name)?.map(|text| read(&text).map_err(|fault| in_field(fault, name))).transpose()
    }

    /// A list of texts, each of which is read; `None` where it is missing or null.
    pub(crate) fn take_each<T>(
        &mut self,
        name: &str,
        read: impl Fn(&str) -> Result<T, InputError>,
    ) -> Result<Option<Vec<T>>, InputError> {
        let Some(list) = self.take(name) else { return Ok(None) };
        let one = |(number, item): (usize, Json)| {
            let read = item.into_text().and_then(|text| read(&text));
            read.map_err(|fault| in_field(fault.at(&format!("item {number}")), name))
        };
        let list = list.into_list().map_err(|fault| in_field(fault, name))?;
        (1..).zip(list).map(one).collect::<Result<_, _>>().map(Some)
    }

    /// The same of a list that must be there.
    #[cfg(feature = "server")]
    pub(crate) fn require_each<T>(
        &mut self,
        name: &str,
        read: impl Fn(&str) -> Result<T, InputError>,
    ) -> Result<Vec<T>, InputError> {
        self.take_each(name, read)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn take_parsed<T>(&mut self, name: &str) -> Result<Option<T>, InputError>
    where
        T: FromStr,
        InputError: From<T::Err>,
    {
        self.take_text(name)?.map(|text| parse_field(name, &text)).transpose()
    }

    pub(crate) fn require_parsed<T>(&mut self, name: &str) -> Result<T, InputError>
    where
        T: FromStr,
        InputError: From<T::Err>,
    {
        parse_field(name, &self.require_text(name)?)
    }

    pub(crate) fn take_flag(&mut self, name: &str) -> Result<bool, InputError> {
        match self.take(name) {
            None => Ok(false),
            Some(Json::Flag(flag)) => Ok(flag),
            Some(other) => {
                let problem = format!("{} stands here; write true or false", other.kind());
                Err(in_field(InputError::request(problem), name))
            }
        }
    }

    /// Adds a field, which is not there yet.
    #[cfg(feature = "server")]
    pub(crate) fn add(&mut self, name: &str, value: Json) {
        self.0.push((name.to_owned(), value));
    }

    /// Takes those of the fields out that are there.
    #[cfg(feature = "server")]
    pub(crate) fn split_off(&mut self, names: &[&str]) -> Self {
        let (taken, left) =
            std::mem::take(&mut self.0).into_iter().partition(|(name, _)| names.contains(&name.as_str()));
        self.0 = left;
        Self(taken)
    }

    /// All that is left, as texts under their names.
    pub(crate) fn into_texts(self) -> Result<Vec<(String, String)>, InputError> {
        let text = |(name, value): (String, Json)| match value.into_text() {
            Ok(text) => Ok((name, text)),
            Err(fault) => Err(in_field(fault, &name)),
        };
        self.0.into_iter().map(text).collect()
    }

    /// Refuses what was not asked for.
    pub(crate) fn finish(self, known: &str) -> Result<(), InputError> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => {
                Err(InputError::request(format!("the field {name:?} means nothing here; there can be {known}")))
            }
        }
    }
}

fn missing(name: &str) -> InputError {
    InputError::request(format!("the field {name} is missing"))
}

fn parse_field<T>(name: &str, text: &str) -> Result<T, InputError>
where
    T: FromStr,
    InputError: From<T::Err>,
{
    text.parse().map_err(|error| in_field(InputError::from(error), name))
}

/// The text of a field. PostgreSQL keeps no NUL, and no name, key or description has one.
fn text_of(value: Json, name: &str) -> Result<String, InputError> {
    match value.into_text() {
        Ok(text) if text.contains('\0') => {
            Err(InputError::request(format!("the field {name:?} has a NUL character, which no text can have")))
        }
        outcome => outcome.map_err(|fault| in_field(fault, name)),
    }
}

pub(crate) fn in_field(fault: InputError, name: &str) -> InputError {
    fault.at(&format!("field {name}"))
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

/// A fault with its place, from the outside to the inside. Its line and column stay at its end.
fn within<E: serde::de::Error>(place: &str, fault: &E) -> E {
    let fault = fault.to_string();
    let separator = if fault.starts_with("field ") || fault.starts_with("item ") { ", " } else { ": " };
    E::custom(format_args!("{place}{separator}{fault}"))
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number, a list or an object; amounts are texts, in quotes")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Json, E> {
        i64::try_from(number).map(Json::Number).map_err(|_| E::custom(format_args!("the number {number} is too large")))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        loop {
            let element = values.next_element().map_err(|fault| within(&format!("item {}", list.len() + 1), &fault))?;
            let Some(value) = element else { return Ok(Json::List(list)) };
            list.push(value);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut fields = Fields::default();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value().map_err(|fault| within(&format!("field {name}"), &fault))?;
            if fields.has(&name) {
                return Err(A::Error::custom(format_args!("the field {name:?} stands there twice")));
            }
            fields.0.push((name, value));
        }
        Ok(Json::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        for (text, place) in [
            (r#"{"amount": 1.5}"#, "field amount: invalid type: floating point `1.5`"),
            (r#"{"a": {"legs": ["x", {"amount": 1.5}]}}"#, "field a, field legs, item 2, field amount: invalid type"),
            (r#"{"a": 99999999999999999999}"#, "field a: "),
            (r#"{"a": "x"#, "field a: EOF while parsing a string at line 1 column 8"),
            (r#"[{"a": 1}, {"a": 1, "a": 2}]"#, "item 2: the field \"a\" stands there twice at line 1 column"),
        ] {
            let fault = Json::parse(text).unwrap_err().to_string();
            assert!(fault.starts_with(&format!("this cannot be read as JSON: {place}")), "{fault}");
            assert_eq!(fault.matches(" at line ").count(), 1, "{fault}");
        }
    }

    #[test]
    fn the_items_of_a_list_are_told_apart() {
        let read = |text: &str| {
            let mut fields = Json::parse(text).unwrap().into_fields().unwrap();
            fields.take_each("types", |word| word.parse::<u8>().map_err(|fault| InputError::request(fault.to_string())))
        };
        assert_eq!((read(r#"{"types": ["1", "2"]}"#), read("{}")), (Ok(Some(vec![1, 2])), Ok(None)));
        for (text, fault) in [
            (r#"{"types": "1"}"#, "field types: a text stands here; write a list, in brackets"),
            (r#"{"types": ["1", 2]}"#, "field types, item 2: a number stands here; write a text, in quotes"),
            (r#"{"types": ["x"]}"#, "field types, item 1: invalid digit found in string"),
        ] {
            assert_eq!(read(text).unwrap_err().to_string(), fault);
        }
    }
}
