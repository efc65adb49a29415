//! A seal proves later that all it covers is still there, unchanged.

use tempfile::TempDir;

use teller::ledger::VerifyReport;
use teller::proof::{Seal, SealError};
use teller::{Error, InputError, Ledger};

use crate::support::{Program, TestBook, change, check, on_every_backend_as_owner, without_guards};

const BEGIN: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    deposit t1: alice 100      -> posted
    transfer t2: alice bob 10  -> posted
";

fn sealed(book: &TestBook, seal: &Seal) -> VerifyReport {
    let report = without_guards(book.ledger().verify_sealed(seal, &mut |_| {}).unwrap());
    let short_of_memory = book.ledger().with_walk_memory(600);
    assert_eq!(
        without_guards(short_of_memory.verify_sealed(seal, &mut |_| {}).unwrap()),
        report,
        "with most accounts in a file"
    );
    report
}

fn problems(report: &VerifyReport) -> String {
    report.findings.iter().map(|finding| finding.problem.as_str()).collect::<Vec<_>>().join("; ")
}

/// Switches off what keeps rows from being removed or changed.
fn disarm(book: &TestBook) {
    if book.is_on_postgres() {
        for table in ["transfers", "accounts", "account_events", "book_events", "holds"] {
            book.raw(&format!("alter table {table} disable trigger all")).unwrap();
        }
    } else {
        for trigger in book.query_texts("select name from sqlite_schema where type = 'trigger'") {
            book.raw(&format!("drop trigger {trigger}")).unwrap();
        }
    }
}

/// Removes the newest transfer between two accounts, and sets both back as if it had never been: what is left is a whole book.
fn cut_off_the_newest_transfer(book: &TestBook) {
    disarm(book);
    let set_back = |side: &str| {
        format!(
            "update accounts set version = version - 1, posted = (select case p.debit_account_id when accounts.id \
             then p.debit_balance else p.credit_balance end from transfers p where p.sequence = t.{side}_previous), \
             last_transfer = t.{side}_previous, \
             last_recorded_at = (select p.recorded_at from transfers p where p.sequence = t.{side}_previous), \
             head = (select p.hash from transfers p where p.sequence = t.{side}_previous) \
             from (select * from transfers order by sequence desc limit 1) as t where accounts.id = t.{side}_account_id"
        )
    };
    book.raw(&set_back("debit")).unwrap();
    book.raw(&set_back("credit")).unwrap();
    book.raw("delete from transfers where sequence = (select max(sequence) from transfers)").unwrap();
}

/// What is removed of the record of periods leaves a chain that fits, and only the seal tells.
fn cut_off_the_newest_period(book: &TestBook) {
    disarm(book);
    book.raw("delete from book_events where event = 2").unwrap();
}

fn rows(ledger: &Ledger) -> u64 {
    ledger.verify(&mut |_| {}).unwrap().transfers
}

