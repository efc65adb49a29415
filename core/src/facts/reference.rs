//! How people name what is in a book.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::facts::ids::{Sequence, TransferId};
use crate::facts::key::Key;
use crate::facts::request_id::RequestId;
use crate::facts::text::TextError;

/// A transfer, hold or journal that a request is about, with the words in which the client named it.
///
/// Printed and serialized in these words: `@17`, a key, or an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    id: TransferId,
    named_by: NamedBy,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum NamedBy {
    Id,
    Key(Key),
    Sequence(Sequence),
}

/// The book, for what a text can name in it.
pub trait Names {
    /// Why the book does not answer.
    type Error: From<TextError>;

    /// Whether something has that id.
    ///
    /// # Errors
    /// Where the book does not answer.
    fn has_id(&mut self, id: TransferId) -> Result<bool, Self::Error>;

    /// The id of the transfer at a sequence.
    ///
    /// # Errors
    /// Where there is none, and where the book does not answer.
    fn get_id_at(&mut self, sequence: Sequence) -> Result<TransferId, Self::Error>;
}

/// What a person or a program wrote to name something, before the book says what that is: `@17` is a sequence; a UUID that something in
/// the book has as its id is that; anything else is a key. This is the only reader of references.
///
/// ```
/// use teller_ledger_core::facts::WrittenReference;
///
/// assert!("invoice-1".parse::<WrittenReference>().is_ok());
/// assert!("@x".parse::<WrittenReference>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenReference(CanName);

#[derive(Clone, Debug, PartialEq, Eq)]
enum CanName {
    Sequence(Sequence),
    IdOrKey(IdOrKey),
}

/// What a text without a sequence can mean. That of a UUID is always a key too.
#[derive(Clone, Debug, PartialEq, Eq)]
enum IdOrKey {
    Key(Key),
    Either(TransferId, Key),
}

impl FromStr for WrittenReference {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        Ok(Self(if text.starts_with('@') {
            CanName::Sequence(read_sequence(text)?)
        } else {
            CanName::IdOrKey(text.parse()?)
        }))
    }
}

impl FromStr for IdOrKey {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let key = text.parse()?;
        Ok(match Uuid::try_parse(text) {
            Ok(id) => Self::Either(TransferId(id), key),
            Err(_) => Self::Key(key),
        })
    }
}

impl IdOrKey {
    fn resolve<E>(&self, mut has_id: impl FnMut(TransferId) -> Result<bool, E>) -> Result<Reference, E> {
        Ok(match self {
            Self::Key(key) => key.clone().into(),
            Self::Either(id, key) if !has_id(*id)? && has_id(key.id())? => key.clone().into(),
            Self::Either(id, _) => (*id).into(),
        })
    }
}

impl WrittenReference {
    /// What it names in a book.
    ///
    /// # Errors
    /// Those of the book.
    pub fn resolve<N: Names>(&self, names: &mut N) -> Result<Reference, N::Error> {
        match &self.0 {
            CanName::Sequence(sequence) => Ok(Reference::at(*sequence, names.get_id_at(*sequence)?)),
            CanName::IdOrKey(written) => written.resolve(|id| names.has_id(id)),
        }
    }

    /// What it names in any book. `None` where that depends on the book.
    #[must_use]
    pub fn certain(&self) -> Option<Reference> {
        match &self.0 {
            CanName::IdOrKey(IdOrKey::Key(key)) => Some(key.clone().into()),
            CanName::IdOrKey(IdOrKey::Either(..)) | CanName::Sequence(_) => None,
        }
    }

    /// The ids that it can stand for, to look them up together with others. None for a sequence.
    pub fn possible_ids(&self) -> impl Iterator<Item = TransferId> {
        let (id, key) = match &self.0 {
            CanName::Sequence(_) => (None, None),
            CanName::IdOrKey(IdOrKey::Key(key)) => (None, Some(key.id())),
            CanName::IdOrKey(IdOrKey::Either(id, key)) => (Some(*id), Some(key.id())),
        };
        id.into_iter().chain(key)
    }

    /// The ids of which the book has to say whether it has them, to tell which one is meant.
    pub fn doubtful_ids(&self) -> impl Iterator<Item = TransferId> {
        self.possible_ids().filter(|_| self.certain().is_none())
    }
}

impl Reference {
    /// Reads what a person or a program wrote, as [`WrittenReference`] tells.
    ///
    /// # Errors
    /// [`TextError`] for what can be none of them, and those of the book.
    pub fn read<N: Names>(text: &str, names: &mut N) -> Result<Self, N::Error> {
        text.parse::<WrittenReference>()?.resolve(names)
    }

    /// As [`Reference::read`], for what has no sequence.
    ///
    /// # Errors
    /// [`TextError`] for what can be neither an id nor a key, and those of the look-up.
    pub fn read_name<E: From<TextError>>(
        text: &str,
        has_id: impl FnMut(TransferId) -> Result<bool, E>,
    ) -> Result<Self, E> {
        text.parse::<IdOrKey>()?.resolve(has_id)
    }

