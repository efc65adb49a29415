//! What people call transfers, holds and journals, and what makes two requests one.

use teller::facts::{Key, Reference, TransferId};

use crate::support::{Answer, Program, TestBook, check, on_every_backend};

const BEGIN: &str = "
    account cash  asset     EUR
    account a     liability EUR
    account b     liability EUR
    account c     liability EUR
    deposit a 100 -> posted
";

const HEX: &str = "9e107d9d372bb6826bd81d3542a419d6";

fn run(book: &TestBook, arguments: &[&str]) -> Answer {
    Program::on(book, arguments).run()
}

on_every_backend! {
    fn what_was_asked_for_under_a_key_is_found_by_it(book: &TestBook) {
        check(book, BEGIN);
        book.run("transfer a b 5 --key invoice-1").ends(0);
        assert_eq!(run(book, &["statement", "b", "--format", "json"]).ends(0).json()["items"][0]["key"], "invoice-1");
        book.run("statement b").ends(0).shows("KEY").shows("invoice-1");
        book.run("transfer a b 6 --key invoice-1").ends(3).says("invoice-1 is already used by transfer 6");
        book.run("export").ends(0).shows("\"key\":\"invoice-1\"");
        book.run("reverse invoice-1").ends(0);
        check(book, "balance a posted 100");
    }

    fn what_is_unknown_is_told_in_the_words_it_was_named_in(book: &TestBook) {
        check(book, BEGIN);
        book.run("capture nope").ends(3).says("hold nope is unknown");
        book.run("hold show nope").ends(3).says("hold nope is unknown");
        book.run("release nope").ends(3).says("hold nope is unknown");
        book.run("reverse nope").ends(3).says("transfer nope is unknown");
        book.run("reverse --journal nope").ends(3).says("journal nope is unknown");
        book.run("metadata show --transfer nope").ends(3).says("transfer nope is unknown");
        book.run("journal show @5").ends(3).says("journal @5 is unknown");
        book.run("capture @5").ends(3).says("hold @5 is unknown");
        book.run("capture @9").ends(3).says("no transfer @9");
        book.run(&format!("capture {HEX}")).ends(3).says("hold 9e107d9d-372b-b682-6bd8-1d3542a419d6 is unknown");
    }

    fn a_key_that_looks_like_a_sequence_is_refused(book: &TestBook) {
        check(book, BEGIN);
        for key in ["@2", "@", "@x"] {
            run(book, &["transfer", "a", "b", "50", "--key", key]).ends(65).says("begins with @");
        }
        run(book, &["journal", "post", "--key", "@2", "--leg", "a -> b 1"]).ends(65);
        run(book, &["schedule", "add", "a", "b", "1", "--every", "day", "--key", "@2"]).ends(65);
        check(book, "balance b posted 0");
    }

    fn a_key_that_looks_like_an_id_is_found(book: &TestBook) {
        check(book, BEGIN);
        for (key, other) in [(HEX, "9E107D9D372BB6826BD81D3542A419D6"), ("2b0a4c1e-8a53-4e58-9f3c-4a8f8f2f6c11", "other")] {
            run(book, &["hold", "a", "b", "10", "--key", key]).ends(0);
            run(book, &["capture", other, "1"]).ends(3).says("is unknown");
            run(book, &["hold", "show", key]).ends(0);
            run(book, &["capture", key, "4"]).ends(0);
            run(book, &["release", key]).ends(0);
        }
        check(book, "balance a posted 92 held 0");
        // An id that is in the book comes before a key.
        let id = "2b0a4c1e-8a53-4e58-9f3c-4a8f8f2f6c22";
        run(book, &["transfer", "a", "b", "1", "--id", id]).ends(0);
        run(book, &["transfer", "a", "c", "2", "--key", id]).ends(0);
        run(book, &["reverse", id]).ends(0);
        check(book, "balance b posted 8\nbalance c posted 2");
    }

    fn json_names_things_as_the_program_does(book: &TestBook) {
        check(book, BEGIN);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("batch.ndjson");
        let lines = [
            format!(r#"{{"key":"{HEX}","hold":{{"from":"a","to":"b","amount":"10.00"}}}}"#),
            format!(r#"{{"key":"c1","capture":{{"hold":"{HEX}","amount":"4.00"}}}}"#),
            format!(r#"{{"key":"r1","release":"{HEX}"}}"#),
            r#"{"key":"t1","from":"a","to":"b","amount":"1.00"}"#.to_owned(),
            r#"{"key":"r2","reverse":{"transfer":"t1","amount":"0.40"}}"#.to_owned(),
            r#"{"key":"r3","reverse":{"transfer":"r2","amount":"0.10"}}"#.to_owned(),
            r#"{"key":"r4","reverse":"@5"}"#.to_owned(),
            r#"{"key":"r5","reverse":{"transfer":"nope"}}"#.to_owned(),
        ];
        std::fs::write(&file, lines.join("\n")).unwrap();
        let answer = run(book, &["batch", file.to_str().unwrap(), "--format", "json"]).ends(3).json();
        let codes: Vec<_> = answer["items"].as_array().unwrap().iter().map(|item| item["code"].as_str()).collect();
        let refused = [None, None, None, None, None, Some("not_reversible"), Some("insufficient_funds"), Some("transfer_unknown")];
        assert_eq!(codes, refused);
        assert_eq!(answer["items"][7]["rejection"]["transfer"], "nope");
        check(book, "balance a posted 95.40 held 0");
    }

    // The key of a journal gave back one transfer of three.
    fn a_journal_is_undone_as_a_journal(book: &TestBook) {
        check(book, BEGIN);
        check(book, "account a:usd liability USD");
        book.run("exchange a a:usd 10.00 --rate 1.1 --fee 0.25 --key x1").ends(0);
        book.run("reverse x1").ends(3).says("x1 is a journal of 3 transfers").says("--journal");
        let first = run(book, &["journal", "show", "x1", "--format", "json"]).ends(0).json()["transfers"][0].clone();
        run(book, &["reverse", first["id"].as_str().unwrap()]).ends(3).says("is a journal of 3 transfers");
        book.run("metadata set --transfer x1 k=v").ends(3).says("x1 is a journal of 3 transfers");
        book.run("metadata show --transfer x1").ends(3).says("x1 is a journal of 3 transfers");
        check(book, "balance a posted 89.75");
        book.run(&format!("reverse @{}", first["sequence"])).ends(0);
        check(book, "balance a posted 99.75");
        book.run(&format!("reverse --journal @{}", first["sequence"].as_i64().unwrap() + 1)).ends(0);
        book.run("reverse --journal x1").ends(3).says("x1 is reversed already");
        check(book, "balance a posted 100\nbalance a:usd posted 0");
    }

    fn a_journal_is_the_same_only_with_the_same_changes(book: &TestBook) {
        check(book, BEGIN);
        let post = |legs: &[&str]| {
            let legs = legs.iter().flat_map(|leg| ["--leg", leg]);
            run(book, &["journal", "post", "--key", "k"].into_iter().chain(legs).collect::<Vec<_>>())
        };
        post(&["a -> b 1"]).ends(0);
        post(&["a -> b 1"]).ends(0).says("posted before");
        post(&["a -> b 1", "close c"]).ends(3).says("k is already used");
        post(&["close c", "a -> b 1"]).ends(3).says("k is already used");
        check(book, "balance c state open");
        check(book, "
            journal k2: -> posted
                close c
                transfer a b 1
            journal k2: -> replayed
                close c
                transfer a b 1
            journal k2: -> id_reused
                transfer a b 1
            journal k2: -> id_reused
                transfer a b 1
                close c
            journal k2: -> id_reused
                freeze c
                transfer a b 1
            journal k2: -> id_reused
                close b
                transfer a b 1
            journal k3: -> posted
                limits a min -5.00
                annotate account a k=v
                transfer a b 1
            journal k3: -> replayed
                limits a min -5.00
                annotate account a k=v
                transfer a b 1
            journal k3: -> id_reused
                limits a min -6.00
                annotate account a k=v
                transfer a b 1
            journal k3: -> id_reused
                limits a min -5.00
                annotate account a k=w
                transfer a b 1
            journal k3: -> id_reused
                limits a min -5.00
                transfer a b 1
            balance b posted 3
        ");
    }

    fn a_final_capture_is_the_same_only_as_a_final_one(book: &TestBook) {
        check(book, BEGIN);
        check(book, "
            hold h1: a b 10     -> held
            capture c1: h1 4    -> captured
            capture c2: h1 6    -> captured
            capture c1: h1 4    -> replayed
            # What later captures used up was not released by this one.
            capture c1: h1 4 final -> id_reused
            hold h2: a b 10     -> held
            capture c3: h2 10 final -> captured
            capture c3: h2 10 final -> replayed
            capture c3: h2 10   -> id_reused
            hold h3: a b 10     -> held
            capture c4: h3 5 final -> captured rows=2
            capture c4: h3 5    -> id_reused
            journal j1: -> posted
                hold a c 3
                transfer a b 1
            hold h5: a b 4      -> held
            journal j2: -> posted
                transfer a b 1
                capture h5 4 final
            journal j2: -> replayed
                transfer a b 1
                capture h5 4 final
            journal j2: -> id_reused
                transfer a b 1
                capture h5 4
        ");
    }

    fn the_library_reads_references_as_the_program_does(book: &TestBook) {
        check(book, BEGIN);
        let ledger = book.ledger();
        let key: Key = "invoice-1".parse().unwrap();
        assert_eq!(ledger.refer("invoice-1").unwrap(), Reference::from(key));
        let first = ledger.get_transfer(ledger.refer("@5").unwrap()).unwrap().transfer;
        assert_eq!(ledger.refer(&first.id.to_string()).unwrap(), Reference::from(first.id));
        assert_eq!(ledger.refer_to_schedule("rent").unwrap().id(), TransferId::from_key("rent").unwrap());
        let unknown = ledger.get_schedule(ledger.refer_to_schedule("gym").unwrap(), None, 1).unwrap_err();
        assert_eq!(unknown.to_string(), "schedule gym is unknown");
        run(book, &["schedule", "cancel", "gym"]).ends(3).says("schedule gym is unknown");
        assert!(ledger.refer_to_schedule("@1").is_err());
    }

    fn a_name_in_two_spellings_is_one_account(book: &TestBook) {
        check(book, BEGIN);
        run(book, &["account", "open", "caf\u{e9}", "--currency", "EUR"]).ends(0);
        run(book, &["account", "open", "cafe\u{301}", "--currency", "EUR"]).ends(0).says("was open already");
        run(book, &["transfer", "a", "cafe\u{301}", "5"]).ends(0);
        run(book, &["balance", "caf\u{e9}"]).ends(0).shows("5.00");
        for unseen in ["a\u{200b}", "\u{202e}a", "a\u{ad}b", "a\u{fe0f}"] {
            run(book, &["account", "open", unseen, "--currency", "EUR"]).ends(65).says("invisible");
            run(book, &["transfer", "a", "b", "1", "--key", unseen]).ends(65).says("invisible");
            run(book, &["transfer", "a", "b", "1", "--metadata", &format!("{unseen}=x")]).ends(65).says("invisible");
        }
        for blank in ["k ", " k", "k\u{a0}"] {
            run(book, &["transfer", "a", "b", "1", "--key", blank]).ends(65).says("blank");
        }
    }
}
