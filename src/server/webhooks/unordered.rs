//! The delivery to an endpoint for which the order does not matter: several events at once, each tried again by itself.

use std::thread;

use crate::error::Error;
use crate::server::webhooks::notice::Notice;
use crate::server::webhooks::tasks::{Outcome, Stop, Task, Tasks};
use crate::server::webhooks::worker::{GONE, Next, PAUSE_MAX, Worker};
use crate::store::{Deliveries, WebhookRow};

/// How many events are in memory at once. One that takes long holds back the next ones only when all of these are sent.
const PAGE_EVENTS: u32 = 400;
/// How many events that are due again are sent beside new ones.
const DUE_MAX: i64 = 100;

impl Worker<'_> {
    /// Sends what is due again and the next events of the book, and then the next crossings of monitors.
    pub(super) fn send_several(&mut self, row: &WebhookRow) -> Result<Next, Error> {
        let told = Self::told(row)?;
        let due = Deliveries(&self.means.place).due(&row.id, self.now_and_latest(), DUE_MAX)?;
        let page = self.events(&told, PAGE_EVENTS)?;
        let events = page.events.iter().map(Notice::of_event).collect::<Result<Vec<_>, Error>>()?;
        if let Some(next) = self.send_at_once(Tasks::new(&due, &events))? {
            return Ok(next);
        }
        self.pass(page.next);
        let (crossings, last) = self.crossings(&told, PAGE_EVENTS)?;
        if let Some(next) = self.send_at_once(Tasks::new(&[], &crossings))? {
            return Ok(next);
        }
        let has_passed = self.pass_crossings(last) || !crossings.is_empty();
        let is_all = page.is_last && !has_passed && due.len() < usize::try_from(DUE_MAX).unwrap_or_default();
        Ok(if is_all { Next::Wait(PAUSE_MAX) } else { Next::More })
    }

    /// Sends all of it by several threads. Says what is next where something is left.
    fn send_at_once(&mut self, tasks: Tasks<'_>) -> Result<Option<Next>, Error> {
        let this = &*self;
        thread::scope(|scope| {
            for _ in 1..tasks.threads() {
                scope.spawn(|| this.work(&tasks));
            }
            this.work(&tasks);
        });
        let (last, stop) = tasks.end();
        if let Some(reached) = last {
            self.stand_at(reached);
        }
        match stop {
            Some(Stop::End) => Ok(Some(Next::End)),
            Some(Stop::Fault(fault)) => Err(fault),
            None => Ok(None),
        }
    }

    fn work(&self, tasks: &Tasks<'_>) {
        while let Some(task) = tasks.take() {
            if let Err(stop) = self.send(task, tasks) {
                return tasks.stop(stop);
            }
        }
    }

    fn send(&self, task: Task<'_>, tasks: &Tasks<'_>) -> Result<(), Stop> {
        let Some(row) = self.row() else { return Err(Stop::End) };
        let (index, notice) = match task {
            Task::Again(delivery) => {
                return match self.send_again(&row, delivery)? {
                    Next::End => Err(Stop::End),
                    Next::More | Next::Wait(_) => Ok(()),
                };
            }
            Task::New(index, notice) => (index, notice),
        };
        let failure = self.try_new(&row, notice);
        if let Some(failure) = &failure
            && !Deliveries(&self.means.place).keep(&failure.delivery, self.epoch).map_err(Error::from)?
        {
            return Err(Stop::End);
        }
        let outcome = if failure.is_some() { Outcome::Kept } else { Outcome::Answered };
        tasks.done(index, outcome, |reached, answered| {
            self.board.advance(&self.webhook, self.epoch, reached, answered);
        });
        if failure.is_some_and(|failure| failure.is_gone) {
            self.disable(GONE);
            return Err(Stop::End);
        }
        Ok(())
    }
}
