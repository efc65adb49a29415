//! Looking transfers and journals up: by what, page by page, and with how much reading.

mod by_metadata;
mod filters;

use teller::facts::{Instant, Sequence, TransferKind};
use teller::ledger::{JournalFilter, JournalPage, ListPage, Posted, RecordedFilter, TransferFilter};
use teller::money::WrittenAmount;
use teller::rejection::Rejection;
use teller::{Error, Ledger, Mode};

use crate::support::{check, on_every_backend, transfer};

/// Some of everything, on four days.
const BOOK: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    account carol liability EUR
    account yen   asset     JPY
    account dora  liability JPY
    at 2026-01-01T12:00:00Z
    deposit d1: alice 100 -> posted
    deposit d2: bob 50.01 -> posted
    deposit d3: dora 30 cash yen -> posted
    at 2026-01-02T12:00:00Z
    hold h1: alice bob 30 -> held
    hold h2: alice carol 5 -> held
    capture c1: h1 10 -> captured
    capture c2: h1 20 -> captured
    release x2: h2 -> released
    at 2026-01-03T12:00:00Z
    transfer t1: alice bob 7.50 -> posted
    reverse r1: t1 2 -> reversed
    reverse r2: t1 -> reversed
    journal j1: -> posted
        transfer alice carol 1
        transfer bob carol 2
    at 2026-01-04T12:00:00Z
    journal j2: -> posted
        transfer l1: carol bob 1
    transfer t2: bob alice 3 -> posted
";

fn all() -> TransferFilter {
    TransferFilter::default()
}

fn pages(ledger: &Ledger, filter: &TransferFilter, page: ListPage, mut between: impl FnMut()) -> Vec<Posted> {
    let mut found = Vec::new();
    let mut from = None;
    loop {
        let read = ledger.list_transfers(filter, ListPage { from, ..page }).unwrap();
        assert!(read.transfers.len() <= page.limit as usize);
        assert_eq!(read.cut_at.is_some(), read.next.is_some() && read.transfers.len() < page.limit as usize);
        found.extend(read.transfers);
        let Some(next) = read.next else { return found };
        from = Some(next);
        between();
    }
}

fn list(ledger: &Ledger, filter: &TransferFilter) -> Vec<Posted> {
    pages(ledger, filter, ListPage { limit: 1_000, ..ListPage::default() }, || {})
}

fn amount(text: &str) -> WrittenAmount {
    WrittenAmount::parse(text).unwrap()
}

fn time(text: &str) -> Instant {
    text.parse().unwrap()
}

type Case = (&'static str, TransferFilter, fn(&Posted) -> bool);

/// Each filter, and what it says in the plainest words.
fn filters(ledger: &Ledger) -> Vec<Case> {
    let refer = |text: &str| Some(ledger.refer(text).unwrap());
    let account = |name: &str| Some(name.parse().unwrap());
    let day = || (Some(time("2026-01-02T12:00:00Z")), Some(time("2026-01-03T12:00:00Z")));
    vec![
        ("account", TransferFilter { account: account("bob"), ..all() }, |it| touches(it, "bob")),
        ("kind", TransferFilter { kind: Some(TransferKind::Capture), ..all() }, |it| {
            it.transfer.kind == TransferKind::Capture
        }),
        ("journal", TransferFilter { journal: refer("j1"), ..all() }, |it| is(it.transfer.journal_id, "j1")),
        ("hold", TransferFilter { hold: refer("h1"), ..all() }, |it| is(it.transfer.hold_id.map(|id| id.0), "h1")),
        ("reversed", TransferFilter { reversed: refer("t1"), ..all() }, |it| {
            is(it.transfer.reversed_id.map(|id| id.0), "t1")
        }),
        ("min", TransferFilter { min: Some(amount("30")), ..all() }, |it| {
            minor(it) >= if is_yen(it) { 30 } else { 3_000 }
        }),
        ("max", TransferFilter { max: Some(amount("3.005")), ..all() }, |it| {
            minor(it) <= if is_yen(it) { 3 } else { 300 }
        }),
        (
            "from",
            TransferFilter { recorded: RecordedFilter { from: day().0, ..RecordedFilter::default() }, ..all() },
            |it| it.transfer.recorded_at >= time("2026-01-02T12:00:00Z"),
        ),
        (
            "to",
            TransferFilter { recorded: RecordedFilter { to: day().1, ..RecordedFilter::default() }, ..all() },
            |it| it.transfer.recorded_at < time("2026-01-03T12:00:00Z"),
        ),
        (
            "account and span",
            TransferFilter {
                account: account("alice"),
                recorded: RecordedFilter { from: day().0, to: day().1, ..RecordedFilter::default() },
                ..all()
            },
            |it| touches(it, "alice") && it.transfer.recorded_at.to_string().starts_with("2026-01-02"),
        ),
        ("account and journal", TransferFilter { account: account("bob"), journal: refer("j1"), ..all() }, |it| {
            touches(it, "bob") && is(it.transfer.journal_id, "j1")
        }),
        (
            "hold and kind",
            TransferFilter { hold: refer("h1"), kind: Some(TransferKind::Capture), min: Some(amount("20")), ..all() },
            |it| {
                is(it.transfer.hold_id.map(|id| id.0), "h1")
                    && it.transfer.kind == TransferKind::Capture
                    && minor(it) >= 2_000
            },
        ),
    ]
}

fn touches(posted: &Posted, name: &str) -> bool {
    posted.debit_account.as_str() == name || posted.credit_account.as_str() == name
}

fn is(id: Option<teller::uuid::Uuid>, key: &str) -> bool {
    id == Some(teller::facts::TransferId::from_key(key).unwrap().0)
}

fn minor(posted: &Posted) -> i64 {
    posted.transfer.amount.minor()
}

fn is_yen(posted: &Posted) -> bool {
    posted.currency.code().as_str() == "JPY"
}

fn sequences(transfers: &[Posted]) -> Vec<Sequence> {
    transfers.iter().map(|posted| posted.transfer.sequence).collect()
}

fn code(error: &Error) -> &'static str {
    error.code()
}

