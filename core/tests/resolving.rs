//! Requests as clients write them, turned into those that can be judged.

use std::collections::HashMap;

use teller::facts::{AccountName, Key, Reference, TransferId, WrittenReference};
use teller::money::{AmountError, Currency, WrittenAmount};
use teller::requests::{
    AccountAction, AccountChange, AmountFault, AnnotationRequest, AnnotationTarget, BookLookup, CaptureRequest,
    Comparison, Condition, CurrencySource, Expected, Expiry, HoldRequest, JournalReversalRequest, LimitChange,
    MetadataChange, Needs, NewLimit, Operation, Parties, Place, Placed, Quantity, ReleaseRequest, Remainder, Request,
    ReversalRequest, ReversalTime, TransferRequest, Written,
};

use crate::support::{at, money, name};

/// Accounts in EUR, and transfers in USD. It notes whose currencies it is asked for.
#[derive(Default)]
struct Lookup {
    accounts: HashMap<AccountName, Currency>,
    asked: Vec<TransferId>,
}

#[derive(Debug, PartialEq)]
enum Fault {
    Amount(AmountFault),
    Unknown(Place),
}

impl From<AmountFault> for Fault {
    fn from(fault: AmountFault) -> Self {
        Self::Amount(fault)
    }
}

impl BookLookup for Lookup {
    type Error = Fault;

    fn currency_of_account(&self, account: &AccountName) -> Option<Currency> {
        self.accounts.get(account).copied()
    }

    fn currency_of_transfer(&mut self, id: TransferId) -> Result<Option<Currency>, Fault> {
        self.asked.push(id);
        Ok(Some(money("0 USD").currency))
    }

    fn reference(&mut self, written: &Placed<WrittenReference>) -> Result<Reference, Fault> {
        written.value.certain().ok_or(Fault::Unknown(written.place))
    }
}

fn lookup() -> Lookup {
    let accounts = ["a", "b", "c"].map(|account| (name(account), money("0 EUR").currency));
    Lookup { accounts: accounts.into(), asked: Vec::new() }
}

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn written(text: &str) -> Placed<WrittenAmount> {
    Place::default().field("amount").of(WrittenAmount::parse(text).unwrap())
}

fn named(text: &str) -> Placed<WrittenReference> {
    Place::default().field("hold").of(text.parse().unwrap())
}

fn transfer(quantity: Quantity<Placed<WrittenAmount>>, conditions: &[(&str, &str)]) -> TransferRequest<Written> {
    let condition = |(account, balance): &(&str, &str)| Condition {
        account: name(account),
        expected: Expected::Balance(Comparison::AtLeast, written(balance)),
    };
    TransferRequest {
        id: key("k").into(),
        parties: Parties::Transfer { from: name("a"), to: name("b") },
        quantity,
        effective_at: Some(at("2026-02-01")),
        description: Some("why".parse().unwrap()),
        metadata: teller::facts::Metadata::default(),
        conditions: conditions.iter().map(condition).collect(),
    }
}

fn capture(hold: &str, quantity: Quantity<Placed<WrittenAmount>>) -> CaptureRequest<Written> {
    let CaptureRequest { id, remainder, effective_at, description, metadata, .. } =
        CaptureRequest::new(key("k"), key("any"));
    CaptureRequest { id, hold: named(hold), quantity, remainder, effective_at, description, metadata }
}

fn reversal(transfer: &str, quantity: Quantity<Placed<WrittenAmount>>) -> ReversalRequest<Written> {
    let ReversalRequest { id, description, metadata, .. } = ReversalRequest::new(key("k"), key("any"));
    ReversalRequest { id, reversed: named(transfer), quantity, at: ReversalTime::Original, description, metadata }
}

fn release(hold: &str) -> ReleaseRequest<Written> {
    let ReleaseRequest { id, description, metadata, .. } = ReleaseRequest::new(key("k"), key("any"));
    ReleaseRequest { id, hold: named(hold), description, metadata }
}