    /// What has this id and stands at this sequence, named by the sequence.
    #[must_use]
    pub const fn at(sequence: Sequence, id: TransferId) -> Self {
        Self { id, named_by: NamedBy::Sequence(sequence) }
    }

    /// The id.
    #[must_use]
    pub const fn id(&self) -> TransferId {
        self.id
    }

    /// The same words for something else: for the journal of the transfer at a sequence.
    #[must_use]
    pub fn with_id(self, id: TransferId) -> Self {
        Self { id, ..self }
    }

    /// The sequence that it was named by, which is never a journal's.
    #[must_use]
    pub const fn sequence(&self) -> Option<Sequence> {
        match self.named_by {
            NamedBy::Sequence(sequence) => Some(sequence),
            NamedBy::Id | NamedBy::Key(_) => None,
        }
    }

    /// Whether it was named by its sequence.
    #[must_use]
    pub const fn is_by_sequence(&self) -> bool {
        self.sequence().is_some()
    }

    /// Whether it was named by a key.
    #[must_use]
    pub const fn is_by_key(&self) -> bool {
        matches!(self.named_by, NamedBy::Key(_))
    }
}

fn read_sequence(text: &str) -> Result<Sequence, TextError> {
    let digits = text.strip_prefix('@').unwrap_or_default();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let sequence = digits.parse().ok().filter(|_| is_number).map(Sequence);
    sequence
        .ok_or_else(|| TextError::form("reference", text, "is no sequence; write it like @17, as a statement shows it"))
}

impl From<TransferId> for Reference {
    fn from(id: TransferId) -> Self {
        Self { id, named_by: NamedBy::Id }
    }
}

impl From<Key> for Reference {
    fn from(key: Key) -> Self {
        Self { id: key.id(), named_by: NamedBy::Key(key) }
    }
}

impl From<RequestId> for Reference {
    fn from(request: RequestId) -> Self {
        match request.key() {
            Some(key) => key.clone().into(),
            None => request.id().into(),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.named_by {
            NamedBy::Id => self.id.fmt(f),
            NamedBy::Key(key) => key.fmt(f),
            NamedBy::Sequence(sequence) => write!(f, "@{sequence}"),
        }
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A book in which these ids are in use, and sequence 7 is the last one of them.
    struct Book(Vec<TransferId>);

    #[derive(Debug, PartialEq)]
    enum Fault {
        Text(TextError),
        Unknown(Sequence),
    }

    impl From<TextError> for Fault {
        fn from(error: TextError) -> Self {
            Self::Text(error)
        }
    }

    impl Names for Book {
        type Error = Fault;

        fn has_id(&mut self, id: TransferId) -> Result<bool, Fault> {
            Ok(self.0.contains(&id))
        }

        fn get_id_at(&mut self, sequence: Sequence) -> Result<TransferId, Fault> {
            self.0.last().copied().filter(|_| sequence == Sequence(7)).ok_or(Fault::Unknown(sequence))
        }
    }

    const HEX: &str = "9e107d9d372bb6826bd81d3542a419d6";

    fn id() -> TransferId {
        TransferId(Uuid::try_parse(HEX).unwrap())
    }

    #[test]
    fn a_uuid_is_an_id_where_the_book_has_it_and_else_a_key() {
        let key: Key = HEX.parse().unwrap();
        let cases = [
            (vec![id()], id().into()),
            (vec![key.id()], key.clone().into()),
            (vec![id(), key.id()], id().into()),
            (vec![], Reference::from(id())),
        ];
        for (ids, expected) in cases {
            assert_eq!(Reference::read(HEX, &mut Book(ids.clone())).unwrap(), expected, "{ids:?}");
        }
    }

    #[test]
    fn a_sequence_is_never_a_key() {
        let mut book = Book(vec![id()]);
        assert_eq!(Reference::read("@7", &mut book).unwrap(), Reference::at(Sequence(7), id()));
        assert_eq!(Reference::read("@8", &mut book), Err(Fault::Unknown(Sequence(8))));
        for text in ["@", "@x", "@-1", "@7 ", "@99999999999999999999"] {
            assert!(matches!(Reference::read(text, &mut book), Err(Fault::Text(_))), "{text}");
        }
    }

    #[test]
    fn references_are_printed_as_they_were_written() {
        let mut book = Book(vec![id()]);
        for text in ["invoice-1", "@7"] {
            assert_eq!(Reference::read(text, &mut book).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_key_has_one_spelling() {
        let keys = ["caf\u{e9}", "cafe\u{301}"].map(|key| key.parse::<Key>().unwrap());
        assert_eq!(keys[0].id(), keys[1].id());
    }

    #[test]
    fn keys_that_look_alike_are_refused() {
        for text in
            ["", " k", "k ", "k\u{a0}", "k\t", "k\u{200b}", "\u{202e}k", "k\u{7f}", "k\u{9b}", "@17", "\u{feff}k"]
        {
            assert!(text.parse::<Key>().is_err(), "{text:?}");
        }
    }
}
