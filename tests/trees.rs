//! Balances added up by the parts of the accounts' names.

use teller::Ledger;

use crate::support::{check, on_every_backend};

/// `path currency type accounts posted held available`, a line each.
fn tree(ledger: &Ledger, prefix: &str, depth: usize) -> Vec<String> {
    let line = |row: teller::ledger::PathBalance| {
        let numbers = [row.posted, row.held, row.available].map(|number| number.to_plain_string()).join(" ");
        format!("{} {} {} {} {numbers}", row.path, row.currency.code(), row.account_type, row.accounts)
    };
    ledger.balances_by_path(prefix, depth).unwrap().into_iter().map(line).collect()
}

on_every_backend! {
    fn accounts_are_added_up_by_path_currency_and_type(book: &TestBook) {
        check(book, "
            account cash                  asset     EUR
            account customers:alice:a     liability EUR
            account customers:alice:b     liability EUR
            account customers:alice:loan  asset     EUR
            account customers:bob         liability EUR
            account customers:bob:yen     liability JPY
            account customersx            liability EUR
            account till                  asset     JPY
            deposit customers:alice:a 10    -> posted
            deposit customers:alice:b 5     -> posted
            deposit customers:bob 7         -> posted
            deposit customersx 1            -> posted
            deposit customers:bob:yen 300 cash till -> posted
            transfer customers:alice:loan cash 2    -> posted
        ");
        let ledger = book.ledger();
        assert_eq!(tree(&ledger, "customers:", 1), [
            "customers EUR asset 1 -2.00 0.00 -2.00",
            "customers EUR liability 3 22.00 0.00 22.00",
            "customers JPY liability 1 300 0 300",
        ]);
        assert_eq!(tree(&ledger, "customers:", 2), [
            "customers:alice EUR asset 1 -2.00 0.00 -2.00",
            "customers:alice EUR liability 2 15.00 0.00 15.00",
            "customers:bob EUR liability 1 7.00 0.00 7.00",
            "customers:bob JPY liability 1 300 0 300",
        ]);
        assert_eq!(tree(&ledger, "customers:alice:", 9).len(), 3);
        assert_eq!(tree(&ledger, "", 1).len(), 6);
        assert_eq!(tree(&ledger, "nobody:", 1).len(), 0);
    }

    fn sums_past_what_one_amount_can_be_are_exact(book: &TestBook) {
        check(book, "
            account a:1 equity EUR
            account a:2 equity EUR
            account b:1 equity EUR
            account b:2 equity EUR
            transfer b:1 a:1 92233720368547758.07 -> posted
            transfer b:2 a:2 92233720368547758.07 -> posted
        ");
        assert_eq!(tree(&book.ledger(), "", 1), [
            "a EUR equity 2 184467440737095516.14 0.00 184467440737095516.14",
            "b EUR equity 2 -184467440737095516.14 0.00 -184467440737095516.14",
        ]);
    }
}
