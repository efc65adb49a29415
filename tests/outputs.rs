//! Files that commands write: whole or not there, the owner's alone, and never in place of anything that was not meant.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::process::signal;
use crate::support::{Answer, Program, TestBook, check, on_every_backend_as_owner};

on_every_backend_as_owner! {
    fn every_file_that_is_made_is_its_owners_alone(book: &TestBook) {
        let folder = Folder::new(book);
        folder.run(&["seal", "--out", "seal"]).ends(0);
        folder.run(&["export", "--out", "book.ndjson"]).ends(0);
        folder.import("a,b,x").ends(65);
        let mut names = vec!["seal", "book.ndjson", "in.rejects.csv"];
        if !book.is_on_postgres() {
            folder.run(&["backup", "copy.db"]).ends(0);
            folder.start(Program::new(&["--database-url", "sqlite://restored.db", "restore", "copy.db"])).run().ends(0);
            folder.open_account("new.db").ends(0);
            names.extend(["copy.db", "restored.db", "new.db"]);
        }
        for name in names {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder.path().join(name)).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    fn nothing_is_written_over_what_is_there_or_through_links(book: &TestBook) {
        let folder = Folder::new(book);
        fs::write(folder.path().join("mine"), "mine").unwrap();
        std::os::unix::fs::symlink("mine", folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink("nothing", folder.path().join("dangling")).unwrap();
        for command in [&["seal", "--out"][..], &["export", "--out"]] {
            for name in ["link", "dangling"] {
                folder.run(&[command, &[name]].concat()).ends(65).says("it is a link");
            }
            folder.run(&[command, &["mine"]].concat()).ends(65).says("the file exists; name another");
            folder.run(&[command, &["missing/x"]].concat()).ends(65).says("No such file");
            folder.run(&[command, &["."]].concat()).ends(65);
        }
        folder.run(&["export", "--out", "link", "--force"]).ends(65).says("it is a link");
        assert_eq!(fs::read(folder.path().join("mine")).unwrap(), b"mine");
        folder.run(&["export", "--out", "mine", "--force"]).ends(0);
        assert!(fs::read_to_string(folder.path().join("mine")).unwrap().starts_with("{\"header\""));
        assert_eq!(folder.names(), ["dangling", "link", "mine"]);
    }

    fn an_interrupted_command_leaves_no_part_of_a_file(book: &TestBook) {
        let folder = Folder::new(book);
        for name in ["INT", "TERM"] {
            let program = folder.start(Program::on(book, &["import", "transfers", "-", "--source", name])).command(|command| {
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            });
            let mut import = program.spawn();
            // The file does not end, so that the import waits for what comes behind the last whole batch.
            let mut lines = import.stdin.take().unwrap();
            lines.write_all(format!("from,to,amount\na,b,x\n{}", "a,b,1\n".repeat(4_000)).as_bytes()).unwrap();
            let posted = if name == "INT" { 3_999 } else { 7_998 };
            while book.query_i64("select count(*) from transfers") < posted {
                assert!(import.try_wait().unwrap().is_none(), "it waits");
            }
            let [part] = folder.names().try_into().unwrap();
            assert!(part.strip_prefix(".stdin.rejects.csv.").is_some_and(|rest| rest.strip_suffix(".part").is_some()), "{part}");
            signal(import.id(), name);
            let stderr = BufReader::new(import.stderr.take().unwrap());
            assert!(stderr.lines().any(|line| line.unwrap().starts_with("Interrupted")));
            // Those that come at once are the first one again.
            while import.try_wait().unwrap().is_none() {
                signal(import.id(), name);
            }
            assert_eq!(import.wait().unwrap().code(), Some(130));
            assert_eq!(folder.names(), [""; 0]);
        }
    }

    fn a_list_without_rows_has_the_header_that_it_has_with_rows(book: &TestBook) {
        let lists = [
            "account list", "account history a", "hold list", "period list", "period history", "schedule list", "statement a", "metadata history --account a",
            "schedule run",
        ];
        let header = |arguments: &str, rows: bool| {
            let answer = book.run(&format!("{arguments} --format csv"));
            assert_eq!(answer.stdout.lines().count() > 1, rows, "{arguments}: {answer:?}");
            answer.stdout.lines().next().unwrap_or_else(|| panic!("{arguments}: {answer:?}")).to_owned()
        };
        let no_accounts = header("account list", false);
        let folder = Folder::new(book);
        assert_eq!(header("account list", true), no_accounts);
        let empty = lists[1..].iter().map(|list| header(list, false)).collect::<Vec<_>>();
        for command in [
            "account limit a --max-balance 100", "hold a b 1", "period close 2025-01", "schedule add a b 1 --every day --from 2026-01-01",
            "metadata set --account a x=y",
        ] {
            book.run(command).ends(0);
        }
        let filled = lists[1..].iter().map(|list| header(list, true)).collect::<Vec<_>>();
        assert_eq!(empty, filled);
        assert_eq!(header("verify", false), "code,sequence,account,problem");
        folder.write("batch", b"\n");
        folder.run(&["batch", "batch", "--format", "csv"]).ends(0).shows("item,outcome,code,message,");
    }

    // A bound on the size of files stands for a disk without room.
    fn a_file_that_cannot_be_written_to_its_end_is_not_there(book: &TestBook) {
        let folder = Folder::new(book);
        folder.write("in.csv", format!("from,to,amount\n{}", "a,b,1\n".repeat(2_000)).as_bytes());
        folder.run(&["import", "transfers", "in.csv"]).ends(0);
        folder.write("bad.csv", format!("from,to,amount\n{}", "a,b,x\n".repeat(4_000)).as_bytes());
        for (arguments, bound) in [(&["export", "--out", "out"][..], 200), (&["export", "--to", "csv", "--out", "out"], 200), (&["import", "transfers", "bad.csv"], 200), (&["seal", "--out", "out"], 0)] {
            if bound == 0 && !book.is_on_postgres() {
                // SQLite cannot even read with that.
                continue;
            }
            let script = format!("trap '' XFSZ; ulimit -f {bound}; exec \"$@\"");
            let program = folder.start(Program::on(book, arguments));
            program.under(&["sh", "-c", &script, "sh"]).run().ends(65).says("File too large");
            assert_eq!(folder.names(), ["bad.csv", "in.csv"], "{arguments:?}");
        }
    }

    fn a_long_name_is_taken_or_refused_and_leaves_nothing(book: &TestBook) {
        let folder = Folder::new(book);
        let name = "x".repeat(251);
        for command in ["seal", "export"] {
            folder.run(&[command, "--out", &name]).ends(0);
            fs::remove_file(folder.path().join(&name)).unwrap();
            folder.run(&[command, "--out", &"x".repeat(256)]).ends(65).says("File name too long");
        }
        folder.open_account(&name).ends(78).says("a file name of more than 247 bytes");
        assert_eq!(folder.names(), [""; 0]);
        folder.open_account(&name[..247]).ends(0);
    }

    fn files_without_end_are_read_to_their_bounds_only(book: &TestBook) {
        let folder = Folder::new(book);
        folder.run(&["seal", "--out", "seal"]).ends(0);
        for (arguments, bytes) in [
            (&["seal", "--key", "/dev/zero"][..], "65536"),
            (&["verify", "--seal", "/dev/zero"], "65536"),
            (&["verify", "--seal", "seal", "--public-key", "/dev/zero"], "65536"),
            (&["journal", "post", "/dev/zero"], "8388608"),
            (&["batch", "/dev/zero"], "67108864"),
        ] {
            folder.run(arguments).ends(65).says(&format!("it has more than {bytes} bytes"));
        }
        folder.run(&["import", "book", "/dev/zero"]).ends(65);
    }

    fn a_batch_is_bounded_in_requests_and_in_bytes(book: &TestBook) {
        let folder = Folder::new(book);
        let line = "{\"key\":\"k\",\"from\":\"a\",\"to\":\"b\",\"amount\":\"1\"}\n";
        folder.write("batch", line.repeat(100_001).as_bytes());
        folder.run(&["batch", "batch"]).ends(65).says("line 100001: the batch has more than 100000 requests").says("split it");
        folder.write("batch", format!("{line}{{\"key\":\"{}\"}}\n", "x".repeat(1 << 20)).as_bytes());
        folder.run(&["batch", "batch"]).ends(65).says("line 2: the line has more than 1048576 bytes");
        check(book, "balance b version 0");
    }

    fn a_mark_before_the_text_is_passed_over_and_other_encodings_are_named(book: &TestBook) {
        let folder = Folder::new(book);
        folder.write("batch", "\u{feff}{\"key\":\"k\",\"from\":\"a\",\"to\":\"b\",\"amount\":\"1\"}\n".as_bytes());
        folder.run(&["batch", "batch"]).ends(0);
        folder.write("journal", "\u{feff}{\"key\":\"j\",\"legs\":[{\"from\":\"a\",\"to\":\"b\",\"amount\":\"1\"}]}".as_bytes());
        folder.run(&["journal", "post", "journal"]).ends(0);
        check(book, "balance b posted 2");

        folder.run(&["export", "--out", "plain"]).ends(0);
        let exported = fs::read(folder.path().join("plain")).unwrap();
        folder.write("marked", &[b"\xef\xbb\xbf", exported.as_slice()].concat());
        let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(String::from_utf8(exported).unwrap().encode_utf16()).flat_map(u16::to_le_bytes).collect();
        folder.write("wide", &wide);
        for name in ["batch", "journal"] {
            let bytes = fs::read_to_string(folder.path().join(name)).unwrap();
            folder.write(name, &bytes.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
        }
        folder.run(&["batch", "batch"]).ends(65).says("it is UTF-16 (little-endian)");
        folder.run(&["journal", "post", "journal"]).ends(65).says("it is UTF-16 (little-endian)");
        let other = book.another();
        let import = |name: &str| {
            folder.start(Program::on(&other, &["import", "book", name])).run()
        };
        import("wide").ends(65).says("line 1: it is UTF-16 (little-endian)");
        import("marked").ends(0);
        Program::on(&other, &["verify"]).run().ends(0);
    }
}

/// A book with two accounts, and a folder to work in.
struct Folder<'a> {
    book: &'a TestBook,
    folder: TempDir,
}

impl<'a> Folder<'a> {
    fn new(book: &'a TestBook) -> Self {
        check(book, "account a asset EUR\naccount b asset EUR");
        Self { book, folder: TempDir::new().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path().join(name), bytes).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        self.start(Program::on(self.book, arguments)).run()
    }

    fn start(&self, program: Program) -> Program {
        program.command(|command| {
            command.current_dir(self.path());
        })
    }

    /// In a new book in the folder.
    fn open_account(&self, file: &str) -> Answer {
        let url = format!("sqlite://{file}");
        self.start(Program::new(&["--database-url", &url, "account", "open", "a", "--currency", "EUR"])).run()
    }

    fn import(&self, line: &str) -> Answer {
        self.write("in.csv", format!("from,to,amount\n{line}\n").as_bytes());
        self.run(&["import", "transfers", "in.csv"])
    }

    /// What is in the folder.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}