on_every_backend_as_owner! {
    fn what_was_sealed_is_still_there_whatever_came_later(book: &TestBook) {
        let empty = book.ledger().seal().unwrap();
        check(book, BEGIN);
        let seal = book.ledger().seal().unwrap();
        assert_eq!((seal.transfers, seal.accounts, seal.sequence.0), (2, 3, 5));
        let again = book.ledger().seal().unwrap();
        assert_eq!((&again.root, again.sequence), (&seal.root, seal.sequence));
        check(book, "
            account carol liability EUR
            account aaron liability EUR
            transfer bob carol 5   -> posted
            limits alice min -5    -> changed
            transfer carol aaron 1 -> posted
        ");
        for seal in [&empty, &seal, &book.ledger().seal().unwrap()] {
            assert_eq!(problems(&sealed(book, seal)), "");
        }
        assert_ne!(book.ledger().seal().unwrap().root, seal.root);
    }

    fn a_tail_that_was_cut_off_is_found_by_the_seal_alone(book: &TestBook) {
        check(book, BEGIN);
        check(book, "deposit bob 1 -> posted\nwithdraw bob 1 -> posted");
        let seal = book.ledger().seal().unwrap();
        cut_off_the_newest_transfer(book);
        assert_eq!(rows(&book.ledger()), 3);
        assert_eq!(problems(&without_guards(book.ledger().verify(&mut |_| {}).unwrap())), "", "the book alone is whole");
        let found = problems(&sealed(book, &seal));
        assert!(found.contains("the book ends at place 6, the seal was made at place 7"), "{found}");
        assert!(found.contains("4 transfers"), "{found}");
    }

    fn a_tail_that_was_replaced_is_found_by_the_seal_alone(book: &TestBook) {
        check(book, BEGIN);
        check(book, "deposit bob 1 -> posted\nwithdraw bob 1 -> posted");
        let seal = book.ledger().seal().unwrap();
        cut_off_the_newest_transfer(book);
        check(book, "withdraw bob 0.50 -> posted");
        let found = problems(&sealed(book, &seal));
        assert!(found.contains("the accounts' heads"), "{found}");
    }

    fn a_removed_account_and_a_removed_event_are_found_by_the_seal_alone(book: &TestBook) {
        use teller::Mode;
        use teller::requests::{AccountAction, Sides};
        check(book, BEGIN);
        check(book, "account spare liability EUR");
        book.ledger().change_account(&change("spare", AccountAction::Freeze(Sides::Both)), Mode::Commit).unwrap();
        let seal = book.ledger().seal().unwrap();
        disarm(book);
        book.raw("delete from account_events").unwrap();
        book.raw("delete from accounts where name = 'spare'").unwrap();
        assert_eq!(problems(&without_guards(book.ledger().verify(&mut |_| {}).unwrap())), "", "the book alone is whole");
        let found = problems(&sealed(book, &seal));
        assert!(found.contains("4 accounts") && found.contains("heads"), "{found}");
    }

    fn a_seal_of_another_book_or_of_the_future_is_refused(book: &TestBook) {
        check(book, BEGIN);
        let seal = book.ledger().seal().unwrap();
        let other = book.another();
        let refusal = other.ledger().verify_sealed(&seal, &mut |_| {}).unwrap_err();
        assert!(matches!(refusal, Error::Input(InputError::Seal(SealError::AnotherBook { .. }))), "{refusal}");
        book.set_time("2025-01-01T00:00:00Z");
        let refusal = book.ledger().verify_sealed(&seal, &mut |_| {}).unwrap_err();
        assert!(matches!(refusal, Error::Input(InputError::Seal(SealError::Future { .. }))), "{refusal}");
    }

    fn the_program_writes_signs_and_checks_seals(book: &TestBook) {
        check(book, BEGIN);
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
        let public_key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
        std::fs::write(path("key"), key).unwrap();
        std::fs::write(path("public"), public_key).unwrap();
        Program::on(book, &["seal", "--out", &path("seal"), "--key", &path("key")]).run().ends(0).says("Sealed 2 transfers and 3 accounts");
        Program::on(book, &["seal", "--out", &path("seal")]).run().ends(65).says("exists");
        Program::on(book, &["seal", "--out", &path("plain")]).run().ends(0);
        let verify = |seal: &str| Program::on(book, &["verify", "--seal", &path(seal), "--public-key", &path("public")]).run();
        verify("seal").ends(0).says("the book is whole");
        verify("plain").ends(65).says("not signed");
        let text = std::fs::read_to_string(path("seal")).unwrap();
        std::fs::write(path("forged"), text.replace("\"transfers\": 2", "\"transfers\": 3")).unwrap();
        verify("forged").ends(65).says("signature");
        Program::on(book, &["verify", "--seal", &path("forged")]).run().ends(1).says("found 1 fault");
        Program::on(book, &["verify", "--seal", &path("key")]).run().ends(65).says("not a seal");
        Program::on(book, &["verify", "--seal", &path("missing")]).run().ends(65).says("read");
        Program::on(book, &["seal"]).run().ends(0).shows("teller.seal.1");
        check(book, "deposit alice 1 -> posted");
        verify("seal").ends(0);
    }

    fn a_seal_between_thousands_of_events_is_compared_where_it_was_made(book: &TestBook) {
        let change = |least: u32| format!("limits alice min -{least} -> changed\n");
        let changes = |count| (1..=count).map(change).collect::<Vec<_>>().concat();
        check(book, BEGIN);
        check(book, &changes(998));
        let seals = [1, 1, 500].map(|more| {
            check(book, &changes(more));
            book.ledger().seal().unwrap()
        });
        check(book, &changes(1_000));
        check(book, "transfer alice bob 1 -> posted");
        for seal in &seals {
            assert_eq!(problems(&sealed(book, seal)), "", "at place {}", seal.sequence);
        }
        disarm(book);
        book.raw("update account_events set actor = 'nobody' where event = 1900").unwrap();
        let report = sealed(book, &seals[2]);
        let found: Vec<_> = report.findings.iter().map(|finding| finding.sequence.unwrap().0).collect();
        assert_eq!((found, report.transfers), (vec![1_905], 3), "{:?}", report.findings);
    }

    // V2
    fn a_closing_of_a_period_that_was_cut_off_is_found_with_a_seal(book: &TestBook) {
        check(book, &format!("{BEGIN}
    period close 2024 -> closed
    period close 2025 -> closed
    transfer alice bob 1 -> posted
        "));
        let seal = book.ledger().seal().unwrap();
        assert_eq!(problems(&sealed(book, &seal)), "");
        cut_off_the_newest_period(book);
        assert_eq!(without_guards(book.ledger().verify(&mut |_| {}).unwrap()).findings, [], "the book alone cannot tell");
        let found = problems(&sealed(book, &seal));
        assert!(found.contains("the seal has"), "{found}");
    }
}
