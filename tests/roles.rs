//! What the owner, the writer and the reader of a PostgreSQL book may do, and what not.

use std::fs;

use tempfile::TempDir;

use crate::support::{Answer, Program, TestBook, assert_whole, check};

/// A book with its roles.
struct Roles {
    book: TestBook,
    prefix: String,
}

impl Roles {
    fn new() -> Self {
        let book = TestBook::on_postgres();
        let prefix = book.make_roles();
        Self { book, prefix }
    }

    /// Runs the program as a role; the arguments are separated by blanks.
    fn run(&self, role: &str, arguments: &str) -> Answer {
        let url = self.book.url_as(&format!("{}_{role}", self.prefix));
        let arguments: Vec<_> = ["--database-url", &url].into_iter().chain(arguments.split(' ')).collect();
        Program::new(&arguments).run()
    }

    /// Runs a statement past Teller, as a role.
    fn raw(&self, role: &str, statement: &str) -> Result<(), String> {
        self.book.raw_script(&format!("set role {}_{role}; {statement}", self.prefix))
    }

    /// The role may not run the statement.
    #[track_caller]
    fn assert_denied(&self, role: &str, statement: &str) {
        let before = self.book.contents();
        let message = self.raw(role, statement).expect_err(statement);
        let is_denied = message.contains("permission denied") || message.contains("must be owner");
        assert!(is_denied, "`{statement}` is refused for another reason: {message}");
        assert_eq!(self.book.contents(), before, "{statement}");
    }

    /// `table privilege` for each that a role has on a whole table of the book.
    fn privileges(&self, role: &str) -> Vec<String> {
        self.book.query_texts(&format!(
            "select concat(relname, ' ', wanted) from pg_class, unnest(array['select', 'insert', 'update', 'delete', 'truncate']) wanted
             where relnamespace = current_schema()::regnamespace and relkind in ('r', 'v')
                 and has_table_privilege('{}_{role}', oid, wanted) order by concat(relname, ' ', wanted) collate \"C\"",
            self.prefix
        ))
    }
}

/// Everything that is done to a book day by day.
const WORK: &[&str] = &[
    "account open alice --currency EUR --overdraft 5",
    "account open bob --currency EUR",
    "account limit bob --max-balance 1000",
    "currency add POINTS --exponent 0 --name points",
    "deposit alice 100",
    "transfer alice bob 30 --description rent --metadata a=b",
    "withdraw bob 10",
    "post --debit alice --credit bob 1",
    "hold alice bob 5 --key h1 --expires-in 1d",
    "capture h1 2",
    "release h1",
    "account freeze bob",
    "account unfreeze bob",
    "schedule add alice bob 1 --every day --from 2026-01-01 --count 1 --key s1",
    "schedule add alice bob 900 --every day --from 2026-01-01 --count 1 --on-refusal retry --key s2",
    "schedule run",
    "schedule run",
    "schedule cancel s2",
];

const LOOKS: &[&str] = &[
    "balance alice",
    "statement alice",
    "account list",
    "currency list",
    "verify",
    "migrate status",
    "schedule list",
    "book list",
];

/// What only the owner writes.
const FIXED_TABLES: &[&str] = &["__diesel_schema_migrations", "book_identity", "book_imports"];

