//! Lists by metadata whose key the owner of the book has declared: the same as without an index, whatever the key is called.

use std::collections::BTreeMap;

use teller::facts::{Metadata, MetadataKey};
use teller::ledger::{
    AccountFilter, AccountListPage, HoldFilter, JournalFilter, ListOrder, ListPage, RecordedFilter, TransferFilter,
};
use teller::requests::{AnnotationRequest, AnnotationTarget, MetadataChange, TransferRequest};
use teller::store::{IndexState, MetadataOf};
use teller::{Ledger, Mode};

use super::{all, list, pages, sequences, time};
use crate::support::{Program, check, in_parallel, on_every_backend, signature, transfer};

/// Some got the invoice at once, some later, and some not for good.
const BOOK: &str = "
    account cash  asset     EUR
    account alice liability EUR meta tier=gold
    account bob   liability EUR meta tier=gold
    account carol liability EUR meta tier=basic
    account customers:dora liability EUR meta tier=gold
    account customers:emil liability EUR
    annotate account customers:emil tier=gold kyc=done -> annotated
    annotate account bob tier=basic -> annotated
    at 2026-01-01T12:00:00Z
    deposit  d1: alice 100  meta invoice=7 -> posted
    transfer t1: alice bob 1 meta invoice=7 -> posted
    transfer t2: alice bob 2 meta invoice=8 -> posted
    at 2026-01-02T12:00:00Z
    transfer t3: alice bob 3   -> posted
    hold     h1: alice bob 4 meta invoice=7 -> held
    hold     h2: alice carol 5 -> held
    transfer t4: bob alice 1 meta invoice=7 -> posted
    at 2026-01-03T12:00:00Z
    annotate transfer t1 invoice=9            -> annotated
    annotate transfer t2 invoice=7            -> annotated
    annotate transfer t3 invoice=7 region=eu  -> annotated
    annotate transfer t4 -invoice             -> annotated
    annotate transfer t4 invoice=7            -> annotated
    annotate transfer h2 invoice=7            -> annotated
    transfer t5: alice carol 1 meta invoice=7 -> posted
";

fn of(text: &str) -> Metadata {
    let entry = |text: &str| text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())).unwrap();
    Metadata::new(text.split_whitespace().map(entry).collect()).unwrap()
}

fn one(key: &str, value: &str) -> Metadata {
    Metadata::new([(key.to_owned(), value.to_owned())].into()).unwrap()
}

fn key(text: &str) -> MetadataKey {
    text.parse().unwrap()
}

fn by(metadata: Metadata) -> TransferFilter {
    TransferFilter { recorded: RecordedFilter { metadata, ..RecordedFilter::default() }, ..all() }
}

fn keys(ledger: &Ledger, filter: &TransferFilter) -> String {
    let found = list(ledger, filter);
    found
        .iter()
        .filter_map(|posted| posted.transfer.key.as_ref())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

fn names(ledger: &Ledger, filter: &AccountFilter, limit: u32) -> String {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = AccountListPage { after, limit, ..AccountListPage::default() };
        let page = ledger.list_accounts_by(filter, &page).unwrap();
        found.extend(page.accounts.iter().map(|account| account.name.to_string()));
        after = page.next;
        if after.is_none() {
            return found.join(" ");
        }
    }
}

/// What many lists show, each read in pages of several sizes.
fn shown(ledger: &Ledger) -> BTreeMap<String, Vec<String>> {
    let day = RecordedFilter { from: Some(time("2026-01-02T00:00:00Z")), ..RecordedFilter::default() };
    let until = RecordedFilter { to: Some(time("2026-01-03T00:00:00Z")), ..RecordedFilter::default() };
    let mut found = BTreeMap::new();
    for metadata in ["invoice=7", "invoice=8", "invoice=9", "invoice=none", "invoice=7 region=eu", "region=eu"] {
        for (span, recorded) in [("all", RecordedFilter::default()), ("from", day.clone()), ("to", until.clone())] {
            for order in [ListOrder::Newest, ListOrder::Oldest] {
                let recorded = RecordedFilter { metadata: of(metadata), order, ..recorded.clone() };
                let filter = TransferFilter { recorded: recorded.clone(), ..all() };
                let mut lists = vec![keys(ledger, &filter)];
                for (limit, reads_max) in [(1, 100), (2, 3), (100, 1)] {
                    let page = ListPage { limit, reads_max, ..ListPage::default() };
                    let read = sequences(&pages(ledger, &filter, page, || {}));
                    assert_eq!(
                        read,
                        sequences(&list(ledger, &filter)),
                        "{metadata} {span} {order:?} {limit} {reads_max}"
                    );
                }
                let account = Some("bob".parse().unwrap());
                lists.push(keys(ledger, &TransferFilter { account, ..filter }));
                let holds = HoldFilter { recorded: recorded.clone(), ..HoldFilter::default() };
                let holds = ledger.list_holds_by(&holds, ListPage::default()).unwrap().holds;
                lists.push(format!("{:?}", holds.iter().map(|status| status.hold.sequence).collect::<Vec<_>>()));
                let journals = JournalFilter { recorded, ..JournalFilter::default() };
                let journals = ledger.list_journals(&journals, ListPage::default()).unwrap().journals;
                lists.push(format!("{:?}", journals.iter().map(|journal| journal.sequence).collect::<Vec<_>>()));
                found.insert(format!("{metadata} {span} {order:?}"), lists);
            }
        }
    }
    for prefix in ["", "customers:", "b", "none"] {
        for metadata in ["tier=gold", "tier=basic", "tier=gold kyc=done", "kyc=done", "tier="] {
            let filter = AccountFilter { prefix: prefix.into(), metadata: of(metadata), ..AccountFilter::default() };
            let lists: Vec<_> = [1, 2, 100].map(|limit| names(ledger, &filter, limit)).into();
            assert!(lists.iter().all(|list| *list == lists[0]), "{prefix} {metadata}: {lists:?}");
            found.insert(format!("accounts {prefix} {metadata}"), lists);
        }
    }
    found
}

