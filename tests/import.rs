//! Files in: every line is posted once, or written down with what is wrong with it.

mod dialects;
mod identity;
mod reading_ahead;
mod rejects;
mod rules;
mod strictness;

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::support::{Answer, Program, TestBook, assert_whole, check, in_parallel, on_every_backend};

on_every_backend! {
    fn an_import_counts_what_became_of_every_line(book: &TestBook) {
        let files = Files::new(book);
        let answer = files.import("key,from,to,amount\nk1,a,b,5\nk1,a,b,5\nk1,a,b,6\nk2,a,b,x\nk3,b,a,1\n").ends(65);
        assert_eq!(answer.stdout, files.counts("5,2,1,1,1,{rejects}"));
        answer
            .says("line 4: id_reused: ")
            .says("line 5, column amount: amount_invalid: \"x\" is not an amount");
        check(book, "balance b posted 4 version 2");
    }

    fn the_same_file_again_changes_nothing(book: &TestBook) {
        let files = Files::new(book);
        // Without keys, equal lines are told apart by how often they came before.
        let text = "from,to,amount,effective_at\na,b,5,\na,b,5,\nb,a,1,2026-01-01T00:00:00Z\n";
        assert_eq!(files.import(text).ends(0).stdout, files.counts("3,3,0,0,0,"));
        assert_eq!(files.import(text).ends(0).stdout, files.counts("3,0,3,0,0,"));
        // One more line of the same kind is one more transfer.
        let longer = format!("{text}a,b,5,\n");
        assert_eq!(files.import(&longer).ends(0).stdout, files.counts("4,1,3,0,0,"));
        assert_whole(&book.ledger(), 4);
        check(book, "history b 5 5 -1 5");
    }

    fn programs_that_import_the_same_file_at_once_post_each_line_once(book: &TestBook) {
        let files = Files::new(book);
        let transfers = (0..9_000).map(|number| format!("k{number},{},0.01\n", ["a,b", "b,c", "c,a"][number % 3]));
        let file = files.write(format!("key,from,to,amount\n{}", transfers.collect::<String>()).as_bytes());
        check(book, "limits c min none -> changed");
        let counts = in_parallel(3, |_| {
            Program::on(book, &["import", "transfers", file.to_str().unwrap(), "--format", "ndjson"]).run().ends(0).json()
        });
        let sum = |name: &str| counts.iter().filter_map(|counts| counts[name].as_u64()).sum::<u64>();
        assert_eq!((sum("imported"), sum("replayed")), (9_000, 18_000), "{counts:?}");
        assert_whole(&book.ledger(), 9_000);
    }

    fn a_mended_rejects_file_posts_the_rest_once(book: &TestBook) {
        let files = Files::new(book);
        let text = "from,to,amount,description\na,b,5,rent\nc,b,7,\"gift, or not\"\na,ghost,3,\na,b,nine,\n";
        assert_eq!(files.import(text).ends(65).stdout, files.counts("4,1,0,2,1,{rejects}"));
        let rejects = fs::read_to_string(files.rejects()).unwrap();
        let lines: Vec<_> = rejects.lines().collect();
        assert_eq!(lines[0], "reject_line,reject_column,reject_code,reject_message,reject_id,from,to,amount,description");
        assert!(lines[1].starts_with("3,,insufficient_funds,\"account c has 0.00 EUR available"), "{rejects}");
        assert!(lines[1].ends_with(",c,b,7,\"gift, or not\""), "{rejects}");
        assert!(lines[2].starts_with("4,,account_unknown,"), "{rejects}");
        assert!(lines[3].starts_with("5,amount,amount_invalid,"), "{rejects}");

        check(book, "transfer a b 7 -> posted\naccount ghost asset EUR\nlimits c min -7 -> changed");
        let mended = rejects.replace(",nine,", ",9,");
        assert_eq!(files.import(&mended).ends(0).stdout, files.counts("3,3,0,0,0,"));
        // The mended lines have the ids of the first file's: neither of both posts them again, but for the line that was changed.
        assert_eq!(files.import(&mended).ends(0).stdout, files.counts("3,0,3,0,0,"));
        assert_eq!(files.import(text).ends(65).stdout, files.counts("4,0,3,0,1,{rejects}"));
        check(book, "balance b posted 28\nbalance ghost posted 3");
    }

    fn a_line_that_is_refused_by_a_rule_alone_ends_with_3(book: &TestBook) {
        let files = Files::new(book);
        files.import("from,to,amount\nc,b,1\n").ends(3);
    }

    fn lines_that_cannot_be_read_are_named_by_line_and_column(book: &TestBook) {
        let files = Files::new(book);
        let answer = files.import_bytes(b"from,to,amount,description\na,b\na,b,1,x,y\n\na,b,1,caf\xe9\na,b::c,1,\n,,1,\na,b,2,ok\n");
        assert_eq!(answer.stdout, files.counts("6,1,0,0,5,{rejects}"));
        answer
            .ends(65)
            .says("line 2: field_count: the line has 2 fields, the header has 4")
            .says("line 3: field_count: the line has 5 fields")
            .says("line 5, column description: not_utf8: ")
            .says("line 6, column to: text_invalid: ")
            .says("line 7, column from: column_missing: ");
        check(book, "history b 2");
    }

    fn lines_are_counted_as_an_editor_counts_them(book: &TestBook) {
        let files = Files::new(book);
        for end in ["\n", "\r\n", "\r"] {
            let text = ["from,to,amount", "a,b,x", "", "", "a,b,y", "\"a", "\",b,1", "a,b,z"].join(end);
            let answer = files.import(&text).ends(65);
            let numbers: Vec<_> = answer.stderr.lines().filter_map(|line| line.strip_prefix("line ")?.split(',').next()).collect();
            assert_eq!(numbers, ["2", "5", "6", "8"], "{}", answer.stderr);
        }
    }

    fn a_header_with_columns_that_mean_nothing_or_two_things_is_refused(book: &TestBook) {
        let files = Files::new(book);
        for (header, problem) in [
            ("from,to,amount,colour", "has a column \"colour\" that means nothing here"),
            ("from,to,amount,amount", "has the column amount twice"),
            ("from,to", "lacks the column amount"),
            ("", "lacks the column amount"),
        ] {
            files.import(&format!("{header}\na,b,1,1\n")).ends(65).says(problem);
        }
        assert_eq!(book.query_i64("select count(*) from transfers"), 0);
    }

    fn rejects_are_never_written_over_the_imported_file_or_earlier_rejects(book: &TestBook) {
        let files = Files::new(book);
        let file = files.write(b"from,to,amount\na,b,x\n");
        let file = file.to_str().unwrap();
        Program::on(book, &["import", "transfers", file, "--rejects", file]).run().ends(65).says("it is the file to import");
        assert_eq!(fs::read_to_string(file).unwrap(), "from,to,amount\na,b,x\n");
        for name in ["transfers.rejects.csv", "transfers.rejects-2.csv"] {
            Program::on(book, &["import", "transfers", file, "--format", "json"]).run().ends(65).shows(name);
            assert!(files.folder.path().join(name).exists());
        }
    }

    fn accounts_are_imported_once_and_refused_line_by_line(book: &TestBook) {
        let files = Files::new(book);
        let text = "name,type,currency,min_balance,max_balance,metadata.branch\n\
            x,,EUR,,,berlin\ny,asset,EUR,-5,10.50,\na,liability,EUR,,,\nz,treasure,EUR,,,\nw,,XXX,,,\nv,,EUR,1e3,,\nu,,EUR,none,,\n";
        let import = || files.import_as("accounts", text.as_bytes(), &[]).ends(65);
        assert_eq!(import().stdout, files.counts("7,3,0,2,2,{rejects}"));
        assert_eq!(import().stdout, files.counts("7,0,3,2,2,{rejects}"));
        let shown = book.run("account show y --format json").ends(0).json();
        assert_eq!([&shown["min_balance"], &shown["max_balance"]], ["-5.00", "10.50"]);
        assert!(book.run("account show u --format json").ends(0).json()["min_balance"].is_null());
    }

    fn a_dry_run_of_an_import_leaves_no_trace(book: &TestBook) {
        let files = Files::new(book);
        let file = files.write(b"from,to,amount\na,b,1\nc,b,1\n");
        let answer = Program::on(book, &["import", "transfers", file.to_str().unwrap(), "--dry-run", "--format", "ndjson"]).run().ends(3);
        let counts = answer.json();
        assert_eq!((counts["imported"].as_u64(), counts["refused"].as_u64()), (Some(1), Some(1)));
        assert_eq!(counts["dry_run"], true);
        check(book, "balance b posted 0 version 0");
        // Nothing beside the file either; what would be in the rejects file is told.
        answer.says("line 3: insufficient_funds");
        assert_eq!(fs::read_dir(files.folder.path()).unwrap().count(), 1);
    }

    fn a_dry_run_of_too_many_lines_is_refused_before_any_is_judged(book: &TestBook) {
        let files = Files::new(book);
        let file = files.write(format!("from,to,amount\nc,b,1\n{}", "a,b,1\n".repeat(100_000)).as_bytes());
        let answer = Program::on(book, &["import", "transfers", file.to_str().unwrap(), "--dry-run"]).run().ends(65);
        let answer = answer.says("takes at most 100000 lines");
        assert!(!answer.stderr.contains("line 2"), "{}", answer.stderr);
    }

    fn a_dry_run_of_an_import_sees_every_line_before_the_one_it_judges(book: &TestBook) {
        let files = Files::new(book);
        // More lines than one transaction takes: `c` gives away what only the first line brings.
        let file = files.write(format!("from,to,amount\na,c,2500\n{}", "c,b,1\n".repeat(2_500)).as_bytes());
        let answer = Program::on(book, &["import", "transfers", file.to_str().unwrap(), "--dry-run", "--format", "ndjson"]).run();
        assert_eq!(answer.ends(0).json()["imported"].as_u64(), Some(2_501));
        check(book, "balance c posted 0 version 0");
    }
}

