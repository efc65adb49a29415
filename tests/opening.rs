//! Opening accounts: which type a name proposes, what becomes of names that are mistyped, and of accounts that are closed.

use serde_json::json;
use tempfile::TempDir;

use teller::facts::{AccountType, Limits};
use teller::money::Amount;
use teller::requests::AccountRequest;
use teller::{Error, Mode};

use crate::support::{check, on_every_backend};

on_every_backend! {
    fn an_account_that_is_closed_is_not_open_already(book: &TestBook) {
        let open = "account open till --currency EUR";
        book.run(open).ends(0);
        book.run(open).ends(0).says("was open already");
        book.run("account close till --yes").ends(0);
        for command in [open, "account open till --currency EUR --dry-run", "account open till --currency USD"] {
            book.run(command).ends(3).says("account till is closed");
        }
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("accounts.csv");
        std::fs::write(&file, "name,currency\ntill,EUR\nother,EUR\n").unwrap();
        book.run(&format!("import accounts {}", file.display())).ends(3).says("account_closed");
        book.run("account show other").ends(0);

        let ledger = book.ledger();
        let euro = ledger.get_currency("EUR".parse().unwrap()).unwrap().currency;
        let request = AccountRequest::new("till".parse().unwrap(), AccountType::Liability, euro);
        let Err(Error::Rejected(rejection)) = ledger.open_account(&request, Mode::Commit) else { panic!("it is refused") };
        assert_eq!(rejection.code(), "account_closed");
    }

    fn a_refused_opening_uses_no_number(book: &TestBook) {
        let ledger = book.ledger();
        let euro = ledger.get_currency("EUR".parse().unwrap()).unwrap().currency;
        let open = |name: &str| AccountRequest::new(name.parse().unwrap(), AccountType::Liability, euro);
        let minor = |minor| Some(Amount::from_minor(minor));
        let inverted =
            AccountRequest { limits: Limits { min_balance: minor(1), max_balance: minor(0) }, ..open("inverted") };
        let first = ledger.open_account(&open("first"), Mode::Commit).unwrap().account;
        ledger.open_account(&inverted, Mode::Commit).unwrap_err();
        let requests = [inverted, open("second"), open("second"), open("first"), open("third")];
        let answers = ledger.open_accounts(&requests, Mode::Commit).unwrap();
        let numbers: Vec<_> =
            answers.iter().map(|answer| answer.as_ref().map(|opened| opened.account.id.0 - first.id.0).ok()).collect();
        assert_eq!(numbers, [None, Some(1), Some(1), Some(0), Some(2)]);
        for answer in answers.iter().flatten() {
            assert_eq!(ledger.get_account(&answer.account.name).unwrap(), answer.account);
        }
    }

    fn the_first_part_of_a_name_proposes_the_type_everywhere(book: &TestBook) {
        let types = |names: &[&str]| names.iter().map(|name| {
            book.run(&format!("account show {name} --format ndjson")).ends(0).json()["type"].as_str().unwrap().to_owned()
        }).collect::<Vec<_>>().join(" ");
        let names = ["expenses:rent", "cash:till", "revenue:fees", "equity:own", "customers:ann", "somebody"];
        for name in names {
            assert_eq!(book.run(&format!("account open {name} --currency EUR")).ends(0).stderr, "");
        }
        assert_eq!(types(&names), "expense asset revenue equity liability liability");
        // An expense may go below zero, as accounts of its type do.
        assert_eq!(book.run("account show expenses:rent --format ndjson").json()["min_balance"], json!(null));

        let folder = TempDir::new().unwrap();
        let file = folder.path().join("accounts.csv");
        std::fs::write(&file, "name,type,currency\nexpenses:food,,EUR\nAssets:bank,,EUR\nother,,EUR\nincome:gift,liability,EUR\n").unwrap();
        book.run(&format!("import accounts {}", file.display())).ends(0);
        assert_eq!(types(&["expenses:food", "Assets:bank", "other", "income:gift"]), "expense asset liability liability");
    }

    fn a_type_against_the_name_is_taken_and_said(book: &TestBook) {
        let answer = book.run("account open expenses:refunds --currency EUR --type revenue").ends(0);
        answer.says("By its name expenses:refunds would be an expense; it is asked for as a revenue").shows("revenue");
        for command in ["account open expenses:rent --currency EUR --type expense", "account open till --currency EUR --type asset"] {
            assert_eq!(book.run(command).ends(0).stderr, "", "{command}");
        }
    }

    fn a_mistyped_name_is_answered_with_the_names_that_were_meant(book: &TestBook) {
        check(book, "account customers:alice liability EUR\naccount customers:alicia liability EUR\naccount customers:bob liability EUR\naccount cash:eur asset EUR\ndeposit customers:alice 5 cash cash:eur -> posted");
        for command in ["balance customers:alcie", "deposit customers:alcie 5", "transfer customers:alcie customers:bob 1", "statement customers:alcie",
            "transfer customers:alice customers:alcie 1 --dry-run", "account close customers:alcie --yes"] {
            let answer = book.run(command).ends(3).says("error: account customers:alcie is unknown");
            answer.says("hint: did you mean customers:alice or customers:alicia? if not, see which there are with teller account list; a new one is opened with: teller account open \"customers:alcie\" --currency CODE");
        }
        let answer = book.run("balance cahs:eur --format json").ends(3);
        let error: serde_json::Value = serde_json::from_str(&answer.stderr).unwrap();
        assert_eq!(error["error"]["did_you_mean"], json!(["cash:eur"]));
        assert_eq!((&error["error"]["message"], &error["error"]["account"]), (&json!("account cahs:eur is unknown"), &json!("cahs:eur")));

        let answer = book.run("balance nobody:knows").ends(3).says("hint: see which there are with teller account list; a new one is opened with: teller account open");
        assert!(!answer.stderr.contains("did you mean"), "{}", answer.stderr);
    }

    fn a_fee_of_nothing_is_no_fee(book: &TestBook) {
        check(book, "account a:usd liability USD\naccount a:eur liability EUR\naccount cash:usd asset USD\ndeposit a:usd 100 cash cash:usd -> posted");
        let exchanged = book.run("exchange a:usd a:eur 10.00 --rate 0.9 --fee 0 --key x1 --format json").ends(0);
        assert_eq!(exchanged.json()["transfers"].as_array().unwrap().len(), 2);
        // The same request, as its meaning is the same.
        book.run("exchange a:usd a:eur 10.00 --rate 0.9 --fee 0.00 --key x1").ends(0).says("posted before");
        book.run("exchange a:usd a:eur 10.00 --rate 0.9 --key x1").ends(0).says("posted before");
        book.run("account show fees:usd").ends(3);
        book.run("exchange a:usd a:eur 10.00 --rate 0.9 --fee -1 --key x2").ends(65);
        for time in ["2026-01-01T00:00:60Z", "2016-12-31T23:59:60Z"] {
            book.run(&format!("deposit a:usd 1 --effective-at {time}")).ends(65).says("is no time");
        }
    }

    fn what_is_done_is_told_in_numbers_where_it_is_asked_for(book: &TestBook) {
        check(book, "account a liability EUR\naccount b liability EUR\naccount cash:eur asset EUR");
        let verbose = |command: &str| book.run_as_owner(&format!("{command} -v")).ends(0);
        verbose("deposit a 5").says("connected").says("requests were answered requests=1 replayed=0 refused=0 transfers=1");
        verbose("transfer a b 1 --key t1").says("first=").says("id=");
        verbose("transfer a b 1 --key t1").says("replayed=1");
        verbose("account open c --currency EUR").says("accounts were opened requests=1");
        verbose("account freeze a").says("a change was recorded what=\"account\" is_changed=true");
        verbose("period close 2020").says("what=\"period\"");
        verbose("metadata set --account b k=v").says("what=\"metadata\"");
        verbose("verify").says("the book was verified");
    }
}