fn change<A>(action: AccountAction<A>) -> AccountChange<A> {
    AccountChange::new(name("a"), action, "ops".parse().unwrap())
}

fn annotation<R>(target: AnnotationTarget<R>) -> AnnotationRequest<R> {
    AnnotationRequest::new(target, MetadataChange::default(), "ops".parse().unwrap())
}

fn resolve(operation: impl Into<Operation<Written>>) -> Result<Operation, Fault> {
    operation.into().resolve(&mut lookup())
}

#[test]
fn an_amount_has_the_currency_of_the_account_that_is_named_first() {
    let conditions = [("b", "3"), ("c", "4.5")];
    let resolved = resolve(transfer(Quantity::UpTo(written("1.5")), &conditions)).unwrap();
    let condition = |account: &str, text: &str| Condition {
        account: name(account),
        expected: Expected::Balance(Comparison::AtLeast, money(text)),
    };
    let expected = TransferRequest {
        quantity: Quantity::UpTo(money("1.50 EUR")),
        effective_at: Some(at("2026-02-01")),
        description: Some("why".parse().unwrap()),
        conditions: vec![condition("b", "3.00 EUR"), condition("c", "4.50 EUR")],
        ..crate::support::transfer("k", "a", "b", "1.50 EUR")
    };
    assert_eq!(resolved, expected.clone().into());
    let hold = HoldRequest { transfer: transfer(Quantity::UpTo(written("1.5")), &conditions), expiry: Expiry::Never };
    assert_eq!(resolve(hold), Ok(HoldRequest::new(expected).into()));
}

#[test]
fn a_part_of_a_hold_or_transfer_has_its_currency_which_is_asked_for_where_there_is_an_amount() {
    let mut book = lookup();
    let part = Operation::from(capture("h", Quantity::Exactly(written("2")))).resolve(&mut book).unwrap();
    let expected =
        CaptureRequest { quantity: Quantity::Exactly(money("2.00 USD")), ..CaptureRequest::new(key("k"), key("h")) };
    assert_eq!(part, expected.into());
    let part = Operation::from(reversal("t", Quantity::Exactly(written("2")))).resolve(&mut book).unwrap();
    let whole = ReversalRequest { at: ReversalTime::Original, ..ReversalRequest::new(key("k"), key("t")) };
    assert_eq!(part, ReversalRequest { quantity: Quantity::Exactly(money("2.00 USD")), ..whole.clone() }.into());
    assert_eq!(book.asked, [key("h").id(), key("t").id()]);

    let mut book = lookup();
    let all = Operation::from(capture("h", Quantity::All)).resolve(&mut book).unwrap();
    assert_eq!(all, CaptureRequest::new(key("k"), key("h")).into());
    assert_eq!(Operation::from(reversal("t", Quantity::All)).resolve(&mut book), Ok(whole.into()));
    assert_eq!(resolve(release("h")), Ok(ReleaseRequest::new(key("k"), key("h")).into()));
    assert_eq!(book.asked, []);
}

#[test]
fn limits_have_the_currency_of_their_account_and_metadata_its_target() {
    let limits =
        LimitChange { min_balance: NewLimit::Set(written("7")), per_day: NewLimit::Remove, ..LimitChange::default() };
    let expected = LimitChange {
        min_balance: NewLimit::Set(money("7.00 EUR").amount),
        per_day: NewLimit::Remove,
        ..LimitChange::default()
    };
    assert_eq!(resolve(change(AccountAction::Limit(limits))), Ok(change(AccountAction::Limit(expected)).into()));
    assert_eq!(resolve(change(AccountAction::Close)), Ok(change(AccountAction::Close).into()));
    let of_account = resolve(annotation(AnnotationTarget::Account(name("a"))));
    assert_eq!(of_account, Ok(annotation(AnnotationTarget::Account(name("a"))).into()));
    let of_transfer = resolve(annotation(AnnotationTarget::Transfer(named("t"))));
    assert_eq!(of_transfer, Ok(annotation(AnnotationTarget::Transfer(key("t").into())).into()));
}

