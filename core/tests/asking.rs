//! Requests as values: what follows from their fields alone.

use teller::facts::{Key, OnRefusal, RecurrencePeriod, RecurrenceRequest, Reference, TransferId};
use teller::money::Rounding;
use teller::requests::{
    AccountAction, AccountChange, AnnotationRequest, AnnotationTarget, CaptureRequest, Condition, ExchangeRequest,
    Expected, Expiry, HoldRequest, JournalRequest, JournalReversalRequest, LimitChange, MetadataChange, NewLimit,
    Operation, Parties, Place, Quantity, ReleaseRequest, Remainder, Request, ReversalRequest, ReversalTime,
    ScheduleRequest, Scope, Sides, TransferRequest, Verb,
};

use crate::support::{amount, at, money, name, transfer};

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn reference(text: &str) -> Reference {
    key(text).into()
}

fn change(action: AccountAction) -> Operation {
    AccountChange::new(name("alice"), action, "ops".parse().unwrap()).into()
}

/// One of each, with its word.
fn operations() -> Vec<(Option<&'static str>, Operation)> {
    let target = AnnotationTarget::Account(name("alice"));
    let annotation = AnnotationRequest::new(target, MetadataChange::default(), "ops".parse().unwrap());
    vec![
        (None, transfer("k", "a", "b", "1 EUR").into()),
        (Some("hold"), HoldRequest::new(transfer("k", "a", "b", "1 EUR")).into()),
        (Some("capture"), CaptureRequest::new(key("k"), reference("h")).into()),
        (Some("release"), ReleaseRequest::new(key("k"), reference("h")).into()),
        (Some("reverse"), ReversalRequest::new(key("k"), reference("t")).into()),
        (Some("limit"), change(AccountAction::Limit(LimitChange::default()))),
        (Some("freeze"), change(AccountAction::Freeze(Sides::Both))),
        (Some("unfreeze"), change(AccountAction::Unfreeze(Sides::Both))),
        (Some("close"), change(AccountAction::Close)),
        (Some("annotate"), annotation.into()),
    ]
}

#[test]
fn each_operation_has_a_word_and_an_id_where_it_makes_a_transfer() {
    for (word, operation) in operations() {
        assert_eq!(operation.verb().map(Verb::as_str), word);
        let makes_transfer = operation.verb().is_none_or(Verb::makes_transfer);
        assert_eq!(operation.id(), makes_transfer.then(|| key("k").id()), "{word:?}");
        assert_eq!(operation.request_id().and_then(|id| id.key()), makes_transfer.then(|| key("k")).as_ref());
        let request = Request::Operation(operation.clone());
        assert_eq!(request.operations(), [operation]);
    }
    assert_eq!(Verb::ALL.len(), operations().len() - 1, "every word is that of an operation");
}

#[test]
fn a_journal_gives_its_legs_their_ids() {
    let legs: Vec<_> = operations().into_iter().map(|(_, operation)| operation).collect();
    let journal = JournalRequest::new(key("j"), legs.clone());
    assert_eq!((journal.id(), journal.request_id().key()), (key("j").id(), Some(&key("j"))));
    let ids: Vec<_> = journal.legs().iter().filter_map(Operation::id).collect();
    // What makes no transfer is not counted.
    assert_eq!(ids, (0..5).map(|index| key("j").id().of_leg(index)).collect::<Vec<TransferId>>());
    assert_eq!(journal.legs().len(), legs.len());
    let keys: Vec<_> = journal.legs().iter().filter_map(|leg| leg.request_id()?.key()).collect();
    assert_eq!(keys, [&key("j")], "the first has the journal's key");
    let request = Request::from(journal.clone());
    assert_eq!(request.operations(), journal.legs());
}

