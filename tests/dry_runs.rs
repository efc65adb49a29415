//! A dry run judges like any other, and leaves no trace in any table or sequence.

use std::io;
use std::ops::ControlFlow;

use teller::facts::AccountType;
use teller::interchange::{read_accounts, read_transfers};
use teller::ledger::{ImportCounts, ImportSink, NamedCurrency, Refused};
use teller::money::{Amount, Currency, Money};
use teller::rejection::Rejection;
use teller::requests::{AccountAction, AccountRequest, BatchPolicy, LimitChange, NewLimit, Parties, TransferRequest};
use teller::{Error, Ledger, Mode};

use crate::support::{TestBook, change as change_of, check, on_every_backend, requests, signature};

fn fill(book: &TestBook) -> Ledger {
    check(
        book,
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        deposit alice 50      -> posted
        limits alice min -5   -> changed
    ",
    );
    book.ledger()
}

fn euro() -> Currency {
    Currency::new("EUR".parse().unwrap(), 2).unwrap()
}

fn account(name: &str, account_type: AccountType) -> AccountRequest {
    AccountRequest::new(name.parse().unwrap(), account_type, euro())
}

fn transfer(book: &TestBook, from: &str, to: &str, amount: &str) -> TransferRequest {
    let parties = Parties::Transfer { from: from.parse().unwrap(), to: to.parse().unwrap() };
    TransferRequest::new(book.next_id(), parties, Money::parse(amount, euro()).unwrap())
}

/// The work leaves no trace as a dry run, and leaves one when it is committed, so that it is not idle.
#[track_caller]
fn assert_leaves_no_trace(book: &TestBook, work: impl Fn(Mode)) {
    let before = book.contents();
    work(Mode::DryRun);
    assert_eq!(book.contents(), before);
    work(Mode::Commit);
    assert_ne!(book.contents(), before);
}

struct Ignore;

impl ImportSink for Ignore {
    fn refuse(&mut self, _: &Refused) -> io::Result<()> {
        Ok(())
    }

