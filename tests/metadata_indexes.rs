//! Who may declare that metadata is looked up, what happens where the building of an index is broken off, and what keeps a declaration.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use diesel::connection::SimpleConnection;

use crate::connections::server_of;
use crate::support::pgbouncer::PgBouncer;
use crate::support::{Program, TestBook, check, on_every_backend, transfer};
use teller::Mode;
use teller::ledger::FindingCode;

const BOOK: &str = "
    account alice equity EUR meta tier=gold
    account bob   equity EUR
    transfer t1: alice bob 1 meta invoice=7 -> posted
    transfer t2: alice bob 1 -> posted
    annotate transfer t2 invoice=7 -> annotated
";

/// Waits until a query counts something.
fn wait_for(book: &TestBook, query: &str) {
    while book.query_i64(query) == 0 {
        thread::yield_now();
    }
}

/// A program that builds an index and waits for somebody else's transaction, which has written to the table.
struct Building {
    book: TestBook,
    others: diesel::pg::PgConnection,
    program: Child,
    /// Builders are looked for on the whole server, so there is one at a time.
    alone: MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::new(());

const UNFINISHED: &str = "select count(*) from pg_index join pg_class on pg_class.oid = indexrelid \
    where relnamespace = current_schema()::regnamespace and not indisvalid";

impl Building {
    fn begin() -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let book = TestBook::on_postgres();
        check(&book, BOOK);
        let mut others = book.connect_postgres();
        others.batch_execute("begin; lock table account_events in row exclusive mode").unwrap();
        let arguments = ["--database-url", &book.owner_url, "metadata", "index", "add", "transfers", "invoice"];
        let program = Program::new(&arguments).start();
        wait_for(&book, UNFINISHED);
        Self { book, others, program, alone }
    }

    fn state(&self) -> String {
        let answer = self.book.run("metadata index list --format csv").ends(0);
        answer.stdout.lines().nth(1).unwrap_or_default().split(',').take(3).collect::<Vec<_>>().join(",")
    }

    fn finds_both(&self) {
        let answer = self.book.run("transfer list --metadata invoice=7 --format csv").ends(0);
        assert_eq!(answer.stdout.lines().count(), 3, "{}", answer.stdout);
    }
}

#[test]
fn others_go_on_writing_while_an_index_is_built() {
    let Building { book, mut others, mut program, alone: _alone } = Building::begin();
    let posted = transfer("t3", "alice", "bob", "1");
    book.ledger().post(posted, Mode::Commit).unwrap();
    book.run("metadata set --transfer t3 invoice=7").ends(0);
    others.batch_execute("commit").unwrap();
    assert!(program.wait().unwrap().success());
    let answer = book.run("transfer list --metadata invoice=7 --format csv").ends(0);
    assert_eq!(answer.stdout.lines().count(), 4, "{}", answer.stdout);
    book.run("metadata index list --format csv").ends(0).shows("transfers,invoice,ready");
    assert_eq!(book.ledger().verify(&mut |_| {}).unwrap().findings, []);
}

/// Builds an index while somebody else's transaction is open that has written to the table, and waits until it says for whom it waits.
fn waits_and_says_so(book: &TestBook, url: &str) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut others = book.connect_postgres();
    others
        .batch_execute("set application_name = 'nightly'; begin; lock table account_events in row exclusive mode")
        .unwrap();
    let arguments = ["--database-url", url, "metadata", "index", "add", "transfers", "invoice"];
    let mut program =
        Program::new(&arguments).command(|command| _ = command.stderr(Stdio::piped()).stdout(Stdio::null())).spawn();
    let mut lines = BufReader::new(program.stderr.take().unwrap()).lines().map(Result::unwrap);
    let waits = lines.find(|line| line.contains("(nightly)")).expect("it says for whom it waits");
    let beginning = "The index is being built: waiting for writers before build, 1 transaction: process ";
    assert!(waits.starts_with(beginning) && waits.contains(", idle in transaction since 20"), "{waits}");
    others.batch_execute("commit").unwrap();
    assert!(program.wait().unwrap().success());
    book.run("metadata index list --format csv").ends(0).shows("transfers,invoice,ready");
}

#[test]
fn the_program_says_what_an_index_waits_for() {
    let book = TestBook::on_postgres();
    check(&book, BOOK);
    waits_and_says_so(&book, &book.owner_url);
}

