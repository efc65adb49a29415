//! Long accounts: pages of a statement, and balances of any moment, beyond the first milestones.

use teller::facts::{AccountName, Instant, Sequence};
use teller::ledger::{AsOf, EntryCursor, Span, StatementOrder, StatementQuery};
use teller::money::{Amount, Currency, Money};
use teller::rejection::Rejection;
use teller::requests::{Parties, TransferRequest};
use teller::{Error, Ledger, Mode};

use crate::support::{TestBook, check, on_every_backend};

/// More than four milestones, each of 64 versions.
const TRANSFERS: i64 = 300;
const HOUR: i64 = 3_600_000_000;

on_every_backend! {
    fn pages_of_any_size_show_every_transfer_once_in_order(book: &TestBook) {
        let ledger = book.ledger();
        post_long_history(book, &ledger);
        let whole = ledger.statement(&hot(), &StatementQuery::newest(1_000)).unwrap();
        assert_eq!((whole.entries.len(), whole.next), (300, None));
        assert!(whole.entries.iter().rev().map(|entry| entry.version).eq(1..=TRANSFERS));

        for limit in [1, 7, 64, 100, 299, 300] {
            let (mut entries, mut cursor) = (Vec::new(), None);
            loop {
                let page = ledger.statement(&hot(), &StatementQuery { cursor, ..StatementQuery::newest(limit) }).unwrap();
                let left = whole.entries.len() - entries.len();
                assert_eq!(page.entries.len(), left.min(limit as usize), "a page is full until the last one");
                entries.extend(page.entries);
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(entries, whole.entries, "pages of {limit}");
        }
    }

    fn pages_stay_as_they_are_while_transfers_are_posted(book: &TestBook) {
        let ledger = book.ledger();
        post_long_history(book, &ledger);
        let before = ledger.statement(&hot(), &StatementQuery::newest(100)).unwrap();
        let behind = StatementQuery { cursor: before.next, ..StatementQuery::newest(100) };
        let second = ledger.statement(&hot(), &behind).unwrap();
        check(book, "post hot left 5 -> posted");
        assert_eq!(ledger.statement(&hot(), &behind).unwrap().entries, second.entries);
        assert_eq!(ledger.statement(&hot(), &StatementQuery::newest(100)).unwrap().entries[1..], before.entries[..99]);
    }

    fn a_cursor_that_is_no_transfer_of_the_account_is_refused(book: &TestBook) {
        check(book, "
            account a equity EUR
            account b equity EUR
            account c equity EUR
            transfer a b 1 -> posted
            transfer b c 1 -> posted
            transfer a b 1 -> posted
        ");
        let ledger = book.ledger();
        let a: AccountName = "a".parse().unwrap();
        let whole = ledger.statement(&a, &StatementQuery::newest(10)).unwrap().entries;
        for order in [StatementOrder::Recorded, StatementOrder::Effective] {
            let from = |time: Instant, sequence: i64| {
                let cursor = Some(EntryCursor { time, sequence: Sequence(sequence) });
                ledger.statement(&a, &StatementQuery { cursor, ..StatementQuery::of_span(Span { order, ..Span::default() }, 10) })
            };
            let [newest, oldest] = [0, 1].map(|entry: usize| whole[entry].transfer.recorded_at);
            let other_time = newest.previous().unwrap();
            let unknown = [1, 5, 7, 0, -1, i64::MIN, i64::MAX].map(|sequence| (newest, sequence));
            for (time, sequence) in unknown.into_iter().chain([(oldest, 6), (other_time, 6), (Instant::MIN, 4)]) {
                let Err(Error::Rejected(rejection)) = from(time, sequence) else { panic!("{time} {sequence}") };
                assert_eq!(*rejection, Rejection::CursorUnknown { account: a.clone(), cursor: Sequence(sequence) });
            }
            assert_eq!(from(newest, 6).unwrap().entries, whole[1..]);
            assert_eq!(from(oldest, 4).unwrap().entries, []);
        }
    }

    fn a_statement_of_an_unknown_account_is_refused(book: &TestBook) {
        let ledger = book.ledger();
        let name: AccountName = "ghost".parse().unwrap();
        let unknown = Rejection::AccountUnknown { account: name.clone() };
        let Err(Error::Rejected(rejection)) = ledger.statement(&name, &StatementQuery::newest(10)) else { panic!("it has a statement") };
        assert_eq!(*rejection, unknown);
        let Err(Error::Rejected(rejection)) = ledger.balance_as_of(&name, AsOf::recorded(Instant::EPOCH)) else {
            panic!("it has a balance")
        };
        assert_eq!(*rejection, unknown);
    }

    fn a_balance_of_any_moment_is_the_fold_of_what_was_recorded_until_then(book: &TestBook) {
        let ledger = book.ledger();
        post_long_history(book, &ledger);
        let mut entries = ledger.statement(&hot(), &StatementQuery::newest(1_000)).unwrap().entries;
        entries.reverse();
        assert!(entries.windows(2).all(|pair| pair[0].transfer.recorded_at < pair[1].transfer.recorded_at));

        let balance_at = |at: Instant| ledger.balance_as_of(&hot(), AsOf::recorded(at)).unwrap().amount.minor();
        let mut balance = 0;
        for entry in &entries {
            let recorded_at = entry.transfer.recorded_at;
            let before = Instant::from_micros(recorded_at.micros() - 1).unwrap();
            assert_eq!(balance_at(before), balance, "before version {}", entry.version);
            balance += entry.change.amount.minor();
            assert_eq!(balance_at(recorded_at), balance, "at version {}", entry.version);
            assert_eq!(entry.balance.amount.minor(), balance, "the stored balance of version {}", entry.version);
        }
        assert_eq!(balance_at(Instant::MAX), balance);
        assert_eq!(balance_at(Instant::MIN), 0);
    }
}

fn hot() -> AccountName {
    "hot".parse().unwrap()
}

/// The account `hot` is debited and credited in a pattern of three, so that its milestones lie on both sides. Transfers past it stand
/// between, and its neighbour `left` has milestones of its own. Half of the batches begin while the clock stands still.
fn post_long_history(book: &TestBook, ledger: &Ledger) {
    check(
        book,
        "
        account hot   asset  EUR
        account left  equity EUR
        account right equity EUR
    ",
    );
    let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
    let begin = book.clock().now().micros();
    let post = |number: i64, debit: &str, credit: &str| {
        let parties = Parties::Post { debit: debit.parse().unwrap(), credit: credit.parse().unwrap() };
        TransferRequest::new(book.next_id(), parties, Money::new(Amount::from_minor(number), euro))
    };
    let requests = |number: i64| match number % 3 {
        0 => vec![post(number, "hot", "left")],
        1 => vec![post(number, "right", "hot"), post(number, "left", "right")],
        _ => vec![post(number, "hot", "right")],
    };
    let numbers: Vec<_> = (1..=TRANSFERS).collect();
    for (hour, chunk) in (0..).zip(numbers.chunks(10)) {
        book.set_time(&Instant::from_micros(begin + hour / 2 * HOUR).unwrap().to_string());
        let batch: Vec<_> = chunk.iter().flat_map(|&number| requests(number)).collect();
        let answers = ledger.post_batch(&batch, Mode::Commit).unwrap();
        assert!(answers.iter().all(Result::is_ok));
    }
    assert_eq!(ledger.get_account(&hot()).unwrap().version, TRANSFERS);
}
