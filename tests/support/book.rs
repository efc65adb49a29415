//! An isolated book for each test.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::SqliteConnection;
use tempfile::TempDir;

use teller::facts::{Instant, TransferId};
use teller::store::{Pool, SchemaState, StoreOptions};
use teller::{Clock, Ledger};

use super::postgres::SERVER;

/// When every book begins.
const BEGIN: &str = "2026-01-01T00:00:00Z";

/// A new, empty, migrated book that no other test sees, with a clock that stands still until the test moves it.
pub struct TestBook {
    /// The URL that any number of ledgers and programs may open.
    pub url: String,
    /// The URL for what is done past Teller, which its roles may not do.
    pub owner_url: String,
    place: Place,
    now: Arc<AtomicI64>,
    requests: AtomicU64,
}

/// What keeps the book.
enum Place {
    Postgres { schema: String },
    Sqlite { _folder: TempDir },
}

impl TestBook {
    /// A schema of its own, worked on by the role that owns it.
    pub fn on_postgres() -> Self {
        static SCHEMAS: AtomicU64 = AtomicU64::new(0);
        let schema = format!("book_{}_{}", SERVER.token, SCHEMAS.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::establish(&SERVER.url).expect("the server answers");
        connection.batch_execute(&format!("create schema {schema}")).expect("the role may make schemas");

        let separator = if SERVER.url.contains('?') { '&' } else { '?' };
        let url = format!("{}{separator}options=-csearch_path%3D{schema}", SERVER.url);
        Self::migrated(url, Place::Postgres { schema })
    }

    /// The same, worked on by the role that programs should have.
    pub fn on_postgres_as_writer() -> Self {
        let mut book = Self::on_postgres();
        book.url = book.url_as(&format!("{}_writer", book.make_roles()));
        book
    }

    /// A file of its own.
    pub fn on_sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("book.db").display());
        Self::migrated(url, Place::Sqlite { _folder: folder })
    }

    /// Another new book on the same backend, worked on by the same role.
    pub fn another(&self) -> Self {
        match self.place {
            Place::Postgres { .. } if self.url != self.owner_url => Self::on_postgres_as_writer(),
            Place::Postgres { .. } => Self::on_postgres(),
            Place::Sqlite { .. } => Self::on_sqlite(),
        }
    }

    fn migrated(owner_url: String, place: Place) -> Self {
        let pool = Pool::connect(owner_url.parse().unwrap(), StoreOptions::default().making_missing())
            .expect("the new book opens");
        assert!(!pool.migrate().expect("the new book migrates").is_empty(), "the new book was empty");
        let begin: Instant = BEGIN.parse().unwrap();
        let url = owner_url.clone();
        let now = Arc::new(AtomicI64::new(begin.micros()));
        Self { url, owner_url, place, now, requests: AtomicU64::new(0) }
    }

    /// Gives a PostgreSQL book its roles, and returns the beginning of their names.
    pub fn make_roles(&self) -> String {
        let prefix = format!("roles_{}", SERVER.token);
        let pool = Pool::connect(self.owner_url.parse().unwrap(), StoreOptions::default()).unwrap();
        pool.apply_roles(&prefix.parse().unwrap()).expect("the role of the tests may make roles");
        prefix
    }

    /// The URL of a PostgreSQL book, worked on in the name of a role.
    pub fn url_as(&self, role: &str) -> String {
        format!("{}%20-crole%3D{role}", self.owner_url)
    }

    /// Opens the book, told the time by its clock. Any number may be open at once.
    pub fn ledger(&self) -> Ledger {
        self.open_with(StoreOptions::default())
    }

    /// Opens the book, which goes by its own clock, as programs do.
    pub fn ledger_of_today(&self) -> Ledger {
        Ledger::open(self.url.parse().unwrap(), StoreOptions::default()).expect("the book opens")
    }

    /// Opens the book in the name of its owner.
    pub fn owner_ledger(&self) -> Ledger {
        let ledger = Ledger::open(self.owner_url.parse().unwrap(), StoreOptions::default()).expect("the book opens");
        ledger.with_clock(self.clock())
    }

    /// Opens the book with other bounds than the usual ones.
    pub fn open_with(&self, options: StoreOptions) -> Ledger {
        let ledger = Ledger::open(self.url.parse().unwrap(), options).expect("the book opens");
        ledger.with_clock(self.clock())
    }

    /// Whether the book is on PostgreSQL.
    pub fn is_on_postgres(&self) -> bool {
        matches!(self.place, Place::Postgres { .. })
    }

    /// The book's clock.
    pub fn clock(&self) -> Clock {
        let now = Arc::clone(&self.now);
        Clock::new(move || Instant::from_micros(now.load(Ordering::Relaxed)).unwrap())
    }

    /// Moves the book's clock, forward or back.
    pub fn set_time(&self, now: &str) {
        self.now.store(now.parse::<Instant>().unwrap().micros(), Ordering::Relaxed);
    }

    /// Moves the book's clock to its latest entry, which the program may have made.
    pub fn catch_up(&self) {
        self.own_clock().catch_up();
    }

    /// What moves the clock of this book.
    pub(super) fn own_clock(&self) -> BookClock {
        BookClock { url: self.owner_url.clone(), now: Arc::clone(&self.now) }
    }

    /// An id for a request without a key: new in this book, and the same in every run.
    pub fn next_id(&self) -> TransferId {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        TransferId::from_key(&format!("request {number}")).unwrap()
    }

    /// Runs one statement that Teller did not write, and returns how many rows it changed, or what the database says.
    pub fn raw(&self, statement: &str) -> Result<usize, String> {
        let outcome = match &self.place {
            Place::Postgres { .. } => diesel::sql_query(statement).execute(&mut self.connect_postgres()),
            Place::Sqlite { .. } => diesel::sql_query(statement).execute(&mut self.connect_sqlite()),
        };
        outcome.map_err(|error| error.to_string())
    }

    /// Runs many statements that Teller did not write, on one connection.
    pub fn raw_script(&self, script: &str) -> Result<(), String> {
        let outcome = match &self.place {
            Place::Postgres { .. } => self.connect_postgres().batch_execute(script),
            Place::Sqlite { .. } => self.connect_sqlite().batch_execute(script),
        };
        outcome.map_err(|error| error.to_string())
    }

    /// The one BIGINT or INTEGER that a query gives.
    pub fn query_i64(&self, query: &str) -> i64 {
        let value = match &self.place {
            Place::Postgres { .. } => sql::<BigInt>(query).get_result(&mut self.connect_postgres()),
            Place::Sqlite { .. } => sql::<BigInt>(query).get_result(&mut self.connect_sqlite()),
        };
        value.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// The one TEXT that a query gives.
    pub fn query_text(&self, query: &str) -> String {
        let value = match &self.place {
            Place::Postgres { .. } => sql::<Text>(query).get_result(&mut self.connect_postgres()),
            Place::Sqlite { .. } => sql::<Text>(query).get_result(&mut self.connect_sqlite()),
        };
        value.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// The TEXTs that a query gives.
    pub fn query_texts(&self, query: &str) -> Vec<String> {
        let values = match &self.place {
            Place::Postgres { .. } => sql::<Text>(query).load(&mut self.connect_postgres()),
            Place::Sqlite { .. } => sql::<Text>(query).load(&mut self.connect_sqlite()),
        };
        values.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// A plain connection, as an application would have one.
    pub fn connect_postgres(&self) -> PgConnection {
        PgConnection::establish(&self.owner_url).expect("the server answers")
    }

    /// A plain connection, with nothing of what Teller sets.
    pub fn connect_sqlite(&self) -> SqliteConnection {
        let path = self.owner_url.strip_prefix("sqlite://").expect("the book is an SQLite file");
        let mut connection = SqliteConnection::establish(path).expect("the file opens");
        connection.batch_execute("pragma busy_timeout = 10000").unwrap();
        connection
    }
}

/// A book's clock, which follows what programs write.
pub(super) struct BookClock {
    url: String,
    now: Arc<AtomicI64>,
}

impl BookClock {
    /// Moves on to the latest entry of the book, where it can be read.
    pub(super) fn catch_up(&self) {
        // Not opened where there is no file, which would make one.
        let is_there =
            self.url.strip_prefix("sqlite://").is_none_or(|path| fs::metadata(path).is_ok_and(|file| file.len() > 0));
        let options = StoreOptions { attempts_max: 1, ..StoreOptions::default() };
        let open = || {
            let pool = Pool::connect(self.url.parse().ok()?, options).ok()?;
            // An empty one would be migrated.
            let is_current = pool.schema_state().ok()? == SchemaState::Current;
            is_current.then(|| Ledger::open(self.url.parse().ok()?, options).ok()?.clock_status().ok()?.latest)?
        };
        if let Some(latest) = is_there.then(open).flatten() {
            self.now.fetch_max(latest.micros(), Ordering::Relaxed);
        }
    }
}

impl Drop for TestBook {
    /// A server that others use too is left as it was. On our own the schemas go with it, which is faster.
    fn drop(&mut self) {
        if let Place::Postgres { schema } = &self.place
            && SERVER.is_shared()
        {
            // A failing test may still hold locks; what cannot be dropped at once stays behind.
            let drop = format!("set lock_timeout = '1s'; drop schema {schema} cascade");
            let _ = PgConnection::establish(&SERVER.url).map(|mut connection| connection.batch_execute(&drop));
        }
    }
}
