//! The fields of a request that no row of it shows, in the order in which they are hashed.

use uuid::Uuid;

use crate::facts::{Description, Metadata};

/// One such field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnseenField<'a> {
    Integer(i64),
    Text(&'a str),
    Id(Uuid),
    Metadata(&'a Metadata),
    Reason(Option<&'a Description>),
}
