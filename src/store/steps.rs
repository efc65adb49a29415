//! The migrations, which are compiled in. The folders of both backends have the same steps, in the order of this one list.
//!
//! What belongs here: which steps there are, and how one is sent to the database. When they run is in `migrations.rs`.

use std::fmt;

use diesel::backend::Backend;
use diesel::connection::BoxableConnection;
use diesel::migration::{self, Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion};

/// The steps of a backend: its folder, and what tells a file apart into the statements that are sent by themselves.
macro_rules! steps {
    ($folder:literal, $statements_of:path) => {
        $crate::store::steps::steps! {
            $folder, $statements_of,
            "2026-11-29-000001_create_currencies",
            "2026-11-29-000002_create_accounts",
            "2026-11-29-000003_create_transfers",
            "2026-11-29-000004_create_book",
            "2026-11-29-000005_create_schedules",
            "2026-11-29-100000_create_views",
            "2026-11-30-000001_index_lists",
            "2026-11-30-000002_keep_guards_on_shards",
        }
    };
    ($folder:literal, $statements_of:path, $($name:literal,)+) => {
        $crate::store::steps::Steps::new(&[$($crate::store::steps::Step::new(
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $folder, "/", $name, "/up.sql")),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $folder, "/", $name, "/down.sql")),
            $statements_of,
        )),+])
    };
}

pub(super) use steps;

/// All steps of a backend.
#[derive(Clone, Copy)]
pub(super) struct Steps(&'static [Step]);

/// One step, there and back.
pub(super) struct Step {
    name: StepName,
    up: &'static str,
    down: &'static str,
    statements_of: fn(&str) -> Vec<&str>,
}

struct StepName(&'static str);

/// Every step runs in a transaction, which is what Diesel's trait says without another word.
struct InTransaction;

impl Steps {
    pub(super) const fn new(steps: &'static [Step]) -> Self {
        Self(steps)
    }
}

impl<DB: Backend> MigrationSource<DB> for Steps {
    fn migrations(&self) -> migration::Result<Vec<Box<dyn Migration<DB>>>> {
        Ok(self.0.iter().map(|step| Box::new(step) as Box<dyn Migration<DB>>).collect())
    }
}

impl Step {
    pub(super) const fn new(
        name: &'static str,
        up: &'static str,
        down: &'static str,
        statements_of: fn(&str) -> Vec<&str>,
    ) -> Self {
        Self { name: StepName(name), up, down, statements_of }
    }

    fn send<DB: Backend>(&self, connection: &mut dyn BoxableConnection<DB>, file: &str) -> migration::Result<()> {
        for statement in (self.statements_of)(file) {
            connection.batch_execute(statement).map_err(|fault| format!("{}: {fault}", self.name))?;
        }
        Ok(())
    }
}

impl<DB: Backend> Migration<DB> for &'static Step {
    fn run(&self, connection: &mut dyn BoxableConnection<DB>) -> migration::Result<()> {
        self.send(connection, self.up)
    }

    fn revert(&self, connection: &mut dyn BoxableConnection<DB>) -> migration::Result<()> {
        self.send(connection, self.down)
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        &InTransaction
    }

    fn name(&self) -> &dyn MigrationName {
        &self.name
    }
}

impl MigrationMetadata for InTransaction {}

impl MigrationName for StepName {
    /// The digits before the words.
    fn version(&self) -> MigrationVersion<'_> {
        let date = self.0.split('_').next().unwrap_or_default();
        date.replace('-', "").into()
    }
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
