//! What is asked often is found through primary keys, milestones and the indexes of exceptions, whatever the size of the book: the plans
//! of the very statements that the ledger runs say so.

use std::collections::BTreeSet;
use std::time::Duration;

use teller::facts::{AccountName, HoldState, Instant, Metadata, Sequence, TransferId, TransferKind};

use teller::ledger::{
    AccountFilter, AccountListPage, AsOf, HoldFilter, JournalFilter, ListOrder, ListPage, RecordedFilter, Span,
    StatementOrder, StatementQuery, TransferFilter,
};
use teller::requests::TransferRequest;
use teller::store::MetadataOf;
use teller::{Ledger, Mode};

use crate::support::plans::{reads_of, record_statements, statements_of, ways_into_tables};
use crate::support::{TestBook, check, on_every_backend, requests, transfer};

const TRANSFERS: usize = 2_000;

/// Enough transfers that plans which go by the size of tables are those of books that have some size; one of a hundred accounts has most of
/// them, some of which count at other times, and an open hold.
fn fill(book: &TestBook) -> Ledger {
    record_statements();
    let lines = |line: fn(usize) -> String| (0..100).map(line).collect::<String>();
    check(book, &lines(|number| format!("account a{number} equity EUR\n")));
    check(book, "fall a0 a1 1 effective 2025-01-01T00:00:00Z -> posted");
    check(book, &lines(|number| format!("limits a{number} min -1000000 -> changed\n")));
    check(
        book,
        &lines(|number| {
            format!("hold h{number}: a{number} a{} 1 expires 2026-06-01T00:00:00Z -> held\n", (number + 1) % 100)
        }),
    );
    let ledger = book.ledger();
    let request = |number: usize| transfer(&number.to_string(), &format!("a{}", number % 99 + 1), "a0", "0.01");
    let batch: Vec<_> = (0..TRANSFERS).map(request).collect();
    assert!(ledger.post_batch(&batch, Mode::Commit).unwrap().iter().all(Result::is_ok));
    ledger
}

fn ways(book: &TestBook, work: impl FnOnce()) -> BTreeSet<String> {
    let statements = reads_of(work);
    assert!(!statements.is_empty(), "the work asks the database");
    statements.iter().flat_map(|statement| ways_into_tables(book, statement)).collect()
}

#[track_caller]
fn assert_ways(book: &TestBook, expected: &[&str], what: &str, work: impl FnOnce()) {
    let expected: BTreeSet<_> = expected.iter().map(|way| (*way).to_owned()).collect();
    assert_eq!(ways(book, work), expected, "{what}");
}

fn name() -> AccountName {
    "a0".parse().unwrap()
}

