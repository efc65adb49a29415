//! What is known of a book's database: its schema, its clock, and what could lose money there.

use crate::clock::Clock;
use crate::error::Error;
use crate::facts::{Instant, LengthOfTime};
use crate::judging::ClockLead;
use crate::ledger::Ledger;
use crate::ledger::book::clock::ClockStatus;
#[cfg(feature = "server")]
use crate::store::ServerStore;
use crate::store::{Access, Depth, Fact, Measure, Pool, SchemaState};

/// By how much the two clocks may differ. NTP keeps to it with ease.
const SKEW_MICROS_MAX: i64 = 1_000_000;

/// What was found out about a database.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Examination {
    /// The state of its schema, which is also one of the facts.
    pub schema: SchemaState,
    /// How the entries stand to the clock. `None` where the schema is not the one that this version reads.
    pub clock: Option<ClockStatus>,
    /// All that is known, in a fixed order. A fact with a warning can lose money or time.
    pub facts: Vec<Fact>,
}

/// Examines a database, also one that has no book yet.
///
/// # Errors
/// [`Error::Store`], where it cannot be read.
///
/// ```
/// use teller::store::{Depth, Pool, SchemaState, StoreOptions};
///
/// # let folder = tempfile::tempdir()?;
/// # let url: teller::store::DatabaseUrl = format!("sqlite://{}", folder.path().join("book.db").display()).parse()?;
/// # teller::Ledger::open_or_create(url.clone(), Default::default())?;
/// let examined = teller::ledger::examine(&Pool::connect(url, StoreOptions::default())?, Depth::Whole)?;
/// assert_eq!(examined.schema, SchemaState::Current);
/// assert!(examined.facts.iter().any(|fact| fact.name == "guards" && fact.warning.is_none()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn examine(pool: &Pool, depth: Depth) -> Result<Examination, Error> {
    let diagnosis = pool.diagnose(depth)?;
    let skew = clock_skew(pool)?;
    let clock = match diagnosis.schema {
        SchemaState::Current => {
            let read = |now| pool.transaction(Access::Read, |store| Ok(ClockStatus::read(store, now, ClockLead::MAX)?));
            Some(read(pool.clock().now())?)
        }
        _ => None,
    };
    let latency = i64::try_from(diagnosis.latency.as_micros()).unwrap_or(i64::MAX);
    let options = pool.options();
    let wait = LengthOfTime(options.connection_wait_max);
    let bounds = format!("{} connections at most, {wait} to wait for one", options.connections_max);
    let mut facts = vec![
        fact("book", diagnosis.address),
        schema_fact(&diagnosis.schema),
        measured(fact("latency", format!("{latency} us")), latency, "us"),
        measured(fact("pool", bounds), options.connections_max.into(), "connections"),
    ];
    facts.extend(skew);
    facts.extend(clock.as_ref().and_then(latest_entry));
    facts.extend(diagnosis.facts);
    #[cfg(feature = "server")]
    if diagnosis.schema == SchemaState::Current {
        facts.push(ServerStore::of_book(pool.url(), options).fact());
    }
    Ok(Examination { schema: diagnosis.schema, clock, facts })
}

impl Ledger {
    /// Examines the database of this book.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::store::Depth;
    ///
    /// let examined = ledger.examine(Depth::Quick)?;
    /// assert!(examined.clock.is_some_and(|status| status.too_late().is_none()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn examine(&self, depth: Depth) -> Result<Examination, Error> {
        examine(&self.pool, depth)
    }
}

fn fact(name: &'static str, value: String) -> Fact {
    Fact { name, value, measure: None, warning: None, advice: None }
}

fn schema_fact(schema: &SchemaState) -> Fact {
    let warning = (*schema != SchemaState::Current).then(|| "this version of Teller cannot work on it".to_owned());
    Fact { warning, ..fact("schema_state", schema.to_string()) }
}

fn measured(fact: Fact, number: i64, unit: &'static str) -> Fact {
    Fact { measure: Some(Measure { number, unit }), ..fact }
}

/// Whether a wrong clock has made entries of the book.
fn latest_entry(status: &ClockStatus) -> Option<Fact> {
    let latest = status.latest?;
    let warning = status.too_late().map(|_| status.describe());
    Some(Fact { warning, ..fact("latest_entry", format!("{latest}, it is {}", status.now)) })
}

/// How far the database's clock is from ours, where it has one. The book goes by the database's.
fn clock_skew(pool: &Pool) -> Result<Option<Fact>, Error> {
    let clock = Clock::system();
    let before = clock.now();
    let Some(there) = pool.server_time()? else { return Ok(None) };
    Ok(Some(describe_skew(before, there, clock.now())))
}

/// The other clock was read between the two readings of ours, so only what lies outside of them is certain.
fn describe_skew(before: Instant, there: Instant, after: Instant) -> Fact {
    let ahead = there.micros() - after.micros();
    let behind = before.micros() - there.micros();
    let (value, skew) = match (ahead > 0, behind > 0) {
        (true, _) => (format!("the server's is {ahead} us ahead of ours"), ahead),
        (_, true) => (format!("the server's is {behind} us behind ours"), behind),
        _ => (format!("the same within {} us", after.micros() - before.micros()), 0),
    };
    let warning = "the book goes by the server's clock; one of the two is wrong, set both by NTP";
    let warning = (skew > SKEW_MICROS_MAX).then(|| warning.to_owned());
    measured(Fact { warning, ..fact("clock", value) }, skew, "us")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_by_more_than_a_second_are_warned_of() {
        let at = |micros| Instant::from_micros(micros).unwrap();
        for (there, is_worrying) in
            [(50, false), (1_000_100, false), (1_000_101, true), (-1_000_000, false), (-1_000_001, true)]
        {
            assert_eq!(describe_skew(at(0), at(there), at(100)).warning.is_some(), is_worrying, "{there}");
        }
    }
}
