//! Refusals that are about schedules as such.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use crate::facts::{Instant, Reference, ScheduleId};

/// A refusal that is about a schedule as such. What is wrong with its transfers is refused as with any transfer.
#[derive(Clone, Debug, Error, IntoStaticStr, PartialEq, Eq, Serialize, VariantNames)]
#[serde(tag = "code", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum ScheduleRejection {
    /// A schedule of that id was asked for in another way.
    #[error("schedule {schedule} exists already, with another {field}")]
    ScheduleExists {
        /// The id.
        schedule: ScheduleId,
        /// The first thing about it that differs.
        field: &'static str,
    },
    /// There is no such schedule.
    #[error("schedule {schedule} is unknown")]
    ScheduleUnknown {
        /// The schedule, as it was named.
        schedule: Reference,
    },
    /// Nothing is posted before its time.
    #[error("it is {now}, so nothing can be due up to {until} yet")]
    UntilInFuture {
        /// What was given.
        until: Instant,
        /// The time.
        now: Instant,
    },
}
