//! Random books with holds, reversals, back- and forward-dated transfers, random moments of both times: what every table must keep to.

use std::fmt::Write;

use teller::facts::Instant;
use teller::ledger::{AsOf, BalanceTable, Bound, Span, StatementOrder, StatementQuery, TableRequest};
use teller::requests::BatchPolicy;
use teller::{Ledger, Mode};

use crate::reports::table;
use crate::support::{Random, TestBook, check, on_every_backend, requests};

const ACCOUNTS: [(&str, &str); 7] = [
    ("a:cash", "asset EUR"),
    ("a:till", "asset EUR"),
    ("l:alice", "liability EUR min none"),
    ("l:bob", "liability EUR min none"),
    ("e:owner", "equity EUR"),
    ("r:fees", "revenue EUR"),
    ("x:rent", "expense EUR"),
];
const STEPS: u64 = 140;

/// A moment of March 2026, often the same.
fn moment(random: &mut Random) -> String {
    format!("2026-03-{:02}T{:02}:00:00Z", 1 + random.below(28), 6 * random.below(4))
}

/// Does something at random; what is refused is refused.
fn step(book: &TestBook, ledger: &Ledger, random: &mut Random, number: u64) {
    let (first, second) = random.pair_below(7);
    let [first, second] = [first, second].map(|index| ACCOUNTS[usize::try_from(index).unwrap()].0);
    let amount = format!("{}.{:02}", random.below(50), 1 + random.below(99));
    let effective = if random.below(3) == 0 { format!(" effective {}", moment(random)) } else { String::new() };
    let earlier = random.below(number.max(1));
    let line = match random.below(10) {
        0..=4 => format!("post k{number}: {first} {second} {amount}{effective}"),
        5 => format!("hold-post k{number}: {first} {second} {amount}{effective}"),
        6 => format!("hold-post k{number}: {first} {second} {amount} expires {}", moment(random)),
        7 => format!("capture k{number}: k{earlier} 0.01{effective}"),
        8 => format!("release k{number}: k{earlier}"),
        _ => format!("reverse k{number}: k{earlier}{}", if random.below(2) == 0 { " original" } else { "" }),
    };
    let request = requests(book, ledger, &line);
    let answers = ledger.submit(&request, BatchPolicy::CarryOn, Mode::Commit).unwrap();
    assert_eq!(answers.len(), 1);
}

fn fill(book: &TestBook, random: &mut Random) -> Ledger {
    let mut script = String::new();
    for (name, what) in ACCOUNTS {
        writeln!(script, "account {name} {what}").unwrap();
    }
    check(book, &script);
    let ledger = book.ledger();
    for number in 0..STEPS {
        book.set_time(&format!("2026-03-{:02}T{:02}:00:00Z", 1 + number / 5, number % 5 * 4));
        step(book, &ledger, random, number);
    }
    ledger
}

fn random_request(random: &mut Random) -> TableRequest {
    let mut bounds: Vec<_> = (0..=random.below(5))
        .map(|_| {
            let moment = moment(random).parse().unwrap();
            if random.below(2) == 0 { Bound::before(moment) } else { Bound::behind(moment) }
        })
        .collect();
    bounds.extend([Bound::BEGIN, Bound::END].into_iter().filter(|_| random.below(6) == 0));
    bounds.sort_unstable();
    bounds.dedup();
    let recorded_at = (random.below(2) == 0).then(|| moment(random).parse::<Instant>().unwrap());
    let prefixes = ["", "", "a:", "l:", "r:fees", "a:cash"];
    let prefix = prefixes[usize::try_from(random.below(6)).unwrap()].into();
    TableRequest { prefix, bounds, recorded_at, ..TableRequest::default() }
}

/// What each account has is what its balance as of both times is.
fn assert_balances(ledger: &Ledger, request: &TableRequest, table: &BalanceTable) {
    for row in &table.rows {
        for (index, bound) in table.bounds.iter().enumerate() {
            // Before everything there is nothing.
            let Some(effective_at) = bound.last() else {
                assert_eq!(row.balance(index), 0, "{request:?}");
                continue;
            };
            let as_of = AsOf { effective_at: Some(effective_at), recorded_at: request.recorded_at };
            let (_, money) = ledger.balances_as_of(&[row.path.parse().unwrap()], as_of).unwrap().remove(0);
            let balance = row.on_normal_side(row.balance(index));
            assert_eq!(balance, i128::from(money.amount.minor()), "{} at {bound}: {request:?}", row.path);
        }
    }
}

