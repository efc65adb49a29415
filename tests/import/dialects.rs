//! Files as other programs write them: in other encodings, with other numbers and dates, behind lines that are no header. They are read so
//! on request only, and their lines keep their bytes and their identity.

use std::fs;

use super::Files;
use crate::support::{Program, check, on_every_backend};

/// The file that the other spellings are compared with.
const PLAIN: &str = "from,to,amount,effective_at,description\na,b,1234.50,2026-09-01,caf\u{e9}\na,b,7,2026-09-02,\n";

on_every_backend! {
    fn a_file_is_the_same_file_however_it_is_spelled(book: &TestBook) {
        let files = Files::new(book);
        assert_eq!(files.import(PLAIN).ends(0).stdout, files.counts("2,2,0,0,0,"));
        let header = "from;to;amount;effective_at;description";
        let lines = "a;b;1.234,50;01.09.2026;caf\u{e9}\r\na;b;7,0;2.9.2026;";
        let text = format!("Kontoauszug\r\n\r\n{header}\r\n{lines}\r\n");
        let said = ["--skip", "2", "--number-format", "1.234,56", "--date-format", "%d.%m.%Y", "--encoding"];
        let latin: Vec<u8> = text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
        let [little, big] = [u16::to_le_bytes, u16::to_be_bytes].map(|bytes| {
            "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect::<Vec<_>>()
        });
        for (encoding, bytes) in
            [("utf-8", text.as_bytes()), ("latin1", &latin), ("utf-16", &little), ("utf-16", &big), ("utf-16le", &little)]
        {
            let answer = files.import_as("transfers", bytes, &[&said[..], &[encoding]].concat()).ends(0);
            assert_eq!(answer.stdout, files.counts("2,0,2,0,0,"), "{encoding}");
        }
        check(book, "balance b posted 1241.50 version 2");
    }

    fn what_is_not_said_is_not_guessed(book: &TestBook) {
        let files = Files::new(book);
        files.import("from;to;amount\na;b;1,50\n").ends(65)
            .says("amount_invalid: \"1,50\" is not an amount").says("--number-format 1.234,56");
        files.import("from,to,amount,effective_at\na,b,1,01.09.2026\n").ends(65)
            .says("time_invalid: ").says("--date-format %d.%m.%Y");
        files.import_with("from,to,amount\na,b,10.50\n", &["--number-format", "1.234,56"]).ends(65)
            .says("\"10.50\" is not an amount that is written like 1.234,56");
        files.import_with("from,to,amount,effective_at\na,b,1,01.09.26\n", &["--date-format", "%d.%m.%Y"]).ends(65)
            .says("\"01.09.26\" is not a date that is written like %d.%m.%Y");
        files.import_with("from,to,amount\na,b,10\n", &["--encoding", "utf-16"]).ends(65).says("lacks the column amount");
        for (option, value) in
            [("--encoding", "shift_jis"), ("--number-format", "1234;56"), ("--date-format", "%d.%m"), ("--skip", "x")]
        {
            files.import_with("from,to,amount\n", &[option, value]).ends(2).says(option);
        }
        check(book, "balance b version 0");
    }

    fn rejects_keep_their_bytes_and_are_read_like_the_file_they_come_from(book: &TestBook) {
        let files = Files::new(book);
        let text = "made by hand\nfrom;to;amount;description\na;b;1.000,50;caf\u{e9}\na;ghost;2,50;\u{e9}t\u{e9}\n";
        for (round, encoding) in ["latin1", "utf-16"].into_iter().enumerate() {
            let bytes_of = |text: &str| -> Vec<u8> {
                match encoding {
                    "latin1" => text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect(),
                    _ => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
                }
            };
            let mark: &[u8] = if encoding == "latin1" { b"" } else { b"\xfe\xff" };
            let source = format!("round {round}");
            let said = ["--encoding", encoding, "--skip", "1", "--number-format", "1.234,56", "--source", &source];
            files.import_as("transfers", &[mark, &bytes_of(text)].concat(), &said).ends(3);
            let rejects = fs::read(files.rejects()).unwrap();
            assert!(rejects.starts_with(&[mark, &bytes_of("reject_line;")].concat()), "{encoding}");
            assert!(rejects.ends_with(&bytes_of(";a;ghost;2,50;\u{e9}t\u{e9}\n")), "{encoding}");
            // Mended, it is imported by the same options, though nothing stands before its header.
            let [ghost, c] = ["ghost", "c"].map(bytes_of);
            let place = rejects.windows(ghost.len()).rposition(|window| window == ghost).unwrap();
            let mended = [&rejects[..place], &c, &rejects[place + ghost.len()..]].concat();
            let answer = files.import_as("transfers", &mended, &said).ends(0);
            assert_eq!(answer.stdout, files.counts("1,1,0,0,0,"), "{encoding}");
        }
        check(book, "balance b posted 2001 version 2");
        check(book, "balance c posted 5 version 2");
    }

    fn bytes_that_mean_nothing_end_the_import_with_their_place(book: &TestBook) {
        let files = Files::new(book);
        files.import_as("transfers", b"from,to,amount,description\na,b,1,\xaa\n", &["--encoding", "windows-1253"]).ends(65)
            .says("byte 34 of it means nothing in windows-1253");
        files.import_as("transfers", b"from,to,amount\na,b,1\n", &["--skip", "9"]).ends(65).says("lacks the column amount");
        check(book, "balance b version 0");
    }

    fn limits_of_accounts_are_numbers_of_the_file_too(book: &TestBook) {
        let files = Files::new(book);
        let text = "name,currency,min_balance,max_balance\nx,EUR,\"-1.000,50\",none\n";
        files.import_as("accounts", text.as_bytes(), &["--number-format", "1.234,56"]).ends(0);
        let shown = Program::on(book, &["account", "show", "x", "--format", "json"]).run().ends(0).json();
        assert_eq!(shown["min_balance"], "-1000.50");
    }
}
