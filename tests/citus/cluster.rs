//! A book on a real cluster. `TEST_CITUS_URL` names a database on its coordinator; without it the test says that it is left out, and does
//! nothing.

use std::{env, fs};

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::support::{Answer, Program, TestBook};

const COORDINATOR: &str = "TEST_CITUS_URL";

/// A schema of its own on the coordinator, which goes with it.
struct ClusterBook {
    coordinator: String,
    schema: String,
    url: String,
}

impl ClusterBook {
    fn new(name: &str) -> Option<Self> {
        let Ok(coordinator) = env::var(COORDINATOR) else {
            eprintln!("LEFT OUT: books on Citus. Name a database on the coordinator of a cluster by {COORDINATOR}");
            return None;
        };
        let schema = format!("teller_{name}_{}", std::process::id());
        let separator = if coordinator.contains('?') { '&' } else { '?' };
        let settings = "-ccitus.enable_unsafe_triggers%3Don%20-ccitus.enable_schema_based_sharding%3D";
        let sharding = if name == "born" { "on" } else { "off" };
        let url = format!("{coordinator}{separator}options=-csearch_path%3D{schema}%20{settings}{sharding}");
        let book = Self { coordinator, schema, url };
        book.raw(&format!("create schema {}", book.schema)).unwrap();
        Some(book)
    }

    fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url).expect("the coordinator answers")
    }

    fn raw(&self, statement: &str) -> Result<(), String> {
        self.connect().batch_execute(statement).map_err(|error| error.to_string())
    }

    fn text(&self, query: &str) -> String {
        diesel::dsl::sql::<Text>(query)
            .get_result(&mut self.connect())
            .unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    fn run(&self, arguments: &str) -> Answer {
        let arguments: Vec<_> = ["--database-url", &self.url].into_iter().chain(arguments.split(' ')).collect();
        Program::new(&arguments).run()
    }

    /// What nobody may do to a book.
    fn attack(&self) {
        let shards = "select string_agg(result, ' ') from run_command_on_shards('transfers', ";
        let attack = self.text(&format!("{shards}$$ update %s set amount = 1 $$)"));
        assert!(attack.contains("update refused"), "{attack}");
        assert!(self.raw("update transfers set amount = 1").unwrap_err().contains("refused"));
        assert!(self.raw("truncate transfers").unwrap_err().contains("refused"));
        assert!(self.raw("insert into book_identity values (gen_random_uuid())").unwrap_err().contains("refused"));
        self.run("verify").ends(0);
        let doctor = self.run("--format json doctor").json();
        let guards = doctor["items"].as_array().unwrap().iter().find(|fact| fact["fact"] == "shard_guards").cloned();
        let guards = guards.expect("doctor knows that it is a cluster");
        assert_eq!(guards["warning"], serde_json::Value::Null, "{guards}");
    }
}

impl Drop for ClusterBook {
    fn drop(&mut self) {
        let drop = format!("drop schema {} cascade", self.schema);
        let _ = PgConnection::establish(&self.coordinator).map(|mut connection| connection.batch_execute(&drop));
    }
}

/// What a book is used for every day.
fn use_book(run: &dyn Fn(&str) -> Answer) {
    for account in ["cash --type asset", "alice --type liability", "bob --type liability"] {
        run(&format!("account open {account} --currency EUR")).ends(0);
    }
    run("deposit alice 100.00 --cash cash").ends(0);
    for _ in 0..3 {
        run("transfer alice bob 10.00").ends(0);
    }
    run("hold alice bob 20.00 --idempotency-key h1").ends(0);
    run("capture h1 15.00 --final").ends(0);
    run("balance bob").ends(0).shows("45.00");
    let batch = tempfile::NamedTempFile::new().unwrap();
    let line = |number| format!(r#"{{"key":"b{number}","from":"alice","to":"bob","amount":"0.01"}}"#);
    fs::write(batch.path(), (0..200).map(line).collect::<Vec<_>>().join("\n")).unwrap();
    run(&format!("batch {}", batch.path().display())).ends(0);
    run("balance bob").ends(0).shows("47.00");
    run("verify").ends(0);
}

/// So that on a cluster nothing fails that would fail anywhere.
#[test]
fn what_is_asked_of_a_cluster_can_be_asked_of_any_book() {
    let book = TestBook::on_postgres();
    use_book(&|arguments| book.run(arguments));
}

#[test]
fn a_book_that_is_migrated_and_then_distributed_works_and_is_guarded() {
    let Some(book) = ClusterBook::new("moved") else { return };
    book.run("migrate run").ends(0);
    book.raw(&format!("select citus_schema_distribute('{}')", book.schema)).unwrap();
    use_book(&|arguments| book.run(arguments));
    book.attack();
}

#[test]
fn a_book_that_is_migrated_in_a_distributed_schema_works_and_is_guarded() {
    let Some(book) = ClusterBook::new("born") else { return };
    book.run("migrate run").ends(0);
    use_book(&|arguments| book.run(arguments));
    book.attack();
}
