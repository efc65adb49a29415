//! The connections of one pool: how many there may be, who waits for one, and which of them are still good.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use diesel::r2d2::{self, ManageConnection};

use crate::clock::{Clock, ServerClock};
use crate::error::Error;
use crate::facts::{Sequence, Transfer};
use crate::judging::ChangedAccount;
use crate::store::attempts::Attempts;
use crate::store::backend::{Backend, Way};
use crate::store::diagnosis::Fact;
use crate::store::drawing::Numbering;
use crate::store::driver::Secrets;
use crate::store::options::{Access, StoreOptions};
use crate::store::url::DatabaseUrl;
use crate::store::{JudgedBy, Store, StoreError};

/// A bounded number of connections to one database, on one backend.
pub(super) struct Slots<C: Backend> {
    url: DatabaseUrl,
    options: StoreOptions,
    /// What the driver's words may never show.
    secrets: Secrets,
    route: C::Route,
    pool: r2d2::Pool<Manager<C>>,
    waiters: AtomicU32,
    /// Rises when a connection is lost. What was opened before is likely to be lost too, and is not used again.
    generation: AtomicU64,
    clock: ServerClock,
}

/// A place for a connection. It is filled by whoever uses it first, in that caller's time and thread, so that the caller learns why a
/// connection cannot be made.
struct Slot<C: Backend> {
    connection: Option<Opened<C>>,
}

struct Opened<C: Backend> {
    connection: C,
    session: C::Session,
    generation: u64,
}

/// Makes empty places.
struct Manager<C>(std::marker::PhantomData<fn() -> C>);

impl<C: Backend> ManageConnection for Manager<C> {
    type Connection = Slot<C>;
    type Error = StoreError;

    fn connect(&self) -> Result<Slot<C>, StoreError> {
        Ok(Slot { connection: None })
    }

    fn is_valid(&self, _: &mut Slot<C>) -> Result<(), StoreError> {
        Ok(())
    }

    fn has_broken(&self, _: &mut Slot<C>) -> bool {
        false
    }
}

