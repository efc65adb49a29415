//! What counted when, and what was known of it when.

use teller::facts::Instant;
use teller::ledger::{AsOf, EntryCursor, Span, StatementOrder, StatementQuery};
use teller::{Error, Ledger, Mode};

use crate::support::{Random, check, on_every_backend, transfer_with_id};

fn time(text: &str) -> Instant {
    text.parse().unwrap()
}

/// `2026-05-04` is midnight of that day.
fn day(text: &str) -> Instant {
    time(&format!("{text}T00:00:00Z"))
}

fn balance(ledger: &Ledger, account: &str, as_of: AsOf) -> String {
    ledger.balances_as_of(&[account.parse().unwrap()], as_of).unwrap().remove(0).1.number()
}

fn effective(ledger: &Ledger, account: &str, at: &str) -> String {
    balance(ledger, account, AsOf::effective(time(at)))
}

fn known(effective_at: &str, recorded_at: &str) -> AsOf {
    AsOf { effective_at: Some(time(effective_at)), recorded_at: Some(time(recorded_at)) }
}

/// Changes and running balances, oldest first, read over pages of two, with what the span opens and closes with.
fn statement(ledger: &Ledger, account: &str, span: Span) -> String {
    let (mut entries, mut cursor) = (Vec::new(), None);
    loop {
        let page = ledger
            .statement(&account.parse().unwrap(), &StatementQuery { cursor, ..StatementQuery::of_span(span, 2) })
            .unwrap();
        entries
            .extend(page.entries.iter().map(|entry| format!("{}={}", entry.change.number(), entry.balance.number())));
        cursor = page.next;
        if cursor.is_none() {
            entries.reverse();
            return format!("{} [{}] {}", page.opening.number(), entries.join(" "), page.closing.number());
        }
    }
}

fn span(order: StatementOrder, from: Option<&str>, to: Option<&str>) -> Span {
    Span { order, from: from.map(day), to: to.map(day) }
}