#[test]
fn what_does_not_fit_is_told_with_its_place_conditions_first() {
    let place = Place::default().field("amount");
    let too_precise = |operation: Operation<Written>, text: &str| match operation.resolve(&mut lookup()) {
        Err(Fault::Amount(fault)) => {
            assert_eq!(fault.place, place);
            assert!(matches!(&fault.value, AmountError::TooPrecise { text: given, .. } if given == text), "{fault:?}");
        }
        other => panic!("{other:?}"),
    };
    too_precise(transfer(Quantity::Exactly(written("1.001")), &[]).into(), "1.001");
    too_precise(transfer(Quantity::Exactly(written("1.001")), &[("b", "2.002")]).into(), "2.002");
    too_precise(capture("h", Quantity::UpTo(written("1.003"))).into(), "1.003");
    let limits = LimitChange { per_month: NewLimit::Set(written("1.004")), ..LimitChange::default() };
    too_precise(change(AccountAction::Limit(limits)).into(), "1.004");
    assert_eq!(resolve(release("@7")), Err(Fault::Unknown(Place::default().field("hold"))));
}

#[test]
fn what_has_to_be_looked_up_is_known_beforehand() {
    let id = "9e107d9d-372b-b682-6bd8-1d3542a419d6";
    let both = [id.parse().unwrap(), key(id).id()];
    let check = |request: Request<Written>, names: &[&str], ids: &[TransferId], flags: (bool, bool)| {
        let requests = [request];
        let needs = Needs::of(&requests);
        assert!(needs.names.iter().map(|name| name.as_str()).eq(names.iter().copied()), "{needs:?}");
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        assert!(needs.ids.iter().eq(&ids), "{needs:?}");
        assert_eq!((needs.has_references, needs.has_sequences), flags, "{needs:?}");
    };
    let some = || Quantity::Exactly(written("1"));
    check(transfer(some(), &[("c", "1")]).into(), &["a", "b", "c"], &[], (false, false));
    let hold = HoldRequest { transfer: transfer(some(), &[]), expiry: Expiry::Never };
    check(hold.into(), &["a", "b"], &[], (false, false));
    check(capture("h", Quantity::All).into(), &[], &[], (true, false));
    check(capture("h", some()).into(), &[], &[key("h").id()], (true, false));
    check(reversal(id, some()).into(), &[], &both, (true, false));
    check(reversal("@7", some()).into(), &[], &[], (true, true));
    check(release(id).into(), &[], &both, (true, false));
    check(change(AccountAction::Close).into(), &["a"], &[], (false, false));
    check(annotation(AnnotationTarget::Account(name("b"))).into(), &["b"], &[], (false, false));
    check(annotation(AnnotationTarget::Transfer(named("@7"))).into(), &[], &[], (true, true));
    let journal = JournalReversalRequest {
        id: key("k").into(),
        journal: named(id),
        at: ReversalTime::Now,
        description: None,
        metadata: teller::facts::Metadata::default(),
    };
    check(journal.into(), &[], &both, (true, false));
}

#[test]
fn the_currency_of_what_is_made_follows_from_what_the_request_names() {
    let source = |operation: Operation<Written>| operation.resolve(&mut lookup()).unwrap().currency_source();
    let of_a = Some(CurrencySource::Account(name("a")));
    assert_eq!(source(transfer(Quantity::All, &[]).into()), of_a);
    let hold = HoldRequest { transfer: transfer(Quantity::All, &[]), expiry: Expiry::Never };
    assert_eq!(source(hold.into()), of_a);
    let of = |text: &str| Some(CurrencySource::Transfer(key(text).id()));
    let last = CaptureRequest { remainder: Remainder::Release, ..capture("h", Quantity::All) };
    assert_eq!(source(last.into()), of("h"));
    assert_eq!(source(release("h").into()), of("h"));
    assert_eq!(source(reversal("t", Quantity::All).into()), of("t"));
    assert_eq!(source(change(AccountAction::Close).into()), None);
    assert_eq!(source(annotation(AnnotationTarget::Account(name("a"))).into()), None);
}