fn journals(ledger: &Ledger, filter: &JournalFilter, page: ListPage) -> JournalPage {
    ledger.list_journals(filter, page).unwrap()
}

on_every_backend! {
    fn a_list_has_what_its_filter_says_and_nothing_else_newest_first(book: &TestBook) {
        check(book, BOOK);
        let ledger = book.ledger();
        let whole = list(&ledger, &all());
        assert_eq!(i64::try_from(whole.len()).unwrap(), book.query_i64("select count(*) from transfers"));
        assert!(whole.is_sorted_by(|a, b| a.transfer.sequence > b.transfer.sequence));
        for (what, filter, applies) in filters(&ledger) {
            let expected: Vec<_> = whole.iter().filter(|posted| applies(posted)).cloned().collect();
            assert!(!expected.is_empty() && expected.len() < whole.len(), "{what} tells transfers apart");
            assert_eq!(sequences(&list(&ledger, &filter)), sequences(&expected), "{what}");
        }
        let by_nobody = TransferFilter { recorded: RecordedFilter { actor: Some("nobody".parse().unwrap()), ..RecordedFilter::default() }, ..all() };
        assert!(list(&ledger, &by_nobody).is_empty());
        let actor = Some(whole[0].transfer.actor.clone());
        assert_eq!(list(&ledger, &TransferFilter { recorded: RecordedFilter { actor, ..RecordedFilter::default() }, ..all() }), whole);
    }

    fn pages_are_the_same_list_whatever_is_posted_between_them(book: &TestBook) {
        check(book, BOOK);
        let ledger = book.ledger();
        let everything = ("all", all(), (|_| true) as fn(&Posted) -> bool);
        let mut number = 0;
        for (what, filter, _) in [everything].into_iter().chain(filters(&ledger)) {
            let whole = list(&ledger, &filter);
            let mut is_posted = false;
            let paged = pages(&ledger, &filter, ListPage { limit: 2, ..ListPage::default() }, || {
                if !std::mem::replace(&mut is_posted, true) {
                    number += 1;
                    let request = transfer(&format!("between {number}"), "alice", "bob", "0.01");
                    ledger.post(request, Mode::Commit).unwrap();
                }
            });
            assert_eq!(paged, whole, "{what}");
        }
        assert!(number > 5, "something was posted between pages");
    }

    fn a_page_reads_no_more_than_it_may_and_says_where_it_stopped(book: &TestBook) {
        check(book, BOOK);
        let ledger = book.ledger();
        for (what, filter, _) in filters(&ledger) {
            for reads_max in [1, 2, 3, 7] {
                let page = ListPage { reads_max, limit: 100, ..ListPage::default() };
                assert_eq!(pages(&ledger, &filter, page, || {}), list(&ledger, &filter), "{what} by {reads_max}");
            }
        }
        let rare = TransferFilter { min: Some(amount("100")), ..all() };
        let page = ledger.list_transfers(&rare, ListPage { reads_max: 3, ..ListPage::default() }).unwrap();
        assert!(page.cut_at.is_some() && page.transfers.is_empty(), "{page:?}");
        // Of a kind that is rare only those are read that are of it.
        let releases = TransferFilter { kind: Some(TransferKind::Release), ..all() };
        let found = ledger.list_transfers(&releases, ListPage { reads_max: 1, ..ListPage::default() }).unwrap();
        assert!(found.cut_at.is_none() && found.transfers.len() == 1, "{found:?}");
        let newest = list(&ledger, &all());
        assert_eq!(page.next, Some(newest[3].transfer.sequence));
        // A page that is full is not cut, however much was read.
        let page = ledger.list_transfers(&all(), ListPage { reads_max: 3, limit: 3, from: None }).unwrap();
        assert_eq!((page.cut_at.is_some(), page.transfers.len(), page.next), (false, 3, Some(newest[3].transfer.sequence)));
    }

    fn a_span_has_what_was_recorded_in_it_also_where_clocks_differ(book: &TestBook) {
        check(book, BOOK);
        // The clocks of two machines, which take turns, are as far apart as they may be.
        for minute in 0..20 {
            check(book, &format!("at 2026-01-05T10:{minute:02}:59Z\ntransfer alice bob 0.01 -> posted"));
            check(book, &format!("at 2026-01-05T10:{minute:02}:00Z\nfall dora yen 1 -> posted"));
        }
        let ledger = book.ledger();
        let whole = list(&ledger, &all());
        let times: Vec<_> = whole.iter().map(|posted| posted.transfer.recorded_at).collect();
        assert!(!times.is_sorted_by(|a, b| a >= b), "sequences do not rise with time");
        for from in times.iter().step_by(5) {
            for to in times.iter().step_by(3).map(|time| time.next()).filter(|to| from <= to) {
                for account in [None, Some("alice"), Some("dora")] {
                    let in_span = |posted: &&Posted| (*from..to).contains(&posted.transfer.recorded_at);
                    let expected = whole.iter().filter(in_span).filter(|it| account.is_none_or(|name| touches(it, name)));
                    let expected: Vec<_> = expected.cloned().collect();
                    let account = account.map(|name| name.parse().unwrap());
                    let filter = TransferFilter { account, recorded: RecordedFilter { from: Some(*from), to: Some(to), ..RecordedFilter::default() }, ..all() };
                    let found = pages(&ledger, &filter, ListPage { limit: 4, ..ListPage::default() }, || {});
                    assert_eq!(sequences(&found), sequences(&expected), "{from} {to}");
                }
            }
        }
    }

    fn what_a_filter_names_must_be_there(book: &TestBook) {
        check(book, BOOK);
        let ledger = book.ledger();
        let refer = |text: &str| Some(ledger.refer(text).unwrap());
        for (filter, expected) in [
            (TransferFilter { account: Some("nobody".parse().unwrap()), ..all() }, "account_unknown"),
            (TransferFilter { journal: refer("t1"), ..all() }, "journal_unknown"),
            (TransferFilter { hold: refer("t1"), ..all() }, "hold_unknown"),
            (TransferFilter { reversed: refer("nothing"), ..all() }, "transfer_unknown"),
            (TransferFilter { reversed: refer("j1"), ..all() }, "journal_named"),
            (TransferFilter { recorded: RecordedFilter { from: Some(time("2026-01-02T00:00:00Z")), to: Some(time("2026-01-01T00:00:00Z")), ..RecordedFilter::default() }, ..all() }, "span_invalid"),
        ] {
            assert_eq!(code(&ledger.list_transfers(&filter, ListPage::default()).unwrap_err()), expected);
        }
        let of_alice = TransferFilter { account: Some("alice".parse().unwrap()), ..all() };
        let of_dora = TransferFilter { account: Some("dora".parse().unwrap()), ..all() };
        let from = Some(list(&ledger, &of_dora)[0].transfer.sequence);
        let error = ledger.list_transfers(&of_alice, ListPage { from, ..ListPage::default() }).unwrap_err();
        assert!(matches!(&error, Error::Rejected(it) if matches!(**it, Rejection::CursorUnknown { .. })), "{error}");
    }

    fn a_transfer_is_shown_with_all_that_belongs_to_it(book: &TestBook) {
        check(book, BOOK);
        let ledger = book.ledger();
        let show = |text: &str| ledger.get_transfer_details(ledger.refer(text).unwrap());
        let t1 = show("t1").unwrap();
        let reversals: Vec<_> = t1.reversals.iter().map(minor).collect();
        assert_eq!((reversals, t1.hold, t1.reversed, t1.journal_transfers), (vec![200, 550], None, None, None));
        let r1 = show("r1").unwrap();
        assert_eq!(r1.reversed.map(|posted| posted.transfer), Some(t1.posted.transfer));
        let c1 = show("c1").unwrap();
        assert_eq!(c1.hold.unwrap().hold.id, ledger.refer("h1").unwrap().id());
        let first = list(&ledger, &TransferFilter { journal: Some(ledger.refer("j1").unwrap()), ..all() }).pop().unwrap();
        let leg = show(&format!("@{}", first.transfer.sequence)).unwrap();
        assert_eq!((leg.posted, leg.journal_transfers), (first, Some(2)));
        assert_eq!(code(&show("j1").unwrap_err()), "journal_named");
        assert_eq!(code(&show("nothing").unwrap_err()), "transfer_unknown");
        assert_eq!(code(&ledger.refer("@999").unwrap_err()), "sequence_unknown");
    }

    fn journals_are_listed_newest_first_with_the_number_of_their_transfers(book: &TestBook) {
        check(book, BOOK);
        let ledger = book.ledger();
        let told = |page: &JournalPage| page.journals.iter().map(|journal| (journal.id, journal.transfers)).collect::<Vec<_>>();
        let [j1, j2] = ["j1", "j2"].map(|key| ledger.refer(key).unwrap().id());
        let whole = journals(&ledger, &JournalFilter::default(), ListPage::default());
        assert_eq!((told(&whole), whole.next), (vec![(j2, 1), (j1, 2)], None));

        let first = journals(&ledger, &JournalFilter::default(), ListPage { limit: 1, ..ListPage::default() });
        assert_eq!(told(&first), [(j2, 1)]);
        check(book, "journal j3: -> posted\n    transfer alice bob 0.01");
        let second = journals(&ledger, &JournalFilter::default(), ListPage { from: first.next, ..ListPage::default() });
        assert_eq!((told(&second), second.next), (vec![(j1, 2)], None));

        let early = JournalFilter { recorded: RecordedFilter { to: Some(time("2026-01-04T00:00:00Z")), ..RecordedFilter::default() }, ..JournalFilter::default() };
        assert_eq!(told(&journals(&ledger, &early, ListPage::default())), [(j1, 2)]);
        let by_nobody = JournalFilter { recorded: RecordedFilter { actor: Some("nobody".parse().unwrap()), ..RecordedFilter::default() }, ..JournalFilter::default() };
        assert!(journals(&ledger, &by_nobody, ListPage::default()).journals.is_empty());
        let cut = journals(&ledger, &by_nobody, ListPage { reads_max: 2, ..ListPage::default() });
        assert!(cut.cut_at.is_some() && cut.next.is_some());
    }

    fn the_program_goes_on_with_a_list_by_its_cursor_alone(book: &TestBook) {
        check(book, BOOK);
        let whole = book.run("transfer list --account alice --max 30 --format json").ends(0).json();
        assert!(whole["next_cursor"].is_null());
        let mut items = Vec::new();
        let mut page = book.run("transfer list --account alice --max 30 --limit 2 --format json").ends(0).says("There are older ones").json();
        let cursor = page["next_cursor"].as_str().unwrap().to_owned();
        loop {
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { break };
            page = book.run(&format!("transfer list --limit 2 --format json --cursor {next}")).ends(0).json();
        }
        assert_eq!(&items, whole["items"].as_array().unwrap());

        for filter in ["--account alice", "--kind hold", "--min 1", "--by ops", "--from 2026-01-01T00:00:00Z"] {
            book.run(&format!("transfer list --cursor {cursor} {filter}")).ends(2).says("--cursor");
        }
        book.run(&format!("journal list --cursor {cursor}")).ends(2).says("is not a cursor of journals");
        book.run("transfer list --cursor 17").ends(2).says("is not a cursor of transfers");
        book.run("transfer list --kind gift").ends(2).says("it is one of transfer, hold, capture, release, reversal");
    }

    fn the_program_says_how_to_narrow_a_search_that_read_as_much_as_it_may(book: &TestBook) {
        check(book, BOOK);
        let cut = book.run("transfer list --min 100 --read-max 3").ends(0).says("The search ended after 3 transfers");
        cut.says("Narrow it with a span or another filter, raise --read-max, or go on: --cursor");
        // What is written whole is searched whole.
        let csv = book.run("transfer list --min 100 --read-max 3 --format csv").ends(0);
        assert_eq!((csv.stdout.lines().count(), csv.stderr.as_str()), (2, ""));
        book.run("transfer list --min 100 --read-max 3 --format csv --limit 5").ends(0).says("The search ended");
        book.run("transfer list --by nobody").ends(0).says("No transfers.");
        book.run("journal list --by nobody --read-max 1").ends(0).says("The search ended after 1 transfer");
    }

    fn a_transfer_is_still_posted_by_its_accounts(book: &TestBook) {
        check(book, BOOK);
        book.run("transfer alice bob 1 --key t3").ends(0);
        book.run("transfer show t3").ends(0).shows("credit account").shows("alice");
        book.run("transfer alice").ends(2);
        book.run("transfer").ends(2);
        book.run("transfer show j1").ends(3).says("journal");
        book.run("transfer show nothing").ends(3).says("transfer nothing is unknown");
        book.run("transfer show @9999").ends(3).says("no transfer @9999");
    }
}
