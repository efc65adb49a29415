//! A line without a key is told from others by what it means, never by how that is written.

use super::Files;
use crate::support::{Program, assert_whole, check, on_every_backend};

on_every_backend! {
    fn a_file_that_a_spreadsheet_saved_again_changes_nothing(book: &TestBook) {
        let files = Files::new(book);
        files.import("from,to,amount,description\na,b,10.00,rent\na,b,5.50,food\n").ends(0);
        let again = files.import("from;to;amount;description\r\na;b;10;rent\r\n\"a\";b;5.5;food\r\n").ends(0);
        assert_eq!(again.stdout, files.counts("2,0,2,0,0,"));
        check(book, "balance b posted 15.50 version 2");
    }

    fn an_amount_a_time_and_a_currency_are_the_same_however_they_are_written(book: &TestBook) {
        let files = Files::new(book);
        let text = "from,to,amount,currency,effective_at\na,b,10,,2025-12-31T12:00:00Z\na,b,10,,2025-12-31T12:00:00Z\n";
        assert_eq!(files.import(text).ends(0).stdout, files.counts("2,2,0,0,0,"));
        for (amount, currency, time) in [
            ("10.0", "", "2025-12-31T12:00:00Z"),
            ("010.00", "EUR", "2025-12-31T13:00:00+01:00"),
            ("10", "EUR", "2025-12-31T12:00:00.000Z"),
        ] {
            let line = format!("a,b,{amount},{currency},{time}\n");
            let text = format!("from,to,amount,currency,effective_at\n{line}{line}");
            assert_eq!(files.import(&text).ends(0).stdout, files.counts("2,0,2,0,0,"), "{line}");
        }
        // Of three that are written in three ways, one is new.
        let mixed = "from,to,amount,currency,effective_at\na,b,10,,2025-12-31T12:00:00Z\na,b,10.00,,2025-12-31T12:00:00Z\n\
            a,b,10.0,EUR,2025-12-31T12:00:00Z\n";
        assert_eq!(files.import(mixed).ends(0).stdout, files.counts("3,1,2,0,0,"));
        check(book, "balance b posted 30 version 3");
    }

    fn texts_are_the_same_in_every_unicode_form_with_every_line_end_and_with_blanks_around(book: &TestBook) {
        let files = Files::new(book);
        let text = "from,to,amount,description,metadata.note\na,b,1,caf\u{e9},x\na,b,1,\"two\nlines\",x\n";
        files.import(text).ends(0);
        let again = "from,to,amount,description,metadata.note\r\na,b,1,cafe\u{301} ,x\r\na,b,1,\"two\r\nlines\",x \r\n";
        // They are known, and say so: the texts that are kept are those of the first time.
        files.import(again).ends(3);
        check(book, "balance b posted 2 version 2");
    }

    fn a_line_with_an_id_and_the_key_of_another_is_refused(book: &TestBook) {
        let files = Files::new(book);
        let text = "from,to,amount,key,id\na,b,1,k7,2b0a4c1e-8a53-4e58-9f3c-4a8f8f2f6c11\n";
        files.import(text).ends(65).says("the key k7 gives another one");
        files.import("from,to,amount,key\na,b,1,k7\n").ends(0);
        check(book, "balance b posted 1 version 1");
    }

    fn lines_that_mean_something_else_are_posted(book: &TestBook) {
        let files = Files::new(book);
        files.import("from,to,amount,description,metadata.order\na,b,10,,\n").ends(0);
        let others = "from,to,amount,description,metadata.order\na,b,10,x,\na,b,10,,1\na,b,1.0,,\nb,a,10,,\n";
        assert_eq!(files.import(others).ends(0).stdout, files.counts("4,4,0,0,0,"));
        assert_eq!(files.import("debit,credit,amount\nb,a,10\n").ends(0).stdout, files.counts("1,1,0,0,0,"));
    }

    fn a_line_that_cannot_be_understood_is_posted_once_when_it_is_mended(book: &TestBook) {
        let files = Files::new(book);
        let mut posted = 0;
        // The good twin stands before the bad line, behind it, or on both sides; the number tells the rounds apart.
        for (round, (bad, mended)) in [
            ("a,b,ROUND,2026-13-01T00:00:00Z", "a,b,ROUND,2025-12-01T00:00:00Z"),
            ("a,b,xROUND,2025-12-01T00:00:00Z", "a,b,ROUND,2025-12-01T00:00:00Z"),
            ("a,b,ROUND", "a,b,ROUND,2025-12-01T00:00:00Z"),
            ("a,b:,ROUND,2025-12-01T00:00:00Z", "a,b,ROUND,2025-12-01T00:00:00Z"),
        ].into_iter().enumerate() {
            let [bad, mended] = [bad, mended].map(|line| line.replace("ROUND", &(round + 1).to_string()));
            let orders = [(1, format!("{mended}\n{bad}\n")), (1, format!("{bad}\n{mended}\n")), (2, format!("{mended}\n{bad}\n{mended}\n"))];
            for (order, (good, lines)) in orders.into_iter().enumerate() {
                let name = format!("{round} {order}");
                let source = ["--source", &name];
                let text = format!("from,to,amount,effective_at\n{lines}");
                files.import_with(&text, &source).ends(65);
                posted += good;
                check(book, &format!("balance b version {posted}"));
                let rejects = std::fs::read_to_string(files.rejects()).unwrap();
                let text = rejects.replace(&bad, &mended);
                assert_ne!(text, rejects);
                assert_eq!(files.import_with(&text, &source).ends(0).stdout, files.counts("1,1,0,0,0,"), "{rejects}");
                assert_eq!(files.import_with(&text, &source).ends(0).stdout, files.counts("1,0,1,0,0,"));
                // Its other lines are still known, and it is refused in the same way, under the same id.
                let again = files.import_with(&format!("from,to,amount,effective_at\n{lines}"), &source).ends(65);
                assert_eq!(again.stdout, files.counts(&format!("{},0,{good},0,1,{{rejects}}", good + 1)));
                assert_eq!(std::fs::read_to_string(files.rejects()).unwrap(), rejects);
                posted += 1;
            }
        }
        assert_whole(&book.ledger(), posted);
    }

    fn a_line_that_a_rule_refused_is_posted_once_when_it_is_mended(book: &TestBook) {
        let files = Files::new(book);
        for (round, (bad, mended, code)) in [
            ("a,b,10.00,XXX", "a,b,10.00,EUR", 3),
            ("a,b,10.005,EUR", "a,b,10.00,EUR", 65),
            ("c,b,10.00,EUR", "a,b,10.00,EUR", 3),
            ("ghost,b,10.00,", "a,b,10.00,EUR", 3),
        ].into_iter().enumerate() {
            let name = round.to_string();
            let source = ["--source", name.as_str()];
            let text = format!("from,to,amount,currency\n{bad}\na,b,10,EUR\n{bad}\n");
            files.import_with(&text, &source).ends(code);
            let rejects = std::fs::read_to_string(files.rejects()).unwrap().replace(bad, mended);
            assert_eq!(files.import_with(&rejects, &source).ends(0).stdout, files.counts("2,2,0,0,0,"), "{rejects}");
            assert_eq!(files.import_with(&rejects, &source).ends(0).stdout, files.counts("2,0,2,0,0,"));
            check(book, &format!("balance b posted {} version {}", 30 * (round + 1), 3 * (round + 1)));
        }
    }

    fn a_rejects_file_that_was_not_mended_keeps_the_ids_of_its_lines(book: &TestBook) {
        let files = Files::new(book);
        files.import("from,to,amount\na,b,x\nghost,b,3\na,b,y,z\n").ends(65);
        let rejects = std::fs::read_to_string(files.rejects()).unwrap();
        let answer = files.import(&rejects).ends(65);
        assert_eq!(answer.stdout, files.counts("3,0,0,1,2,{rejects}"));
        let without_lines = |text: &str| {
            let behind = |line: &str| line.split_once(',').unwrap().1.to_owned();
            text.lines().map(behind).collect::<Vec<_>>()
        };
        let again = std::fs::read_to_string(files.rejects()).unwrap();
        assert_eq!(without_lines(&again)[..3], without_lines(&rejects)[..3]);
        assert!(again.lines().nth(3).unwrap().ends_with(",a,b,y,z"), "{again}");

        check(book, "account ghost asset EUR");
        let mended = again.replace(",x\n", ",1\n").replace(",y,z\n", ",2\n");
        assert_eq!(files.import(&mended).ends(0).stdout, files.counts("3,3,0,0,0,"));
        assert_eq!(files.import(&mended).ends(0).stdout, files.counts("3,0,3,0,0,"));
        // The line that the book refused was understood: it is known in the file that it comes from, too.
        assert_eq!(files.import("from,to,amount\nghost,b,3.00\n").ends(0).stdout, files.counts("1,0,1,0,0,"));
        check(book, "balance b posted 6");
    }

    fn equal_lines_of_another_file_are_told_and_a_source_makes_them_distinct(book: &TestBook) {
        let files = Files::new(book);
        let text = "key,from,to,amount\n,a,b,7.00\n,a,b,8.00\nk1,a,b,9.00\n";
        let january = files.import(text).ends(0);
        assert!(!january.stderr.contains("--source"), "{}", january.stderr);
        files.import(text).ends(0).says("2 lines without a key mean the same as lines of an earlier import").says("--source");
        check(book, "balance b posted 24");
        for (name, posted) in [("february", 39), ("march", 54)] {
            let named = files.import_with(text, &["--source", name]).ends(0);
            assert_eq!(named.stdout, files.counts("3,2,1,0,0,"));
            assert_eq!(files.import_with(text, &["--source", name]).ends(0).stdout, files.counts("3,0,3,0,0,"));
            check(book, &format!("balance b posted {posted}"));
        }
        files.import_with(text, &["--source", ""]).ends(65);
    }

    fn lines_of_development_versions_are_known_by_their_words(book: &TestBook) {
        let files = Files::new(book);
        // What those versions made of the first and second `a,b,10.00`.
        for id in ["4bd61b40-96b7-5142-b85e-f5847c96934e", "4b6e74e9-08f5-5476-b7d9-3d31dbfbb574"] {
            book.run(&format!("transfer a b 10.00 --id {id}")).ends(0);
        }
        let text = "from,to,amount\na,b,10.00\na,b,10.00\na,b,10.00\n";
        assert_eq!(files.import(text).ends(0).stdout, files.counts("3,1,2,0,0,"));
        assert_eq!(files.import(text).ends(0).stdout, files.counts("3,0,3,0,0,"));
        check(book, "balance b posted 30 version 3");
    }

    fn a_rate_is_the_same_however_it_is_written(book: &TestBook) {
        check(book, "
            account alice:usd liability USD
            account alice:jpy liability JPY
            account cash      asset     USD
            deposit alice:usd 100.00 cash cash -> posted
        ");
        let exchange = |rate: &str| {
            Program::on(book, &["exchange", "alice:usd", "alice:jpy", "10.00", "--rate", rate, "--key", "x1"]).run().ends(0)
        };
        exchange("150.5");
        for rate in ["150.50", "0150.5000", "150.5"] {
            exchange(rate).says("was posted before");
        }
        check(book, "balance alice:jpy posted 1505");
    }
}
