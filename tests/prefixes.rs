//! The beginnings of accounts' names, in every spelling and at every door.

use teller::Clock;
use teller::server::{NewKey, Scope};

use crate::support::http::{TestServer, keys};
use crate::support::{TestBook, on_every_backend};

/// The same letters in two spellings: composed, and with the accent as a character of its own.
const SPELLINGS: [&str; 2] = ["caf\u{e9}:", "cafe\u{301}:"];

fn fill(book: &TestBook) {
    book.run("account open caf\u{e9}:berlin --currency EUR").ends(0);
    book.run("account open cafes --currency EUR").ends(0);
    book.run("deposit caf\u{e9}:berlin 12.00 --key d1").ends(0);
}

/// As a query has it.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| format!("{encoded}%{byte:02X}"))
}

on_every_backend! {
    fn the_program_finds_the_same_accounts_by_each_spelling(book: &TestBook) {
        fill(book);
        for command in [
            "account list --prefix PREFIX --format csv",
            "balance PREFIX --format csv",
            "balance PREFIX --at 2100 --format csv",
            "report trial-balance --prefix PREFIX --at 2100 --format csv",
            "report balance-sheet --prefix PREFIX --at 2100 --format csv",
            "events --accounts PREFIX --format csv",
        ] {
            let [composed, other] = SPELLINGS.map(|prefix| book.run(&command.replace("PREFIX", prefix)).ends(0).stdout);
            assert!(composed.contains("caf\u{e9}") && !composed.contains("cafes"), "{command}: {composed}");
            assert_eq!(composed, other, "{command}");
        }
        let page = book.run("account list --prefix caf --limit 1 --format json").ends(0).json();
        let cursor = page["next_cursor"].as_str().unwrap();
        book.run(&format!("account list --cursor {cursor} --format csv")).ends(0).shows("caf");
    }

    fn the_api_finds_the_same_accounts_by_each_spelling(book: &TestBook) {
        fill(book);
        let server = TestServer::on(book);
        for target in [
            "/v1/accounts?prefix=PREFIX",
            "/v1/balances?prefix=PREFIX",
            "/v1/balances?prefix=PREFIX&at=2100",
            "/v1/reports/trial-balance?prefix=PREFIX&at=2100",
            "/v1/events?accounts=PREFIX",
        ] {
            let [composed, other] =
                SPELLINGS.map(|prefix| server.get(&target.replace("PREFIX", &encoded(prefix))).is(200).json());
            assert!(!composed["items"].as_array().unwrap().is_empty(), "{target}");
            assert_eq!(composed, other, "{target}");
        }
    }

    fn a_key_reaches_its_accounts_whatever_its_spelling(book: &TestBook) {
        fill(book);
        let server = TestServer::on(book);
        for (number, prefix) in SPELLINGS.into_iter().enumerate() {
            let name = format!("caf{number}").parse().unwrap();
            let new = NewKey { prefix: prefix.into(), ..NewKey::new(name, [Scope::AccountsRead]) };
            let key = keys(book).create(new, Clock::system().now()).unwrap().text;
            let get = |target: &str| server.request("GET", target).with_key(&key).send();
            for spelling in SPELLINGS {
                get(&format!("/v1/accounts/{}", encoded(&format!("{spelling}berlin")))).is(200);
                get(&format!("/v1/accounts?prefix={}", encoded(spelling))).is(200);
            }
            get("/v1/accounts/cafes").problem(403, "forbidden");
            get("/v1/accounts?prefix=caf").problem(403, "forbidden");
        }
    }

    fn a_text_that_no_name_begins_with_finds_nothing(book: &TestBook) {
        fill(book);
        let server = TestServer::on(book);
        for prefix in ["%00", "caf%00"] {
            server.get(&format!("/v1/accounts?prefix={prefix}")).is(400);
        }
        for prefix in ["%F4%8F%BF%BF", " ", "caf%CC%81"] {
            let found = server.get(&format!("/v1/accounts?prefix={}", prefix.replace(' ', "%20"))).is(200).json();
            assert_eq!(found["items"].as_array().unwrap().len(), 0, "{prefix}");
        }
    }
}
