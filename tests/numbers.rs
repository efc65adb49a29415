//! Amounts at the ends of their type, and beyond what a double can hold.

use std::io;
use std::ops::ControlFlow;

use teller::Mode;
use teller::interchange::read_transfers;
use teller::ledger::{AsOf, ImportCounts, ImportSink, Refused, StatementQuery};
use teller::money::{Currency, Money};
use teller::requests::{Parties, TransferRequest};
use teller::wire::{BalanceRecord, EntryRecord, TransferRecord, VerifyRecord};

use crate::support::{check, on_every_backend};

/// 2^53 + 1, the first integer that a double skips, in cents.
const UNEVEN: &str = "90071992547409.93";

fn euro() -> Currency {
    Currency::new("EUR".parse().unwrap(), 2).unwrap()
}

struct Strict;

impl ImportSink for Strict {
    fn refuse(&mut self, refused: &Refused) -> io::Result<()> {
        panic!("{refused:?}")
    }

    fn progress(&mut self, _: &ImportCounts) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

on_every_backend! {
    // V6
    fn the_largest_amount_is_posted_and_not_one_unit_more(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            account vault asset     EUR
            account bob   liability EUR
            deposit alice 92233720368547758.06 -> posted
            deposit alice 0.02                 -> overflow account=alice requested=0.02
            deposit alice 0.01                 -> posted
            deposit alice 0.01                 -> overflow account=alice
            balance alice posted 92233720368547758.07 available 92233720368547758.07 version 2
            deposit bob 92233720368547758.07 cash vault -> posted
            deposit bob 92233720368547758.08   -> amount_invalid
            history alice 92233720368547758.06 0.01 balances 92233720368547758.06 92233720368547758.07
            withdraw alice 92233720368547758.07 -> posted
            balance alice posted 0
            # What is left is counted, not what went in and out.
            deposit alice 92233720368547758.07 -> posted
            withdraw alice 92233720368547758.07 -> posted
            deposit alice 0.01                 -> posted
            sum zero
        ");
    }

    // V6
    fn a_balance_reaches_the_most_negative_amount_there_is(book: &TestBook) {
        check(book, "
            account cash  asset EUR
            account vault asset EUR
            transfer cash vault 92233720368547758.07 -> posted
            balance cash posted -92233720368547758.07
            account spare asset EUR
            transfer cash vault 0.01                 -> overflow account=vault
            transfer cash spare 0.01                 -> posted
            balance cash posted -92233720368547758.08
            transfer cash spare 0.01                 -> overflow account=cash
            transfer vault cash 92233720368547758.07 -> posted
            balance cash posted -0.01
            sum zero
        ");
    }

    // V6
    fn what_is_held_can_always_be_captured(book: &TestBook) {
        check(book, "
            currency ETH 18 Ether -> added
            account w asset ETH
            account x asset ETH
            account y asset ETH
            transfer w y 6                            -> posted
            # 6 and 4 is more than 9.22, on either side.
            hold w y 4                                -> overflow account=w requested=4.000000000000000000
            hold w x 4                                -> overflow account=w
            hold x y 4                                -> overflow account=y
            hold h1: x y 3.223372036854775807         -> held
            hold x y 0.000000000000000001             -> overflow account=y
            transfer x y 0.000000000000000001         -> overflow account=y
            hold h2: w x 3.223372036854775808         -> held
            transfer w x 0.000000000000000001         -> overflow account=w
            balance w posted -6 held 3.223372036854775808 available -9.223372036854775808
            capture h1                                -> captured
            capture h2                                -> captured
            balance w posted -9.223372036854775808
            balance y posted 9.223372036854775807
            transfer y w 9                            -> posted
            reverse-journal nothing                   -> journal_unknown
            sum zero
        ");
    }

    // V6
    fn a_month_of_turnover_beyond_the_type_is_counted(book: &TestBook) {
        check(book, "
            currency ETH 18 Ether -> added
            account w asset ETH
            account y asset ETH
            transfer w y 9           -> posted
            transfer y w 9           -> posted
            transfer w y 9           -> posted
            limits w per-month 9     -> changed
            transfer w y 0.1         -> velocity_exceeded account=w window=month
            at 2026-02-01T00:00:00Z
            transfer w y 0.1         -> posted
        ");
    }

    // V6
    fn limits_at_the_ends_of_the_type_are_kept(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR min -92233720368547758.08 max 92233720368547758.07
            account bob   liability EUR max 92233720368547758.06
            account carol liability EUR
            deposit alice 92233720368547758.07  -> posted
            withdraw alice 92233720368547758.07 -> posted
            deposit bob 0.01 -> posted
            withdraw bob 0.01 -> posted
            account till asset EUR
            deposit bob 92233720368547758.07 cash till -> max_balance_exceeded
            deposit bob 92233720368547758.06 cash till -> posted
            balance alice posted 0
            limits carol min -92233720368547758.08 -> changed
            account none asset EUR
            withdraw carol 92233720368547758.07 cash none -> posted
            balance carol posted -92233720368547758.07
            account more asset EUR
            withdraw carol 0.01 cash more -> posted
            withdraw carol 0.01 cash more -> insufficient_funds
        ");
    }

    // V6
    fn a_number_that_doubles_skip_survives_every_path(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            account bob   liability EUR
        ");
        let ledger = book.ledger();
        let parties = Parties::Deposit { account: "alice".parse().unwrap(), cash: "cash".parse().unwrap() };
        let request = TransferRequest::new(book.next_id(), parties, Money::parse(UNEVEN, euro()).unwrap());
        let posted = ledger.post(&request, Mode::Commit).unwrap();
        let shown = |record: serde_json::Value, field: &str| assert_eq!(record[field], UNEVEN, "{field} of {record}");
        shown(serde_json::to_value(TransferRecord::new(&posted, Mode::Commit)).unwrap(), "amount");
        assert_eq!(book.query_i64("select amount from transfers"), 9_007_199_254_740_993);
        assert!(ledger.post(&request, Mode::Commit).unwrap().replayed);

        let file = format!("from,to,amount\nalice,bob,{UNEVEN}\n");
        let counts = ledger.import_transfers(read_transfers(file.as_bytes()).unwrap(), Mode::Commit, &mut Strict).unwrap();
        assert_eq!(counts.done, 1);

        let bob = "bob".parse().unwrap();
        let balance = serde_json::to_value(BalanceRecord::from(&ledger.get_account(&bob).unwrap())).unwrap();
        shown(balance.clone(), "posted");
        shown(balance, "available");
        let entry = serde_json::to_value(EntryRecord::from(&ledger.statement(&bob, &StatementQuery::newest(10)).unwrap().entries[0])).unwrap();
        shown(entry.clone(), "change");
        shown(entry, "balance");
        assert_eq!(ledger.balance_as_of(&bob, AsOf::recorded(book.clock().now())).unwrap().number(), "0.00", "recorded one microsecond later");
        let recorded_at = ledger.statement(&bob, &StatementQuery::newest(1)).unwrap().entries[0].transfer.recorded_at;
        assert_eq!(ledger.balance_as_of(&bob, AsOf::recorded(recorded_at)).unwrap().number(), UNEVEN);

        let report = serde_json::to_value(VerifyRecord::from(&ledger.verify(&mut |_| {}).unwrap())).unwrap();
        assert_eq!(report["finding_count"], 0);
        assert_eq!(report["totals"][0]["debits"], "180143985094819.86");
    }

    // V6
    fn sums_past_the_amount_type_are_exact(book: &TestBook) {
        check(book, "
            account a asset EUR
            account b asset EUR
            account c asset EUR
            account x liability EUR
            account y liability EUR
            account z liability EUR
            account v asset BHD
            account w asset BHD
            deposit x 92233720368547758.07 cash a -> posted
            deposit y 92233720368547758.07 cash b -> posted
            deposit z 92233720368547758.06 cash c -> posted
            transfer w v 0.001                    -> posted
            sum zero
        ");
        let report = book.ledger().verify(&mut |_| {}).unwrap();
        let totals: Vec<_> = report.totals.iter().map(|totals| {
            [totals.currency.to_string(), totals.debits.to_plain_string(), totals.credits.to_plain_string()]
        }).collect();
        assert_eq!(totals, [["BHD", "0.001", "0.001"], ["EUR", "276701161105643274.20", "276701161105643274.20"]]);
    }

    // V6
    fn currencies_with_the_most_and_the_fewest_decimals_are_exact(book: &TestBook) {
        check(book, "
            currency WEI 18 Wei -> added
            account a asset WEI
            account b asset WEI
            account c asset JPY
            account d asset JPY
            transfer a b 9.223372036854775807 -> posted
            transfer a b 0.000000000000000001 -> overflow
            transfer c d 9223372036854775807  -> posted
            transfer c d 1                    -> overflow
            transfer c d 1.0                  -> amount_invalid
            transfer c d 9223372036854775808  -> amount_invalid
            balance b posted 9.223372036854775807
            balance d posted 9223372036854775807
            history b 9.223372036854775807 balances 9.223372036854775807
        ");
    }
}
