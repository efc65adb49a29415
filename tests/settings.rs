//! Which book the program works on, and what it says of books that it cannot work on.

use std::fs;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{Answer, Program, TestBook, check};

/// A folder to run the program in, with nothing around it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn has(&self, name: &str) -> bool {
        self.0.path().join(name).exists()
    }

    /// Runs the program here, with `DATABASE_URL` set so or not at all.
    fn run(&self, environment: Option<&str>, arguments: &[&str]) -> Answer {
        let program = Program::new(arguments).command(|command| {
            command.current_dir(self.0.path());
            command.envs(environment.map(|url| ("DATABASE_URL", url)));
        });
        program.run()
    }
}

#[test]
fn the_flag_wins_over_the_environment_over_the_file_over_the_default() {
    const OPEN: [&str; 5] = ["account", "open", "a", "--currency", "EUR"];
    let place = Place::new();
    place.run(None, &OPEN).ends(0);
    assert!(place.has("teller.db"));

    place.write(".env", "OTHER=1\nDATABASE_URL=\"sqlite://file.db\"\n");
    place.run(None, &OPEN).ends(0);
    assert!(place.has("file.db") && !place.has("environment.db"));

    place.run(Some("sqlite://environment.db"), &OPEN).ends(0);
    assert!(place.has("environment.db") && !place.has("flag.db"));

    place.run(Some("sqlite://environment.db"), &[&["--database-url", "sqlite://flag.db"], &OPEN[..]].concat()).ends(0);
    assert!(place.has("flag.db"));
    // Each was new to the account: none of them had it from another.
    assert_eq!(
        place.run(None, &["doctor"]).ends(0).stdout.matches("sqlite://file.db, from DATABASE_URL in .env").count(),
        1
    );
}

#[test]
fn what_is_no_database_url_is_refused_and_not_passed_over() {
    let place = Place::new();
    let list = ["account", "list"];
    place.run(Some("bank"), &list).ends(78).says("\"bank\" is not a database URL");
    place.run(Some(""), &list).ends(78).says("is not a database URL");
    place.run(Some("sqlite://good.db"), &["--database-url", "bank", "account", "list"]).ends(78);
    place.write(".env", "DATABASE_URL=bank\n");
    place.run(None, &list).ends(78).says("from DATABASE_URL in .env");
    place.write(".env", "this is no setting\n");
    place.run(None, &list).ends(78).says("the file .env cannot be read");
    assert!(!place.has("teller.db") && !place.has("good.db"));
}

#[test]
fn a_password_is_never_shown() {
    // Nobody listens on port 1.
    for url in [
        "postgres://bob:s3cret@127.0.0.1:1/bank",
        "postgres://bob@127.0.0.1:1/bank?password=s3cret",
        "mysql://bob:s3cret@127.0.0.1/bank",
        "bob:s3cret@bank",
    ] {
        for command in [&["account", "list"][..], &["doctor"], &["migrate", "status"], &["verify", "--format", "json"]]
        {
            let Answer { code, stdout, stderr } = Place::new().run(Some(url), command);
            assert!(matches!(code, Some(69 | 78)), "{code:?}");
            assert!(!stdout.contains("s3cret") && !stderr.contains("s3cret"), "{stdout}{stderr}");
        }
    }
}

#[test]
fn a_dotenv_file_is_passed_over_on_request() {
    let place = Place::new();
    std::fs::write(place.0.path().join(".env"), "DATABASE_URL=sqlite://other.db\n").unwrap();
    let show = |flags: &[&str]| {
        let program = Program::new(&[&["config", "show", "--format", "csv"], flags].concat());
        program
            .command(|command| {
                command.current_dir(place.0.path());
            })
            .run()
            .ends(0)
    };
    show(&[]).shows("other.db");
    show(&["--no-dotenv"]).shows("database_url,sqlite://teller.db,");
    std::fs::write(place.0.path().join(".env"), "DATABASE_URL='\n").unwrap();
    show(&["--no-dotenv"]);
}