/// A caller's place in the queue for a connection.
struct Waiter<'a>(&'a AtomicU32);

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<C: Backend> Slots<C> {
    /// Connects once. The connection is kept.
    pub(super) fn connect(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        url.check()?;
        options.check()?;
        let secrets = url.secrets();
        let hidden = |fault: StoreError| fault.without(&secrets);
        let (mut first, route) = first_connection::<C>(url, &options).map_err(hidden)?;
        let session = first.session(&route).map_err(hidden)?;
        let clock = ServerClock::default();
        clock.measure(|| first.server_time()).map_err(hidden)?;
        let pool = r2d2::Pool::builder()
            .max_size(options.connections_max.max(1))
            // A lost connection is noticed when it is used, and the work is then done again on another one.
            .test_on_check_out(false)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build(Manager(std::marker::PhantomData))
            .map_err(|error| StoreError::Busy { reason: error.to_string() })?;
        let slots = Self {
            url: url.clone(),
            options,
            secrets,
            route,
            pool,
            waiters: AtomicU32::new(0),
            generation: AtomicU64::new(0),
            clock,
        };
        slots.check_out(options.connection_wait_max)?.connection =
            Some(Opened { connection: first, session, generation: 0 });
        Ok(slots)
    }

    /// What is known of the way to the database, for a person.
    pub(super) fn describe_route(&self) -> Option<Fact> {
        C::describe(&self.route)
    }

    /// The clock that all who use the book share: the server's, or where there is none the machine's.
    pub(super) fn clock(&self) -> Clock {
        if C::HAS_CLOCK { Clock::of_server(self.clock.clone()) } else { Clock::system() }
    }

    /// Runs the work once, in a transaction of its own.
    pub(super) fn attempt<T>(
        &self,
        access: Access,
        time_max: Duration,
        work: impl FnOnce(&mut dyn Store) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.with_connection(time_max, |connection, way| {
            connection.in_transaction(way, access, |connection| work(connection))
        })
    }

    /// Where the sequences of what is written are drawn.
    pub(super) fn numbering(&self) -> Numbering {
        C::numbering(&self.route)
    }

    /// Writes transfers once: see [`Backend::write_alone`].
    pub(super) fn write_alone(
        &self,
        time_max: Duration,
        transfers: &[Transfer],
        accounts: &[ChangedAccount],
        judged_by: JudgedBy,
    ) -> Result<Option<Vec<Sequence>>, Error> {
        self.with_connection(time_max, |connection, (route, _)| {
            connection.write_alone(route, transfers, accounts, judged_by)
        })
    }

    /// Reads once, in one consistent snapshot.
    pub(super) fn read<T>(&self, work: impl FnOnce(&mut C) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.transaction(Access::Read, work)
    }

    /// Works once on the store alone, in a transaction of its own.
    pub(super) fn transaction<T>(
        &self,
        access: Access,
        work: impl FnOnce(&mut C) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.session(|connection, way| {
            let outcome = connection.in_transaction(way, access, |connection| Ok(work(connection)?));
            outcome.map_err(fault)
        })
    }

    /// Hands out a connection without a transaction.
    pub(super) fn session<T>(
        &self,
        work: impl FnOnce(&mut C, Way<'_, C>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let outcome =
            self.with_connection(self.options.connection_wait_max, |connection, way| Ok(work(connection, way)?));
        outcome.map_err(fault)
    }

    fn with_connection<T>(
        &self,
        time_max: Duration,
        work: impl FnOnce(&mut C, Way<'_, C>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut slot = self.check_out(time_max)?;
        // Outside of its slot while it is used, so that a panic cannot hand a broken one to the next caller.
        let mut opened = self.connection_of(&mut slot).map_err(|fault| fault.without(&self.secrets))?;
        let outcome = self
            .tell_time(&mut opened.connection)
            .and_then(|()| work(&mut opened.connection, (&self.route, &opened.session)))
            .map_err(|error| match error {
                Error::Store(fault) => opened.connection.name_fault(fault, &self.url).without(&self.secrets).into(),
                other => other,
            });
        if matches!(&outcome, Err(Error::Store(StoreError::Conflict { .. }))) {
            self.clock.doubt();
        }
        let lost = matches!(&outcome, Err(Error::Store(fault)) if fault.is_lost());
        if lost {
            self.generation.fetch_max(opened.generation + 1, Ordering::Relaxed);
        } else if !opened.connection.is_broken() {
            slot.connection = Some(opened);
        }
        outcome
    }

    /// Measures the server's clock where that is due, before it is gone by.
    fn tell_time(&self, connection: &mut C) -> Result<(), Error> {
        if C::HAS_CLOCK && self.clock.is_stale() {
            self.clock.measure(|| connection.server_time())?;
        }
        Ok(())
    }

    fn connection_of(&self, slot: &mut Slot<C>) -> Result<Opened<C>, StoreError> {
        let generation = self.generation.load(Ordering::Relaxed);
        if let Some(opened) = slot.connection.take().filter(|opened| opened.generation == generation) {
            return Ok(opened);
        }
        let mut connection = C::open(&self.url, &self.options, &self.route)?;
        let session = connection.session(&self.route)?;
        Ok(Opened { connection, session, generation })
    }

    fn check_out(&self, time_max: Duration) -> Result<r2d2::PooledConnection<Manager<C>>, StoreError> {
        if let Some(slot) = self.pool.try_get() {
            return Ok(slot);
        }
        let connections = self.pool.max_size();
        let waiters = self.waiters.fetch_add(1, Ordering::Relaxed);
        let _waiter = Waiter(&self.waiters);
        if waiters >= self.options.connection_waiters_max {
            let reason = format!("all {connections} connections are in use, and {waiters} callers wait for one");
            return Err(StoreError::Busy { reason });
        }
        let reason = || format!("all {connections} connections are in use");
        let time_max = time_max.min(self.options.connection_wait_max);
        self.pool.get_timeout(time_max).map_err(|_| StoreError::Busy { reason: reason() })
    }
}

/// Work on the store alone has no other faults.
fn fault(error: Error) -> StoreError {
    match error {
        Error::Store(fault) => fault,
        other => StoreError::Migration { reason: other.to_string() },
    }
}

/// A server that was never there is reported at once, unless the options or a URL with several servers say to wait.
fn first_connection<C: Backend>(url: &DatabaseUrl, options: &StoreOptions) -> Result<(C, C::Route), StoreError> {
    let has_others = url.has_several_hosts();
    let mut patient = Attempts::new(u32::MAX, options.connect_time_max.max(options.retry_time_max));
    let mut impatient = Attempts::new(u32::MAX, options.connect_time_max);
    loop {
        match C::explore(url, options) {
            Ok(found) => return Ok(found),
            Err(fault @ StoreError::Unreachable { .. }) if !has_others => impatient.wait_after(fault)?,
            Err(fault) => patient.wait_after(fault)?,
        }
    }
}
