//! The code of a rejection.

use crate::rejection::{Rejection, ScheduleRejection};

impl Rejection {
    /// The stable code, as in JSON and in docs/rejections.md.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InLeg { rejection, .. } => rejection.code(),
            Self::Schedule(rejection) => rejection.code(),
            other => other.into(),
        }
    }

    /// Whether the fault passes by itself: never, because a rejection is an answer and no fault. It left no trace, so the request may be
    /// sent again, with the same id.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        false
    }

    /// The refusal of a journal because of one of its legs, counted from 1.
    #[must_use]
    pub(crate) fn in_leg(self, leg: usize) -> Self {
        Self::InLeg { leg, rejection: Box::new(self) }
    }
}

impl ScheduleRejection {
    /// The stable code, as in JSON and in docs/rejections.md.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// As [`Rejection::is_retryable`]: never.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        false
    }
}
