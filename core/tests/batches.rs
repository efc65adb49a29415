//! Several requests judged strictly in order, and what a refusal among them means for the rest.

use teller::facts::{Actor, Sequence};
use teller::judging::{Actors, Batch, Known, Verdict};
use teller::rejection::Rejection;
use teller::requests::BatchPolicy;

use crate::support::{Book, check, check_on, requests, transfer};

const BEGIN: &str = "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
";

#[test]
fn each_item_sees_those_before_it() {
    check(&format!(
        "{BEGIN}
        batch
            transfer alice bob 1 -> insufficient_funds
            deposit alice 1      -> posted
            transfer alice bob 1 -> posted
            transfer alice bob 1 -> insufficient_funds
            hold h1: bob alice 1 -> held
            capture h1 0.50      -> captured
            release h1           -> released
            annotate account bob a=b -> annotated
            freeze bob           -> frozen
            deposit bob 1        -> account_frozen
        balance bob posted 0.50 state frozen
        metadata account bob a=b
    "
    ));
}

#[test]
fn a_batch_that_stops_keeps_what_was_before_the_first_refusal() {
    check(&format!(
        "{BEGIN}
        batch stop
            deposit alice 1      -> posted
            transfer alice bob 2 -> insufficient_funds
            deposit alice 1      -> batch_stopped item=2
            deposit alice 0      -> batch_stopped item=2
        balance alice posted 1
        batch stop
            deposit alice 1      -> posted
            deposit alice 1      -> posted
        balance alice posted 3
    "
    ));
}

#[test]
fn a_batch_of_all_or_nothing_keeps_all_or_nothing() {
    check(&format!(
        "{BEGIN}
        batch nothing
            deposit alice 1      -> batch_refused item=3
            hold alice bob 1     -> batch_refused item=3
            transfer alice bob 2 -> insufficient_funds
            deposit alice 1      -> batch_refused item=3
        balance alice posted 0 held 0 version 0
        batch nothing
            deposit alice 1      -> posted
            hold alice bob 1     -> held
            freeze bob           -> frozen
        balance alice posted 1 held 1
        balance bob state frozen
        batch nothing
            deposit alice 0      -> amount_not_positive
            deposit alice 1      -> batch_refused item=1
        batch nothing
            freeze alice         -> batch_refused item=2
            deposit alice 0      -> amount_not_positive
        balance alice state open
    "
    ));
}

#[test]
fn each_request_has_its_own_actor_where_each_has_one() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        deposit alice 9 -> posted"
        ),
    );
    let account = |name: &str| book.get_account(&name.parse().unwrap()).unwrap();
    let known = Known { accounts: vec![account("bob"), account("alice")], ..Known::default() };
    let mut batch = Batch::new(known, book.now());
    let asked = [transfer("a", "alice", "bob", "1 EUR"), transfer("b", "alice", "bob", "2 EUR")];
    let actors: Vec<Actor> = ["carol", "dora"].map(|actor| actor.parse().unwrap()).to_vec();
    let mut asked: Vec<_> = asked.map(Into::into).to_vec();
    let answers = batch.judge_all(&asked, Actors::Each(&actors), BatchPolicy::CarryOn);
    assert_eq!(answers, [Ok(Verdict::Posted(0..1)), Ok(Verdict::Posted(1..2))]);
    // Until somebody is named, Teller itself acts.
    batch.act_for(&Actor::teller());
    asked.truncate(1);
    assert_eq!(batch.judge(&asked[0]), Ok(Verdict::ReplayedPosted(0..1)));
    assert_eq!(batch.judge(&transfer("c", "alice", "bob", "3 EUR").into()), Ok(Verdict::Posted(2..3)));
    assert_eq!(batch.sequence_count(), 3);
    let ruling = batch.finish(&[Sequence(7), Sequence(8), Sequence(9)]);
    let actors: Vec<_> = ruling.transfers.iter().map(|transfer| transfer.actor.as_str()).collect();
    assert_eq!(actors, ["carol", "dora", "teller"]);
    assert_eq!((ruling.sequence_count(), ruling.only_moves()), (3, true));
    assert_eq!(ruling.transfers.iter().map(|transfer| transfer.sequence.0).collect::<Vec<_>>(), [7, 8, 9]);
    assert_eq!(ruling.transfers[1].debit.previous, Some(Sequence(7)));
    assert!(ruling.accounts.is_sorted_by_key(|changed| changed.account.id));
}

