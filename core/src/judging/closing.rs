//! Closing and reopening periods.

use crate::facts::{BookChange, ClosedPeriods, Instant, PeriodAction};
use crate::rejection::Rejection;
use crate::requests::PeriodChange;

/// What a change makes of the periods that are closed; `None` where it changes nothing: the period is like that, or closed as part of another.
///
/// # Errors
/// [`Rejection::PeriodNotOver`], [`Rejection::PeriodClosedWithin`].
pub fn change_period(
    change: &PeriodChange,
    mut closed: ClosedPeriods,
    now: Instant,
) -> Result<Option<BookChange>, Rejection> {
    if change.action == PeriodAction::Close && change.period.end() > now {
        return Err(Rejection::PeriodNotOver { period: change.period, end: change.period.end(), now });
    }
    let PeriodChange { period, action, .. } = *change;
    match (action, closed.find_around(period)) {
        (PeriodAction::Close, Some(_)) => return Ok(None),
        (PeriodAction::Reopen, Some(within)) => return Err(Rejection::PeriodClosedWithin { period, within }),
        (_, None) => {}
    }
    Ok(closed.apply(period, action).then_some(BookChange::Period { period, action }))
}
