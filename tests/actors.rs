//! Who asked for a transfer: recorded, hashed, exported, and no part of what makes two requests the same.

use teller::facts::{Actor, TransferId};
use teller::ledger::{Poster, PosterOptions};
use teller::requests::{Expiry, HoldRequest};
use teller::{Ledger, Mode, WriteOptions};

use crate::support::{Program, check, on_every_backend, transfer};

fn actor(name: &str) -> Actor {
    name.parse().unwrap()
}

fn actor_of(ledger: &Ledger, key: &str) -> String {
    let id = TransferId::from_key(key).unwrap();
    ledger.get_transfer(id).unwrap().transfer.actor.to_string()
}

fn fill(book: &crate::support::TestBook) {
    check(
        book,
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        deposit alice 100.00 -> posted
    ",
    );
}

on_every_backend! {
    fn a_transfer_is_recorded_with_who_asked_for_it(book: &TestBook) {
        fill(book);
        let ledger = book.ledger().with_actor(actor("payments"));
        ledger.post(transfer("t1", "alice", "bob", "1"), Mode::Commit).unwrap();
        let by_hand = WriteOptions::new(Mode::Commit).by(actor("carol"));
        ledger.post(transfer("t2", "alice", "bob", "1"), &by_hand).unwrap();
        ledger.post_batch(&[transfer("t3", "alice", "bob", "1")], &by_hand).unwrap()[0].as_ref().unwrap();
        assert_eq!(["t1", "t2", "t3"].map(|key| actor_of(&ledger, key)), ["payments", "carol", "carol"]);
    }

    fn a_repetition_by_somebody_else_is_the_same_request(book: &TestBook) {
        fill(book);
        let ledger = book.ledger();
        let by = |name| WriteOptions::new(Mode::Commit).by(actor(name));
        ledger.post(transfer("t1", "alice", "bob", "1"), by("carol")).unwrap();
        let again = ledger.post(transfer("t1", "alice", "bob", "1"), by("dave")).unwrap();
        assert!(again.replayed);
        assert_eq!(again.transfer.actor, actor("carol"));
    }

    fn requests_that_are_posted_together_keep_their_own_actors(book: &TestBook) {
        fill(book);
        let poster = Poster::new(book.ledger(), PosterOptions::default());
        let begin = |key: &'static str| poster.begin_by(&actor(&format!("of {key}")), transfer(key, "alice", "bob", "1"));
        let pending = ["t1", "t2", "t3"].map(|key| begin(key).unwrap());
        for pending in pending {
            pending.wait().unwrap();
        }
        assert_eq!(["t1", "t2", "t3"].map(|key| actor_of(poster.ledger(), key)), ["of t1", "of t2", "of t3"]);
    }

    fn what_happens_by_itself_is_tellers_own(book: &TestBook) {
        fill(book);
        let ledger = book.ledger();
        let minute = Expiry::After(std::time::Duration::from_mins(1));
        let hold = HoldRequest { expiry: minute, ..HoldRequest::new(transfer("h1", "alice", "bob", "5")) };
        let by = WriteOptions::new(Mode::Commit).by(actor("carol"));
        ledger.post(hold, &by).unwrap();
        book.set_time("2027-01-01T00:00:00Z");
        ledger.post(transfer("later", "alice", "bob", "1"), &by).unwrap();
        let id = TransferId::from_key("h1").unwrap();
        let recorded = ledger.get_hold(id).unwrap().transfers;
        let actors: Vec<_> = recorded.iter().map(|transfer| transfer.actor.as_str().to_owned()).collect();
        assert_eq!(actors, ["carol", "teller"]);
    }

    fn the_program_records_the_name_it_is_given_or_that_of_the_login(book: &TestBook) {
        fill(book);
        let actor_in = |command: &str| {
            let answer = book.run(&format!("{command} --format json")).ends(0);
            let record: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
            record["actor"].as_str().unwrap().to_owned()
        };
        assert_eq!(actor_in("transfer alice bob 1 --key t1 --actor carol"), "carol");
        assert_eq!(actor_in("transfer alice bob 1 --key t1 --actor dave"), "carol");
        let login = teller::config::login_name().unwrap();
        assert_eq!(actor_in("transfer alice bob 1 --key t2"), login);
        Program::on(book, &["transfer", "alice", "bob", "1", "--actor", ""]).run().ends(65).says("actor");
        let statement = book.run("statement alice --limit 1 --format json").ends(0);
        let statement: serde_json::Value = serde_json::from_str(&statement.stdout).unwrap();
        assert_eq!(statement["items"][0]["actor"], login);
    }

    fn a_dry_run_names_who_asks(book: &TestBook) {
        fill(book);
        let tried = book.ledger().post(transfer("t1", "alice", "bob", "1"), WriteOptions::new(Mode::DryRun).by(actor("carol"))).unwrap();
        assert_eq!(tried.transfer.actor, actor("carol"));
    }
}