on_every_backend! {
    fn a_back_dated_hold_moves_nothing_and_neither_does_its_release(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            account bob   liability EUR
            at 2026-05-06T00:00:00Z
            deposit alice 100 effective 2026-05-04T00:00:00Z      -> posted
            hold h1: alice bob 10 effective 2026-05-05T00:00:00Z  -> held
            capture h1 4 effective 2026-05-05T00:00:00Z           -> captured
            release h1                                            -> released
            hold h2: alice bob 20 effective 2026-06-01T00:00:00Z  -> held
            balance alice effective 2026-05-04T12:00:00Z 100
            balance alice effective 2026-05-05T12:00:00Z 96
            balance bob   effective 2026-05-05T12:00:00Z 4
            balance alice effective 2026-07-01T00:00:00Z 96
        ");
    }

    // T3
    fn a_back_dated_transfer_counts_from_its_effective_time_on(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            at 2026-05-06T00:00:00Z
            deposit alice 100 effective 2026-05-05T00:00:00Z -> posted
            at 2026-05-07T00:00:00Z
            deposit alice 100 effective 2026-05-04T00:00:00Z -> posted
        ");
        let ledger = book.ledger();
        assert_eq!(effective(&ledger, "alice", "2026-05-03T23:59:59.999999Z"), "0.00");
        assert_eq!(effective(&ledger, "alice", "2026-05-04T00:00:00Z"), "100.00");
        assert_eq!(effective(&ledger, "alice", "2026-05-05T00:00:00Z"), "200.00");
        assert_eq!(effective(&ledger, "cash", "2026-05-05T00:00:00Z"), "200.00");
        let effective = StatementOrder::Effective;
        assert_eq!(statement(&ledger, "alice", span(effective, Some("2026-05-05"), Some("2026-05-06"))), "100.00 [100.00=200.00] 200.00");
        assert_eq!(statement(&ledger, "alice", span(effective, Some("2026-05-04"), None)), "0.00 [100.00=100.00 100.00=200.00] 200.00");
    }

    fn what_was_known_then_and_what_counted_then_are_told_apart(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            at 2026-01-10T00:00:00Z
            deposit alice 100                                -> posted
            at 2026-01-20T00:00:00Z
            deposit alice 20 effective 2026-01-05T00:00:00Z  -> posted
            deposit alice 3 effective 2026-02-01T00:00:00Z   -> posted
        ");
        let ledger = book.ledger();
        for (effective_at, recorded_at, expected) in [
            ("2026-01-04T00:00:00Z", "2026-01-31T00:00:00Z", "0.00"),
            ("2026-01-05T00:00:00Z", "2026-01-31T00:00:00Z", "20.00"),
            ("2026-01-05T00:00:00Z", "2026-01-19T00:00:00Z", "0.00"),
            ("2026-01-10T00:00:00Z", "2026-01-10T00:00:00Z", "100.00"),
            ("2026-01-10T00:00:00Z", "2026-01-31T00:00:00Z", "120.00"),
            ("2026-01-31T00:00:00Z", "2026-01-31T00:00:00Z", "120.00"),
            ("2026-02-01T00:00:00Z", "2026-01-31T00:00:00Z", "123.00"),
            ("2026-02-01T00:00:00Z", "2026-01-15T00:00:00Z", "100.00"),
        ] {
            assert_eq!(balance(&ledger, "alice", known(effective_at, recorded_at)), expected, "{effective_at} {recorded_at}");
        }
        assert_eq!(balance(&ledger, "alice", AsOf::recorded(time("2026-01-31T00:00:00Z"))), "123.00");
        assert_eq!(balance(&ledger, "alice", AsOf::default()), "123.00");
    }

    // R2
    fn a_reversal_counts_now_or_as_if_the_transfer_had_never_been(book: &TestBook) {
        use teller::facts::TransferId;
        use teller::requests::{ReversalRequest, ReversalTime};
        for (at, expected) in [(ReversalTime::Now, "700.00"), (ReversalTime::Original, "0.00")] {
            let book = book.another();
            check(&book, "
                account cash  asset     EUR
                account alice liability EUR
                deposit t1: alice 700 effective 2000-02-20T00:02:00Z -> posted
            ");
            let ledger = book.ledger();
            assert_eq!(effective(&ledger, "alice", "2000-02-22T00:00:00Z"), "700.00");
            let reversal = ReversalRequest { at, ..ReversalRequest::new(book.next_id(), TransferId::from_key("t1").unwrap()) };
            ledger.post(&reversal, Mode::Commit).unwrap();
            assert_eq!(effective(&ledger, "alice", "2000-02-22T00:00:00Z"), expected);
            assert_eq!(balance(&ledger, "alice", AsOf::default()), "0.00");
            let again = ReversalRequest { id: book.next_id().into(), ..reversal };
            let Err(Error::Rejected(rejection)) = ledger.post(again, Mode::Commit) else { panic!("it is reversed twice") };
            assert_eq!(rejection.code(), "already_reversed");
        }
    }

    // T4
    fn a_history_entered_today_reads_like_one_kept_all_along(book: &TestBook) {
        check(book, "
            account work    equity EUR
            account cash    equity EUR
            account savings equity EUR
            account store   equity EUR
            at 2026-05-22T00:00:00Z
            transfer work cash 1000     effective 2026-05-01T01:00:00Z -> posted
            transfer cash savings 500   effective 2026-05-01T02:00:00Z -> posted
            transfer cash store 200     effective 2026-05-08T01:00:00Z -> posted
            transfer cash store 100     effective 2026-05-08T02:00:00Z -> posted
            transfer cash store 100     effective 2026-05-08T03:00:00Z -> posted
            transfer savings cash 200   effective 2026-05-15T01:00:00Z -> posted
            transfer cash store 200     effective 2026-05-15T02:00:00Z -> posted
            balance work posted -1000
            balance cash posted 100
            balance savings posted 300
            balance store posted 600
        ");
        let ledger = book.ledger();
        assert_eq!(effective(&ledger, "cash", "2026-05-15T00:00:00Z"), "100.00");
        let all = span(StatementOrder::Effective, None, None);
        assert_eq!(
            statement(&ledger, "cash", all),
            "0.00 [1000.00=1000.00 -500.00=500.00 -200.00=300.00 -100.00=200.00 -100.00=100.00 200.00=300.00 -200.00=100.00] 100.00"
        );
        let week = span(StatementOrder::Effective, Some("2026-05-08"), Some("2026-05-15"));
        assert_eq!(statement(&ledger, "cash", week), "500.00 [-200.00=300.00 -100.00=200.00 -100.00=100.00] 100.00");
    }

    // T5
    fn the_same_moment_in_another_time_zone_selects_the_same(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            at 2026-01-31T12:00:00Z
            deposit alice 5 -> posted
        ");
        let ledger = book.ledger();
        for at in ["2026-01-31T12:00:00Z", "2026-01-31T16:00:00+04:00", "2026-01-31T06:30:00-05:30"] {
            assert_eq!(effective(&ledger, "alice", at), "5.00", "{at}");
            assert_eq!(balance(&ledger, "alice", AsOf::recorded(time(at))), "5.00", "{at}");
        }
    }

    fn a_span_holds_its_first_moment_and_not_its_last(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            at 2026-01-01T00:00:00Z
            deposit alice 1 -> posted
            at 2026-01-02T00:00:00Z
            deposit alice 2 -> posted
            at 2026-01-03T00:00:00Z
            deposit alice 4 -> posted
        ");
        let ledger = book.ledger();
        for order in [StatementOrder::Recorded, StatementOrder::Effective] {
            assert_eq!(statement(&ledger, "alice", span(order, Some("2026-01-02"), Some("2026-01-03"))), "1.00 [2.00=3.00] 3.00");
            assert_eq!(statement(&ledger, "alice", span(order, Some("2026-01-02"), Some("2026-01-02"))), "1.00 [] 1.00");
            assert_eq!(statement(&ledger, "alice", span(order, None, None)), "0.00 [1.00=1.00 2.00=3.00 4.00=7.00] 7.00");
        }
        let inverted = span(StatementOrder::Recorded, Some("2026-01-03"), Some("2026-01-02"));
        let Err(Error::Input(error)) = ledger.statement(&"alice".parse().unwrap(), &StatementQuery::of_span(inverted, 1)) else { panic!("it is inverted") };
        assert_eq!(error.code(), "span_invalid");
    }

    // Many transfers share few moments here, so that pages begin and end between transfers of one moment.
    fn every_reading_agrees_with_a_sum_over_all_rows(book: &TestBook) {
        check(book, "
            account a equity EUR
            account b equity EUR
        ");
        let ledger = book.ledger();
        let mut random = Random(7);
        let mut rows: Vec<(Instant, Instant, i64)> = Vec::new();
        for step in 0..150 {
            book.set_time(&format!("2026-03-{:02}T00:00:00Z", 1 + step / 6));
            let amount = 1 + i64::try_from(random.below(500)).unwrap();
            let (from, to, change) = if random.below(2) == 0 { ("a", "b", -amount) } else { ("b", "a", amount) };
            let mut request = transfer_with_id(book.next_id(), from, to, &format!("{}.{:02}", amount / 100, amount % 100));
            if random.below(3) == 0 {
                request.effective_at = Some(day(&format!("2026-03-{:02}", 1 + random.below(31))));
            }
            let transfer = ledger.post(&request, Mode::Commit).unwrap().transfer;
            rows.push((transfer.effective_at, transfer.recorded_at, change));
        }
        let sum = |is_counted: &dyn Fn(&(Instant, Instant, i64)) -> bool| {
            rows.iter().filter(|row| is_counted(row)).map(|row| row.2).sum::<i64>()
        };
        let cents = |text: String| text.replace('.', "").parse::<i64>().unwrap();
        for effective_day in (1..=31).step_by(3) {
            let at = day(&format!("2026-03-{effective_day:02}"));
            assert_eq!(cents(balance(&ledger, "a", AsOf::effective(at))), sum(&|row| row.0 <= at));
            for recorded_day in (1..=31).step_by(5) {
                let known_at = day(&format!("2026-03-{recorded_day:02}"));
                let as_of = AsOf { effective_at: Some(at), recorded_at: Some(known_at) };
                assert_eq!(cents(balance(&ledger, "a", as_of)), sum(&|row| row.0 <= at && row.1 <= known_at));
            }
        }
        assert_statements_agree(&ledger, &rows);
    }
}

/// Every page of a statement, by either time, over any span and of any size, shows what sorting all rows shows.
fn assert_statements_agree(ledger: &Ledger, rows: &[(Instant, Instant, i64)]) {
    for order in [StatementOrder::Recorded, StatementOrder::Effective] {
        let time_of = |row: &(Instant, Instant, i64)| if order == StatementOrder::Recorded { row.1 } else { row.0 };
        let mut sorted: Vec<_> = rows.iter().map(|row| (time_of(row), row.2)).collect();
        // The sort is stable, and rows stand in the order of their sequences.
        sorted.sort_by_key(|row| row.0);
        for (from, to) in [(None, None), (Some(4), Some(19)), (Some(9), Some(9)), (None, Some(16)), (Some(21), None)] {
            let [from, to] =
                [from, to].map(|number: Option<u32>| number.map(|number| day(&format!("2026-03-{number:02}"))));
            let before = |row: &&(Instant, i64), end: Option<Instant>| end.is_none_or(|end| row.0 < end);
            let opening: i64 = sorted.iter().filter(|row| from.is_some() && before(row, from)).map(|row| row.1).sum();
            let mut running = opening;
            let inside = sorted.iter().filter(|row| before(row, to) && !(from.is_some() && before(row, from)));
            let mut expected: Vec<_> = inside
                .map(|row| {
                    running += row.1;
                    (row.1, running)
                })
                .collect();
            expected.reverse();
            let span = Span { order, from, to };
            for limit in [1, 3, 10, 50, 200] {
                assert_eq!(pages(ledger, span, limit, [opening, running]), expected, "{span:?} in pages of {limit}");
            }
        }
    }
}

/// The changes and running balances of all pages, latest first, each of which tells the balances at the ends of the span.
fn pages(ledger: &Ledger, span: Span, limit: u32, ends: [i64; 2]) -> Vec<(i64, i64)> {
    let (mut found, mut cursor) = (Vec::new(), None::<EntryCursor>);
    loop {
        let page = ledger
            .statement(&"a".parse().unwrap(), &StatementQuery { cursor, ..StatementQuery::of_span(span, limit) })
            .unwrap();
        assert_eq!([page.opening, page.closing].map(|money| money.amount.minor()), ends, "{span:?}");
        found.extend(page.entries.iter().map(|entry| (entry.change.amount.minor(), entry.balance.amount.minor())));
        cursor = page.next.map(|cursor| cursor.to_string().parse().unwrap());
        if cursor.is_none() {
            return found;
        }
    }
}