#[test]
fn a_ruling_has_what_changed_and_nothing_else() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        deposit alice 9            -> posted
        hold h1: alice bob 1       -> held
        hold h2: alice bob 1       -> held
        hold h3: alice bob 1       -> held
    "
        ),
    );
    let rule = |lines: &str| {
        let transfers = book.transfers();
        let accounts = ["cash", "alice", "bob"].map(|name| book.get_account(&name.parse().unwrap()).unwrap());
        let key = |key: &str| key.parse::<teller::facts::Key>().unwrap().id();
        let holds = ["h3", "h1", "h2"].map(|hold| book.hold(key(hold)).unwrap());
        let known = Known { accounts: accounts.to_vec(), transfers, holds: holds.to_vec(), ..Known::default() };
        let mut batch = Batch::new(known, book.now());
        batch.judge_all(&requests(&book, lines), Actors::One(&Actor::teller()), BatchPolicy::CarryOn);
        batch.finish_provisionally()
    };
    let ruling = rule("transfer alice bob 1");
    assert_eq!(
        ruling.accounts.iter().map(|changed| changed.account.name.as_str()).collect::<Vec<_>>(),
        ["alice", "bob"]
    );
    assert!(ruling.holds_opened.is_empty() && ruling.holds_changed.is_empty() && ruling.events.is_empty());
    assert!(ruling.only_moves() && ruling.transfers[0].sequence == Sequence::provisional(0));
    let ruling = rule(
        "
        capture h3
        release h1
        hold h5: alice bob 1
        hold h4: alice bob 2
        capture h4 1
    ",
    );
    assert_eq!(
        ruling.holds_changed.iter().map(|hold| hold.state.as_str()).collect::<Vec<_>>(),
        ["released", "captured"]
    );
    let opened: Vec<_> = ruling.holds_opened.iter().map(|hold| (hold.amount.minor(), hold.remaining.minor())).collect();
    assert_eq!(opened, [(100, 100), (200, 100)], "in the order in which they were opened");
    assert!(!ruling.only_moves());
    assert!(!rule("release h1").only_moves());
    assert!(!rule("hold alice bob 1").only_moves());
    let ruling = rule("freeze bob");
    assert!(!ruling.only_moves());
    assert_eq!((ruling.sequence_count(), ruling.accounts.len()), (1, 1));
    assert!(rule("deposit alice 0").accounts.is_empty());
}

#[test]
fn ids_that_only_teller_makes_are_refused() {
    let book = Book::new();
    check_on(&book, BEGIN);
    let id = teller::facts::TransferId::from_key("k").unwrap().of_remainder();
    let reserved = |request| {
        let answers = book.submit(&[request], BatchPolicy::CarryOn, &Actor::teller());
        assert_eq!(answers, [Err(Rejection::IdReserved { id })]);
    };
    let asked = transfer("k", "alice", "bob", "1 EUR");
    reserved(teller::requests::TransferRequest { id: id.into(), ..asked.clone() }.into());
    reserved(teller::requests::JournalRequest::new(id, vec![asked.into()]).into());
    let journal = teller::facts::TransferId::from_key("j").unwrap();
    reserved(teller::requests::JournalReversalRequest::new(id, journal).into());
}

#[test]
#[should_panic(expected = "one sequence a draft")]
fn a_ruling_needs_a_sequence_for_each_row() {
    let batch = Batch::new(Known::default(), teller::facts::Instant::EPOCH);
    drop(batch.finish(&[Sequence(1)]));
}

#[test]
#[should_panic(expected = "sequences rise")]
fn drawn_sequences_rise() {
    let book = Book::new();
    check_on(&book, BEGIN);
    let accounts = ["cash", "alice"].map(|name| book.get_account(&name.parse().unwrap()).unwrap());
    let mut batch = Batch::new(Known { accounts: accounts.to_vec(), ..Known::default() }, book.now());
    for request in requests(
        &book,
        "
        deposit alice 1
        deposit alice 2
    ",
    ) {
        batch.judge(&request).unwrap();
    }
    drop(batch.finish(&[Sequence(2), Sequence(1)]));
}

#[test]
fn a_dry_run_has_no_sequences() {
    let book = Book::new();
    check_on(&book, BEGIN);
    let accounts = ["cash", "alice", "bob"].map(|name| book.get_account(&name.parse().unwrap()).unwrap());
    let mut batch = Batch::new(Known { accounts: accounts.to_vec(), ..Known::default() }, book.now());
    for request in requests(
        &book,
        "
        deposit k: alice 1
        deposit alice 2
        freeze bob
        hold alice bob 1
    ",
    ) {
        // Bob is frozen when the hold comes.
        let _ = batch.judge(&request);
    }
    let reused = batch.judge(&requests(&book, "deposit k: alice 2")[0]).unwrap_err();
    let ruling = batch.finish(&[Sequence::UNASSIGNED; 3]);
    assert!(ruling.transfers.iter().all(|transfer| transfer.sequence == Sequence::UNASSIGNED));
    assert_eq!(ruling.events[0].sequence, Sequence::UNASSIGNED);
    assert!(matches!(ruling.with_sequences(reused), Rejection::IdReused { sequence: Sequence::UNASSIGNED, .. }));
}
