//! Transfers that are to be posted at moments to come, and what becomes of each.

use std::time::Duration;

use teller::facts::{
    Account, BookChange, BookEvent, BookEventKind, Cancellation, Due, DueState, Instant, OnRefusal, RecurrencePeriod,
    RecurrenceRequest, Refusal, Schedule, ScheduleId, ScheduleState, Sequence, Signature, TransferId,
};
use teller::judging::{check_same_schedule, open_schedule};
use teller::proof::{hash_due, hash_schedule};
use teller::rejection::Rejection;
use teller::requests::{BatchPolicy, Parties, Request, ScheduleRequest};

use crate::support::{Book, at, check_on, metadata, money, name};

const NOW: &str = "2026-01-31T12:00:00Z";

fn book() -> Book {
    let book = Book::new();
    check_on(
        &book,
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        account usd   liability USD
        account gone  liability EUR
        account cold  liability EUR max 0
        close gone                       -> closed
        limits cold per-transfer 0       -> changed
        freeze cold                      -> frozen
        deposit alice 10                 -> posted
    ",
    );
    book.set_time(NOW);
    book
}

fn id() -> ScheduleId {
    TransferId::from_key("rent").unwrap().into()
}

fn request(from: &str, to: &str) -> ScheduleRequest {
    ScheduleRequest {
        id: id(),
        parties: Parties::Transfer { from: name(from), to: name(to) },
        money: money("4.00 EUR"),
        recurrence: RecurrenceRequest::every(RecurrencePeriod::Month),
        on_refusal: OnRefusal::Retry,
        description: Some("rent".parse().unwrap()),
        metadata: metadata("flat=7"),
        actor: "carol".parse().unwrap(),
    }
}

fn accounts(book: &Book, names: &[&str]) -> Vec<Account> {
    names.iter().map(|one| book.get_account(&name(one)).unwrap()).collect()
}

fn open(book: &Book, request: &ScheduleRequest, names: &[&str]) -> Result<Schedule, Rejection> {
    let recurrence = request.recurrence.asked_for_at(book.now()).unwrap();
    open_schedule(request, recurrence, &accounts(book, names), book.now())
}

fn opened(book: &Book) -> Schedule {
    open(book, &request("alice", "bob"), &["alice", "bob"]).unwrap()
}

#[test]
fn a_schedule_is_what_was_asked_for() {
    let book = book();
    let schedule = opened(&book);
    let [alice, bob] = ["alice", "bob"].map(|account| book.get_account(&name(account)).unwrap().id);
    assert_eq!((schedule.debit_account_id, schedule.credit_account_id), (alice, bob), "a transfer debits a liability");
    assert_eq!((schedule.id, schedule.amount.minor(), schedule.on_refusal), (id(), 400, OnRefusal::Retry));
    assert_eq!((schedule.created_at, schedule.actor.as_str(), schedule.due_count), (at(NOW), "carol", 0));
    assert_eq!(schedule.description.as_ref().map(teller::facts::Description::as_str), Some("rent"));
    assert_eq!(schedule.metadata, metadata("flat=7"));
    assert_eq!(schedule.hash, hash_schedule(&schedule, &name("alice"), &name("bob")));
    assert_eq!(schedule.next_due_at(), Some(at("2026-02-28")), "the 31st, or the last day of a month that lacks it");
    let flipped = ScheduleRequest {
        parties: Parties::Deposit { account: name("alice"), cash: name("cash") },
        ..request("alice", "bob")
    };
    let schedule = open(&book, &flipped, &["alice", "cash"]).unwrap();
    assert_eq!((schedule.debit_account_id, schedule.credit_account_id), (accounts(&book, &["cash"])[0].id, alice));
}

