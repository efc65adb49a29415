//! What is no CSV in UTF-8 is said to be what it is, and is never guessed at.

use std::io::Write as _;
use std::process::Stdio;

use super::Files;
use crate::support::{Answer, Program, assert_whole, check, on_every_backend};

on_every_backend! {
    fn a_quote_that_is_not_closed_swallows_no_payments(book: &TestBook) {
        let files = Files::new(book);
        let text = "from,to,amount,description\na,b,10.00,\"rent\na,b,20.00,food\na,b,30.00,\"6 inch\na,b,40.00,x\n";
        files.import(text).ends(65)
            .says("line 4, column 12: behind a quote that closes a field")
            .says("nothing behind it was read")
            .says("0 lines were before it imported");
        for (text, place) in [
            ("from,to,amount,description\na,b,1,6\" pipe\na,b,2,x\n", "line 2, column 8"),
            ("from,to,amount,description\na,b,1, \"memo\nc,b,1000,\"\n", "line 2, column 8"),
            ("from,to,amount,description\na,b,1,\"memo\" \n", "line 2, column 13"),
            ("from,to,amount,description\na,b,1,\"memo\na,b,2,x\n", "line 2, column 7"),
            ("from,to,amount,\"description\na,b,1,x\n", "line 1, column 16"),
        ] {
            files.import(text).ends(65).says(place);
        }
        assert!(!files.rejects().exists());
        check(book, "balance b posted 0 version 0");
    }

    fn a_fault_far_behind_leaves_what_is_before_it_and_the_mended_file_posts_the_rest(book: &TestBook) {
        let files = Files::new(book);
        let (good, bad) = ("a,b,0.01,x\n".repeat(4_500), "a,b,0.02,\"x\n");
        let text = |bad: &str| format!("from,to,amount,description\n{good}{bad}{good}");
        files.import(&text(bad)).ends(65).says("line 4502, column 10").says("lines were before it imported");
        let posted = book.query_i64("select count(*) from transfers");
        assert!(posted <= 4_500 && posted % 2_000 == 0, "{posted}");
        let answer = files.import(&text("a,b,0.02,x\n")).ends(0);
        assert_eq!(answer.stdout, files.counts(&format!("9001,{},{posted},0,0,", 9_001 - posted)));
        assert_whole(&book.ledger(), 9_001);
    }

    fn fields_and_lines_without_end_are_refused_by_their_first_bytes(book: &TestBook) {
        let files = Files::new(book);
        let long = "x".repeat(70_000);
        files.import(&format!("from,to,amount,description\na,b,1,{long}\n")).ends(65).says("line 2, column 7: this field has more than 65536 bytes");
        files.import(&format!("from,to,amount,description\na,b,1,\"{long}\n{long}\"\n")).ends(65).says("line 2, column 7: this field");
        files.import(&format!("from,to,amount\n{}\n", "a,".repeat(600_000))).ends(65).says("line 2, column 1: the record has more than");
        Program::on(book, &["import", "transfers", "/dev/zero", "--rejects", files.rejects().to_str().unwrap()]).run().ends(65);
        check(book, "balance b version 0");
    }

    fn other_delimiters_are_found_or_told(book: &TestBook) {
        let files = Files::new(book);
        for (delimiter, name) in [(";", "semicolons"), ("\t", "tabs"), ("|", "'|'")] {
            let description = format!("\"one, {delimiter} two\"\n");
            let text = ["\u{feff}from", "to", "amount", "description\na", "b", "1", &description].join(delimiter);
            let answer = files.import(&text).ends(0).says(&format!("The fields are separated by {name}"));
            assert_eq!(answer.stdout, files.counts("1,1,0,0,0,"));
        }
        files.import_with("from:to:amount\na:b:2\n", &["--delimiter", ":"]).ends(0);
        files.import_with("from\tto\tamount\na\tb\t2.1\n", &["--delimiter", "tab"]).ends(0);
        files.import_with("from;to;amount\na;b;2\n", &["--delimiter", ","]).ends(65).says("read as \"from;to;amount\", separated by commas");
        files.import("from:to:amount\na:b:2\n").ends(65).says("lacks the column amount").says("separated by commas");
        files.import_with("from,to,amount\n", &["--delimiter", "xy"]).ends(2);
        check(book, "balance b posted 7.10");
    }

    fn other_encodings_are_told_by_name(book: &TestBook) {
        let files = Files::new(book);
        let text = "from,to,amount\na,b,1\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        files.import_bytes(&[&b"\xff\xfe"[..], &little].concat()).ends(65).says("the file is in UTF-16LE, and was read as UTF-8").says("--encoding utf-16");
        files.import_bytes(&[&b"\xfe\xff"[..], &big].concat()).ends(65).says("the file is in UTF-16BE");
        files.import_bytes(&little).ends(65).says("the file is in UTF-16LE");
        files.import_bytes(b"PK\x03\x04 and more").ends(65).says("it is a ZIP archive or a spreadsheet");
        // Bytes 38 and 47 of the file, whatever quotes stand before.
        files.import_bytes(b"from,to,amount,description\na,b,1,\"caf\xe9\"\n\xfc,b,1,\n").ends(65)
            .says("line 2, column description: not_utf8: the description is not UTF-8: byte 38 of the file is 0xE9; if the file is Latin-1 or Windows-1252, import it with --encoding windows-1252")
            .says("line 3, column from: not_utf8: the from is not UTF-8: byte 41 of the file is 0xFC");
        check(book, "balance b version 0");
    }

    fn lines_come_from_standard_input_too(book: &TestBook) {
        let files = Files::new(book);
        let import = |text: &[u8]| -> Answer {
            let program = Program::on(book, &["import", "transfers", "-", "--format", "csv"]).command(|command| {
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).current_dir(files.folder.path());
            });
            let mut child = program.spawn();
            child.stdin.take().unwrap().write_all(text).unwrap();
            child.wait_with_output().unwrap().into()
        };
        import(b"from,to,amount\na,b,1\na,b,2\n").ends(0).shows("2,2,0,0,0,");
        import(b"from,to,amount\na,b,1\na,b,x\n").ends(65).shows("stdin.rejects.csv");
        assert!(files.folder.path().join("stdin.rejects.csv").exists());
        import(b"from,to,amount\na,b,x\n").ends(65).shows("stdin.rejects-2.csv");
    }

    fn a_folder_is_no_file(book: &TestBook) {
        let files = Files::new(book);
        for arguments in [&["import", "transfers", "."][..], &["import", "accounts", "."], &["import", "book", "."], &["batch", "."]] {
            let program = Program::on(book, arguments).command(|command| {
                command.current_dir(files.folder.path());
            });
            program.run().ends(65).says("it is a folder");
        }
    }
}
