//! Adding a schedule.

use crate::facts::{Actor, Description, Metadata, OnRefusal, RecurrenceRequest, ScheduleId};
use crate::money::Money;
use crate::requests::parties::Parties;

/// A transfer that is to be posted at moments to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleRequest<M = Money> {
    /// Made before the first try, the same on every retry.
    pub id: ScheduleId,
    /// Between whom.
    pub parties: Parties,
    /// How much each time. More than zero.
    pub money: M,
    /// When.
    pub recurrence: RecurrenceRequest,
    /// What becomes of one that is refused.
    pub on_refusal: OnRefusal,
    /// For people; each transfer has it.
    pub description: Option<Description>,
    /// For programs; each transfer has it, and the schedule's id under `schedule`.
    pub metadata: Metadata,
    /// Who wants it so.
    pub actor: Actor,
}

impl ScheduleRequest {
    /// A schedule whose refused transfers are tried again, without description and metadata.
    #[must_use]
    pub fn new(
        id: impl Into<ScheduleId>,
        parties: Parties,
        money: Money,
        recurrence: RecurrenceRequest,
        actor: Actor,
    ) -> Self {
        Self {
            id: id.into(),
            parties,
            money,
            recurrence,
            on_refusal: OnRefusal::Retry,
            description: None,
            metadata: Metadata::default(),
            actor,
        }
    }
}