#[test]
fn what_no_transfer_of_it_could_pass_is_refused_and_what_may_pass_is_not() {
    let book = book();
    let refused = |request: &ScheduleRequest, names: &[&str]| open(&book, request, names).unwrap_err().code();
    assert_eq!(refused(&request("alice", "ghost"), &["alice"]), "account_unknown");
    assert_eq!(refused(&request("alice", "alice"), &["alice"]), "same_account");
    assert_eq!(refused(&request("alice", "cash"), &["alice", "cash"]), "normal_sides_differ");
    assert_eq!(refused(&request("alice", "usd"), &["alice", "usd"]), "currencies_differ");
    assert_eq!(refused(&request("alice", "gone"), &["alice", "gone"]), "account_closed");
    let nothing = ScheduleRequest { money: money("0.00 EUR"), ..request("alice", "bob") };
    assert_eq!(refused(&nothing, &["alice", "bob"]), "amount_not_positive");
    let reserved =
        ScheduleRequest { id: TransferId::from_key("k").unwrap().of_expiry().into(), ..request("alice", "bob") };
    assert_eq!(refused(&reserved, &["alice", "bob"]), "id_reserved");
    // A lack of funds, a limit and a freeze may pass until it is due, and so may a wrong clock.
    let much = ScheduleRequest { money: money("9999.00 EUR"), ..request("bob", "cold") };
    assert!(open(&book, &much, &["bob", "cold"]).is_ok());
    assert!(
        open(&book, &ScheduleRequest { money: money("9.00 EUR"), ..request("cold", "bob") }, &["bob", "cold"]).is_ok()
    );
    let mut late = accounts(&book, &["alice", "bob"]);
    late[0].balances.posted = teller::money::Amount::MAX;
    late[1].balances.posted = teller::money::Amount::MAX;
    let recurrence = request("alice", "bob").recurrence.asked_for_at(book.now()).unwrap();
    assert!(open_schedule(&request("alice", "bob"), recurrence, &late, book.now()).is_ok(), "balances are not counted");
}

#[test]
fn a_repeated_schedule_is_the_same_in_every_field() {
    let book = book();
    let schedule = opened(&book);
    let first = request("alice", "bob");
    let all = accounts(&book, &["alice", "bob", "cold", "cash"]);
    assert_eq!(check_same_schedule(&schedule, &first, &all), Ok(()));
    let recurrence = first.recurrence;
    let another = ScheduleRequest { actor: "dora".parse().unwrap(), ..first.clone() };
    assert_eq!(check_same_schedule(&schedule, &another, &all), Ok(()), "somebody else may repeat it");
    for (other, expected) in [
        (
            ScheduleRequest { parties: Parties::Transfer { from: name("bob"), to: name("alice") }, ..first.clone() },
            "accounts",
        ),
        (
            ScheduleRequest { parties: Parties::Transfer { from: name("alice"), to: name("ghost") }, ..first.clone() },
            "accounts",
        ),
        (ScheduleRequest { money: money("4.01 EUR"), ..first.clone() }, "amount"),
        (ScheduleRequest { recurrence: RecurrenceRequest { step: 2, ..recurrence }, ..first.clone() }, "recurrence"),
        (ScheduleRequest { recurrence: RecurrenceRequest { step: 0, ..recurrence }, ..first.clone() }, "recurrence"),
        (ScheduleRequest { on_refusal: OnRefusal::Skip, ..first.clone() }, "policy on refusal"),
        (ScheduleRequest { description: None, ..first.clone() }, "description"),
        (ScheduleRequest { metadata: metadata("flat=8"), ..first.clone() }, "metadata"),
    ] {
        let refusal = check_same_schedule(&schedule, &other, &all).unwrap_err();
        assert_eq!(refusal.code(), "schedule_exists");
        assert_eq!(refusal.to_string(), format!("schedule {} exists already, with another {expected}", id()));
        assert_eq!(schedule.difference(&other, &all), Some(expected));
    }
    // An account that was closed since then does not make it another schedule.
    let mut closed = all.clone();
    closed[1].state = teller::facts::AccountState::Closed;
    assert_eq!(schedule.difference(&first, &closed), None);
}

#[test]
fn what_is_due_is_posted_once_in_the_name_of_who_added_it() {
    let book = book();
    let schedule = opened(&book);
    let due_at = schedule.next_due_at().unwrap();
    let due = schedule.due_transfer(due_at, [name("alice"), name("bob")], money("1.00 EUR").currency);
    assert_eq!(due.actor().as_str(), "carol");
    let requests = [Request::from(due)];
    book.set_time("2026-03-05T00:00:00Z");
    let run = || book.submit(&requests, BatchPolicy::CarryOn, &"cron".parse().unwrap()).pop().unwrap().unwrap();
    let posted = run();
    let transfer = &posted.transfers[0];
    assert_eq!((transfer.id, transfer.effective_at, transfer.amount.minor()), (id().of_due(due_at), due_at, 400));
    assert_eq!(transfer.actor.as_str(), "carol");
    assert_eq!(transfer.description.as_ref().map(teller::facts::Description::as_str), Some("rent"));
    assert_eq!(transfer.metadata, metadata(&format!("flat=7 schedule={}", id())));
    let again = run();
    assert_eq!((again.replayed, &again.transfers), (true, &posted.transfers));
    // The next one is refused, and leaves no trace.
    check_on(
        &book,
        "
        withdraw alice 6 -> posted",
    );
    let next = schedule.due_transfer(at("2026-03-31"), [name("alice"), name("bob")], money("1.00 EUR").currency);
    let answers = book.submit(&[next.into()], BatchPolicy::CarryOn, &"cron".parse().unwrap());
    assert_eq!(answers[0].as_ref().unwrap_err().code(), "insufficient_funds");
    book.verify();
}