    fn progress(&mut self, _: &ImportCounts) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

on_every_backend! {
    // V4
    fn opening_an_account_leaves_no_trace(book: &TestBook) {
        let ledger = fill(book);
        assert_leaves_no_trace(book, |mode| {
            let opened = ledger.open_account(&account("carol", AccountType::Liability), mode).unwrap();
            assert!(!opened.replayed && opened.account.name.as_str() == "carol");
        });
        assert_leaves_no_trace(book, |mode| {
            let requests = ["dave", "erin", "dave"].map(|name| account(name, AccountType::Asset));
            let replayed = ledger.open_accounts(&requests, mode).unwrap().into_iter().map(|answer| answer.unwrap().replayed);
            assert_eq!(replayed.collect::<Vec<_>>(), [false, false, true]);
        });
    }

    // V4
    fn changing_limits_leaves_no_trace(book: &TestBook) {
        let ledger = fill(book);
        assert_leaves_no_trace(book, |mode| {
            let change = LimitChange { min_balance: NewLimit::Remove, max_balance: NewLimit::Set(Amount::from_minor(9_000)), ..LimitChange::default() };
            let account = ledger.change_account(&change_of("alice", AccountAction::Limit(change)), mode).unwrap();
            assert_eq!((account.limits.min_balance, account.limits.max_balance), (None, Some(Amount::from_minor(9_000))));
        });
    }

    // V4
    fn adding_a_currency_leaves_no_trace(book: &TestBook) {
        let ledger = fill(book);
        assert_leaves_no_trace(book, |mode| {
            let currency = Currency::new("TOK".parse().unwrap(), 3).unwrap();
            let named = NamedCurrency { currency, name: "Token".parse().unwrap() };
            assert_eq!(ledger.add_currency(&named, &signature(), mode).unwrap(), named);
        });
    }

    // V4
    fn posting_leaves_no_trace(book: &TestBook) {
        let ledger = fill(book);
        let request = transfer(book, "alice", "bob", "10.00");
        assert_leaves_no_trace(book, |mode| {
            let posted = ledger.post(&request, mode).unwrap();
            assert_eq!((posted.replayed, posted.transfer.debit.balance), (false, Amount::from_minor(4_000)));
        });
    }

    // V4
    fn a_batch_leaves_no_trace_and_sees_its_own_effects(book: &TestBook) {
        let ledger = fill(book);
        let requests = [
            transfer(book, "alice", "bob", "50.00"), transfer(book, "bob", "alice", "20.00"),
            transfer(book, "bob", "alice", "30.01"), transfer(book, "bob", "nobody", "1.00"),
        ];
        assert_leaves_no_trace(book, |mode| {
            let answers = ledger.post_batch(&requests, mode).unwrap();
            let codes: Vec<_> = answers.iter().map(|answer| answer.as_ref().map_or_else(Rejection::code, |_| "posted")).collect();
            assert_eq!(codes, ["posted", "posted", "insufficient_funds", "account_unknown"]);
        });
    }

    // V4
    fn a_deposit_that_opens_its_cash_account_leaves_no_trace(book: &TestBook) {
        let ledger = fill(book);
        let parties = Parties::Deposit { account: "bob".parse().unwrap(), cash: "till".parse().unwrap() };
        let request = TransferRequest::new(book.next_id(), parties, Money::parse("7.00", euro()).unwrap());
        assert_leaves_no_trace(book, |mode| {
            let answer = ledger.submit_opening(&request.clone().into(), &[account("till", AccountType::Asset)], mode).unwrap();
            assert_eq!(answer.opened[0].name.as_str(), "till");
        });
    }

    // V4
    fn a_refused_deposit_does_not_open_its_cash_account(book: &TestBook) {
        let ledger = fill(book);
        let before = book.contents();
        let parties = Parties::Deposit { account: "nobody".parse().unwrap(), cash: "till".parse().unwrap() };
        let request = TransferRequest::new(book.next_id(), parties, Money::parse("7.00", euro()).unwrap());
        for mode in [Mode::DryRun, Mode::Commit] {
            let answer = ledger.submit_opening(&request.clone().into(), &[account("till", AccountType::Asset)], mode);
            assert!(matches!(answer, Err(Error::Rejected(rejection)) if rejection.code() == "account_unknown"));
        }
        let drawn = |line: &String| !line.starts_with("transfers_sequence_seq");
        // A number once drawn is not given back, by the nature of sequences.
        assert!(book.contents().iter().filter(|line| drawn(line)).eq(before.iter().filter(|line| drawn(line))));
    }

    // V4
    fn a_request_of_any_kind_leaves_no_trace(book: &TestBook) {
        let ledger = fill(book);
        check(book, "
            hold h1: alice bob 9 expires in 60s -> held
            hold h2: alice bob 8                -> held
            transfer t1: alice bob 7            -> posted
            journal j1: -> posted
                transfer alice bob 1
                transfer bob alice 1
            at 2026-01-01T00:10:00Z
        ");
        for lines in ["hold alice bob 3 expires in 60s", "capture h2 3 final", "hold h3: alice bob 6\ncapture h3 1\nrelease h3", "reverse t1 2",
            "reverse-journal j1", "journal\n    transfer alice bob up-to 2\n    freeze bob", "unfreeze bob", "freeze alice credits"] {
            let asked = requests(book, &ledger, lines);
            assert_leaves_no_trace(book, |mode| {
                let answers = ledger.submit(&asked, BatchPolicy::CarryOn, mode).unwrap();
                assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|receipt| !receipt.replayed)), "{lines}: {answers:?}");
            });
        }
        check(book, "unfreeze alice -> unfrozen\nhold alice bob 1 expires in 60s -> held\nat 2026-01-01T00:20:00Z");
        assert_leaves_no_trace(book, |mode| assert_eq!(ledger.expire_holds(mode).unwrap(), 2));
    }

    // V4
    fn an_import_leaves_no_trace(book: &TestBook) {
        let ledger = fill(book);
        assert_leaves_no_trace(book, |mode| {
            let file = "name,type,currency,min_balance\ncarol,,EUR,\ndave,asset,EUR,none\n,,EUR,\nerin,,XXX,\n";
            let counts = ledger.import_accounts(read_accounts(file.as_bytes()).unwrap(), mode, &mut Ignore).unwrap();
            assert_eq!((counts.done, counts.refused, counts.malformed), (2, 1, 1));
        });
        assert_leaves_no_trace(book, |mode| {
            let file = "key,from,to,amount\na,alice,bob,1.00\nb,alice,bob,99.00\n,alice,bob,2.00\n,alice,bob,2.00\nc,alice,bob,x\n";
            let counts = ledger.import_transfers(read_transfers(file.as_bytes()).unwrap(), mode, &mut Ignore).unwrap();
            assert_eq!((counts.done, counts.refused, counts.malformed), (3, 1, 1));
        });
    }
}
