//! Refusals that have no subject of their own, and which of several comes first.

use teller::facts::AccountType;
use teller::ledger::{NamedCurrency, check_empty};
use teller::money::{Currency, Money};
use teller::rejection::Rejection;
use teller::requests::AccountRequest;
use teller::store::{Pool, StoreOptions};
use teller::{Error, Mode};

use crate::support::{TestBook, check, on_every_backend};

on_every_backend! {
    fn a_closed_account_takes_and_gives_nothing(book: &TestBook) {
        open_accounts(book);
        check(book, "
            withdraw alice 50    -> posted
            close    alice       -> closed
            deposit  alice 1     -> account_closed account=alice
            withdraw alice 1     -> account_closed account=alice
            transfer alice bob 1 -> account_closed account=alice
            transfer bob alice 1 -> account_closed account=alice
            transfer bob carol 1 -> posted
            balance alice posted 0 version 2 state closed
        ");
    }

    fn a_frozen_account_takes_and_gives_nothing(book: &TestBook) {
        open_accounts(book);
        check(book, "
            freeze alice             -> frozen
            freeze vault             -> frozen
            deposit  alice 1         -> account_frozen account=alice state=frozen
            withdraw alice 1         -> account_frozen account=alice state=frozen
            transfer vault cash 1    -> account_frozen account=vault state=frozen
            transfer cash vault 1    -> account_frozen account=vault state=frozen
            balance alice posted 50 version 1 state frozen
            unfreeze alice           -> unfrozen
            unfreeze vault           -> unfrozen
            deposit  alice 1         -> posted
            transfer vault cash 1    -> posted
        ");
    }

    fn frozen_debits_and_credits_stop_one_side_each(book: &TestBook) {
        open_accounts(book);
        check(book, "
            freeze alice debits   -> frozen
            freeze vault debits   -> frozen
            # Debits lower a liability and raise an asset.
            withdraw alice 1      -> account_frozen account=alice state=debits_frozen
            deposit  alice 1      -> posted
            transfer cash vault 1 -> account_frozen account=vault state=debits_frozen
            transfer vault cash 1 -> posted
            # Freezing the other side as well freezes both; unfreezing one leaves the other.
            freeze alice credits  -> frozen
            balance alice posted 51 state frozen
            unfreeze alice debits -> unfrozen
            freeze vault credits  -> frozen
            unfreeze vault debits -> unfrozen
            deposit  alice 1      -> account_frozen account=alice state=credits_frozen
            withdraw alice 1      -> posted
            transfer vault cash 1 -> account_frozen account=vault state=credits_frozen
            transfer cash vault 1 -> posted
            balance alice posted 50 version 3 state credits_frozen
        ");
    }

    fn the_first_broken_rule_is_the_answer(book: &TestBook) {
        open_accounts(book);
        check(book, "
            account usd   liability USD
            account shut  liability EUR
            account cold  liability EUR
            account full  liability EUR max 0
            account box   asset     EUR max 0
            account purse asset     EUR min 0
            account safe  asset     EUR
            account whole equity    EUR
            account half  equity    EUR
            transfer used: bob carol 1 -> posted
            transfer whole half 92233720368547758.07 -> posted
        ");
        check(book, "
            close shut                         -> closed
            freeze cold                        -> frozen
            freeze safe                        -> frozen
            transfer used: ghost ghost 0       -> amount_not_positive
            transfer used: ghost ghost 1       -> same_account
            transfer used: ghost shut 1        -> id_reused
            transfer ghost shut 1 USD          -> account_unknown account=ghost
            transfer shut ghost 1 USD          -> account_unknown account=ghost
            transfer shut cash 1 USD           -> normal_sides_differ
            deposit  shut 1 USD cash cold      -> normal_sides_match
            transfer shut usd 1                -> currencies_differ account=usd
            transfer cold shut 1               -> account_closed account=shut
            transfer full cold 1               -> account_frozen account=cold
            transfer full shut 1               -> account_closed account=shut
            # Funds come before the maximum, though the debit is on the other side here.
            transfer full alice 1              -> insufficient_funds account=full
            transfer purse box 1               -> insufficient_funds account=purse
            transfer alice full 1              -> max_balance_exceeded account=full
            transfer whole full 1              -> max_balance_exceeded account=full
            transfer whole half 0.01           -> overflow account=half requested=0.01
        ");
    }

    fn of_two_accounts_that_break_a_rule_the_first_named_is_the_answer(book: &TestBook) {
        open_accounts(book);
        check(book, "
            account purse  asset     EUR min 0
            account empty  liability EUR
            account box    asset     EUR max 0
            account full   liability EUR max 0
            withdraw empty 1 cash purse  -> insufficient_funds account=empty
            withdraw purse 1 cash empty  -> insufficient_funds account=purse
            deposit  full 1 cash box     -> max_balance_exceeded account=full
            deposit  box 1 cash full     -> max_balance_exceeded account=box
            transfer gh:ost spi:rit 1    -> account_unknown account=gh:ost
            transfer alice bob 1 USD     -> currencies_differ account=alice
            transfer vault cash 1 USD    -> currencies_differ account=vault
        ");
        check(book, "
            withdraw alice 50            -> posted
            withdraw bob 50              -> posted
            freeze alice                 -> frozen
            freeze bob                   -> frozen
            freeze vault                 -> frozen
            freeze cash                  -> frozen
            transfer alice bob 1         -> account_frozen account=alice
            transfer vault cash 1        -> account_frozen account=vault
            transfer cash vault 1        -> account_frozen account=cash
            deposit alice 1              -> account_frozen account=alice
        ");
        check(book, "
            close alice                  -> closed
            close bob                    -> closed
            close vault                  -> closed
            close cash                   -> closed
            transfer bob alice 1         -> account_closed account=bob
            transfer vault cash 1        -> account_closed account=vault
            transfer cash vault 1        -> account_closed account=cash
        ");
    }

    fn balances_that_would_not_fit_are_refused(book: &TestBook) {
        check(book, "
            account a equity EUR
            account b equity EUR
            account c equity EUR
            transfer a b 92233720368547758.06 -> posted
            transfer a c 0.03                 -> overflow account=a requested=0.03
            transfer c b 0.02                 -> overflow account=b requested=0.02
            transfer a b 0.01                 -> posted
            transfer a b 0.01                 -> overflow account=b
            # What went in and out is not counted, only what is left.
            transfer b a 92233720368547758.07 -> posted
            transfer a b 92233720368547758.07 -> posted
            transfer b a 92233720368547758.07 -> posted
            balance a posted 0 version 5
            sum zero
        ");
    }

    fn an_account_is_opened_once_and_never_differently(book: &TestBook) {
        check(book, "
            account a equity EUR note first meta k=v -> opened
            account a equity EUR note first meta k=v -> replayed
            account a equity EUR min 0 note first meta k=v -> account_exists account=a field=minimum
            account a equity EUR max 0 note first meta k=v -> account_exists account=a field=maximum
            # The limits that it was opened with are compared, not those that it has now.
            limits a min -5 max 5 -> changed
            account a equity EUR note first meta k=v -> replayed
            account a asset  EUR note first meta k=v -> account_exists account=a field=type
            account a equity USD note first meta k=v -> account_exists account=a field=currency
            account a equity EUR note other meta k=v -> account_exists account=a field=description
            account a equity EUR meta k=v            -> account_exists account=a field=description
            account a equity EUR note first meta k=w -> account_exists account=a field=metadata
            account b equity EUR min 5 max 4         -> limits_inverted account=b min_balance=5.00 max_balance=4.00
            account b equity EUR min 0.01            -> limit_overrun account=b balance=0.00 limit=0.01
            account b equity EUR max -0.01           -> limit_overrun account=b balance=0.00 limit=-0.01
            account b equity ZZZ                     -> currency_unknown currency=ZZZ
        ");
        let ledger = book.ledger();
        // A currency that the book knows with other decimals is not the book's.
        let euro = Currency::new("EUR".parse().unwrap(), 3).unwrap();
        let request = AccountRequest::new("b".parse().unwrap(), AccountType::Equity, euro);
        let Err(Error::Rejected(rejection)) = ledger.open_account(&request, Mode::Commit) else { panic!("it is open") };
        assert_eq!(*rejection, Rejection::CurrencyUnknown { currency: euro.code() });
        assert_eq!(book.query_i64("select count(*) from accounts"), 1);
    }

    fn an_opening_is_compared_with_the_limits_of_then(book: &TestBook) {
        check(book, "
            account alice liability EUR max 100 -> opened
            limits alice min -5 max none        -> changed
            limits alice min -6                 -> changed
            account alice liability EUR max 100 -> replayed
            account alice liability EUR max 99  -> account_exists field=maximum
            account alice liability EUR min -5  -> account_exists field=minimum
        ");
    }

    fn a_book_with_accounts_is_not_empty(book: &TestBook) {
        let pool = Pool::connect(book.url.parse().unwrap(), StoreOptions::default()).unwrap();
        check_empty(&pool).unwrap();
        check(book, "account a equity EUR");
        let Err(Error::Rejected(rejection)) = check_empty(&pool) else { panic!("it counts as empty") };
        assert_eq!(*rejection, Rejection::BookNotEmpty { accounts: 1 });

    }

    fn transfers_that_are_taken_back_take_their_accounts_with_them(book: &TestBook) {
        check(book, "
            account a equity EUR
            account b equity EUR
            limits a max 100     -> changed
            transfer b a 5       -> posted
        ");
        let pool = Pool::connect(book.owner_url.parse().unwrap(), StoreOptions::default()).unwrap();
        while check_empty(&pool).is_err() {
            pool.revert_migration().unwrap();
        }
        check_empty(&pool).unwrap();
        pool.migrate().unwrap();
        if book.is_on_postgres() {
            book.make_roles();
        }
        // The guards are back, and the names are free.
        check(book, "
            account a equity EUR -> opened
            account b equity EUR -> opened
            limits a max 100     -> changed
            transfer b a 5       -> posted
            balance a posted 5 version 1
        ");
        assert!(book.raw("delete from accounts").is_err());
        assert!(book.raw("delete from account_events").is_err());
    }

    fn a_currency_is_registered_once_and_never_differently(book: &TestBook) {
        check(book, "
            currency TOK 3 Token  -> added
            currency TOK 3 Token  -> added
            currency TOK 4 Token  -> currency_exists currency=TOK exponent=3 name=Token
            currency TOK 3 Tokens -> currency_exists currency=TOK exponent=3 name=Token
            currency EUR 3 Euro   -> currency_exists currency=EUR exponent=2 name=Euro
            account a equity TOK
            account b equity TOK
            transfer a b 0.001    -> posted
        ");
        let stored = book.ledger().get_currency("TOK".parse().unwrap()).unwrap();
        let token = Currency::new("TOK".parse().unwrap(), 3).unwrap();
        assert_eq!(stored, NamedCurrency { currency: token, name: "Token".parse().unwrap() });
        assert_eq!(Money::parse("0.001", stored.currency).unwrap().amount.minor(), 1);
    }
}

fn open_accounts(book: &TestBook) {
    check(
        book,
        "
        account cash  asset     EUR
        account vault asset     EUR
        account alice liability EUR
        account bob   liability EUR
        account carol liability EUR
        deposit alice 50 -> posted
        deposit bob   50 -> posted
    ",
    );
}
