//! Many transfers in one call: strictly in order, and the same as one by one.

use teller::Mode;
use teller::facts::{Hash, Sequence, Transfer};
use teller::ledger::StatementQuery;

use crate::support::{TestBook, check, on_every_backend};

on_every_backend! {
    // B1
    fn a_batch_comes_to_the_same_as_its_transfers_one_by_one(book: &TestBook) {
        let accounts = "
            account a equity USD
            account b equity USD
            account c equity USD
        ";
        let together = "
            batch
                transfer a b 1.50 note one           -> posted
                transfer a b 1.50 note one           -> posted
                transfer b c 1.50 meta part=3        -> posted
                transfer c a 1.50                    -> posted
                transfer a b 1.50 effective 2025-01-01T00:00:00Z -> posted
        ";
        let (_, one_by_one) = together.split_once("batch").unwrap();
        let one_by_one = one_by_one.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        let other = book.another();
        check(book, accounts);
        check(&other, accounts);
        check(book, together);
        check(&other, &one_by_one);

        for (book, what) in [(book, "in a batch"), (&other, "one by one")] {
            assert_eq!(histories(book).iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2], "{what}");
        }
        assert_eq!(histories(book), histories(&other));
        assert_eq!(heads(book), heads(&other));
    }

    // B2
    fn a_batch_is_judged_on_the_chained_balance(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            account bob   liability EUR
            deposit alice 100 -> posted
            batch
                transfer alice bob 60 -> posted
                transfer alice bob 60 -> insufficient_funds account=alice available=40.00 requested=60.00
                transfer alice bob 40 -> posted
            balance alice posted 0 version 3
            balance bob posted 100 version 2
            sum zero
        ");
    }

    fn a_batch_is_never_judged_by_its_net_sum(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR max 10
            account bob   liability EUR
            batch
                # Each pays for the other, in the wrong order.
                withdraw alice 10     -> insufficient_funds
                deposit  alice 10     -> posted
                deposit  alice 1      -> max_balance_exceeded posted=10.00
                transfer alice bob 1  -> posted
                deposit  alice 1      -> posted
                transfer alice bob 11 -> insufficient_funds available=10.00
            history alice 10 -1 1 balances 10 9 10
        ");
    }

    fn a_refused_request_does_not_hold_up_the_others(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            account us    liability USD
            batch
                deposit alice 1          -> posted
                deposit ghost 1          -> account_unknown account=ghost
                deposit us 1             -> currencies_differ account=cash
                transfer alice alice 1   -> same_account
                deposit alice 0          -> amount_not_positive
                transfer cash alice 1    -> normal_sides_differ
                deposit alice 2          -> posted
            history alice 1 2
            balance us posted 0 version 0
        ");
        assert_eq!(book.query_i64("select count(*) from transfers"), 2);
    }

    fn sequences_of_a_batch_rise_and_pointers_follow_them(book: &TestBook) {
        check(book, "
            account a equity USD
            account b equity USD
            account c equity USD
            transfer a b 1 -> posted
            batch
                transfer a c 1 -> posted
                transfer b c 1 -> posted
                transfer a b 1 -> posted
        ");
        let pointers = |account: &str| -> Vec<_> {
            let of = |transfer: &Transfer| (transfer.sequence, transfer.debit.previous, transfer.credit.previous);
            history(book, account).iter().map(of).collect()
        };
        let at = |sequence| Some(Sequence(sequence));
        assert_eq!(pointers("a"), [(Sequence(4), None, None), (Sequence(5), at(4), None), (Sequence(7), at(5), at(6))]);
        assert_eq!(pointers("c"), [(Sequence(5), at(4), None), (Sequence(6), at(4), at(5))]);
    }

    fn an_empty_batch_does_nothing(book: &TestBook) {
        assert_eq!(book.ledger().post_batch(&[], Mode::Commit).unwrap(), []);
        check(book, "
            account a equity USD
            account b equity USD
            batch
            transfer a b 1 -> posted
        ");
        assert_eq!(history(book, "a")[0].sequence, Sequence(3));
    }
}

/// An account's transfers, oldest first.
fn history(book: &TestBook, account: &str) -> Vec<Transfer> {
    let statement = book.ledger().statement(&account.parse().unwrap(), &StatementQuery::newest(100)).unwrap();
    let mut transfers: Vec<_> = statement.entries.into_iter().map(|entry| entry.transfer).collect();
    transfers.reverse();
    transfers
}

fn histories(book: &TestBook) -> [Vec<Transfer>; 3] {
    ["a", "b", "c"].map(|account| history(book, account))
}

fn heads(book: &TestBook) -> [Hash; 3] {
    ["a", "b", "c"].map(|account| book.ledger().get_account(&account.parse().unwrap()).unwrap().head)
}