#[test]
fn a_writer_does_all_the_work_of_a_book() {
    let roles = Roles::new();
    for command in WORK.iter().chain(LOOKS) {
        roles.run("writer", command).ends(0);
    }
    let folder = TempDir::new().unwrap();
    let journal = folder.path().join("journal.json");
    fs::write(&journal, r#"{"key": "j1", "legs": [{"from": "alice", "to": "bob", "amount": "1.00"}]}"#).unwrap();
    roles.run("writer", &format!("journal post {}", journal.display())).ends(0);
    roles.run("writer", "reverse --journal j1").ends(0);
    let transfers = folder.path().join("transfers.csv");
    fs::write(&transfers, "from,to,amount\nalice,bob,1\nbob,alice,2\n").unwrap();
    roles.run("writer", &format!("import transfers {}", transfers.display())).ends(0);
    assert_whole(&roles.book.ledger(), 12);
}

#[test]
fn a_writer_cannot_record_what_the_owner_does() {
    let roles = Roles::new();
    roles.run("owner", "account open cash --type asset --currency EUR").ends(0);
    roles.run("writer", "currency add TOK --exponent 3 --name Token").ends(0);
    roles.run("writer", "period close 2020-01").ends(77);
    let row = "event, sequence, recorded_at, kind, actor, hash, reason, period, accepted_until";
    for subject in
        ["'period_closed', 'x', hash, 'x', '2020-01', null", "'clock_accepted', 'x', hash, 'x', null, recorded_at"]
    {
        let insert = format!(
            "insert into book_events ({row}) select 2, 99, recorded_at, {subject} from book_events where event = 1"
        );
        roles.assert_denied("writer", &insert);
        roles.raw("owner", &format!("begin; {insert}; rollback")).unwrap();
    }
}

#[test]
fn a_writer_cannot_take_back_what_was_written() {
    let roles = Roles::new();
    check(&roles.book, "account cash asset EUR\naccount alice liability EUR\ndeposit alice 5 -> posted");
    let tables = [
        "currencies",
        "accounts",
        "account_events",
        "transfers",
        "holds",
        "schedules",
        "schedule_dues",
        "book_identity",
        "book_imports",
        "__diesel_schema_migrations",
    ];
    for table in tables {
        for statement in
            ["delete from", "truncate", "drop table", "alter table TABLE disable trigger user; delete from"]
        {
            roles.assert_denied("writer", &format!("{statement} {table}").replace("TABLE", table));
        }
    }
    for (table, column) in [
        ("transfers", "amount"),
        ("transfers", "hash"),
        ("transfers", "description"),
        ("accounts", "name"),
        ("accounts", "currency"),
        ("accounts", "description"),
        ("accounts", "description"),
        ("accounts", "opened_at"),
        ("account_events", "recorded_at"),
        ("holds", "amount"),
        ("holds", "expires_at"),
        ("schedules", "amount"),
        ("schedules", "until"),
        ("schedule_dues", "due_at"),
        ("schedule_dues", "first_at"),
        ("book_identity", "id"),
        ("book_imports", "lines"),
        ("currencies", "exponent"),
        ("__diesel_schema_migrations", "version"),
    ] {
        roles.assert_denied("writer", &format!("update {table} set {column} = {column}"));
    }
    for statement in [
        "create table more (id bigint)",
        "create or replace function refuse_change() returns trigger language plpgsql as 'begin return null; end'",
        "select setval('transfers_sequence_seq', 1)",
        "insert into __diesel_schema_migrations (version) values ('29991231000000')",
    ] {
        roles.assert_denied("writer", statement);
    }
    roles.run("writer", "migrate revert --discard-everything").ends(77).says("does not allow it");
    assert_whole(&roles.book.ledger(), 1);
}

#[test]
fn a_writer_cannot_put_a_table_of_its_own_before_the_books() {
    let roles = Roles::new();
    let schema = roles.book.query_text("select current_schema()::text");
    let shadow =
        "create temp table accounts (id bigint, currency text); insert into accounts values (1, 'EUR'), (2, 'EUR');";
    let transfer = roles.book.insert_transfer(&[]);
    for shadow in ["", shadow] {
        let message = roles.raw("writer", &format!("{shadow} {transfer}")).unwrap_err();
        assert!(message.contains("do not both exist in one currency"), "{message}");
    }
    // Without it the row of the test would be let in.
    roles.book.raw(&format!("alter function {schema}.transfers_check_accounts() set search_path to {schema}")).unwrap();
    roles.raw("writer", &format!("{shadow} {transfer}")).unwrap();
}

#[test]
fn only_the_owner_seals() {
    let roles = Roles::new();
    for role in ["writer", "reader"] {
        roles.run(role, "seal").ends(77).says("only the book's owner may");
    }
    roles.run("owner", "seal").ends(0).says("Sealed 0 transfers");
}

#[test]
fn a_reader_looks_and_writes_nothing() {
    let roles = Roles::new();
    check(&roles.book, "account cash asset EUR\naccount alice liability EUR\ndeposit alice 5 -> posted");
    for command in LOOKS {
        roles.run("reader", command).ends(0);
    }
    for view in ["v1_accounts", "v1_balances", "v1_transfers", "v1_entries", "v1_holds"] {
        roles.raw("reader", &format!("select * from {view}")).unwrap();
    }
    roles.assert_denied("reader", "delete from v1_accounts");
    for command in [
        "transfer alice cash 1",
        "deposit alice 1 --cash cash",
        "account open b --currency EUR",
        "account limit alice --max-balance 9",
        "currency add POINTS --exponent 0 --name points",
        "migrate revert",
    ] {
        let answer = roles.run("reader", command);
        assert!(matches!(answer.code, Some(3 | 77)), "{command}: {answer:?}");
    }
    roles.run("reader", "deposit alice 1 --cash cash").ends(77).says("permission denied");
    for statement in [
        "update accounts set version = version",
        "select nextval('transfers_sequence_seq')",
        "select from accounts for update",
    ] {
        roles.assert_denied("reader", statement);
    }
    assert_whole(&roles.book.ledger(), 1);
}

#[test]
fn the_owner_migrates_and_gives_out_the_roles_again() {
    let roles = Roles::new();
    // As far back as to a table that every command reads.
    while !roles.run("owner", "migrate revert").ends(0).says("Reverted ").stderr.contains("create_book") {}
    roles.run("owner", "migrate roles").ends(78).says("teller migrate run");
    roles.run("owner", "migrate run").ends(0).says("Applied ");
    // What the owner has just made is nobody else's until the roles are given out again.
    roles.run("writer", "verify").ends(77).says("permission denied for table book_imports");
    let apply = format!("migrate roles --apply --prefix {}", roles.prefix);
    roles.run("owner", &apply).ends(0).says("are ready");
    roles.run("writer", "verify").ends(0);
    while !roles.run("owner", "migrate revert").ends(0).stderr.contains("nothing to revert") {}
    roles.run("owner", "migrate run").ends(0);
}

#[test]
fn roles_are_made_without_a_superuser() {
    let roles = Roles::new();
    let (prefix, deployer) = (format!("{}_more", roles.prefix), format!("{}_deployer", roles.prefix));
    let schema = format!("{}_deployed", roles.book.query_text("select current_schema()::text"));
    roles
        .book
        .raw_script(&format!("create role {deployer} createrole; create schema {schema} authorization {deployer}"))
        .unwrap();
    let url = roles.book.url_as(&deployer);
    let run = |arguments: &str| {
        let words = ["--database-url", &url, "--book", &schema].into_iter().chain(arguments.split(' '));
        Program::new(&words.collect::<Vec<_>>()).run()
    };
    run("migrate run").ends(0);
    for _ in 0..2 {
        run(&format!("migrate roles --apply --prefix {prefix}")).ends(0);
    }
    run("verify").ends(0);
    run("migrate revert").ends(0);
    let drop = format!(
        "drop schema {schema} cascade; drop owned by {deployer}; drop role {prefix}_owner, {prefix}_writer, {prefix}_reader, {deployer}"
    );
    roles.book.raw_script(&drop).unwrap();
}

#[test]
fn only_those_who_may_give_out_roles_do() {
    let roles = Roles::new();
    for role in ["writer", "reader"] {
        for prefix in [roles.prefix.as_str(), "roles_of_others"] {
            roles.run(role, &format!("migrate roles --apply --prefix {prefix}")).ends(77).says("does not allow it");
        }
        roles.run(role, "book create roles_book").ends(77).says("permission denied for database");
    }
}

#[test]
fn the_printed_script_does_what_is_applied() {
    let applied = Roles::new();
    let printed = Roles { book: TestBook::on_postgres(), prefix: applied.prefix.clone() };
    let script = printed.book.run(&format!("migrate roles --prefix {}", printed.prefix)).ends(0).stdout;
    assert!(script.starts_with("begin;\n") && script.ends_with("commit;\n"));
    for _ in 0..2 {
        // What was granted by hand is taken back by the next run.
        printed.book.raw_script(&script).unwrap();
        for role in ["owner", "writer", "reader"] {
            assert_eq!(printed.privileges(role), applied.privileges(role));
        }
        printed.book.raw(&format!("grant all on transfers, accounts to {}_writer", printed.prefix)).unwrap();
    }
}

#[test]
fn every_table_of_the_schema_has_its_privileges() {
    let roles = Roles::new();
    let tables = roles.book.query_texts(
        "select relname::text from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'v') order by relname collate \"C\"",
    );
    assert!(tables.len() > 4);
    let expected = |wanted: &[&str]| {
        let of_table = |table: &String| {
            let is_written = !FIXED_TABLES.contains(&table.as_str()) && !table.starts_with("v1_");
            let had = wanted
                .iter()
                .filter(|wanted| is_written || **wanted == "select")
                .map(|wanted| format!("{table} {wanted}"));
            had.collect::<Vec<_>>()
        };
        let mut privileges: Vec<_> = tables.iter().flat_map(of_table).collect();
        privileges.sort_unstable();
        privileges
    };
    assert_eq!(roles.privileges("reader"), expected(&["select"]));
    assert_eq!(roles.privileges("writer"), expected(&["select", "insert"]));
}

#[test]
fn the_writer_of_one_book_cannot_look_into_another() {
    let (own, other) = (Roles::new(), TestBook::on_postgres());
    let script = other.run("migrate roles --prefix books_other").ends(0).stdout;
    assert!(script.contains("books_other_writer") && !script.contains(&own.prefix));
    let schema = other.query_text("select current_schema()::text");
    own.run("writer", &format!("--book {schema} account list")).ends(78).says("has no book of that name");
    own.assert_denied("writer", &format!("select * from {schema}.accounts"));
    assert!(!own.run("writer", "book list").ends(0).stdout.contains(&schema));
}

#[test]
fn an_sqlite_book_has_no_roles() {
    let book = TestBook::on_sqlite();
    for command in ["migrate roles", "migrate roles --apply"] {
        book.run(command).ends(78).says("an SQLite book has no roles").says("permissions of its file");
    }
}