#[test]
fn an_index_is_built_through_a_pooler() {
    let book = TestBook::on_postgres();
    check(&book, BOOK);
    let server = server_of(&book);
    let role = book.query_text("select current_user::text");
    let pooler = PgBouncer::to(&server, &role, "pool_mode = transaction\nignore_startup_parameters = options");
    waits_and_says_so(&book, &book.owner_url.replace(&server, &pooler.address));
}

#[test]
fn an_index_whose_building_was_broken_off_is_of_no_use_until_it_is_declared_again() {
    let mut building = Building::begin();
    building.finds_both();
    assert_eq!(building.state(), "transfers,invoice,unfinished");
    // As if the server had been stopped.
    let end = "select count(*) from pg_stat_activity where query like 'create index concurrently account_events_metadata%' \
        and pg_terminate_backend(pid)";
    assert_eq!(building.book.query_i64(end), 1);
    assert!(!building.program.wait().unwrap().success());
    building.others.batch_execute("commit").unwrap();
    building.finds_both();
    assert_eq!(building.state(), "transfers,invoice,unfinished");
    building.book.run("doctor").ends(1).shows("no look-up uses \"invoice\" of transfers");
    building.book.run_as_owner("metadata index add transfers invoice").ends(0).says("is ready");
    assert_eq!(building.state(), "transfers,invoice,ready");
    building.finds_both();
    assert_eq!(building.book.query_i64(UNFINISHED), 0);
    building.book.run_as_owner("metadata index remove transfers invoice").ends(0);
    building.finds_both();
}

#[test]
fn whoever_comes_while_an_index_is_built_waits_for_it() {
    for (late, end) in [("add", "ready"), ("remove", "removed")] {
        let Building { book, mut others, mut program, alone: _alone } = Building::begin();
        let arguments = ["metadata", "index", late, "transfers", "invoice"];
        let late = thread::scope(|scope| {
            let late = scope.spawn(|| Program::on(&book, &arguments).run());
            let waiting =
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like 'lock table%'";
            while book.query_i64(waiting) == 0 {
                thread::yield_now();
            }
            others.batch_execute("commit").unwrap();
            late.join().unwrap()
        });
        late.ends(0).says(end);
        assert!(program.wait().unwrap().success());
        assert_eq!(book.query_i64(UNFINISHED), 0);
    }
}

#[test]
fn only_the_owner_declares_an_index_and_everybody_uses_it() {
    let book = TestBook::on_postgres();
    check(&book, BOOK);
    let prefix = book.make_roles();
    let run = |role: &str, arguments: &str| {
        let url = book.url_as(&format!("{prefix}_{role}"));
        Program::new(&["--database-url", &url].into_iter().chain(arguments.split(' ')).collect::<Vec<_>>()).run()
    };
    for role in ["writer", "reader"] {
        for of in ["transfers", "accounts"] {
            run(role, &format!("metadata index add {of} invoice")).ends(77).says("permission denied");
        }
    }
    assert_eq!(book.query_i64(UNFINISHED), 0);
    run("owner", "metadata index add transfers invoice").ends(0);
    for role in ["writer", "reader"] {
        run(role, "metadata index list --format csv").ends(0).shows("transfers,invoice,ready");
        run(role, "transfer list --metadata invoice=7 --format csv").ends(0).shows("t1");
        run(role, "metadata index remove transfers invoice").ends(77).says("permission denied");
    }
    run("writer", "transfer alice bob 1 --metadata invoice=7").ends(0);
    run("owner", "metadata index list --format csv").ends(0).shows("transfers,invoice,ready");
}

#[test]
fn a_copy_of_the_file_keeps_what_is_declared_and_an_export_does_not() {
    let book = TestBook::on_sqlite();
    check(&book, BOOK);
    book.run("metadata index add transfers invoice").ends(0);
    let folder = tempfile::TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    book.run(&format!("backup {}", path("copy.db"))).ends(0);
    let on = |url: &str, arguments: &[&str]| Program::new(&[&["--database-url", url], arguments].concat()).run();
    let copy = format!("sqlite://{}", path("copy.db"));
    on(&copy, &["metadata", "index", "list", "--format", "csv"]).ends(0).shows("transfers,invoice,ready");
    on(&copy, &["verify"]).ends(0);
    book.run(&format!("export --out {}", path("book.ndjson"))).ends(0);
    let imported = format!("sqlite://{}", path("imported.db"));
    on(&imported, &["import", "book", &path("book.ndjson")]).ends(0);
    on(&imported, &["metadata", "index", "list", "--format", "csv"]).ends(0).says("No index");
    on(&imported, &["transfer", "list", "--metadata", "invoice=7", "--format", "csv"]).ends(0).shows("t1");
}

