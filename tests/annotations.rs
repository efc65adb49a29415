//! What is kept beside accounts and transfers changes, and nothing of what was kept is lost.

use crate::support::{Snapshot, check, on_every_backend};

const BEGIN: &str = "
            at 2026-01-01T12:00:00Z
            account cash  asset     EUR
            account alice liability EUR meta tier=basic
            account bob   liability EUR
            deposit  t1: alice 100 meta channel=branch -> posted
            transfer t2: alice bob 10                  -> posted
";

on_every_backend! {
    fn metadata_of_accounts_and_transfers_is_set_and_removed(book: &TestBook) {
        check(book, &format!("{BEGIN}
            annotate account alice tier=gold kyc=done    -> annotated
            annotate transfer t1 checked=yes -channel    -> annotated
            annotate transfer t2 checked=yes             -> annotated
            metadata account alice tier=gold kyc=done
            metadata transfer t1 checked=yes
            metadata transfer t2 checked=yes
            annotate account alice -tier -kyc            -> annotated
            metadata account alice
            account alice liability EUR meta tier=basic  -> replayed
            account alice liability EUR                  -> account_exists field=metadata
            deposit  t1: alice 100 meta channel=branch   -> replayed
        "));
    }

    fn what_was_kept_is_readable_as_of_any_time(book: &TestBook) {
        check(book, &format!("{BEGIN}
            at 2026-01-02T12:00:00Z
            annotate account alice tier=gold   -> annotated
            annotate transfer t1 checked=yes   -> annotated
            at 2026-01-03T12:00:00Z
            annotate account alice tier=black  -> annotated
            metadata account alice at 2026-01-02T11:59:59Z tier=basic
            metadata account alice at 2026-01-02T12:00:01Z tier=gold
            metadata account alice at 2026-01-04T00:00:00Z tier=black
            metadata transfer t1 at 2026-01-02T11:59:59Z channel=branch
            metadata transfer t1 at 2026-01-02T12:00:01Z channel=branch checked=yes
        "));
        let ledger = book.ledger();
        let at = Some("2026-01-01T11:59:59Z".parse().unwrap());
        let alice = teller::requests::AnnotationTarget::Account("alice".parse().unwrap());
        assert!(ledger.metadata_as_of(&alice, at).unwrap().is_empty(), "she was not there yet");
    }

    fn a_change_to_what_is_there_already_leaves_no_trace(book: &TestBook) {
        check(book, BEGIN);
        let before = Snapshot::of(book);
        check(book, "
            annotate account alice tier=basic -missing   -> annotated
            annotate transfer t1 channel=branch          -> annotated
        ");
        assert_eq!(Snapshot::of(book), before);
    }

    fn what_is_not_there_cannot_be_annotated(book: &TestBook) {
        check(book, &format!("{BEGIN}
            annotate account ghost a=b   -> account_unknown account=ghost
            annotate transfer t9 a=b     -> transfer_unknown
        "));
    }

    fn more_than_there_is_room_for_is_refused(book: &TestBook) {
        let entries = |from: u32, to: u32| (from..to).map(|number| format!("k{number}=v")).collect::<Vec<_>>().join(" ");
        check(book, &format!("{BEGIN}
            annotate account bob {}      -> annotated
            annotate account bob k64=v   -> metadata_too_large entries=65 entries_max=64
            annotate account bob k64=v -k0 -> annotated
        ", entries(0, 64)));
    }

    fn a_batch_annotates_what_it_posts(book: &TestBook) {
        check(book, &format!("{BEGIN}
            freeze alice                      -> frozen
            unfreeze alice                    -> unfrozen
            batch
                transfer t3: alice bob 1      -> posted
                annotate transfer t3 a=1      -> annotated
                annotate transfer t3 b=2      -> annotated
                annotate account alice x=y    -> annotated
                freeze alice                  -> frozen
                transfer alice bob 1          -> account_frozen
            metadata transfer t3 a=1 b=2
            metadata account alice tier=basic x=y
        "));
    }

    fn a_journal_that_is_refused_annotates_nothing(book: &TestBook) {
        check(book, &format!("{BEGIN}
            journal j1:                       -> insufficient_funds leg=4
                annotate account alice x=y
                annotate transfer t1 x=y
                transfer alice bob 1
                transfer alice bob 1000
            metadata account alice tier=basic
            metadata transfer t1 channel=branch
            transfer alice bob 1              -> posted
        "));
    }

    fn what_a_refused_journal_annotated_is_gone_for_those_behind_it(book: &TestBook) {
        check(book, &format!("{BEGIN}
            batch
                journal j1:                   -> insufficient_funds leg=3
                    annotate account alice x=y
                    annotate transfer t1 x=y
                    transfer alice bob 1000
                annotate account alice z=1    -> annotated
                annotate transfer t1 z=1      -> annotated
            metadata account alice tier=basic z=1
            metadata transfer t1 channel=branch z=1
        "));
    }

    fn a_closed_account_can_still_be_annotated(book: &TestBook) {
        check(book, &format!("{BEGIN}
            transfer bob alice 10             -> posted
            close bob                         -> closed
            annotate account bob archive=7    -> annotated
            metadata account bob archive=7
            balance bob posted 0 state closed
        "));
    }

    fn the_program_sets_shows_and_tells_metadata(book: &TestBook) {
        check(book, BEGIN);
        book.run("metadata set --account alice").ends(2);
        book.run("metadata set tier=gold").ends(2);
        book.run("metadata set --account alice gold").ends(65).says("has no =");
        book.run("metadata set --account alice tier=gold --actor carol --dry-run").ends(0).says("Dry run");
        assert!(book.run("metadata show --account alice --format ndjson").ends(0).stdout.contains("\"tier\":\"basic\""));
        book.run("metadata set --account alice tier=gold --actor carol --reason upgrade").ends(0);
        assert!(book.run("metadata show --account alice --format ndjson").ends(0).stdout.contains("\"tier\":\"gold\""));
        assert!(book.run("account show alice --format ndjson").ends(0).stdout.contains("\"tier\":\"gold\""));
        book.run("metadata set --transfer t1 checked=yes --remove channel --actor carol").ends(0);
        let history = book.run("metadata history --transfer t1 --format ndjson").ends(0).stdout;
        assert!(history.contains("\"channel\":\"branch\"") && history.contains("\"checked\":\"yes\""), "{history}");
        book.run("metadata history --transfer t2").ends(0).says("It was never changed.");
        book.run("metadata show --account alice --recorded-at 1.1.2026").ends(65).says("is no time");
    }
}
