//! Filters and orders of all lists: by key, metadata, type, state and the other account, and from the oldest on.

use std::collections::BTreeSet;

use serde_json::Value;
use teller::facts::{AccountState, AccountType, HoldState, Metadata};
use teller::ledger::{
    AccountFilter, AccountListPage, HoldFilter, HoldPage, JournalFilter, ListOrder, ListPage, RecordedFilter, Span,
    StatementOrder, StatementQuery, TransferFilter,
};
use teller::requests::TransferRequest;
use teller::{Ledger, Mode};

use super::{BOOK, all, filters, list, pages, sequences, time};
use crate::support::{TestBook, check, on_every_backend, transfer};

fn metadata(text: &str) -> Metadata {
    let entry = |text: &str| text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())).unwrap();
    Metadata::new(text.split_whitespace().map(entry).collect()).unwrap()
}

fn keys(ledger: &Ledger, filter: &TransferFilter) -> Vec<String> {
    let key = |posted: &teller::ledger::Posted| posted.transfer.key.as_ref().map(ToString::to_string);
    list(ledger, filter).iter().map(|posted| key(posted).unwrap_or_default()).collect()
}

/// An account with some thousands of transfers, with pauses between them, so that it has milestones.
fn fill(book: &TestBook) -> Ledger {
    check(
        book,
        "account alice liability EUR\naccount bob liability EUR\naccount cash asset EUR\ndeposit alice 1000 -> posted",
    );
    let ledger = book.ledger();
    for day in 1..=20 {
        book.set_time(&format!("2026-05-{day:02}T08:00:00Z"));
        let request = |number: usize| transfer(&format!("{day} {number}"), "alice", "bob", "0.01");
        let batch: Vec<TransferRequest> = (0..17).map(request).collect();
        assert!(ledger.post_batch(&batch, Mode::Commit).unwrap().iter().all(Result::is_ok));
    }
    ledger
}

fn holds(ledger: &Ledger, filter: &HoldFilter, limit: u32, reads_max: u64) -> Vec<String> {
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let page = ListPage { from, limit, reads_max };
        let HoldPage { holds, next, cut_at, .. } = ledger.list_holds_by(filter, page).unwrap();
        assert_eq!(cut_at.is_some(), next.is_some() && holds.len() < limit as usize);
        found.extend(holds.iter().map(|status| format!("{} {}", status.hold.id, status.hold.state)));
        let Some(next) = next else { return found };
        from = Some(next);
    }
}

fn names(ledger: &Ledger, filter: &AccountFilter, limit: u32, reads_max: u64) -> Vec<String> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = ledger.list_accounts_by(filter, &AccountListPage { after, limit, reads_max }).unwrap();
        assert_eq!(page.is_cut, page.next.is_some() && page.accounts.len() < limit as usize);
        found.extend(page.accounts.iter().map(|account| account.name.to_string()));
        if page.next.is_none() {
            return found;
        }
        after = page.next;
    }
}

