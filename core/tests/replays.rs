//! A request that is repeated is answered as before; one with other content is refused.

use crate::support::{Book, check, check_on, requests};

pub const BEGIN: &str = "
        account cash  asset     EUR
        account vault asset     EUR
        account usd   liability USD
        account alice liability EUR
        account bob   liability EUR
        deposit alice 100 -> posted
";

/// The first line is posted, each of the others asks for something else with its id, and the first is then repeated.
#[track_caller]
fn check_all_differ(begin: &str, first: &str, answer: &str, others: &[&str]) {
    let book = Book::new();
    check_on(&book, &format!("{BEGIN}{begin}\n        {first} -> {answer}"));
    for other in others {
        check_on(&book, &format!("{other} -> id_reused id=k"));
    }
    check_on(&book, &format!("{first} -> replayed"));
    // The same inside of one batch.
    let book = Book::new();
    check_on(&book, &format!("{BEGIN}{begin}"));
    let items: Vec<_> = others.iter().map(|other| format!("            {other} -> id_reused id=k\n")).collect();
    let batch = format!(
        "
        batch
            {first} -> {answer}
{}            {first} -> replayed",
        items.concat()
    );
    check_on(&book, &batch);
}

#[test]
fn a_transfer_is_the_same_in_every_field() {
    check_all_differ(
        "",
        "transfer k: alice bob 5 note n meta a=b",
        "posted",
        &[
            "transfer k: alice bob 5.01 note n meta a=b",
            "transfer k: bob alice 5 note n meta a=b",
            "transfer k: alice ghost 5 note n meta a=b",
            "transfer k: usd alice 5 note n meta a=b",
            "withdraw k: alice 5 note n meta a=b",
            "deposit k: bob 5 note n meta a=b",
            "transfer k: alice bob 5 USD note n meta a=b",
            "transfer k: alice bob up-to 5 note n meta a=b",
            "transfer k: alice bob all note n meta a=b",
            "transfer k: alice bob 5 note m meta a=b",
            "transfer k: alice bob 5 meta a=b",
            "transfer k: alice bob 5 note n meta a=c",
            "transfer k: alice bob 5 note n",
            "transfer k: alice bob 5 note n meta a=b effective 2025-01-01T00:00:00Z",
            "hold k: alice bob 5 note n meta a=b",
            "capture k: k 5 note n meta a=b",
            "release k: k note n meta a=b",
            "reverse k: k 5 note n meta a=b",
            "reverse-journal k: k note n meta a=b",
        ],
    );
}

#[test]
fn a_transfer_that_says_when_it_counts_is_the_same_with_that_time() {
    check_all_differ(
        "",
        "transfer k: alice bob 5 effective 2025-01-01T00:00:00Z",
        "posted",
        &["transfer k: alice bob 5", "transfer k: alice bob 5 effective 2025-01-01T00:00:00.000001Z"],
    );
    // Conditions are not looked at again, and neither is the spelling.
    check(&format!(
        "{BEGIN}
        transfer k: alice bob 5 if-version alice 1 -> posted
        transfer k: alice bob 5 if-version alice 1 -> replayed
        transfer k: alice bob 5.00 if-version alice 9 if-balance bob = 77 -> replayed
        post k: alice bob 5                        -> replayed
        fall k: alice bob 5                        -> replayed
        rise k: bob alice 5                        -> replayed
        at 2027-01-01T00:00:00Z
        transfer k: alice bob 5                    -> replayed
        transfer k: alice bob 0                    -> amount_not_positive
        transfer k: alice alice 5                  -> same_account
    "
    ));
}

#[test]
fn an_open_amount_is_the_same_by_what_was_asked_and_not_by_what_came_of_it() {
    check_all_differ(
        "",
        "transfer k: alice bob up-to 500",
        "posted",
        &[
            "transfer k: alice bob 100",
            "transfer k: alice bob up-to 100",
            "transfer k: alice bob up-to 500 USD",
            "transfer k: alice bob all",
        ],
    );
    check_all_differ(
        "",
        "transfer k: alice bob all",
        "posted",
        &["transfer k: alice bob 100", "transfer k: alice bob up-to 100"],
    );
    check(&format!(
        "{BEGIN}
        transfer k: alice bob all                    -> posted amount=100.00
        transfer k: alice bob all                    -> replayed amount=100.00
    "
    ));
}

#[test]
fn a_hold_is_the_same_in_every_field() {
    let others = [
        "hold k: alice bob 6 expires 2026-02-01T00:00:00Z note n",
        "hold k: alice bob 5 expires 2026-02-01T00:00:01Z note n",
        "hold k: alice bob 5 expires in 60s note n",
        "hold k: alice bob 5 note n",
        "hold k: alice bob 5 expires 2026-02-01T00:00:00Z",
        "hold k: bob alice 5 expires 2026-02-01T00:00:00Z note n",
        "transfer k: alice bob 5 note n",
    ];
    check_all_differ("", "hold k: alice bob 5 expires 2026-02-01T00:00:00Z note n", "held", &others);
    check_all_differ(
        "",
        "hold k: alice bob 5 expires in 60s",
        "held",
        &[
            "hold k: alice bob 5 expires in 61s",
            "hold k: alice bob 5 expires 2026-01-01T00:01:00Z",
            "hold k: alice bob 5",
        ],
    );
    check_all_differ("", "hold k: alice bob 5", "held", &["hold k: alice bob 5 expires in 60s"]);
    check(&format!(
        "{BEGIN}
        hold k: alice bob 5 expires in 60s                 -> held
        times k expires 2026-01-01T00:01:00.000001Z
        hold k: alice bob 5 expires 2026-01-01T00:01:00.000001Z -> replayed
    "
    ));
}

