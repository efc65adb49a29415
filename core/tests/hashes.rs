//! What is hashed, byte by byte. `vectors.txt` was computed by `vectors.py`, another program in another language, from the
//! documentation alone.

use std::collections::BTreeSet;

use teller::facts::{
    AccountEvent, AccountId, AccountState, AccountType, Annotation, Due, DueState, Entry, Hash, Instant, Key, Limits,
    Metadata, OpeningEvent, Refusal, RequestDigest, ScheduleId, Sequence, Terms, Transfer, TransferId, TransferKind,
    Velocity,
};
use teller::proof::{MerkleTree, Seal, SealError, hash_account, hash_due, hash_event, hash_metadata, hash_transfer};
use teller::requests::{AccountRequest, BatchPolicy, Request};

use crate::support::{Book, amount, check_on, currency, metadata, name, requests};

/// What the other program computed under a name.
fn vector(name: &str) -> &'static str {
    let vectors = include_str!("vectors.txt").lines().map(|line| line.split_once(": ").unwrap());
    let found = vectors.into_iter().find(|(vector, _)| *vector == name);
    found.unwrap_or_else(|| panic!("there is no vector {name}")).1
}

const MOMENT: i64 = 1_700_000_000_000_001;

fn moment(beside: i64) -> Instant {
    Instant::from_micros(MOMENT + beside).unwrap()
}

fn id(key: &str) -> TransferId {
    TransferId::from_key(key).unwrap()
}

#[test]
fn an_account_is_hashed_with_all_that_it_was_opened_with() {
    let request = AccountRequest::new(name("customers:zoë"), AccountType::Liability, currency("EUR"));
    let nothing = AccountRequest { limits: Limits::default(), ..request.clone() };
    let event = OpeningEvent { account_id: AccountId(7), recorded_at: moment(0), actor: "ops".parse().unwrap() };
    assert_eq!(hash_account(&nothing, &event).to_string(), vector("account"));
    let all = AccountRequest {
        limits: Limits { min_balance: Some(amount(-500)), max_balance: Some(amount(900)) },
        description: Some("hers".parse().unwrap()),
        metadata: metadata("b=1 a=2"),
        ..request
    };
    assert_eq!(hash_account(&all, &event).to_string(), vector("account with all"));
}

#[test]
fn an_event_is_hashed_with_the_history_before_it() {
    let limits =
        |min: Option<i64>, max: Option<i64>| Limits { min_balance: min.map(amount), max_balance: max.map(amount) };
    let velocity = |limits: [Option<i64>; 3]| {
        let [per_transfer, per_day, per_month] = limits.map(|limit| limit.map(amount));
        Velocity { per_transfer, per_day, per_month }
    };
    let event = AccountEvent {
        account_id: AccountId(99),
        number: 3,
        sequence: Sequence(88),
        version: 9,
        recorded_at: moment(0),
        before: Terms {
            state: AccountState::Open,
            limits: limits(Some(-500), None),
            velocity: velocity([None, Some(77), None]),
        },
        after: Terms {
            state: AccountState::DebitsFrozen,
            limits: limits(None, Some(900)),
            velocity: velocity([Some(1), None, Some(33)]),
        },
        annotation: None,
        actor: "carol".parse().unwrap(),
        reason: None,
        journal_id: None,
        hash: Hash([0; 32]),
    };
    let hash = |event: &AccountEvent| hash_event(event, Hash([7; 32])).to_string();
    assert_eq!(hash(&event), vector("event"));
    let annotation = Annotation { transfer_id: Some(id("t")), before: metadata("a=1"), after: metadata("b=2") };
    let of_account = Annotation { transfer_id: None, before: Metadata::default(), after: metadata("b=2") };
    let with_it = AccountEvent { annotation: Some(of_account), ..event.clone() };
    assert_eq!(hash(&with_it), vector("event of an account's metadata"));
    let reason = Some("fraud".parse().unwrap());
    let all = AccountEvent { annotation: Some(annotation), reason, journal_id: Some(id("j").0), ..event };
    assert_eq!(hash(&all), vector("event with all"));
}

fn transfer() -> Transfer {
    let entry = |account_id, version, balance| Entry { account_id, version, balance, previous: Some(Sequence(3)) };
    Transfer {
        sequence: Sequence(77),
        id: id("t"),
        kind: TransferKind::Capture,
        amount: amount(1234),
        debit: entry(AccountId(1), 5, amount(-60)),
        credit: entry(AccountId(2), 6, amount(70)),
        recorded_at: moment(0),
        effective_at: Instant::from_micros(-MOMENT).unwrap(),
        journal_id: None,
        hold_id: None,
        reversed_id: None,
        expires_at: None,
        up_to: None,
        key: None,
        request_digest: None,
        actor: "ops".parse().unwrap(),
        clock_at: None,
        description: None,
        metadata: Metadata::default(),
        hash: Hash([0; 32]),
    }
}