on_every_backend! {
    fn the_oldest_first_is_the_same_list_the_other_way_round(book: &TestBook) {
        check(book, BOOK);
        let ledger = book.ledger();
        let everything = TransferFilter::default();
        for filter in filters(&ledger).into_iter().map(|(_, filter, _)| filter).chain([everything]) {
            let mut newest = list(&ledger, &filter);
            newest.reverse();
            let oldest = TransferFilter { recorded: RecordedFilter { order: ListOrder::Oldest, ..filter.recorded }, ..filter };
            assert_eq!(sequences(&list(&ledger, &oldest)), sequences(&newest), "{oldest:?}");
            for (limit, reads_max) in [(2, 100), (100, 3), (1, 1)] {
                let page = ListPage { limit, reads_max, ..ListPage::default() };
                assert_eq!(sequences(&pages(&ledger, &oldest, page, || {})), sequences(&newest), "{oldest:?}");
            }
        }
    }

    fn a_long_chain_is_read_upwards_from_milestone_to_milestone(book: &TestBook) {
        let ledger = fill(book);
        let spans = [
            (None, None), (Some("2026-05-04T08:00:00Z"), None), (None, Some("2026-05-19T08:00:00Z")),
            (Some("2026-05-10T08:00:00Z"), Some("2026-05-11T08:00:00Z")), (Some("2026-06-01T00:00:00Z"), None), (None, Some("2026-01-01T00:00:00Z")),
        ];
        for (from, to) in spans {
            for account in ["alice", "bob", "cash"] {
                let (from, to) = (from.map(time), to.map(time));
                let newest = TransferFilter { account: Some(account.parse().unwrap()), recorded: RecordedFilter { from, to, ..RecordedFilter::default() }, ..all() };
                let mut expected = sequences(&list(&ledger, &newest));
                expected.reverse();
                let oldest = TransferFilter { recorded: RecordedFilter { order: ListOrder::Oldest, ..newest.recorded }, ..newest };
                let page = ListPage { limit: 50, ..ListPage::default() };
                assert_eq!(sequences(&pages(&ledger, &oldest, page, || {})), expected, "{account} {from:?} {to:?}");
            }
        }
    }

    fn a_key_finds_what_its_request_made(book: &TestBook) {
        check(book, BOOK);
        let ledger = book.ledger();
        let by_key = |key: &str| TransferFilter { key: Some(key.parse().unwrap()), ..all() };
        assert_eq!(keys(&ledger, &by_key("t1")), ["t1"]);
        let journal = TransferFilter { journal: Some(ledger.refer("j1").unwrap()), ..all() };
        assert_eq!(list(&ledger, &by_key("j1")), list(&ledger, &journal));
        let of_bob = TransferFilter { account: Some("bob".parse().unwrap()), ..by_key("j1") };
        assert_eq!(list(&ledger, &of_bob).len(), 1);
        assert!(list(&ledger, &by_key("nothing")).is_empty());
        // An id is no key.
        let id = ledger.refer("t1").unwrap().id().to_string();
        assert!(list(&ledger, &by_key(&id)).is_empty());
    }

    fn metadata_is_that_which_is_kept_now(book: &TestBook) {
        check(book, BOOK);
        for line in [
            "transfer alice bob 1 --key m1 --metadata invoice=7 --metadata region=eu",
            "transfer alice bob 1 --key m2 --metadata invoice=8",
            "metadata set --transfer m2 invoice=7", "metadata set --transfer d1 invoice=7 region=us", "metadata set --transfer m1 --remove invoice",
            "metadata set --account alice tier=gold", "metadata set --account bob tier=gold region=eu",
        ] {
            book.run(line).ends(0);
        }
        let ledger = book.ledger();
        let found = |text: &str, account: Option<&str>| {
            let account = account.map(|name| name.parse().unwrap());
            keys(&ledger, &TransferFilter { account, recorded: RecordedFilter { metadata: metadata(text), ..RecordedFilter::default() }, ..all() })
        };
        assert_eq!(found("invoice=7", None), ["m2", "d1"]);
        assert_eq!(found("invoice=7", Some("cash")), ["d1"]);
        assert_eq!(found("invoice=7 region=us", None), ["d1"]);
        assert_eq!(found("region=eu", None), ["m1"]);
        assert!(found("invoice=8", None).is_empty() && found("invoice=", None).is_empty());

        let accounts = |text: &str| names(&ledger, &AccountFilter { metadata: metadata(text), ..AccountFilter::default() }, 10, 100);
        assert_eq!((accounts("tier=gold"), accounts("tier=gold region=eu")), (vec!["alice".to_owned(), "bob".to_owned()], vec!["bob".to_owned()]));
    }

    fn accounts_are_listed_by_what_they_are(book: &TestBook) {
        check(book, BOOK);
        check(book, "freeze dora -> frozen");
        let ledger = book.ledger();
        let usual = AccountFilter::default;
        for (filter, expected) in [
            (usual(), "alice bob carol cash dora yen"),
            (AccountFilter { account_type: Some(AccountType::Asset), ..usual() }, "cash yen"),
            (AccountFilter { currency: Some("JPY".parse().unwrap()), ..usual() }, "dora yen"),
            (AccountFilter { state: Some(AccountState::Frozen), ..usual() }, "dora"),
            (AccountFilter { prefix: "ca".into(), account_type: Some(AccountType::Liability), ..usual() }, "carol"),
            (AccountFilter { state: Some(AccountState::Closed), ..usual() }, ""),
        ] {
            for (limit, reads_max) in [(100, 100), (1, 100), (2, 2), (100, 1)] {
                assert_eq!(names(&ledger, &filter, limit, reads_max).join(" "), expected, "{filter:?} {limit} {reads_max}");
            }
        }
        let unknown = AccountFilter { currency: Some("XYZ".parse().unwrap()), ..usual() };
        assert_eq!(ledger.list_accounts_by(&unknown, &AccountListPage::default()).unwrap_err().code(), "currency_unknown");
    }

    fn holds_are_listed_by_how_they_stand(book: &TestBook) {
        check(book, BOOK);
        check(book, "
            at 2026-01-05T12:00:00Z
            hold h3: alice bob 4 expires 2026-01-06T00:00:00Z -> held
            hold h4: bob carol 2 -> held
            hold h5: alice carol 1 -> held
            at 2026-01-07T12:00:00Z
        ");
        let ledger = book.ledger();
        let usual = HoldFilter::default;
        let id = |key: &str| ledger.refer(key).unwrap().id();
        let account = Some("alice".parse().unwrap());
        let amount = |text: &str| Some(teller::money::WrittenAmount::parse(text).unwrap());
        for (filter, expected) in [
            (usual(), "h5 open, h4 open, h3 expired, h2 released, h1 captured"),
            (HoldFilter { recorded: RecordedFilter { order: ListOrder::Oldest, ..RecordedFilter::default() }, ..usual() }, "h1 captured, h2 released, h3 expired, h4 open, h5 open"),
            (HoldFilter { state: Some(HoldState::Open), ..usual() }, "h5 open, h4 open"),
            (HoldFilter { state: Some(HoldState::Expired), ..usual() }, "h3 expired"),
            (HoldFilter { account: account.clone(), ..usual() }, "h5 open, h3 expired, h2 released, h1 captured"),
            (HoldFilter { account: account.clone(), state: Some(HoldState::Open), ..usual() }, "h5 open"),
            (HoldFilter { account, min: amount("4.50"), recorded: RecordedFilter { order: ListOrder::Oldest, ..RecordedFilter::default() }, ..usual() }, "h1 captured, h2 released"),
            (HoldFilter { max: amount("2"), ..usual() }, "h5 open, h4 open"),
            (HoldFilter { recorded: RecordedFilter { from: Some(time("2026-01-03T00:00:00Z")), ..RecordedFilter::default() }, ..usual() }, "h5 open, h4 open, h3 expired"),
            (HoldFilter { recorded: RecordedFilter { to: Some(time("2026-01-03T00:00:00Z")), order: ListOrder::Oldest, ..RecordedFilter::default() }, ..usual() }, "h1 captured, h2 released"),
            (HoldFilter { recorded: RecordedFilter { actor: Some("nobody".parse().unwrap()), ..RecordedFilter::default() }, ..usual() }, ""),
        ] {
            let told = |line: &str| line.split_once(' ').map(|(key, state)| format!("{} {state}", id(key)));
            let expected: Vec<_> = expected.split(", ").filter_map(told).collect();
            for (limit, reads_max) in [(100, 100), (1, 100), (2, 2), (100, 1)] {
                assert_eq!(holds(&ledger, &filter, limit, reads_max), expected, "{filter:?} {limit} {reads_max}");
            }
        }
    }

    fn journals_are_found_by_key_account_and_metadata(book: &TestBook) {
        check(book, BOOK);
        let ledger = book.ledger();
        let first = list(&ledger, &TransferFilter { key: Some("j1".parse().unwrap()), ..all() }).pop().unwrap();
        book.run(&format!("metadata set --transfer @{} run=5", first.transfer.sequence)).ends(0);
        let [j1, j2] = ["j1", "j2"].map(|key| ledger.refer(key).unwrap().id());
        let usual = JournalFilter::default;
        let account = |name: &str| Some(name.parse().unwrap());
        for (filter, expected) in [
            (JournalFilter { recorded: RecordedFilter { order: ListOrder::Oldest, ..RecordedFilter::default() }, ..usual() }, vec![j1, j2]),
            (JournalFilter { key: Some("j1".parse().unwrap()), ..usual() }, vec![j1]),
            (JournalFilter { key: Some("t1".parse().unwrap()), ..usual() }, vec![]),
            (JournalFilter { account: account("carol"), ..usual() }, vec![j2, j1]),
            (JournalFilter { account: account("carol"), recorded: RecordedFilter { order: ListOrder::Oldest, ..RecordedFilter::default() }, ..usual() }, vec![j1, j2]),
            (JournalFilter { account: account("alice"), ..usual() }, vec![j1]),
            (JournalFilter { account: account("cash"), ..usual() }, vec![]),
            (JournalFilter { account: account("bob"), recorded: RecordedFilter { from: Some(time("2026-01-04T00:00:00Z")), ..RecordedFilter::default() }, ..usual() }, vec![j2]),
            (JournalFilter { account: account("bob"), recorded: RecordedFilter { to: Some(time("2026-01-04T00:00:00Z")), ..RecordedFilter::default() }, ..usual() }, vec![j1]),
            (JournalFilter { recorded: RecordedFilter { metadata: metadata("run=5"), ..RecordedFilter::default() }, ..usual() }, vec![j1]),
            (JournalFilter { account: account("carol"), recorded: RecordedFilter { metadata: metadata("run=5"), ..RecordedFilter::default() }, ..usual() }, vec![j1]),
        ] {
            for (limit, reads_max) in [(100, 100), (1, 100), (100, 1)] {
                let (mut found, mut from) = (Vec::new(), None);
                loop {
                    let page = ledger.list_journals(&filter, ListPage { from, limit, reads_max }).unwrap();
                    found.extend(page.journals.iter().map(|journal| journal.id));
                    from = page.next;
                    if from.is_none() {
                        break;
                    }
                }
                assert_eq!(found, expected, "{filter:?} {limit} {reads_max}");
            }
        }
    }

    fn a_statement_with_one_other_account_keeps_the_balances_of_the_account(book: &TestBook) {
        check(book, BOOK);
        let ledger = book.ledger();
        let [alice, bob] = ["alice", "bob"].map(|name| name.parse().unwrap());
        let whole = ledger.statement(&alice, &StatementQuery::newest(1_000)).unwrap().entries;
        let expected: Vec<_> = whole.iter().filter(|entry| entry.counterparty == bob).cloned().collect();
        assert!(expected.len() > 3 && expected.len() < whole.len());
        for (limit, reads_max) in [(100, 100), (2, 100), (100, 2)] {
            let mut query =
                StatementQuery { counterparty: Some(bob.clone()), limit, reads_max, ..StatementQuery::default() };
            let mut found = Vec::new();
            loop {
                let page = ledger.statement(&alice, &query).unwrap();
                found.extend(page.entries);
                query.cursor = page.next;
                if query.cursor.is_none() {
                    break;
                }
            }
            assert_eq!(found, expected, "{limit} {reads_max}");
        }
        for order in [StatementOrder::Recorded, StatementOrder::Effective] {
            let span = Span { order, to: Some(time("2026-01-04T00:00:00Z")), ..Span::default() };
            let whole = ledger.statement(&alice, &StatementQuery::of_span(span, 1_000)).unwrap();
            let expected: Vec<_> = whole.entries.iter().filter(|entry| entry.counterparty == bob).cloned().collect();
            let mut query = StatementQuery { counterparty: Some(bob.clone()), ..StatementQuery::of_span(span, 2) };
            let mut found = Vec::new();
            loop {
                let page = ledger.statement(&alice, &query).unwrap();
                assert_eq!((page.opening, page.closing), (whole.opening, whole.closing));
                found.extend(page.entries);
                query.cursor = page.next;
                if query.cursor.is_none() {
                    break;
                }
            }
            assert_eq!(found, expected, "{order:?}");
        }
        let with_nobody = StatementQuery { counterparty: Some("nobody".parse().unwrap()), ..StatementQuery::default() };
        assert_eq!(ledger.statement(&alice, &with_nobody).unwrap_err().code(), "account_unknown");
        let table = book.run("statement alice --counterparty carol --format csv").ends(0);
        assert_eq!(table.stdout.lines().filter(|line| line.contains("carol")).count(), table.stdout.lines().count() - 1);
        book.run("statement alice --counterparty dora").ends(0).says("Account alice has no transfers with dora.");
        book.run("statement alice --counterparty alice").ends(0).says("Account alice has no transfers with alice.");
        book.run("statement alice --month 2026-01 --counterparty alice").ends(0);
        book.run("statement alice --month 2026-01 --counterparty bob --format html").ends(2).says("no --limit, --cursor or --counterparty");
    }

    fn the_program_and_the_api_filter_alike(book: &TestBook) {
        check(book, BOOK);
        book.run("metadata set --transfer d1 invoice=7").ends(0);
        book.run("metadata set --account bob tier=gold").ends(0);
        let server = crate::support::http::TestServer::on(book);
        let items = |answer: &Value| answer["items"].as_array().unwrap().clone();
        for (command, options, path, query) in [
            ("transfer list", "--metadata invoice=7", "transfers", "metadata.invoice=7"),
            ("transfer list", "--key j1 --order oldest", "transfers", "key=j1&order=oldest"),
            ("transfer list", "--account alice --order oldest --limit 3", "transfers", "account=alice&order=oldest&limit=3"),
            ("account list", "--type liability --currency EUR --metadata tier=gold", "accounts", "type=liability&currency=EUR&metadata.tier=gold"),
            ("account list", "--state frozen", "accounts", "state=frozen"),
            ("hold list", "--account alice --state any --order newest", "holds", "account=alice&state=any&order=newest"),
            ("hold list", "--state captured", "holds", "state=captured"),
            ("hold list", "--account alice", "holds", "account=alice"),
            ("journal list", "--account carol --order oldest", "journals", "account=carol&order=oldest"),
            ("statement alice", "--counterparty bob", "accounts/alice/statement", "counterparty=bob"),
        ] {
            let told = book.run(&format!("{command} {options} --format json")).ends(0).json();
            assert_eq!(items(&server.get(&format!("/v1/{path}?{query}")).is(200).json()), items(&told), "{command} {options}");
        }
        for (list, filter) in [("accounts", "type=asset"), ("holds", "state=any"), ("journals", "metadata.a=b"), ("transfers", "order=oldest")] {
            let cursor = server.get(&format!("/v1/{list}?limit=1")).is(200).json()["next_cursor"].as_str().unwrap().to_owned();
            server.get(&format!("/v1/{list}?cursor={cursor}&{filter}")).problem(400, "request_invalid");
            let other = if list == "holds" { "accounts" } else { "holds" };
            server.get(&format!("/v1/{other}?cursor={cursor}")).problem(400, "request_invalid");
        }
        for query in ["accounts?state=odd", "accounts?type=odd", "holds?state=odd", "transfers?order=odd"] {
            server.get(&format!("/v1/{query}")).problem(400, "request_invalid");
        }
    }

    fn a_cursor_of_accounts_and_holds_carries_the_filters(book: &TestBook) {
        check(book, BOOK);
        for list in ["account list --type liability", "hold list --state captured", "hold list"] {
            let whole = book.run(&format!("{list} --format json")).ends(0).json();
            let mut page = book.run(&format!("{list} --limit 1 --format json")).ends(0).json();
            let mut items = page["items"].as_array().unwrap().clone();
            let bare = list.split(" --").next().unwrap();
            while let Some(cursor) = page["next_cursor"].as_str().map(str::to_owned) {
                page = book.run(&format!("{bare} --limit 1 --format json --cursor {cursor}")).ends(0).json();
                items.extend(page["items"].as_array().unwrap().iter().cloned());
                book.run(&format!("{bare} --cursor {cursor} --state open")).ends(2).says("--cursor");
            }
            assert_eq!(&items, whole["items"].as_array().unwrap(), "{list}");
        }
        book.run("account list --cursor alice").ends(2).says("is not a cursor of accounts");
        book.run("account list --type liability --read-max 2 --limit 3").ends(0).says("The search ended after 2 accounts");
        let states: BTreeSet<_> = book.run("hold list --format json").ends(0).json()["items"]
            .as_array().unwrap().iter().map(|hold| hold["state"].as_str().unwrap().to_owned()).collect();
        assert_eq!(states.len(), 2);
    }
}