/// Keys that could be taken for something else in SQL, in JSON, or in a path of JSON.
const HOSTILE: &[&str] = &[
    "it's",
    "a\"b",
    "a\\b",
    "\\",
    "\"",
    "'",
    "100%",
    "two words",
    "$",
    "$.x",
    "$1",
    "?",
    "[0]",
    "0",
    "a.b",
    "{}",
    "#-1",
    "_",
    "x'); drop table transfers; --",
    "x\\'); drop table transfers; --",
    "caf\u{e9}",
    "\u{1f4b6}",
    "metadata",
    "a where b",
    "INVOICE",
    "invoice",
];

fn annotate(ledger: &Ledger, named: &str, entry: (&str, &str)) {
    let target = AnnotationTarget::Transfer(ledger.refer(named).unwrap());
    let change = MetadataChange { set: one(entry.0, entry.1), ..MetadataChange::default() };
    let request = AnnotationRequest { target, change, actor: signature().actor, reason: None };
    ledger.annotate(&request, Mode::Commit).unwrap();
}

on_every_backend! {
    fn a_declared_key_shows_the_same_lists_as_no_index(book: &TestBook) {
        check(book, BOOK);
        let journal = ["journal", "post", "--key", "j1", "--leg", "alice -> bob 1", "--leg", "bob -> alice 2", "--metadata", "invoice=7"];
        Program::on(book, &journal).run().ends(0);
        let (ledger, owner) = (book.ledger(), book.owner_ledger());
        assert_eq!(keys(&ledger, &by(of("invoice=7"))), "j1 t5 t4 h2 h1 t3 t2 d1");
        let before = shown(&ledger);
        for (of, text) in [(MetadataOf::Transfers, "invoice"), (MetadataOf::Accounts, "tier"), (MetadataOf::Transfers, "region"), (MetadataOf::Accounts, "kyc")] {
            assert!(owner.add_metadata_index(of, &key(text), Mode::Commit).unwrap(), "{text}");
            assert_eq!(shown(&ledger), before, "{text}");
        }
        // What is written later is in the index, too.
        check(book, "
            transfer t6: alice bob 1 meta invoice=7 -> posted
            annotate transfer t5 invoice=8          -> annotated
            annotate transfer d1 region=eu          -> annotated
            annotate account carol tier=gold        -> annotated
        ");
        assert_eq!(keys(&ledger, &by(of("invoice=7"))), "t6 j1 t4 h2 h1 t3 t2 d1");
        assert_eq!(keys(&ledger, &by(of("invoice=7 region=eu"))), "t3 d1");
        let gold = AccountFilter { metadata: of("tier=gold"), ..AccountFilter::default() };
        assert_eq!(names(&ledger, &gold, 2), "alice carol customers:dora customers:emil");
        let after = shown(&ledger);
        for index in owner.list_metadata_indexes().unwrap() {
            assert!(owner.remove_metadata_index(index.of, &key(&index.key), Mode::Commit).unwrap());
        }
        assert_eq!(owner.list_metadata_indexes().unwrap(), []);
        assert_eq!(shown(&ledger), after);
    }

    fn a_key_is_only_a_key_whatever_is_in_it(book: &TestBook) {
        check(book, "account alice equity EUR\naccount bob equity EUR");
        let (ledger, owner) = (book.ledger(), book.owner_ledger());
        let longest = "k".repeat(64);
        let texts: Vec<&str> = HOSTILE.iter().copied().chain([longest.as_str()]).collect();
        let request = |(number, text): (usize, &&str)| TransferRequest { metadata: one(text, "v"), ..transfer(&number.to_string(), "alice", "bob", "1") };
        let batch: Vec<_> = texts.iter().enumerate().map(request).collect();
        assert!(ledger.post_batch(&batch, Mode::Commit).unwrap().iter().all(Result::is_ok));
        let found = |text: &str, value: &str| sequences(&list(&ledger, &by(one(text, value))));
        let before: Vec<_> = texts.iter().map(|text| found(text, "v")).collect();
        assert!(before.iter().all(|found| found.len() == 1), "{before:?}");
        for of in MetadataOf::ALL {
            for text in &texts {
                assert!(owner.add_metadata_index(of, &key(text), Mode::Commit).unwrap(), "{text}");
            }
            let indexes = owner.list_metadata_indexes().unwrap().into_iter().filter(|index| index.of == of);
            let mut declared: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
            declared.sort_unstable();
            assert_eq!(indexes.map(|index| index.key).collect::<Vec<_>>(), declared, "{of:?}");
        }
        assert_eq!(texts.iter().map(|text| found(text, "v")).collect::<Vec<_>>(), before);
        assert!(texts.iter().all(|text| found(text, "w").is_empty()));
        // All at once, as many as a transfer can have.
        let entries: BTreeMap<_, _> = texts.iter().map(|text| ((*text).to_owned(), "w".to_owned())).collect();
        let metadata = Metadata::new(entries).unwrap();
        let request = TransferRequest { metadata: metadata.clone(), ..transfer("all", "alice", "bob", "1") };
        ledger.post(request, Mode::Commit).unwrap();
        annotate(&ledger, "0", (texts[1], "w"));
        assert_eq!(list(&ledger, &by(metadata)).len(), 1);
        assert_eq!(found(texts[1], "w").len(), 2);
        assert_eq!(ledger.verify(&mut |_| {}).unwrap().findings, []);
        for of in MetadataOf::ALL {
            for text in &texts {
                assert!(owner.remove_metadata_index(of, &key(text), Mode::Commit).unwrap(), "{text}");
            }
        }
        assert_eq!(owner.list_metadata_indexes().unwrap(), []);
        assert_eq!(book.query_i64("select count(*) from transfers"), i64::try_from(texts.len()).unwrap() + 1);
    }

    fn more_transfers_than_a_step_reads_are_shown_in_order_page_by_page(book: &TestBook) {
        check(book, "account alice equity EUR\naccount bob equity EUR\naccount carol equity EUR");
        let (ledger, owner) = (book.ledger(), book.owner_ledger());
        let value = |number: usize| if number.is_multiple_of(3) { "yes" } else { "no" };
        let other = |number: usize| if number.is_multiple_of(50) { "carol" } else { "bob" };
        let request = |number: usize| TransferRequest { metadata: one("checked", value(number)), ..transfer(&number.to_string(), "alice", other(number), "1") };
        let batch: Vec<_> = (0..1_000).map(request).collect();
        assert!(ledger.post_batch(&batch, Mode::Commit).unwrap().iter().all(Result::is_ok));
        for number in (1..1_000).step_by(6) {
            annotate(&ledger, &number.to_string(), ("checked", "yes"));
        }
        annotate(&ledger, "0", ("checked", "no"));
        let page = |limit| ListPage { limit, ..ListPage::default() };
        let read = |filter: &TransferFilter, limit| sequences(&pages(&ledger, filter, page(limit), || {}));
        let filters = [ListOrder::Newest, ListOrder::Oldest].map(|order| {
            let recorded = RecordedFilter { metadata: one("checked", "yes"), order, ..RecordedFilter::default() };
            TransferFilter { recorded, ..all() }
        });
        let of_carol = TransferFilter { account: Some("carol".parse().unwrap()), ..filters[0].clone() };
        let of_alice = TransferFilter { account: Some("alice".parse().unwrap()), ..filters[1].clone() };
        let filters = [&filters[..], &[of_carol, of_alice]].concat();
        let before: Vec<_> = filters.iter().map(|filter| read(filter, 1_000)).collect();
        assert_eq!(before.iter().map(Vec::len).collect::<Vec<_>>(), [333 + 167, 333 + 167, 6, 333 + 167]);
        owner.add_metadata_index(MetadataOf::Transfers, &key("checked"), Mode::Commit).unwrap();
        for (filter, before) in filters.iter().zip(&before) {
            for limit in [1, 7, 100, 250, 1_000] {
                assert_eq!(read(filter, limit), *before, "{limit}");
            }
        }
    }

    fn a_list_goes_on_where_its_index_is_removed_between_two_pages(book: &TestBook) {
        check(book, BOOK);
        let (ledger, owner) = (book.ledger(), book.owner_ledger());
        let filter = by(of("invoice=7"));
        let expected = sequences(&list(&ledger, &filter));
        for has_index in [true, false] {
            let toggle = |is_wanted: bool| {
                if is_wanted {
                    owner.add_metadata_index(MetadataOf::Transfers, &key("invoice"), Mode::Commit).unwrap();
                } else {
                    owner.remove_metadata_index(MetadataOf::Transfers, &key("invoice"), Mode::Commit).unwrap();
                }
            };
            toggle(has_index);
            let mut has_index = has_index;
            let page = ListPage { limit: 1, ..ListPage::default() };
            let found = pages(&ledger, &filter, page, || {
                has_index = !has_index;
                toggle(has_index);
            });
            assert_eq!(sequences(&found), expected);
        }
    }

    fn an_index_is_declared_once_and_listed_until_it_is_removed(book: &TestBook) {
        let owner = book.owner_ledger();
        let (of, invoice) = (MetadataOf::Transfers, key("invoice"));
        assert!(owner.add_metadata_index(of, &invoice, Mode::DryRun).unwrap());
        assert_eq!(owner.list_metadata_indexes().unwrap(), []);
        assert!(owner.add_metadata_index(of, &invoice, Mode::Commit).unwrap());
        for mode in [Mode::DryRun, Mode::Commit] {
            assert!(!owner.add_metadata_index(of, &invoice, mode).unwrap());
        }
        let indexes = owner.list_metadata_indexes().unwrap();
        assert_eq!(indexes.iter().map(|index| (index.of, index.key.as_str(), index.state)).collect::<Vec<_>>(), [(of, "invoice", IndexState::Ready)]);
        assert_eq!(indexes[0].bytes.is_some(), book.is_on_postgres());
        assert!(!owner.remove_metadata_index(MetadataOf::Accounts, &invoice, Mode::Commit).unwrap());
        assert!(owner.remove_metadata_index(of, &invoice, Mode::DryRun).unwrap());
        assert!(owner.remove_metadata_index(of, &invoice, Mode::Commit).unwrap());
        assert!(!owner.remove_metadata_index(of, &invoice, Mode::DryRun).unwrap());
        assert!(!owner.remove_metadata_index(of, &invoice, Mode::Commit).unwrap());
    }

    fn many_who_declare_a_key_at_once_make_one_index(book: &TestBook) {
        check(book, BOOK);
        let made = in_parallel(4, |_| {
            book.owner_ledger().add_metadata_index(MetadataOf::Transfers, &key("invoice"), Mode::Commit).unwrap()
        });
        assert!(made.contains(&true), "{made:?}");
        let indexes = book.owner_ledger().list_metadata_indexes().unwrap();
        assert_eq!(indexes.iter().map(|index| index.state).collect::<Vec<_>>(), [IndexState::Ready]);
    }

    fn half_an_index_is_no_index_and_is_made_whole_by_declaring_it_again(book: &TestBook) {
        check(book, BOOK);
        let (ledger, owner) = (book.ledger(), book.owner_ledger());
        let expected = shown(&ledger);
        owner.add_metadata_index(MetadataOf::Transfers, &key("invoice"), Mode::Commit).unwrap();
        let catalogue = if book.is_on_postgres() { "select indexname::text from pg_indexes where schemaname = current_schema()" } else { "select name from sqlite_schema where type = 'index'" };
        let names = book.query_texts(catalogue);
        let part = names.iter().find(|name| name.starts_with("account_events_metadata_")).unwrap();
        book.raw(&format!("drop index {part}")).unwrap();
        assert_eq!(owner.list_metadata_indexes().unwrap()[0].state, IndexState::Unfinished);
        assert_eq!(shown(&ledger), expected);
        book.run("doctor --ignore archiving,data_checksums,role,full_page_writes,fsync,synchronous_commit")
            .ends(1)
            .shows("no look-up uses \"invoice\" of transfers");
        assert!(owner.add_metadata_index(MetadataOf::Transfers, &key("invoice"), Mode::Commit).unwrap());
        assert_eq!(owner.list_metadata_indexes().unwrap()[0].state, IndexState::Ready);
        assert_eq!(shown(&ledger), expected);
    }

    fn a_search_that_ends_early_says_how_to_find_it_at_once(book: &TestBook) {
        check(book, BOOK);
        let looked = "transfer list --metadata invoice=9 --read-max 3";
        book.run(looked).ends(0).says("teller metadata index add transfers \"invoice\"");
        book.run("account list --metadata tier=basic --read-max 1").ends(0).says("teller metadata index add accounts \"tier\"");
        book.run_as_owner("metadata index add transfers invoice").ends(0).says("is ready");
        let answer = book.run("transfer list --metadata invoice=7 --read-max 1 --kind reversal").ends(0).says("--cursor");
        assert!(!answer.stderr.contains("metadata index add"), "{}", answer.stderr);
        book.run(&format!("{looked} --format csv")).ends(0).shows("t1");
    }
}