#[test]
fn every_setting_is_shown_with_its_origin() {
    let place = Place::new();
    let show = |environment: &[(&str, &str)], flags: &[&str]| {
        let program = Program::new(&[flags, &["config", "show", "--origin", "--format", "csv", "--raw"]].concat());
        let program = program.command(|command| {
            command.current_dir(place.0.path()).envs(environment.iter().copied());
        });
        program.run().ends(0)
    };
    let shown = show(&[], &[]).shows("database_url,sqlite://teller.db,the default\nfile,teller.db,the default\n");
    for line in [
        "deadline,2m for commands that do one short thing,Teller's default\n",
        "lock_wait_max,10s,Teller's default\n",
        "log,warn,Teller's default\n",
        "slow_statement_min,1h,TELLER_SLOW_STATEMENT_MS in the environment\n",
    ] {
        assert!(shown.stdout.contains(line), "{line}{}", shown.stdout);
    }
    let shown = show(&[("TELLER_LOG", "info")], &["--deadline", "5s"]);
    for line in
        ["deadline,5s,--deadline\n", "lock_wait_max,5s,--deadline\n", "log,info,TELLER_LOG in the environment\n"]
    {
        assert!(shown.stdout.contains(line), "{line}{}", shown.stdout);
    }
    show(&[("TELLER_LOG", "info")], &["-v"]).shows("log,info,-v\n");
    place.write(".env", "DATABASE_URL=postgres://bob:s3cret@one,two/bank?sslmode=require\n");
    let shown = show(&[("PGCONNECT_TIMEOUT", "7")], &[]);
    for line in [
        "\"postgres://bob:***@one,two/bank?sslmode=require&connect_timeout=7\",DATABASE_URL in .env\n",
        "host,\"one,two\",DATABASE_URL in .env\n",
        "user,bob,DATABASE_URL in .env\n",
        "sslmode,require,DATABASE_URL in .env\n",
        "connect_timeout,7,PGCONNECT_TIMEOUT in the environment\n",
        "target_session_attrs,read-write,Teller's default\n",
        "fallback_application_name,teller,Teller's default\n",
    ] {
        assert!(shown.stdout.contains(line), "{line}{}", shown.stdout);
    }
    assert!(!shown.stdout.contains("s3cret"));
    show(&[("DATABASE_URL", "sqlite://a.db")], &[]).shows("file,a.db,DATABASE_URL in the environment\n");
    show(&[("DATABASE_URL", "sqlite://a.db")], &["--database-url", "sqlite://b.db"])
        .shows("file,b.db,--database-url\n");
    assert!(!place.has("a.db") && !place.has("teller.db"), "nothing is connected to");
}

#[test]
fn a_deadline_is_a_time_and_a_server_that_is_down_is_waited_for_until_then() {
    let place = Place::new();
    for wrong in ["30", "0s", "soon"] {
        place.run(None, &["--deadline", wrong, "account", "list"]).ends(2).says("write a time like");
    }
    let begin = Instant::now();
    place.run(Some("postgres://127.0.0.1:1/bank"), &["--deadline", "1500ms", "account", "list"]).ends(69);
    assert!(begin.elapsed() > Duration::from_secs(1), "it was waited for");
}

#[test]
fn a_database_that_cannot_be_reached_ends_with_69() {
    let unreachable = Place::new().run(Some("postgres://127.0.0.1:1/bank"), &["account", "list"]);
    unreachable.ends(69).says("check that the server runs");
    let place = Place::new();
    // A folder is no file, and no file can be made in a folder that is not there.
    for url in ["sqlite://.", "sqlite://missing/book.db"] {
        place.run(Some(url), &["account", "list", "--create"]).ends(69).says("check that the folder exists");
    }
}