/// A book with three accounts, of which `c` may not go below zero, and a file to import.
struct Files<'a> {
    book: &'a TestBook,
    folder: TempDir,
}

impl<'a> Files<'a> {
    fn new(book: &'a TestBook) -> Self {
        check(book, "account a asset EUR\naccount b asset EUR\naccount c asset EUR min 0");
        Self { book, folder: TempDir::new().unwrap() }
    }

    fn rejects(&self) -> PathBuf {
        self.folder.path().join("rejects.csv")
    }

    fn write(&self, bytes: &[u8]) -> PathBuf {
        let file = self.folder.path().join("transfers.csv");
        fs::write(&file, bytes).unwrap();
        file
    }

    fn import(&self, text: &str) -> Answer {
        self.import_bytes(text.as_bytes())
    }

    fn import_bytes(&self, bytes: &[u8]) -> Answer {
        self.import_as("transfers", bytes, &[])
    }

    /// As [`Files::import`], with more arguments.
    fn import_with(&self, text: &str, more: &[&str]) -> Answer {
        self.import_as("transfers", text.as_bytes(), more)
    }

    fn import_as(&self, kind: &str, bytes: &[u8], more: &[&str]) -> Answer {
        let (file, rejects) = (self.write(bytes), self.rejects());
        let [file, rejects] = [&file, &rejects].map(|path| path.to_str().unwrap());
        let usual = ["import", kind, file, "--rejects", rejects, "--force", "--format", "csv"];
        Program::on(self.book, &[&usual, more].concat()).run()
    }

    /// What an import prints as CSV.
    fn counts(&self, values: &str) -> String {
        let values = values.replace("{rejects}", self.rejects().to_str().unwrap());
        format!("lines,imported,replayed,refused,malformed,rejects,dry_run\n{values},false\n")
    }
}
