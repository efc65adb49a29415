//! A rejection as it is kept of a due transfer.

use crate::facts::Refusal;
use crate::rejection::Rejection;

impl From<&Rejection> for Refusal {
    fn from(rejection: &Rejection) -> Self {
        Self { code: rejection.code().to_owned(), reason: rejection.to_string() }
    }
}