#[test]
fn there_is_no_room_for_the_id_beside_64_entries() {
    let full = teller::facts::Metadata::new((0..64).map(|n| (format!("k{n}"), String::new())).collect()).unwrap();
    let schedule = Schedule { metadata: full, ..opened(&book()) };
    assert!(schedule.transfer_metadata().is_err());
}

fn refused(code: &str) -> Refusal {
    Refusal { code: code.to_owned(), reason: "why".to_owned() }
}

#[test]
fn what_becomes_of_a_due_depends_on_why_it_was_refused_and_for_how_long() {
    let retry = opened(&book());
    let skip = Schedule { on_refusal: OnRefusal::Skip, ..retry.clone() };
    let (due_at, first_at) = (at("2026-02-28"), at("2026-03-01"));
    let month = OnRefusal::RETRY_TIME_MAX;
    let first = retry.after_attempt(due_at, None, Some(refused("insufficient_funds")), first_at);
    let later = |schedule: &Schedule, code: &str, now: Instant| {
        schedule.after_attempt(due_at, Some(&first), Some(refused(code)), now).state
    };
    let last_time = first_at.after(month).previous().unwrap();
    for (schedule, code, now, state) in [
        (&retry, "insufficient_funds", first_at, DueState::Refused),
        (&retry, "insufficient_funds", last_time, DueState::Refused),
        (&retry, "insufficient_funds", last_time.next(), DueState::Skipped),
        (&skip, "insufficient_funds", first_at, DueState::Skipped),
        (&retry, "account_closed", first_at, DueState::Skipped),
        (&skip, "account_closed", first_at, DueState::Skipped),
        // The book or its clock is to blame, however long.
        (&retry, "clock_behind", last_time.next(), DueState::Refused),
        (&skip, "clock_behind", last_time.next(), DueState::Refused),
        (&skip, Refusal::CORRUPT_ROW, first_at, DueState::Refused),
        (&skip, Refusal::STATEMENT_REFUSED, first_at, DueState::Refused),
    ] {
        assert_eq!(later(schedule, code, now), state, "{code} at {now}, {}", schedule.on_refusal);
    }
    assert_eq!(month, Duration::from_hours(744));
}

#[test]
fn attempts_are_counted_and_their_times_kept() {
    let schedule = opened(&book());
    let (due_at, first_at, later) = (at("2026-02-28"), at("2026-03-01"), at("2026-03-02"));
    let first = schedule.after_attempt(due_at, None, Some(refused("insufficient_funds")), first_at);
    assert_eq!((first.attempts, first.first_at, first.last_at, first.transfer_id), (1, first_at, first_at, None));
    assert_eq!((first.schedule_id, first.due_at, &first.refusal), (id(), due_at, &Some(refused("insufficient_funds"))));
    let second = schedule.after_attempt(due_at, Some(&first), None, later);
    assert_eq!((second.attempts, second.first_at, second.last_at), (2, first_at, later));
    assert_eq!(
        (second.state, second.transfer_id, &second.refusal),
        (DueState::Posted, Some(id().of_due(due_at)), &None)
    );
    // Clocks go back, and counts end at the last number there is.
    let back =
        schedule.after_attempt(due_at, Some(&Due { attempts: u32::MAX, ..first.clone() }), None, at("2026-01-01"));
    assert_eq!((back.attempts, back.first_at, back.last_at), (u32::MAX, first_at, first_at));
    let given_up = schedule.give_up(first.clone());
    assert_eq!(given_up, Due { state: DueState::Skipped, hash: given_up.hash, ..first.clone() });
    for due in [&first, &second, &back, &given_up] {
        assert_eq!(due.hash, hash_due(due, schedule.hash));
    }
    assert_ne!(given_up.hash, first.hash);
}

