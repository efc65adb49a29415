//! The walls that are words: which words may stand in which places only.

use super::assert_none;
use super::source::{SOURCES, Source};
use super::words::{View, Wall};

/// Makes a test of each wall. The breach is a file and a line that the wall must see.
macro_rules! walls {
    ($($(#[$doc:meta])* $rule:ident { $($field:ident: $value:expr,)+ } breach: ($path:expr, $text:expr);)+) => {
        const WALLS: &[(Wall, &str, &str)] =
            &[$((Wall { $($field: $value,)+ ..Wall::new(stringify!($rule)) }, $path, $text)),+];

        $($(#[$doc])* #[test] fn $rule() { keep(stringify!($rule)); })+
    };
}

walls! {
    core_and_what_is_shown_name_no_diesel {
        words: &["diesel"],
        within: &["core/src/", "src/wire/", "src/interchange/", "src/bench/", "src/files/", "src/config/", "src/cli/"],
    } breach: ("core/src/facts/account.rs", "use diesel::prelude::*;");

    /// The twin that posts inside an application's PostgreSQL transaction may, and the migration of a new SQLite file on first use.
    only_store_tells_the_backends_apart {
        words: &["PgConnection", "SqliteConnection", "DatabaseUrl::Postgres", "DatabaseUrl::Sqlite"],
        allowed: &["src/store/", "src/ledger/transfers/in_transaction.rs", "src/ledger/mod.rs"],
    } breach: ("src/ledger/proof/seal.rs", "DatabaseUrl::Sqlite(path) => path,");

    only_ledger_writes_by_way_of_store {
        words: &["Access::Write", "insert_into", "diesel::update", "diesel::delete", "sql_query"],
        allowed: &["src/ledger/", "src/store/"],
    } breach: ("src/cli/commands/post.rs", "pool.transaction(Access::Write, work)");

    /// Diesel prepares a statement with a literal of its own anew each time; `models::fixed_sql` is kept.
    no_statement_has_a_literal_of_diesel {
        words: &["SqlLiteral", "dsl::sql"],
        within: &["src/"],
    } breach: ("src/models/holds.rs", "fn is_open() -> SqlLiteral<Bool> {");

    /// Writing talk cannot fail a command.
    only_one_file_of_cli_writes_to_stderr {
        words: &["eprintln!", "eprint!", "dbg!", "io::stderr", "anstream"],
        allowed: &["src/cli/talk.rs"],
    } breach: ("src/cli/commands/import.rs", "anstream::eprintln!(\"done\");");

    /// It tells what was committed where a result is lost.
    only_one_file_of_cli_writes_to_stdout {
        words: &["println!", "print!", "io::stdout"],
        allowed: &["src/cli/output.rs"],
    } breach: ("src/ledger/transport/import.rs", "let out = io::stdout();");

    /// Those of the command line that books begin with. The library has its own way, and there are books that nobody keeps.
    only_what_books_begin_with_makes_one {
        words: &[
            "MissingBook::Make",
            "making_missing",
            "open_or_create",
            "ledger_to_begin",
            "ledger_to_import",
            "pool_to_begin",
        ],
        allowed: &[
            "src/store/",
            "src/cli/mod.rs",
            "src/cli/context.rs",
            "src/cli/commands/account/mod.rs",
            "src/cli/commands/import/mod.rs",
            "src/cli/commands/import/book.rs",
            "src/cli/commands/migrate.rs",
            "src/cli/commands/demo.rs",
            "src/ledger/mod.rs",
            "src/ledger/transport/book/throwaway.rs",
            "src/bench/book.rs",
        ],
    } breach: ("src/cli/commands/verify.rs", "let ledger = context.ledger_to_begin(Mode::Commit)?;");

    only_clock_reads_the_wall_clock {
        words: &["Utc::now", "Local::now", "SystemTime::now", "now_v7", "duration_since(UNIX_EPOCH)"],
        allowed: &["src/clock.rs"],
    } breach: ("core/src/facts/instant.rs", "let now = Utc::now();");

    /// The rest is about the machine's own clock.
    the_clock_of_a_book_is_that_of_its_pool {
        words: &["Clock::system"],
        allowed: &[
            "src/store/slots.rs",
            "src/ledger/book/examination.rs",
            "src/cli/log.rs",
            "src/bench/book.rs",
        ],
        view: View::Code,
    } breach: ("src/ledger/transport/import.rs", "let now = Clock::system().now();");

    /// One of them tells of how long another session writes, and decides nothing.
    the_clock_of_the_server_is_read_in_three_statements {
        words: &["clock_timestamp", "current_timestamp", "now()", "'now'"],
        allowed: &["src/store/postgres/drawing.rs", "src/store/postgres/operations.rs", "src/store/postgres/statements.rs"],
        view: View::Texts,
    } breach: ("src/store/postgres/together.rs", "\"select now()\"");

    sql_stands_in_store_and_models {
        words: &["select …", "insert into …", "update …", "delete from …", "create table", "create index"],
        allowed: &["src/store/", "src/models/"],
        view: View::Texts,
    } breach: ("src/ledger/accounts/mod.rs", "\"select id from accounts\"");

    only_config_reads_the_environment {
        words: &["env::var", "env::vars", "env::set_var", "env::remove_var", "env::{", "std::env"],
        allowed: &["src/config/"],
    } breach: ("src/store/url.rs", "let url = std::env::var(\"URL\");");

    /// It takes the passwords out of them. The crate's own error hands Diesel's on as it is.
    only_the_driver_makes_text_of_its_errors {
        words: &["ConnectionError", "DieselError", "DatabaseErrorInformation", "diesel::result", "BadConnection"],
        allowed: &["src/store/driver/", "src/error/conversions.rs"],
        view: View::Code,
    } breach: ("src/store/pool.rs", "use diesel::result::ConnectionError;");

    only_files_opens_makes_and_renames_files {
        words: &[
            "File::create",
            "File::open",
            "OpenOptions",
            "fs::write",
            "fs::rename",
            "fs::copy",
            "NamedTempFile",
            "persist",
            "fs::read(",
        ],
        allowed: &["src/files/"],
        view: View::Code,
    } breach: ("src/cli/commands/export.rs", "let file = fs::File::create(path)?;");

    /// `--create` and `teller verify` are the words of one program. A library, and later a server, have others.
    only_cli_speaks_of_flags_and_commands {
        words: &["--…", "teller …"],
        allowed: &[
            "src/cli/",
            // Another program's flags.
            "src/bench/pgbench.rs",
        ],
        left: &[],
        view: View::Texts,
    } breach: ("core/src/rejection/schedule.rs", "#[error(\"unknown; see: teller schedule list\")]");

    /// Below it everything is synchronous.
    only_server_is_asynchronous {
        words: &["async", "await", "tokio"],
        allowed: &["src/server/"],
        view: View::Code,
    } breach: ("src/ledger/poster/mod.rs", "pub async fn submit(&self) {}");

    only_server_speaks_of_http {
        words: &["axum", "StatusCode", "HeaderMap"],
        allowed: &["src/server/"],
        view: View::Code,
    } breach: ("src/wire/records/transfers.rs", "use axum::http::StatusCode;");

    /// Prometheus counts seconds in floats; money is none of its business.
    there_are_no_floats {
        words: &["f32", "f64"],
        allowed: &["src/server/metrics.rs"],
    } breach: ("core/src/money/decimal.rs", "value.to_f64()");

    nothing_unwraps_outside_of_tests {
        words: &[".unwrap()", ".expect(", ".unwrap_err()", ".expect_err("],
        view: View::Code,
    } breach: ("core/src/money/decimal.rs", "let digit = digits.next().unwrap();");
}

fn keep(rule: &str) {
    assert_none(WALLS.iter().filter(|(wall, _, _)| wall.rule == rule).flat_map(|(wall, _, _)| wall.findings(&SOURCES)));
}

/// Every wall sees the breach that it is for, and nothing in what is allowed.
#[test]
fn every_wall_can_fail() {
    for (wall, path, text) in WALLS {
        let rule = wall.rule;
        let seen = |path: &str, text: &str| !wall.breaches(&Source::new(path, text)).is_empty();
        assert!(seen(path, text), "{rule}: {text}");
        assert!(!seen(path, &format!("// {text}\n/* {text} */")), "{rule}: comments");
        let tests = format!("#[cfg(test)]\nmod tests {{\n    {text}\n}}");
        assert_eq!(seen(path, &tests), wall.view == View::All, "{rule}: tests");
        assert!(seen(path, &format!("{tests}\n{text}")), "{rule}: behind a test module");
        let is_of_texts = matches!(wall.view, View::Texts);
        assert_eq!(seen(path, &format!("let text = r#\"{text}\"#;")), is_of_texts, "{rule}: texts");
        for allowed in wall.allowed {
            let allowed = if allowed.ends_with('/') { format!("{allowed}mod.rs") } else { (*allowed).to_owned() };
            assert!(!seen(&allowed, text), "{rule}: {allowed}");
        }
    }
    let sees = |rule: &str, text: &str| {
        let (wall, path, _) = WALLS.iter().find(|(wall, _, _)| wall.rule == rule).unwrap();
        !wall.breaches(&Source::new(path, text)).is_empty()
    };
    assert!(!sees("there_are_no_floats", "let id = 0xaf64_1f32;"), "hexadecimal digits are no floats");
    for (text, is_seen) in [
        ("\"give it with --actor NAME\"", true),
        ("\"run `teller verify`\"", true),
        ("r\"--book\"", true),
        ("\"a -- b\"", false),
        ("\"sqlite://teller.db\"", false),
        ("\"Teller never writes it\"", false),
        ("teller verify --all", false),
    ] {
        assert_eq!(sees("only_cli_speaks_of_flags_and_commands", text), is_seen, "{text}");
    }
}
