//! Rows of one value, for questions that Diesel's query builder has no words for.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

#[derive(QueryableByName)]
pub(super) struct TextRow {
    #[diesel(sql_type = Text)]
    pub(super) value: String,
}

#[derive(QueryableByName)]
pub(super) struct NullableTextRow {
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) value: Option<String>,
}

#[derive(QueryableByName)]
pub(super) struct BoolRow {
    #[diesel(sql_type = Bool)]
    pub(super) value: bool,
}

#[derive(QueryableByName)]
pub(super) struct NumberRow {
    #[diesel(sql_type = BigInt)]
    pub(super) value: i64,
}