#[test]
fn a_program_that_is_killed_while_it_builds_leaves_no_index_in_a_file() {
    let book = TestBook::on_sqlite();
    check(&book, BOOK);
    let mut others = book.connect_sqlite();
    others.batch_execute("begin immediate").unwrap();
    let mut program = Program::on(&book, &["metadata", "index", "add", "transfers", "invoice"]).start();
    program.kill().unwrap();
    program.wait().unwrap();
    others.batch_execute("commit").unwrap();
    book.run("metadata index list --format csv").ends(0).says("No index");
    book.run("metadata index add transfers invoice").ends(0).says("is ready");
}

/// What somebody makes of an index under its own name: `{name}`, and the table, `{text}` and the second key as they were.
const OTHERS: &[&str] = &[
    "create index {name} on {table} ({text}, {second}) where {second} is not null and {text} is not null and 1 = 1",
    "create index {name} on {table} ({text}, {second})",
    "create index {name} on {table} ({second})",
    "create index {name} on {table} (({text})) where {text} is not null",
    "create index {name} on {table} (({other}), {second}) where {other} is not null",
    "create index {name} on {table} ({text} {collation}, {second}) where {text} is not null",
    "create unique index {name} on {table} ({text}, {second}) where {text} is not null",
];

/// Replaces an index over the key `invoice` by another one, and returns its name.
fn replace_index(book: &TestBook, (table, column, second): (&str, &str, &str), other: &str) -> String {
    let named = format!("{table}_metadata_");
    let catalogue = if book.is_on_postgres() {
        "select indexname::text from pg_indexes where schemaname = current_schema()"
    } else {
        "select name from sqlite_schema where type = 'index'"
    };
    let name = book.query_texts(catalogue).into_iter().find(|name| name.starts_with(&named)).unwrap();
    let text = |key: &str| {
        if book.is_on_postgres() {
            format!("({column} ->> '{key}') collate \"C\"")
        } else {
            format!("json_extract({column}, '$.\"{key}\"')")
        }
    };
    let collation = if book.is_on_postgres() { "desc" } else { "collate nocase" };
    let other = other.replace("{name}", &name).replace("{table}", table).replace("{second}", second);
    let other = other.replace("{text}", &text("invoice")).replace("{other}", &text("order"));
    let other = other.replace("{collation}", collation);
    book.raw_script(&format!("drop index {name}; {other}")).unwrap_or_else(|error| panic!("{other}: {error}"));
    name
}

on_every_backend! {
    fn an_index_that_another_one_of_its_name_replaced_is_a_finding_and_no_look_up_uses_it(book: &TestBook) {
        check(book, BOOK);
        check(book, "annotate account bob invoice=7 -> annotated");
        let shown = || ["transfer list --metadata invoice=7", "account list --metadata invoice=7"].map(|list| {
            book.run(&format!("--format csv {list}")).ends(0).stdout.clone()
        });
        let expected = shown();
        assert!(expected.iter().all(|list| list.lines().count() > 1), "{expected:?}");
        for of in ["transfers", "accounts"] {
            book.run_as_owner(&format!("metadata index add {of} invoice")).ends(0);
        }
        for part in [
            ("accounts", "metadata", "name"),
            ("transfers", "metadata", "sequence"),
            ("account_events", "metadata_after", "transfer_id"),
        ] {
            for other in OTHERS {
                let name = replace_index(book, part, other);
                assert_eq!(shown(), expected, "{other}");
                let findings = book.ledger().verify(&mut |_| {}).unwrap().findings;
                assert!(findings.iter().any(|it| it.code == FindingCode::Index && it.problem.contains(&name)), "{other}: {findings:#?}");
                book.run("verify").ends(1).shows(&name);
                book.run("doctor").ends(1).shows(&name);
                let of = if part.0 == "accounts" { "accounts" } else { "transfers" };
                book.run_as_owner(&format!("metadata index add {of} invoice")).ends(0).says("is ready");
                assert_eq!(book.ledger().verify(&mut |_| {}).unwrap().findings, [], "{other}");
                assert_eq!(shown(), expected, "{other}");
            }
        }
        replace_index(book, ("transfers", "metadata", "sequence"), OTHERS[1]);
        book.run_as_owner("metadata index remove transfers invoice").ends(0);
        assert_eq!(book.ledger().verify(&mut |_| {}).unwrap().findings, []);
    }
}
