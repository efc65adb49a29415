//! Posting one transfer: what it moves, what it writes, and what no entrance lets through.

use diesel::prelude::*;
use teller::facts::{Actor, NormalSide, TransferId, TransferKind};
use teller::ledger::StatementQuery;
use teller::money::{Currency, Money};
use teller::rejection::Rejection;
use teller::requests::{BatchPolicy, Parties, TransferRequest};
use teller::{Error, Mode, post_in, submit_in};

use crate::support::{TestBook, check, on_every_backend, requests};

on_every_backend! {
    // P1
    fn a_transfer_lowers_one_account_and_raises_the_other(book: &TestBook) {
        check(book, "
            account a equity USD
            account b equity USD
            transfer k1: a b 12.34 note rent meta invoice=17 -> posted
            balance a posted -12.34 held 0 available -12.34 version 1
            balance b posted 12.34 held 0 available 12.34 version 1
            sum zero
        ");
    }

    fn a_transfer_is_read_back_with_the_fields_it_was_posted_with(book: &TestBook) {
        check(book, "
            account a equity USD
            account b equity USD
            at 2026-01-02T03:04:05.678901Z
        ");
        let ledger = book.ledger();
        let dollar = ledger.get_currency("USD".parse().unwrap()).unwrap().currency;
        let id = TransferId::from_key("k1").unwrap();
        let parties = Parties::Transfer { from: "a".parse().unwrap(), to: "b".parse().unwrap() };
        let request = TransferRequest {
            effective_at: Some("2025-12-31T00:00:00Z".parse().unwrap()),
            description: Some("rent".parse().unwrap()),
            ..TransferRequest::new(id, parties, Money::parse("12.34", dollar).unwrap())
        };
        let posted = ledger.post(&request, Mode::Commit).unwrap();

        let statement = ledger.statement(&"a".parse().unwrap(), &StatementQuery::newest(10)).unwrap();
        let [entry] = statement.entries.as_slice() else { panic!("one entry, not {:?}", statement.entries) };
        assert_eq!(entry.transfer, posted.transfer);
        assert_eq!((entry.side, entry.counterparty.as_str()), (NormalSide::Debit, "b"));
        let transfer = &entry.transfer;
        assert_eq!((transfer.id, transfer.kind, transfer.amount.minor()), (id, TransferKind::Transfer, 1_234));
        assert_eq!(transfer.recorded_at.to_string(), "2026-01-02T03:04:05.678901Z");
        assert_eq!(Some(transfer.effective_at), request.effective_at);
        assert_eq!((&transfer.description, &transfer.metadata), (&request.description, &request.metadata));
        assert_eq!((transfer.debit.version, transfer.credit.version), (1, 1));
        assert_eq!((transfer.debit.previous, transfer.credit.previous), (None, None));
    }

    // P2
    fn every_transfer_carries_the_running_balance_of_both_accounts(book: &TestBook) {
        check(book, "
            account a equity USD
            account b equity USD
            history a
            transfer a b 5  -> posted
            transfer a b 10 -> posted
            transfer b a 20 -> posted
            history a -5 -10 20 balances -5 -15 5
            history b 5 10 -20 balances 5 15 -5
            balance a posted 5 version 3
            balance b posted -5 version 3
            sum zero
        ");
    }

    fn every_verb_moves_an_account_to_its_normal_side(book: &TestBook) {
        check(book, "
            account cash    asset     EUR
            account vault   asset     EUR
            account alice   liability EUR
            account bob     liability EUR
            account fees    revenue   EUR
            account costs   expense   EUR
            account capital equity    EUR
            deposit  alice 100.00                -> posted
            balance  alice posted 100 version 1
            balance  cash  posted 100 version 1
            withdraw alice 10.00                 -> posted
            balance  alice posted 90
            balance  cash  posted 90
            deposit  capital 5.00 cash vault     -> posted
            balance  capital posted 5
            balance  vault posted 5
            transfer cash vault 30.00            -> posted
            balance  cash  posted 60
            balance  vault posted 35
            transfer alice bob 20.00             -> posted
            transfer bob fees 1.50               -> posted
            balance  alice posted 70
            balance  bob posted 18.50
            balance  fees posted 1.50
            post costs cash 4.00                 -> posted
            balance  costs posted 4
            balance  cash posted 56
            # Money given back: both fall.
            post fees cash 0.50                  -> posted
            balance  fees posted 1
            balance  cash posted 55.50
            sum zero
        ");
    }

    fn verbs_that_do_not_fit_the_accounts_sides_are_refused(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account vault asset     EUR
            account alice liability EUR
            account bob   liability EUR
            transfer cash alice 1            -> normal_sides_differ from=cash from_side=debit to=alice to_side=credit
            transfer alice cash 1            -> normal_sides_differ from=alice from_side=credit to=cash to_side=debit
            deposit  alice 1 cash bob        -> normal_sides_match account=alice cash=bob side=credit
            withdraw vault 1                 -> normal_sides_match account=vault cash=cash side=debit
            balance alice posted 0 version 0
            balance cash  posted 0 version 0
        ");
        assert_eq!(book.query_i64("select count(*) from transfers"), 0);
    }

    // P6
    fn an_amount_that_is_not_a_plain_positive_decimal_is_refused(book: &TestBook) {
        let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
        for text in [
            "-0.01", "+1", "NaN", "Infinity", "-Infinity", "inf", "1e400", "1e3", "1E3", "", " ", " 1", "1 ",
            "1,000.00", "1.000,00", "1'000", "1_000", "0x10", "0.001", "1.000", ".5", "5.", "1.2.3", "--1", "€1", "1\0", "١",
            "92233720368547758.08", "99999999999999999999999999999999999999999999999999999999999999999999999999",
        ] {
            assert!(Money::parse(text, euro).is_err(), "{text:?}");
        }
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            deposit alice 0.00     -> amount_not_positive amount=0.00
            deposit alice 0        -> amount_not_positive
            deposit alice -0.01    -> amount_invalid
            deposit alice NaN      -> amount_invalid
            deposit alice Infinity -> amount_invalid
            deposit alice 1e400    -> amount_invalid
            deposit alice 1e3      -> amount_invalid
            deposit alice 1,000.00 -> amount_invalid
            deposit alice 0x10     -> amount_invalid
            deposit alice 0.001    -> amount_invalid
            balance alice posted 0 version 0
            deposit alice 0.01     -> posted
        ");
        let ledger = book.ledger();
        let parties = Parties::Deposit { account: "alice".parse().unwrap(), cash: "cash".parse().unwrap() };
        for text in ["-0.01", "0", "-92233720368547758.08"] {
            // A program can build what no text gives.
            let money = Money::parse_signed(text, euro).unwrap();
            let request = TransferRequest::new(book.next_id(), parties.clone(), money);
            let answer = ledger.post(&request, Mode::Commit);
            let Err(Error::Rejected(rejection)) = answer else { panic!("{text} is posted") };
            assert_eq!(*rejection, Rejection::AmountNotPositive { amount: money });
        }
        assert_eq!(book.query_i64("select count(*) from transfers"), 1);
    }

    fn a_currency_decides_how_many_decimals_an_amount_has(book: &TestBook) {
        check(book, "
            currency TOKEN 18 Token -> added
            account yen   equity JPY
            account yen2  equity JPY
            account dinar equity BHD
            account dinar2 equity BHD
            account token equity TOKEN
            account token2 equity TOKEN
            transfer yen yen2 1.0                          -> amount_invalid
            transfer yen yen2 1                            -> posted
            transfer dinar dinar2 0.001                    -> posted
            transfer dinar dinar2 0.0001                   -> amount_invalid
            transfer token token2 9.223372036854775808     -> amount_invalid
            transfer token token2 0.000000000000000001     -> posted
            transfer token token2 9.223372036854775806     -> posted
            balance token2 posted 9.223372036854775807
            balance dinar2 posted 0.001
            balance yen2 posted 1
            sum zero
        ");
    }

    // P7
    fn a_transfer_needs_two_known_accounts_of_one_currency(book: &TestBook) {
        check(book, "
            account a  equity USD
            account b  equity USD
            account eu equity EUR
            transfer a a 1          -> same_account account=a
            transfer ghost a 1      -> account_unknown account=ghost
            transfer a ghost 1      -> account_unknown account=ghost
            transfer ghost spirit 1 -> account_unknown account=ghost
            transfer a eu 1         -> currencies_differ account=eu account_currency=EUR currency=USD
            transfer a eu 1 EUR     -> currencies_differ account=a account_currency=USD currency=EUR
            transfer a b 1 EUR      -> currencies_differ account=a account_currency=USD currency=EUR
            balance a posted 0 version 0
            balance b posted 0 version 0
            balance eu posted 0 version 0
        ");
        assert_eq!(book.query_i64("select count(*) from transfers"), 0);
    }
}

// P5
#[test]
fn a_transfer_inside_the_applications_transaction_shares_its_fate() {
    let book = TestBook::on_postgres();
    check(
        &book,
        "
        account cash  asset     EUR
        account alice liability EUR
    ",
    );
    book.raw("create table receipts (number bigint primary key)").unwrap();
    let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
    let deposit = |key: &str, amount: &str| {
        let parties = Parties::Deposit { account: "alice".parse().unwrap(), cash: "cash".parse().unwrap() };
        TransferRequest::new(TransferId::from_key(key).unwrap(), parties, Money::parse(amount, euro).unwrap())
    };
    let mut connection = book.connect_postgres();
    let mut receive = |number: i64, is_kept: bool| -> Result<(), Error> {
        connection.transaction(|connection| {
            diesel::sql_query(format!("insert into receipts values ({number})")).execute(connection)?;
            let requests = [deposit("receipt", "12.34"), deposit("nothing", "0")];
            let answers = post_in(connection, &Actor::teller(), &book.clock(), &requests)?;
            assert!(matches!(answers[0], Ok(ref posted) if !posted.replayed), "{:?}", answers[0]);
            // A refusal leaves the transaction intact.
            assert!(matches!(answers[1], Err(Rejection::AmountNotPositive { .. })), "{:?}", answers[1]);
            if is_kept { Ok(()) } else { Err(diesel::result::Error::RollbackTransaction.into()) }
        })
    };

    assert!(receive(1, false).is_err());
    check(
        &book,
        "
        balance alice posted 0 version 0
        balance cash posted 0 version 0
        history alice
    ",
    );
    assert_eq!(book.query_i64("select count(*) from transfers"), 0);

    receive(1, true).unwrap();
    check(
        &book,
        "
        balance alice posted 12.34 version 1
        history alice 12.34
        deposit receipt: alice 12.34 -> replayed
    ",
    );
    assert_eq!(book.query_i64("select count(*) from receipts"), 1);
}

// P5
#[test]
fn requests_of_every_kind_inside_the_applications_transaction_share_its_fate() {
    let book = TestBook::on_postgres();
    check(
        &book,
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        account carol liability EUR
        deposit alice 100                   -> posted
        transfer t1: alice bob 5            -> posted
        hold h1: alice bob 10               -> held
        hold h2: alice carol 9 expires in 60s -> held
        at 2026-01-01T00:10:00Z
    ",
    );
    let ledger = book.ledger();
    // Carol, whose hold has expired, is named by nobody.
    let asked = requests(
        &book,
        &ledger,
        "
        capture h1 4 final
        journal
            hold alice bob 20
            withdraw bob 1
            freeze bob
        reverse t1
        freeze alice credits
    ",
    );
    let before = ledger.list_accounts("", None, 9).unwrap();
    let mut connection = book.connect_postgres();
    let mut submit = |is_kept: bool| -> Result<(), Error> {
        connection.transaction(|connection| {
            let answers = submit_in(connection, &Actor::teller(), &book.clock(), &asked, BatchPolicy::CarryOn)?;
            let codes: Vec<_> =
                answers.iter().map(|answer| answer.as_ref().map_or_else(Rejection::code, |_| "done")).collect();
            assert_eq!(codes, ["done", "done", "account_frozen", "done"]);
            if is_kept { Ok(()) } else { Err(diesel::result::Error::RollbackTransaction.into()) }
        })
    };
    assert!(submit(false).is_err());
    assert_eq!(ledger.list_accounts("", None, 9).unwrap(), before);
    assert_eq!(
        book.query_i64("select count(*) from transfers") + book.query_i64("select count(*) from account_events"),
        4
    );
    submit(true).unwrap();
    check(
        &book,
        "
        hold-state h1 released remaining 0 rows 3
        hold-state h2 expired remaining 0 rows 2
        balance alice posted 91 held 20 state credits_frozen
        balance bob posted 8 state frozen
        balance carol version 2
    ",
    );
}