#[test]
fn a_schedule_is_active_until_it_is_finished_or_cancelled() {
    let schedule = opened(&book());
    let twice = RecurrenceRequest { due_count_max: Some(2), ..request("alice", "bob").recurrence };
    let twice = Schedule { recurrence: twice.asked_for_at(at(NOW)).unwrap(), ..schedule.clone() };
    let after = |due_count| Schedule { due_count, ..twice.clone() };
    assert_eq!((after(1).state(), after(1).next_due_at()), (ScheduleState::Active, Some(at("2026-03-31"))));
    assert_eq!((after(2).state(), after(2).next_due_at()), (ScheduleState::Finished, None));
    let change = BookChange::ScheduleCancelled { schedule: id(), hash: schedule.hash };
    let signature = Signature { actor: "dora".parse().unwrap(), reason: Some("moved".parse().unwrap()) };
    let event = BookEvent::behind(None, Sequence(9), at(NOW), signature, change);
    let cancellation = Cancellation::from(&event);
    assert_eq!((cancellation.at, cancellation.actor.as_str()), (at(NOW), "dora"));
    assert_eq!(cancellation.reason.as_ref().map(teller::facts::Description::as_str), Some("moved"));
    for due_count in [0, 2] {
        let cancelled = Schedule { due_count, cancellation: Some(cancellation.clone()), ..twice.clone() };
        assert_eq!((cancelled.state(), cancelled.next_due_at()), (ScheduleState::Cancelled, None));
    }
}

#[test]
fn a_rejection_is_kept_with_its_code_and_its_sentence() {
    let rejection = Rejection::AccountUnknown { account: name("ghost") };
    let kept = Refusal::from(&rejection);
    assert_eq!((kept.code.as_str(), kept.reason.as_str()), ("account_unknown", "account ghost is unknown"));
    assert!(!kept.is_of_the_book());
    assert!(Refusal { code: "clock_behind".to_owned(), ..kept }.is_of_the_book());
}

#[test]
fn the_first_refusal_of_a_due_and_its_end_change_the_book_and_nothing_between_them() {
    let schedule = opened(&book());
    let (due_at, refusal) = (at("2026-02-28"), || Some(refused("insufficient_funds")));
    let kinds = |due: &Due| schedule.changes_by_attempt(due).iter().map(BookChange::kind).collect::<Vec<_>>();
    let first = schedule.after_attempt(due_at, None, refusal(), at("2026-03-01"));
    assert_eq!(kinds(&first), [BookEventKind::DueRefused]);
    let change = schedule.changes_by_attempt(&first).remove(0);
    let said = change.due().unwrap();
    assert_eq!((said.schedule, said.hash, said.due_at), (id(), schedule.hash, due_at));
    assert_eq!(Some(&said.refusal), first.refusal.as_ref());
    let second = schedule.after_attempt(due_at, Some(&first), refusal(), at("2026-03-02"));
    assert_eq!((kinds(&second), second.attempts), (vec![], 2));
    let late = schedule.after_attempt(due_at, Some(&second), refusal(), at("2026-05-01"));
    assert_eq!((kinds(&late), late.state), (vec![BookEventKind::DueSkipped], DueState::Skipped));
    let posted = schedule.after_attempt(due_at, Some(&second), None, at("2026-03-03"));
    assert_eq!((kinds(&posted), schedule.change_by_giving_up(&posted)), (vec![], None));
    let at_once = schedule.after_attempt(due_at, None, Some(refused("account_closed")), at("2026-03-01"));
    assert_eq!(kinds(&at_once), [BookEventKind::DueRefused, BookEventKind::DueSkipped]);
    let given_up = schedule.give_up(second.clone());
    assert_eq!(schedule.change_by_giving_up(&second).unwrap().kind(), BookEventKind::DueSkipped);

    // What the rows call for is what the attempts came to.
    let plain = schedule.after_attempt(due_at, None, None, at("2026-03-01"));
    for (due, expected) in [
        (&plain, &[][..]),
        (&first, &[BookEventKind::DueRefused]),
        (&second, &[BookEventKind::DueRefused]),
        (&posted, &[BookEventKind::DueRefused]),
        (&late, &[BookEventKind::DueRefused, BookEventKind::DueSkipped]),
        (&at_once, &[BookEventKind::DueRefused, BookEventKind::DueSkipped]),
        (&given_up, &[BookEventKind::DueRefused, BookEventKind::DueSkipped]),
    ] {
        assert_eq!(due.event_kinds(), expected, "{due:?}");
    }
}
