//! What tells schedules apart.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::facts::ids::TransferId;
use crate::facts::instant::Instant;
use crate::facts::reference::Reference;

/// What makes a request for a schedule the same request when it is sent again. The client makes it before its first try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScheduleId(pub Uuid);

impl ScheduleId {
    /// No id is before it.
    pub const FIRST: Self = Self(Uuid::nil());
    /// No id is behind it.
    pub const LAST: Self = Self(Uuid::max());

    /// The id of the transfer that is due at a moment: always the same, so that it is posted once.
    #[must_use]
    pub fn of_due(self, due_at: Instant) -> TransferId {
        TransferId::of_due(self.0, due_at)
    }
}

impl From<TransferId> for ScheduleId {
    fn from(id: TransferId) -> Self {
        Self(id.0)
    }
}

impl From<ScheduleId> for Reference {
    fn from(id: ScheduleId) -> Self {
        TransferId(id.0).into()
    }
}

impl fmt::Display for ScheduleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ScheduleId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<TransferId>().map(Self::from)
    }
}

impl Serialize for ScheduleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