type Set = fn(&mut Transfer);

/// Every field that a transfer may have, one by one.
const FIELDS: &[(&str, Set)] = &[
    ("journal", |transfer| transfer.journal_id = Some(id("j").0)),
    ("hold", |transfer| transfer.hold_id = Some(id("h"))),
    ("reversed", |transfer| transfer.reversed_id = Some(id("r"))),
    ("description", |transfer| transfer.description = Some("rent".parse().unwrap())),
    ("metadata", |transfer| transfer.metadata = metadata("é=2 a=")),
    ("expires", |transfer| transfer.expires_at = Some(moment(5))),
    ("up_to", |transfer| transfer.up_to = Some(amount(2000))),
    ("key", |transfer| transfer.key = Some("t".parse().unwrap())),
    ("digest", |transfer| transfer.request_digest = Some(RequestDigest(uuid::Uuid::new_v8(id("d").0.into_bytes())))),
    ("clock", |transfer| transfer.clock_at = Some(moment(-9))),
];

#[test]
fn a_transfer_is_hashed_with_each_of_its_fields_and_both_histories() {
    let hash = |transfer: &Transfer| hash_transfer(transfer, Hash([1; 32]), Hash([2; 32])).to_string();
    assert_eq!(hash(&transfer()), vector("transfer"));
    let mut all = transfer();
    for (field, set) in FIELDS {
        let mut one = transfer();
        set(&mut one);
        set(&mut all);
        assert_eq!(hash(&one), vector(&format!("transfer with {field}")), "{field}");
    }
    assert_eq!(hash(&all), vector("transfer with all"));
    let elsewhere = Transfer { sequence: Sequence(1), hash: Hash([5; 32]), ..transfer() };
    assert_eq!(hash(&elsewhere), vector("transfer"), "neither its sequence nor its own hash is hashed");
}

#[test]
fn a_due_is_hashed_with_what_became_of_it() {
    let due = Due {
        schedule_id: ScheduleId::FIRST,
        due_at: moment(0),
        transfer_id: Some(id("t")),
        first_at: moment(1),
        last_at: moment(2),
        attempts: 3,
        state: DueState::Posted,
        refusal: None,
        hash: Hash([0; 32]),
    };
    assert_eq!(hash_due(&due, Hash([9; 32])).to_string(), vector("due posted"));
    let refusal = Some(Refusal { code: "insufficient_funds".to_owned(), reason: "not enough".to_owned() });
    let refused = Due { state: DueState::Refused, transfer_id: None, refusal, ..due };
    assert_eq!(hash_due(&refused, Hash([9; 32])).to_string(), vector("due refused"));
    assert_eq!(hash_metadata(&metadata("b= a=1")).to_string(), vector("metadata"));
}

#[test]
fn what_no_row_shows_of_a_request_is_kept_as_a_digest() {
    let book = Book::new();
    check_on(
        &book,
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        account carol liability EUR
        deposit d1: alice 10          -> posted
        hold h1: alice bob 2          -> held
        capture h1 1 final            -> captured
        journal j1:                   -> posted
            deposit alice 1
        reverse-journal j1            -> reversed
        journal                       -> posted
            deposit alice 1
            freeze alice debits reason why
            freeze alice credits
            unfreeze alice
            limits bob min -5.00 max none per-day 1
            close carol
            annotate account bob k=v -x -a
            annotate transfer d1 -x
    ",
    );
    let digests = book.transfers().into_iter().filter_map(|transfer| transfer.request_digest);
    let digests: Vec<_> = digests.map(|digest| digest.0.to_string()).collect();
    assert_eq!(digests, ["request final", "request journal reversal", "request changes"].map(vector));
}

#[test]
fn a_digest_tells_apart_what_its_request_says() {
    let legs = [
        "freeze alice",
        "freeze alice debits",
        "freeze alice credits",
        "unfreeze alice",
        "unfreeze alice debits",
        "freeze bob",
        "freeze alice reason why",
        "close alice",
        "annotate account alice a=b",
        "annotate account alice -a",
        "annotate account alice a=c",
        "annotate account bob a=b",
        "annotate transfer t a=b",
    ];
    let digest = |leg: &str| {
        let book = Book::new();
        check_on(
            &book,
            "
        account cash  asset     EUR
        account alice liability EUR min none
        account bob   liability EUR
        deposit t: bob 1 -> posted",
        );
        let journal = requests(
            &book,
            &format!(
                "
        journal k:
            post cash bob 1
            {leg}"
            ),
        );
        let answers = book.submit(&journal, BatchPolicy::CarryOn, &"ops".parse().unwrap());
        answers[0].as_ref().unwrap().transfers[0].request_digest.unwrap().0
    };
    let digests: BTreeSet<_> = legs.into_iter().map(digest).collect();
    assert_eq!(digests.len(), legs.len());
}