fn middle() -> Instant {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

const BY_NAME: &str = "accounts_name_key";
const MILESTONES: [&str; 3] = ["transfers_credit_milestones", "transfers_debit_milestones", "transfers_pkey"];
const EXCEPTIONS: [&str; 2] = ["transfers_credit_effective", "transfers_debit_effective"];
const HOLDS: [&str; 2] = ["holds_open_by_credit", "holds_open_by_debit"];

/// Asks everything, and compares with the ways that it may take.
fn assert_all(book: &TestBook, ledger: &Ledger) {
    let recorded = AsOf::recorded(middle());
    let effective = AsOf::effective(middle());
    let both = AsOf { effective_at: effective.effective_at, recorded_at: recorded.recorded_at };
    let by_recorded = [&[BY_NAME][..], &MILESTONES].concat();
    let by_effective = [&by_recorded[..], &EXCEPTIONS].concat();
    for (what, as_of, expected) in
        [("recorded", recorded, &by_recorded), ("effective", effective, &by_effective), ("both", both, &by_effective)]
    {
        assert_ways(book, expected, what, || drop(ledger.balances_as_of(&[name()], as_of).unwrap()));
    }

    let account = [&[BY_NAME][..], &HOLDS].concat();
    assert_ways(book, &account, "an account", || drop(ledger.get_account(&name()).unwrap()));
    let names = ["accounts_pkey"];
    let page = [&account[..], &["transfers_pkey"], &names].concat();
    assert_ways(book, &page, "a page of history", || {
        drop(ledger.statement(&name(), &StatementQuery::newest(100)).unwrap());
    });
    // Nothing was recorded in the span, so that there are no names to look up, but something was effective in it.
    let with_exceptions = [&EXCEPTIONS[..], &names].concat();
    for (order, more) in [(StatementOrder::Recorded, &[][..]), (StatementOrder::Effective, &with_exceptions)] {
        let span = Span { order, from: Some(Instant::EPOCH), to: Some(middle()) };
        let expected = [&account[..], &["transfers_pkey"], &MILESTONES, more].concat();
        assert_ways(book, &expected, "a page over a span", || {
            drop(ledger.statement(&name(), &StatementQuery::of_span(span, 100)).unwrap());
        });
        let first = ledger.statement(&name(), &StatementQuery::of_span(Span { to: None, ..span }, 5)).unwrap();
        let next = StatementQuery { cursor: first.next, ..StatementQuery::of_span(span, 5) };
        assert_ways(book, &expected, "the next page", || drop(ledger.statement(&name(), &next).unwrap()));
    }

    let accounts = [&["accounts_name_key by range"][..], &HOLDS].concat();
    assert_ways(book, &accounts, "accounts", || drop(ledger.list_accounts("a1", None, 10).unwrap()));
    let events = [&account[..], &["account_events_pkey"]].concat();
    assert_ways(book, &events, "events", || drop(ledger.account_events(&"a1".parse().unwrap(), None, 10).unwrap()));
    assert_ways(book, &["holds_open_by_expiry by range"], "expired holds", || {
        assert_eq!(ledger.expire_holds(Mode::DryRun).unwrap(), 0);
    });
    assert_ways(book, &["holds_open_by_expiry by range", "transfers_id_key"], "holds that end", || {
        let behind = ("2027-01-01T00:00:00Z".parse().unwrap(), Sequence::UNASSIGNED);
        assert_eq!(ledger.list_holds_by_expiry(behind, Instant::MAX, 10).unwrap(), []);
    });
    assert_lookups(book, ledger);
    let hold = TransferId::from_key("h0").unwrap();
    let of_hold = ["holds_pkey", "transfers_id_key", "transfers_by_hold", "accounts_pkey"];
    assert_ways(book, &of_hold, "a hold", || drop(ledger.get_hold(hold).unwrap()));
    let events = ["account_events_pkey", "account_events_by_metadata"];
    let proof = [&page[..], &events, &["holds_pkey", "transfers_by_hold"]].concat();
    assert_ways(book, &proof, "the proof of an account", || drop(ledger.verify_account(&name(), &mut |_| {}).unwrap()));
}

/// The same for what looks for transfers.
fn assert_lookups(book: &TestBook, ledger: &Ledger) {
    let list = |filter: TransferFilter| drop(ledger.list_transfers(&filter, ListPage::default()).unwrap());
    let all = TransferFilter::default;
    let of_account = [&[BY_NAME][..], &HOLDS, &["transfers_pkey", "accounts_pkey"]].concat();
    assert_ways(book, &of_account, "transfers of an account", || {
        list(TransferFilter { account: Some(name()), ..all() });
    });
    let in_book = ["transfers_pkey by range", "accounts_pkey"];
    assert_ways(book, &in_book, "transfers", || list(all()));
    let hold = Some(TransferId::from_key("h0").unwrap().into());
    let of_hold = ["holds_pkey", "transfers_by_hold", "accounts_pkey"];
    assert_ways(book, &of_hold, "transfers of a hold", || list(TransferFilter { hold, ..all() }));
    let of_key = ["transfers_id_key", "accounts_pkey"];
    assert_ways(book, &of_key, "transfers of a key", || {
        list(TransferFilter { key: Some("h0".parse().unwrap()), ..all() });
    });
    let upwards = [&of_account[..], &MILESTONES].concat();
    assert_ways(book, &upwards, "transfers of an account, the oldest first", || {
        list(TransferFilter {
            account: Some(name()),
            recorded: RecordedFilter { order: ListOrder::Oldest, ..RecordedFilter::default() },
            ..all()
        });
    });
    assert_ways(book, &in_book, "transfers, the oldest first", || {
        list(TransferFilter {
            recorded: RecordedFilter { order: ListOrder::Oldest, ..RecordedFilter::default() },
            ..all()
        });
    });
    let metadata = Metadata::new([("a".to_owned(), "b".to_owned())].into()).unwrap();
    let annotated = ["transfers_pkey by range", "account_events_by_transfer"];
    assert_ways(book, &annotated, "transfers by metadata", || {
        list(TransferFilter { recorded: RecordedFilter { metadata, ..RecordedFilter::default() }, ..all() });
    });
    assert_lists(book, ledger);
    let with_span = |statement: &str| statement.contains("recorded_at") && !statement.contains("debit");
    let later = Some(book.clock().now().before(Duration::from_mins(30)));
    let statements = statements_of(|| {
        list(TransferFilter { recorded: RecordedFilter { to: later, ..RecordedFilter::default() }, ..all() });
    });
    let halvings = statements.iter().filter(|statement| with_span(statement)).count();
    assert!((1..=16).contains(&halvings), "{statements:#?}");
    for statement in statements.iter().filter(|statement| with_span(statement)) {
        assert_eq!(
            ways_into_tables(book, statement),
            BTreeSet::from(["transfers_pkey by range".to_owned()]),
            "{statement}"
        );
    }
}

/// The same for the lists of holds and journals, and the statement with one other account.
fn assert_lists(book: &TestBook, ledger: &Ledger) {
    let holds = |filter: HoldFilter| drop(ledger.list_holds_by(&filter, ListPage::default()).unwrap());
    let all = HoldFilter::default;
    let in_order = ["holds_sequence_key by range", "transfers_id_key", "holds_pkey", "accounts_pkey"];
    assert_ways(book, &in_order, "holds", || holds(all()));
    assert_ways(book, &in_order, "holds, the oldest first", || {
        holds(HoldFilter {
            recorded: RecordedFilter { order: ListOrder::Oldest, ..RecordedFilter::default() },
            ..all()
        });
    });
    let open = HoldFilter { account: Some(name()), state: Some(HoldState::Open), ..all() };
    let of_account = [&[BY_NAME, "transfers_id_key", "holds_pkey", "accounts_pkey"][..], &HOLDS].concat();
    assert_ways(book, &of_account, "open holds of an account", || holds(open));
    let journals = JournalFilter { account: Some(name()), ..JournalFilter::default() };
    for order in [ListOrder::Newest, ListOrder::Oldest] {
        let recorded = RecordedFilter { order, ..RecordedFilter::default() };
        // The planner of PostgreSQL may take the primary key for a kind that is not so rare.
        let captures = TransferFilter {
            kind: Some(TransferKind::Capture),
            recorded: recorded.clone(),
            ..TransferFilter::default()
        };
        assert_ways(book, &["transfers_of_kinds"], "transfers of a rare kind", || {
            drop(ledger.list_transfers(&captures, ListPage::default()).unwrap());
        });
        let journals = JournalFilter { recorded, ..JournalFilter::default() };
        let firsts = ["transfers_beginning_journals by range", "transfers_id_key"];
        assert_ways(book, &firsts, "journals", || drop(ledger.list_journals(&journals, ListPage::default()).unwrap()));
    }
    let of_account = [&[BY_NAME, "transfers_pkey"][..], &HOLDS].concat();
    let and_firsts = [&of_account[..], &["transfers_id_key"]].concat();
    assert_ways(book, &and_firsts, "journals of an account", || {
        drop(ledger.list_journals(&journals, ListPage::default()).unwrap());
    });
    let with_other = StatementQuery { counterparty: Some("a1".parse().unwrap()), ..StatementQuery::default() };
    assert_ways(book, &of_account, "a statement with one other account", || {
        drop(ledger.statement(&name(), &with_other).unwrap());
    });
}

on_every_backend! {
    fn what_is_asked_often_is_found_by_keys_and_never_by_a_scan(book: &TestBook) {
        let ledger = fill(book);
        assert_all(book, &ledger);
        // PostgreSQL looks at its tables by itself, SQLite never does.
        if book.is_on_postgres() {
            book.raw("analyze").unwrap();
            assert_all(book, &ledger);
        }
    }

    fn what_is_looked_up_by_a_declared_key_is_found_by_its_index(book: &TestBook) {
        let ledger = fill(book);
        let metadata = Metadata::new([("it's".to_owned(), "b".to_owned())].into()).unwrap();
        let of_transfers = |order| RecordedFilter { metadata: metadata.clone(), order, ..RecordedFilter::default() };
        let transfers = |order| {
            let filter = TransferFilter { recorded: of_transfers(order), ..TransferFilter::default() };
            drop(ledger.list_transfers(&filter, ListPage::default()).unwrap());
        };
        let requests = (0..TRANSFERS).map(|number| TransferRequest { metadata: metadata.clone(), ..transfer(&format!("m{number}"), "a1", "a0", "0.01") });
        assert!(ledger.post_batch(&requests.collect::<Vec<_>>(), Mode::Commit).unwrap().iter().all(Result::is_ok));
        for of in MetadataOf::ALL {
            book.owner_ledger().add_metadata_index(of, &"it's".parse().unwrap(), Mode::Commit).unwrap();
        }
        let indexes = if book.is_on_postgres() { "select indexname::text from pg_indexes where schemaname = current_schema()" } else { "select name from sqlite_schema where type = 'index'" };
        let indexes = book.query_texts(indexes);
        let index = |table: &str| indexes.iter().find(|name| name.starts_with(&format!("{table}_metadata_"))).unwrap().as_str();
        if book.is_on_postgres() {
            book.raw("analyze").unwrap();
        }
        // The sequences by the index, the transfers by their sequences.
        let found = [index("transfers"), index("account_events"), "transfers_id_key", "transfers_pkey", "accounts_pkey", "account_events_by_transfer"];
        assert_ways(book, &found, "transfers by metadata", || transfers(ListOrder::Newest));
        assert_ways(book, &found, "transfers by metadata, the oldest first", || transfers(ListOrder::Oldest));
        let accounts = AccountFilter { prefix: "a1".into(), metadata: metadata.clone(), ..AccountFilter::default() };
        assert_ways(book, &[index("accounts")], "accounts by metadata", || {
            drop(ledger.list_accounts_by(&accounts, &AccountListPage::default()).unwrap());
        });
    }

    fn an_index_that_is_lost_shows_in_the_plans(book: &TestBook) {
        let ledger = fill(book);
        book.raw("drop index transfers_credit_milestones").unwrap();
        let found = ways(book, || drop(ledger.balances_as_of(&[name()], AsOf::recorded(middle())).unwrap()));
        assert!(found.iter().any(|way| way.starts_with("transfers") && way.ends_with("from end to end")), "{found:?}");
    }

    fn a_history_that_was_brought_in_is_not_read_in_vain(book: &TestBook) {
        record_statements();
        check(book, "account alice equity EUR\naccount bob equity EUR\naccount carol equity EUR");
        let back_dated = |number: usize| {
            let effective_at = Some(format!("2020-{:02}-{:02}T00:00:00Z", number % 12 + 1, number % 28 + 1).parse().unwrap());
            TransferRequest { effective_at, ..transfer(&format!("k{number}"), "alice", "bob", "0.01") }
        };
        let ledger = book.ledger();
        let post = |requests: &[TransferRequest]| assert!(ledger.post_batch(requests, Mode::Commit).unwrap().iter().all(Result::is_ok));
        // At the bottom of bob's chain there is one that counts when it was recorded, and at that of alice's none.
        post(&[transfer("first", "carol", "bob", "1")]);
        post(&(0..2_000).map(back_dated).collect::<Vec<_>>());
        post(&[transfer("last", "alice", "bob", "1")]);

        let span = Span { order: StatementOrder::Effective, ..Span::default() };
        let page = |name: &str| ledger.statement(&name.parse().unwrap(), &StatementQuery::of_span(span, 50)).unwrap().entries;
        for (name, on_time) in [("alice", &["last"][..]), ("bob", &["last", "first"])] {
            let entries = page(name);
            assert!(entries.is_sorted_by(|a, b| a.transfer.effective_at >= b.transfer.effective_at), "{name}");
            let found = entries.iter().filter(|entry| entry.transfer.effective_at == entry.transfer.recorded_at);
            let expected = on_time.iter().map(|key| TransferId::from_key(key).unwrap()).collect::<Vec<_>>();
            assert_eq!(found.map(|entry| entry.transfer.id).collect::<Vec<_>>(), expected, "{name}");
        }
        let walks = statements_of(|| drop(page("alice"))).iter().filter(|statement| statement.contains("recursive")).count();
        assert!(walks <= 5, "{walks}");
    }

    fn a_capture_a_release_and_a_reversal_load_each_account_and_hold_once(book: &TestBook) {
        record_statements();
        check(book, "
            account cash asset EUR
            account alice liability EUR
            account bob liability EUR
            deposit alice 100 -> posted
            hold h1: alice bob 30 -> held
            hold h2: alice bob 30 -> held
            fall t1: alice bob 10 -> posted
        ");
        let ledger = book.ledger();
        let count = |line: &str| {
            let request = requests(book, &ledger, line).pop().unwrap();
            Loads::of(&statements_of(|| drop(ledger.submit_one(request, Mode::Commit).unwrap())))
        };
        // Whatever a ledger reads once and keeps is read before those that are counted.
        count("capture c0: h1 1");
        // PostgreSQL writes a transfer and its accounts in one statement.
        let of_reversal = if book.is_on_postgres() { 8 } else { 10 };
        for (line, loads) in [
            ("capture c1: h1 10", Loads { accounts: 1, holds: 1, all: 12 }),
            ("capture c2: h1 final", Loads { accounts: 1, holds: 1, all: 12 }),
            ("release r1: h2", Loads { accounts: 1, holds: 1, all: 12 }),
            ("reverse v1: t1 4", Loads { accounts: 1, holds: 0, all: of_reversal }),
            ("reverse v2: t1", Loads { accounts: 1, holds: 0, all: of_reversal }),
        ] {
            assert_eq!(count(line), loads, "{line}");
        }
    }

    fn a_page_of_a_statement_loads_no_account_but_its_own(book: &TestBook) {
        let ledger = fill(book);
        let statements = statements_of(|| drop(ledger.statement(&name(), &StatementQuery::newest(100)).unwrap()));
        assert_eq!(Loads::of(&statements).accounts, 1, "{statements:#?}");
    }
}

/// How many statements load whole rows of accounts or of holds, of how many.
#[derive(Debug, PartialEq, Eq)]
struct Loads {
    accounts: usize,
    holds: usize,
    all: usize,
}

impl Loads {
    fn of(statements: &[String]) -> Self {
        let texts: Vec<_> = statements.iter().map(|text| text.to_lowercase().replace(['"', '`'], "")).collect();
        let count = |begin: &str, key: &str| {
            let loads = |text: &&String| text.starts_with("select") && text.contains(begin) && text.contains(key);
            texts.iter().filter(loads).count()
        };
        Self {
            accounts: count("accounts.id, accounts.posted", "from accounts"),
            holds: count("holds.id, holds.sequence", "holds.id "),
            all: statements.len(),
        }
    }
}