#[test]
fn a_request_is_made_as_plainly_as_it_can_be() {
    let transfer = transfer("k", "a", "b", "1.50 EUR");
    assert_eq!((transfer.quantity, transfer.effective_at), (Quantity::Exactly(money("1.50 EUR")), None));
    assert!(transfer.conditions.is_empty() && transfer.description.is_none() && transfer.metadata.is_empty());
    assert_eq!(HoldRequest::new(transfer).expiry, Expiry::Never);
    let capture = CaptureRequest::new(key("k"), reference("h"));
    assert_eq!((capture.quantity, capture.remainder, capture.effective_at), (Quantity::All, Remainder::Keep, None));
    assert_eq!((capture.id.key(), capture.hold), (Some(&key("k")), reference("h")));
    let reversal = ReversalRequest::new(key("k"), reference("t"));
    assert_eq!((reversal.quantity, reversal.at, reversal.reversed), (Quantity::All, ReversalTime::Now, reference("t")));
    assert_eq!(ReleaseRequest::new(key("k"), reference("h")).hold, reference("h"));
    let undo = JournalReversalRequest::new(key("k"), reference("j"));
    assert_eq!((undo.id.key(), undo.journal, undo.at), (Some(&key("k")), reference("j"), ReversalTime::Now));
    let one = Parties::Transfer { from: name("a"), to: name("b") };
    let monthly = RecurrenceRequest::every(RecurrencePeriod::Month);
    let schedule = ScheduleRequest::new(key("s").id(), one, money("1 EUR"), monthly, "ops".parse().unwrap());
    assert_eq!((schedule.id, schedule.on_refusal), (key("s").id().into(), OnRefusal::Retry));
    assert!(schedule.description.is_none() && schedule.metadata.is_empty());
    let exchange = ExchangeRequest::new(key("x"), name("a"), name("b"), money("1 EUR"), "1.5".parse().unwrap());
    assert_eq!((exchange.fee, exchange.rounding, exchange.effective_at), (None, Rounding::HalfEven, None));
    assert_eq!((exchange.from, exchange.to, exchange.sold), (name("a"), name("b"), money("1 EUR")));
}

#[test]
fn parties_are_named_in_order_and_say_who_may_fall() {
    let (a, b) = (name("a"), name("b"));
    let both = [&a, &b];
    for (parties, lowered) in [
        (Parties::Transfer { from: a.clone(), to: b.clone() }, vec![&a]),
        (Parties::Deposit { account: a.clone(), cash: b.clone() }, vec![]),
        (Parties::Withdrawal { account: a.clone(), cash: b.clone() }, vec![&a, &b]),
        (Parties::Post { debit: a.clone(), credit: b.clone() }, vec![&a, &b]),
        (Parties::Fall { account: a.clone(), against: b.clone() }, vec![&a, &b]),
        (Parties::Rise { account: a.clone(), against: b.clone() }, vec![&b]),
    ] {
        assert_eq!(parties.names(), both, "{parties:?}");
        assert_eq!(parties.lowered_accounts().collect::<Vec<_>>(), lowered, "{parties:?}");
    }
}

#[test]
fn a_limit_is_kept_removed_or_set() {
    let present = Some(amount(5));
    assert_eq!(
        [NewLimit::Keep, NewLimit::Remove, NewLimit::Set(amount(7))].map(|new| new.or(present)),
        [present, None, Some(amount(7))]
    );
    let none = LimitChange::<teller::money::Amount>::default();
    assert_eq!(
        none,
        LimitChange {
            min_balance: NewLimit::Keep,
            max_balance: NewLimit::Keep,
            per_transfer: NewLimit::Keep,
            per_day: NewLimit::Keep,
            per_month: NewLimit::Keep
        }
    );
    let set = NewLimit::Set(amount(7));
    assert!(
        LimitChange { per_day: set, ..none }.opens_window() && LimitChange { per_month: set, ..none }.opens_window()
    );
    let others = LimitChange {
        min_balance: set,
        max_balance: set,
        per_transfer: set,
        per_day: NewLimit::Remove,
        per_month: NewLimit::Keep,
    };
    assert!(!others.opens_window() && !none.opens_window());
}

#[test]
fn a_place_is_told_from_the_outside_to_the_inside() {
    let place = Place::in_line(3).leg(2).field("hold").field("amount").field("up_to");
    assert_eq!(place.to_string(), "line 3, leg 2, field hold, field amount, field up_to");
    assert_eq!(Place::default().field("amount").to_string(), "field amount");
    assert_eq!(Place::default().to_string(), "");
    assert!(Place::default().is_empty() && !Place::in_line(1).is_empty() && !Place::default().leg(1).is_empty());
    let placed = Place::in_line(3).of("x");
    assert_eq!((placed.value, placed.place), ("x", Place::in_line(3)));
    assert_eq!(teller::requests::Placed::from("x").place, Place::default());
}

#[test]
#[should_panic(expected = "no request nests fields deeper")]
fn fields_are_nested_three_deep_at_most() {
    let _ = Place::default().field("a").field("b").field("c").field("d");
}