fn seal() -> Seal {
    Seal {
        book_id: id("book").0,
        sealed_at: moment(0),
        sequence: Sequence(17),
        account_id: AccountId(5),
        transfers: 11,
        accounts: 4,
        root: Hash([3; 32]),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

#[test]
fn a_seal_is_signed_as_documented() {
    assert_eq!(hex(&seal().signed_bytes()), vector("seal"));
    assert_eq!(hex(&Seal::leaf(&name("customers:zoë"), 3, Hash([4; 32]))), vector("seal leaf"));
    assert_eq!(hex(&Seal::book_events_leaf(3, Hash([4; 32]))), vector("seal book leaf"));
}

#[test]
fn a_seal_is_held_against_its_own_book_and_no_earlier_than_it_was_made() {
    let seal = seal();
    assert_eq!(seal.check(id("book").0, moment(0)), Ok(()));
    assert_eq!(seal.check(id("book").0, moment(1)), Ok(()));
    let now = moment(-1);
    assert_eq!(seal.check(id("book").0, now), Err(SealError::Future { sealed_at: moment(0), now }));
    let another = SealError::AnotherBook { sealed_book: id("book").0, book: id("other").0 };
    assert_eq!(seal.check(id("other").0, now), Err(another), "another book comes first");
}

/// The root as RFC 6962 defines it, from the top down.
fn root_by_definition(leaves: &[Vec<u8>]) -> Vec<u8> {
    use sha2::{Digest, Sha256};

    match leaves {
        [] => Sha256::digest([]).to_vec(),
        [leaf] => Sha256::digest([&[0], leaf.as_slice()].concat()).to_vec(),
        _ => {
            let left = leaves.len().next_power_of_two() / 2;
            let halves = [root_by_definition(&leaves[..left]), root_by_definition(&leaves[left..])];
            Sha256::digest([[1].as_slice(), &halves[0], &halves[1]].concat()).to_vec()
        }
    }
}

#[test]
fn a_tree_of_any_size_has_the_root_of_rfc_6962() {
    let leaves: Vec<Vec<u8>> = (0_u8..70).map(|number| vec![number; usize::from(number % 5)]).collect();
    let mut tree = MerkleTree::default();
    for size in 0..leaves.len() {
        assert_eq!(tree.root().0.to_vec(), root_by_definition(&leaves[..size]), "{size} leaves");
        tree.push(&leaves[size]);
    }
}

#[test]
fn a_hash_is_shown_as_hexadecimal() {
    let hash = Hash(std::array::from_fn(|index| u8::try_from(index).unwrap()));
    let shown = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    assert_eq!((hash.to_string().as_str(), format!("{hash:?}").as_str()), (shown, shown));
    assert_eq!(serde_json::to_value(hash).unwrap(), shown);
}

#[test]
fn ids_of_lines_are_the_same_in_every_release() {
    let digest = std::array::from_fn(|index| u8::try_from(index).unwrap());
    assert_eq!(TransferId::from_line(&digest, 258).to_string(), vector("line"));
    assert_eq!(TransferId::from_worded_line(&digest, 258).to_string(), vector("worded line"));
    assert_eq!(TransferId::from_malformed_line(&digest, 258).to_string(), vector("malformed line"));
    let key: Key = "book".parse().unwrap();
    assert_eq!(key.id(), id("book"));
}

#[test]
fn only_what_clients_ask_for_has_ids_of_theirs() {
    let id = id("k");
    assert!(!id.is_reserved() && !TransferId::fresh(moment(0)).is_reserved());
    let made = [id.of_leg(1), id.of_leg(2), id.of_remainder(), id.of_expiry(), ScheduleId::from(id).of_due(moment(0))];
    assert!(made.iter().all(|made| made.is_reserved()));
    assert_eq!(made.iter().collect::<BTreeSet<_>>().len(), made.len());
    assert_eq!(id.of_leg(0), id);
    let request: Request = crate::support::transfer("k", "a", "b", "1 EUR").into();
    assert_eq!(request.operations()[0].id(), Some(id));
}