#[test]
fn a_capture_is_the_same_in_every_field() {
    let begin = "
        hold h1: alice bob 5 -> held
        hold h2: alice bob 5 -> held";
    check_all_differ(
        begin,
        "capture k: h1 2 note n meta a=b",
        "captured",
        &[
            "capture k: h2 2 note n meta a=b",
            "capture k: h1 3 note n meta a=b",
            "capture k: h1 2 USD note n meta a=b",
            "capture k: h1 up-to 2 note n meta a=b",
            "capture k: h1 note n meta a=b",
            "capture k: h1 2 final note n meta a=b",
            "capture k: h1 2 note m meta a=b",
            "capture k: h1 2 note n",
            "capture k: h1 2 note n meta a=b effective 2025-01-01T00:00:00Z",
            "release k: h1 note n meta a=b",
            "transfer k: alice bob 2 note n meta a=b",
        ],
    );
    check_all_differ(
        begin,
        "capture k: h1 up-to 2",
        "captured",
        &["capture k: h1 2", "capture k: h1 up-to 3", "capture k: h1"],
    );
    check_all_differ(begin, "capture k: h1", "captured", &["capture k: h1 5", "capture k: h1 up-to 5"]);
    check_all_differ(begin, "capture k: h1 5 final", "captured", &["capture k: h1 5"]);
    check_all_differ(begin, "capture k: h1 2 effective 2025-01-01T00:00:00Z", "captured", &["capture k: h1 2"]);
}

#[test]
fn a_release_and_a_reversal_are_the_same_in_every_field() {
    let begin = "
        hold h1: alice bob 5 -> held
        hold h2: alice bob 5 -> held";
    check_all_differ(
        begin,
        "release k: h1 note n meta a=b",
        "released",
        &[
            "release k: h2 note n meta a=b",
            "release k: h1 note m meta a=b",
            "release k: h1 note n",
            "capture k: h1 5 note n meta a=b",
            "reverse k: h1 note n meta a=b",
        ],
    );
    let begin = "
        deposit t1: alice 5 effective 2025-01-01T00:00:00Z -> posted
        deposit t2: alice 5 -> posted
        journal j1: -> posted
            deposit alice 1";
    check_all_differ(
        begin,
        "reverse k: t1 2 note n meta a=b",
        "reversed",
        &[
            "reverse k: t2 2 note n meta a=b",
            "reverse k: t1 3 note n meta a=b",
            "reverse k: t1 2 original note n meta a=b",
            "reverse k: t1 up-to 2 note n meta a=b",
            "reverse k: t1 note n meta a=b",
            "reverse k: t1 2 note m meta a=b",
            "reverse k: t1 2 note n",
            "withdraw k: alice 2 note n meta a=b",
            "reverse-journal k: j1 note n meta a=b",
        ],
    );
    check_all_differ(
        begin,
        "reverse k: t1 up-to 2",
        "reversed",
        &["reverse k: t1 2", "reverse k: t1 up-to 3", "reverse k: t1"],
    );
    check_all_differ(begin, "reverse k: t1", "reversed", &["reverse k: t1 5", "reverse k: t1 up-to 5"]);
    check_all_differ(begin, "reverse k: t1 2 original", "reversed", &["reverse k: t1 2"]);
    check_all_differ(
        begin,
        "reverse-journal k: j1 note n meta a=b",
        "reversed",
        &[
            "reverse-journal k: t1 note n meta a=b",
            "reverse-journal k: j1 original note n meta a=b",
            "reverse-journal k: j1 note m meta a=b",
            "reverse-journal k: j1 note n",
            "reverse k: j1#1 note n meta a=b",
            "deposit k: alice 1 note n meta a=b",
        ],
    );
}

#[test]
fn a_refused_request_may_be_sent_again_and_its_id_is_free() {
    check(&format!(
        "{BEGIN}
        transfer k: bob alice 1 -> insufficient_funds
        deposit bob 1           -> posted
        transfer k: bob alice 1 -> posted
        batch
            withdraw m: bob 1   -> insufficient_funds
            deposit  m: bob 1   -> posted
            journal n:          -> insufficient_funds leg=2
                deposit bob 1
                withdraw bob 9
            deposit n: bob 3    -> posted
            journal n:          -> id_reused
                deposit bob 3
    "
    ));
}

#[test]
fn a_reused_id_is_refused_with_the_sequence_of_who_has_it() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        deposit k: alice 1 -> posted
    "
        ),
    );
    let sequence = book.transfers()[1].sequence;
    check_on(
        &book,
        &format!(
            "
        deposit k: alice 2 -> id_reused sequence={sequence}
        batch
            deposit m: alice 1 -> posted
            deposit m: alice 2 -> id_reused sequence={}
            deposit k: alice 2 -> id_reused sequence={sequence}
            journal m:         -> id_reused sequence={}
                deposit alice 1
    ",
            sequence.0 + 1,
            sequence.0 + 1
        ),
    );
}

#[test]
fn a_repetition_may_come_from_somebody_else() {
    let book = Book::new();
    check_on(&book, BEGIN);
    let transfer = requests(&book, "transfer k: alice bob 1");
    let [first, second] = ["carol", "dora"].map(|actor| {
        book.submit(&transfer, teller::requests::BatchPolicy::CarryOn, &actor.parse().unwrap()).pop().unwrap().unwrap()
    });
    assert_eq!((first.replayed, second.replayed), (false, true));
    assert_eq!(second.transfers[0].actor.as_str(), "carol");
    book.verify();
}