/// In the whole book debits are credits, whatever was known when.
fn assert_debits_are_credits(request: &TableRequest, table: &BalanceTable) {
    if !request.prefix.is_empty() {
        return;
    }
    for index in 0..table.bounds.len() {
        assert_eq!(table.rows.iter().map(|row| row.balance(index)).sum::<i128>(), 0, "{request:?}");
        let turnovers = table.rows.iter().filter_map(|row| row.turnovers.get(index));
        assert_eq!(turnovers.map(|turnover| turnover.change()).sum::<i128>(), 0, "{request:?}");
    }
}

/// What moved is what statements show, debits and credits each.
fn assert_statements(ledger: &Ledger, table: &BalanceTable) {
    let pairs = table.bounds.windows(2).map(|pair| (pair[0].next(), pair[1].next()));
    for (index, (from, to)) in pairs.enumerate() {
        for row in &table.rows {
            let span = Span { order: StatementOrder::Effective, from, to };
            let statement =
                ledger.statement(&row.path.parse().unwrap(), &StatementQuery::of_span(span, 1_000)).unwrap();
            assert!(statement.next.is_none(), "all are on the page");
            let units = |amount: teller::money::Money| i128::from(amount.amount.minor());
            assert_eq!(row.on_normal_side(row.balance(index)), units(statement.opening), "{}", row.path);
            assert_eq!(row.on_normal_side(row.balance(index + 1)), units(statement.closing), "{}", row.path);
            let (mut debits, mut credits) = (0, 0);
            for entry in &statement.entries {
                match row.on_normal_side(units(entry.change)) {
                    change if change > 0 => debits += change,
                    change => credits -= change,
                }
            }
            let turnover = row.turnovers[index];
            assert_eq!((turnover.debits, turnover.credits), (debits, credits), "{} from {from:?} to {to:?}", row.path);
        }
    }
}

on_every_backend! {
    fn every_table_of_a_random_book_keeps_the_identities(book: &TestBook) {
        let mut statements = 0;
        for seed in 1..=4 {
            let (book, mut random) = (book.another(), Random(seed));
            let ledger = fill(&book, &mut random);
            for _ in 0..40 {
                let request = random_request(&mut random);
                let found = table(&ledger, &request);
                assert_eq!(found.bounds, request.bounds);
                assert_balances(&ledger, &request, &found);
                assert_debits_are_credits(&request, &found);
                // A statement is of what is known now.
                if request.recorded_at.is_none() && random.below(3) == 0 {
                    assert_statements(&ledger, &found);
                    statements += 1;
                }
            }
        }
        assert!(statements > 5, "some are compared with statements");
    }

    fn what_was_known_then_stays_so_whatever_is_posted_later(book: &TestBook) {
        let mut random = Random(77);
        let ledger = fill(book, &mut random);
        let known_at = "2026-03-29T00:00:00Z".parse().unwrap();
        let requests: Vec<_> = (0..20)
            .map(|_| TableRequest { recorded_at: Some(known_at), ..random_request(&mut random) })
            .collect();
        let reported: Vec<_> = requests.iter().map(|request| table(&ledger, request)).collect();
        for number in STEPS..STEPS + 60 {
            book.set_time(&format!("2026-04-{:02}T{:02}:00:00Z", 1 + (number - STEPS) / 5, number % 5 * 4));
            step(book, &ledger, &mut random, number);
        }
        for (request, reported) in requests.iter().zip(&reported) {
            assert_eq!(&table(&ledger, request), reported, "{request:?}");
        }
        let today = TableRequest { recorded_at: None, ..requests[0].clone() };
        let whole = TableRequest { prefix: "".into(), bounds: vec![Bound::END], ..today };
        assert_ne!(table(&ledger, &whole), table(&ledger, &TableRequest { recorded_at: Some(known_at), ..whole.clone() }));
    }
}