#[test]
fn a_database_that_is_no_book_is_left_alone() {
    let place = Place::new();
    let text = "Dear diary, this is no database. ".repeat(40);
    place.write("diary.txt", &text);
    for command in ["account list", "migrate run", "migrate revert"] {
        let words: Vec<_> = command.split(' ').collect();
        let answer = place.run(Some("sqlite://diary.txt"), &words).ends(78);
        answer.says("sqlite://diary.txt is not a Teller book").says("Teller leaves this one alone");
    }
    assert_eq!(fs::read_to_string(place.0.path().join("diary.txt")).unwrap(), text);
}

#[test]
fn a_postgres_book_that_takes_no_writes_can_be_read_and_ends_writes_with_77() {
    let book = TestBook::on_postgres();
    check(&book, "account a asset EUR\naccount b asset EUR\ntransfer a b 5 -> posted");
    let url = format!("{}%20-cdefault_transaction_read_only%3Don", book.url);
    let run = |arguments: &[&str]| Place::new().run(Some(&url), arguments);
    run(&["balance", "b"]).ends(0).shows("5.00");
    run(&["verify"]).ends(0);
    for command in ["transfer a b 1", "account open c --currency EUR", "account limit a --max-balance 9"] {
        run(&command.split(' ').collect::<Vec<_>>()).ends(77).says("the database is read-only");
    }
    check(&book, "balance b posted 5 version 1");
}

#[test]
fn a_setting_is_taken_from_the_environment_then_dotenv_then_the_file_of_settings() {
    let place = Place::new();
    let show = |environment: &[(&str, &str)], arguments: &[&str]| {
        let program = Program::new(&[arguments, &["config", "show", "--origin", "--format", "csv", "--raw"]].concat());
        program
            .command(|command| {
                command
                    .current_dir(place.0.path())
                    .env_remove("TELLER_SLOW_STATEMENT_MS")
                    .envs(environment.iter().copied());
            })
            .run()
    };
    place.write(
        "teller.toml",
        "database_url = \"sqlite://settings.db\"\nattempts_max = 7\nretry_time_max = \"5s\"\nconnections_max = 2\nslow_statement_ms = 250\nlog = \"info\"\n",
    );
    let shown = show(&[], &[]).ends(0);
    for line in [
        "file,settings.db,database_url in teller.toml\n",
        "attempts_max,7,attempts_max in teller.toml\n",
        "retry_time_max,5s,retry_time_max in teller.toml\n",
        "connections_max,2,connections_max in teller.toml\n",
        "slow_statement_min,250ms,slow_statement_ms in teller.toml\n",
        "log,info,log in teller.toml\n",
        "lock_wait_max,10s,Teller's default\n",
    ] {
        assert!(shown.stdout.contains(line), "{line}{}", shown.stdout);
    }
    place.write(".env", "TELLER_ATTEMPTS_MAX=8\nDATABASE_URL=sqlite://dotenv.db\n");
    show(&[], &[])
        .ends(0)
        .shows("file,dotenv.db,DATABASE_URL in .env\n")
        .shows("attempts_max,8,TELLER_ATTEMPTS_MAX in .env\n");
    show(&[], &["--no-dotenv"]).ends(0).shows("attempts_max,7,attempts_max in teller.toml\n");
    show(&[("TELLER_ATTEMPTS_MAX", "9")], &[]).ends(0).shows("attempts_max,9,TELLER_ATTEMPTS_MAX in the environment\n");
    show(&[("TELLER_RETRY_TIME_MAX", "9s")], &["--deadline", "3s"]).ends(0).shows("retry_time_max,3s,--deadline\n");
    assert!(!place.has("settings.db") && !place.has("dotenv.db"), "nothing is connected to");
}

