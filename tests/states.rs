//! Freezing, unfreezing and closing accounts, and the record of it.

use teller::facts::AccountState;

use crate::support::{check, on_every_backend};

const ACCOUNTS: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    deposit alice 50 -> posted
";

on_every_backend! {
    // S1
    fn a_frozen_account_neither_gives_nor_takes_until_it_is_unfrozen(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            freeze alice            -> frozen
            deposit alice 1         -> account_frozen state=frozen
            withdraw alice 1        -> account_frozen
            freeze alice            -> frozen
            unfreeze alice          -> unfrozen
            unfreeze alice          -> unfrozen
            deposit alice 1         -> posted
            withdraw alice 1        -> posted
            freeze alice debits     -> frozen
            deposit alice 1         -> posted
            withdraw alice 1        -> account_frozen state=debits_frozen
            unfreeze alice credits  -> unfrozen
            balance alice state debits_frozen
            unfreeze alice debits   -> unfrozen
            freeze alice credits    -> frozen
            deposit alice 1         -> account_frozen state=credits_frozen
            withdraw alice 1        -> posted
            unfreeze alice          -> unfrozen
            balance alice state open posted 50
            freeze ghost            -> account_unknown account=ghost
            unfreeze ghost          -> account_unknown
            close ghost             -> account_unknown
        ");
        // Those that changed nothing are no events.
        assert_eq!(book.query_i64("select count(*) from account_events"), 6);
    }

    // S1
    fn an_account_is_closed_when_it_is_empty_and_nothing_is_held(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            hold h1: alice bob 50 -> held
            close alice           -> account_has_holds account=alice held=50.00
            close bob             -> account_has_holds account=bob held=50.00
            release h1            -> released
            close alice           -> account_not_empty account=alice posted=50.00
            withdraw alice 50     -> posted
            close alice           -> closed
            close alice           -> closed
            deposit alice 1       -> account_closed
            withdraw alice 1      -> account_closed
            hold alice bob 1      -> account_closed
            freeze alice          -> account_closed
            unfreeze alice        -> account_closed
            limits alice min -5   -> account_closed
            # A frozen account is closed too.
            freeze bob            -> frozen
            close bob             -> closed
            balance bob state closed
        ");
        assert_eq!(book.query_i64("select count(*) from account_events where state_after = 'closed'"), 2);
    }

    fn freezing_keeps_what_is_held_and_lets_it_only_be_released(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            hold h1: alice bob 20   -> held
            hold h2: alice bob 10   -> held
            freeze alice debits     -> frozen
            capture h1              -> account_frozen account=alice
            hold alice bob 1        -> account_frozen
            release h1              -> released
            balance alice posted 50 held 10 state debits_frozen
            unfreeze alice          -> unfrozen
            freeze bob credits      -> frozen
            capture h2              -> account_frozen account=bob
            unfreeze bob            -> unfrozen
            capture h2              -> captured
        ");
    }

    fn a_change_is_part_of_the_chain_with_who_and_why_and_when(book: &TestBook) {
        check(book, ACCOUNTS);
        let ledger = book.ledger();
        let alice = "alice".parse().unwrap();
        let head = |what: &str| { check(book, what); ledger.get_account(&alice).unwrap().head };
        let opened = ledger.get_account(&alice).unwrap().head;
        let frozen = head("at 2026-01-02T00:00:00Z\nfreeze alice actor o'brien reason court_order -> frozen");
        let idle = head("freeze alice debits actor mallory -> frozen");
        let limited = head("limits alice max 90 actor limiter -> changed");
        assert!(opened != frozen && frozen == idle && limited != frozen);

        let (account, events) = ledger.account_events(&alice, None, 9).unwrap();
        assert_eq!(account.head, limited);
        let [limits, freeze] = events.as_slice() else { panic!("two events: {events:?}") };
        assert_eq!((freeze.number, freeze.version, freeze.actor.as_str()), (1, 1, "o'brien"));
        assert_eq!(freeze.reason.as_ref().unwrap().as_str(), "court_order");
        assert_eq!((freeze.before.state, freeze.after.state), (AccountState::Open, AccountState::Frozen));
        assert_eq!(freeze.recorded_at.to_string(), "2026-01-02T00:00:00.000000Z");
        assert_eq!((limits.before, limits.number, limits.hash), (freeze.after, 2, limited));
        assert!(limits.recorded_at > freeze.recorded_at && limits.after.limits.max_balance.is_some());
        let (_, page) = ledger.account_events(&alice, Some(2), 9).unwrap();
        assert_eq!(page.as_slice(), std::slice::from_ref(freeze));
    }

    fn a_change_of_limits_counts_what_is_held_and_what_has_expired(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            hold alice bob 20 expires in 60s -> held
            limits alice min 31              -> limit_overrun account=alice balance=30.00 limit=31.00
            limits alice min 30              -> changed
            at 2026-01-01T00:02:00Z
            limits alice min 50              -> changed
            limits alice min 51              -> limit_overrun balance=50.00
            limits alice max 49              -> limits_inverted
            balance alice held 0 version 3
        ");
    }
}