#[test]
fn a_posting_knows_beforehand_what_it_locks_and_reads() {
    let in_the_past = ReversalRequest { at: ReversalTime::Original, ..ReversalRequest::new(key("k"), reference("t")) };
    let requests = operations().into_iter().map(|(_, operation)| operation).chain([in_the_past.into()]);
    let requests: Vec<_> = requests.map(Request::Operation).collect();
    let word = |request: &Request| request.operations()[0].verb();
    for request in &requests {
        let scope = Scope::of(std::slice::from_ref(request));
        let mut names: Vec<_> = scope.names.iter().map(|name| name.as_str()).collect();
        names.sort_unstable();
        let ids = |texts: &[&str]| texts.iter().map(|text| key(text).id()).collect::<Vec<_>>();
        let changes: &[&str] = if names == ["alice"] { &["alice"] } else { &[] };
        assert!(scope.changed.iter().map(|name| name.as_str()).eq(changes.iter().copied()), "{request:?}");
        let is_alone = matches!(word(request), None | Some(Verb::Hold));
        assert_eq!(scope.needs_only_accounts(), is_alone, "{request:?}");
        assert_eq!(scope.names_all_accounts(), is_alone || !changes.is_empty(), "{request:?}");
        let (expected, holds, reversed) = match word(request) {
            None | Some(Verb::Hold) => (ids(&["k"]), vec![], vec![]),
            Some(Verb::Capture) => ([ids(&["k"]), vec![key("k").id().of_remainder()]].concat(), ids(&["h"]), vec![]),
            Some(Verb::Release) => (ids(&["k"]), ids(&["h"]), vec![]),
            Some(Verb::Reverse) => (ids(&["k", "t"]), vec![], ids(&["t"])),
            Some(_) => (vec![], vec![], vec![]),
        };
        assert_eq!((&scope.ids, &scope.hold_ids, &scope.reversed_ids), (&expected, &holds, &reversed), "{request:?}");
    }
    let timed: Vec<_> =
        requests.iter().map(|request| Scope::of(std::slice::from_ref(request)).has_effective_times).collect();
    assert!(timed.iter().rev().skip(1).all(|is_timed| !is_timed) && timed[timed.len() - 1], "only the last gives one");
}

#[test]
fn a_posting_in_the_past_or_with_conditions_needs_more_than_its_accounts() {
    let at = Some(at("2025-05-05"));
    let plain = transfer("k", "a", "b", "1 EUR");
    let capture = CaptureRequest::new(key("k"), reference("h"));
    let reversal = JournalReversalRequest::new(key("k"), reference("j"));
    let condition = Condition { account: name("c"), expected: Expected::Version(1) };
    let dated = TransferRequest { effective_at: at, ..plain.clone() };
    let requests = [
        Request::Operation(dated.clone().into()),
        Request::Operation(HoldRequest::new(dated).into()),
        Request::Operation(CaptureRequest { effective_at: at, ..capture.clone() }.into()),
        JournalReversalRequest { at: ReversalTime::Original, ..reversal.clone() }.into(),
    ];
    let others = [Request::Operation(plain.clone().into()), Request::Operation(capture.into()), reversal.into()];
    for request in &requests {
        assert!(Scope::of(std::slice::from_ref(request)).has_effective_times, "{request:?}");
        // One of several is enough, whichever stands first.
        assert!(Scope::of(&[request.clone(), others[0].clone()]).has_effective_times, "{request:?}");
    }
    let scope = Scope::of(&others);
    assert!(!scope.has_effective_times && !scope.has_conditions);
    let conditional = TransferRequest { conditions: vec![condition], ..plain };
    let requests = [Request::Operation(conditional.into()), others[0].clone()];
    let scope = Scope::of(&requests);
    assert!(scope.has_conditions && scope.names.contains(&name("c")) && !scope.needs_only_accounts());
}

#[test]
fn the_accounts_that_may_fall_are_those_of_transfers_and_holds() {
    let (alice, other) = (name("a"), name("c"));
    let hold = HoldRequest::new(transfer("h", "a", "b", "1 EUR"));
    let journal = JournalRequest::new(key("j"), vec![transfer("k", "c", "b", "1 EUR").into()]);
    let requests = [Request::Operation(hold.into()), journal.into()];
    assert_eq!(Scope::lowered_accounts(&requests), [&alice, &other].into_iter().collect());
}