#[test]
fn a_profile_comes_before_what_is_of_none() {
    let place = Place::new();
    let show = |profile: &'static str, dotenv: &str| {
        place.write(".env", dotenv);
        Program::new(&["config", "show", "--origin", "--format", "csv", "--raw"])
            .command(|command| {
                command.current_dir(place.0.path());
                if !profile.is_empty() {
                    command.env("TELLER_PROFILE", profile);
                }
            })
            .run()
    };
    let url = |name: &str| format!("database_url = \"sqlite://{name}.db\"\n");
    let text = format!(
        "{}attempts_max = 7\n[profiles.live]\n{}[profiles.test]\nattempts_max = 9\n",
        url("usual"),
        url("live")
    );
    place.write("teller.toml", &text);
    show("", "").ends(0).shows("file,usual.db,database_url in teller.toml\n");
    show("live", "")
        .ends(0)
        .shows("file,live.db,database_url of the profile live in teller.toml\n")
        .shows("attempts_max,7,attempts_max in teller.toml\n");
    show("", "TELLER_PROFILE=test\n")
        .ends(0)
        .shows("file,usual.db,database_url in teller.toml\n")
        .shows("attempts_max,9,attempts_max of the profile test in teller.toml\n");
    show("live", "TELLER_PROFILE=test\nTELLER_ATTEMPTS_MAX=3\n")
        .ends(0)
        .shows("file,live.db,database_url of the profile live in teller.toml\n")
        .shows("attempts_max,3,TELLER_ATTEMPTS_MAX in .env\n");
    let unknown =
        "TELLER_PROFILE in the environment is \"prod\", which is no profile of teller.toml; they are live, test";
    show("prod", "").ends(78).says(unknown);
    place.write("teller.toml", "");
    show("", "TELLER_PROFILE=test\n")
        .ends(78)
        .says("TELLER_PROFILE in .env is \"test\", which is no profile of teller.toml; there are none");
}

#[test]
fn a_setting_that_cannot_be_understood_is_told_with_its_place() {
    let place = Place::new();
    for (text, problem) in [
        ("attempts_max = 0\n", "attempts_max in teller.toml is \"0\", which is no whole number from 1 on"),
        ("retry_time_max = \"soon\"\n", "retry_time_max in teller.toml is \"soon\", which is no length of time"),
        (
            "retry_time = \"5s\"\n",
            "the file teller.toml cannot be used: retry_time is no setting; the settings are database_url",
        ),
        ("attempts_max = true\n", "attempts_max is neither a text nor a whole number"),
        ("[profiles.live]\nattempts = 3\n", "in the profile live: attempts is no setting; the settings are"),
        ("\nattempts_max\n", "the file teller.toml cannot be used: line 2: "),
    ] {
        place.write("teller.toml", text);
        place.run(None, &["config", "show"]).ends(78).says(problem);
    }
}

#[test]
fn only_a_file_of_settings_that_is_not_there_is_passed_over() {
    const LIST: &[&str] = &["account", "list", "--create"];
    let place = Place::new();
    let settings = place.0.path().join("teller.toml");
    place.run(None, LIST).ends(0);
    fs::create_dir(&settings).unwrap();
    place.run(None, LIST).ends(78).says("teller.toml").says("it is no file");
    let below = settings.join("below");
    fs::create_dir(&below).unwrap();
    let from_below = Program::new(LIST).command(|command| {
        command.current_dir(&below);
    });
    from_below.run().ends(78).says(settings.to_str().unwrap());
    fs::remove_dir(&below).unwrap();
    fs::remove_dir(&settings).unwrap();

    // Reading a pipe would wait until somebody writes to it.
    assert!(std::process::Command::new("mkfifo").arg(&settings).status().unwrap().success());
    place.run(None, LIST).ends(78).says("teller.toml").says("it is no file");
    fs::remove_file(&settings).unwrap();

    place.write("teller.toml", "database_url = \"sqlite://own.db\"\n");
    place.run(None, LIST).ends(0);
    assert!(place.has("own.db"));
    std::os::unix::fs::symlink("nowhere.toml", place.0.path().join("other.toml")).unwrap();
    fs::rename(place.0.path().join("other.toml"), &settings).unwrap();
    place.run(None, LIST).ends(0);
    fs::remove_file(&settings).unwrap();

    // Other programs have folders of that name.
    fs::create_dir(place.0.path().join(".env")).unwrap();
    place.run(None, LIST).ends(0);
}
