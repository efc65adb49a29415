//! Books to audit.

use std::env;
use std::fmt::Write;

use teller::facts::Key;
use teller::requests::{AccountRequest, BatchPolicy, Operation, Parties, Request, TransferRequest};
use teller::{Ledger, Mode};

use crate::support::{Random, TestBook, check, requests, transfer};

/// How the amounts of a currency are chosen: its code, how it is registered, and the largest amount in minor units.
const CURRENCIES: [(&str, &str, u64, usize); 5] = [
    ("EUR", "", 500_000, 2),
    ("JPY", "", 9_007_199_254, 0),
    ("BHD", "", 90_000, 3),
    ("WEI18", "currency WEI18 18 Wei -> added", 9_007_199_254_740_993, 18),
    ("USDC6", "currency USDC6 6 Coin -> added", 9_999_999, 6),
];
const ACCOUNTS: [(&str, &str); 7] = [
    ("cash", "asset"),
    ("alice", "liability"),
    ("alice:savings", "liability"),
    ("owner", "equity"),
    ("fees", "revenue"),
    ("rent", "expense"),
    ("fx", "asset"),
];
const REQUESTS_PER_BATCH: u64 = 100;

/// The number of transfers that `AUDIT_TRANSFERS` says.
pub fn transfers_or(usual: u64) -> u64 {
    env::var("AUDIT_TRANSFERS").map_or(usual, |number| number.parse().expect("a number of transfers"))
}

/// A book with so many transfers that move value, of every kind, in currencies of 0 to 18 decimals, over three months.
pub fn fill_with_everything(book: &TestBook, transfers: u64) -> Ledger {
    let mut script = String::new();
    for (code, registered, _, _) in CURRENCIES {
        writeln!(script, "{registered}").unwrap();
        for (name, account_type) in ACCOUNTS {
            writeln!(script, "account {} {account_type} {code} min none", account(code, name)).unwrap();
        }
    }
    check(book, &script);
    let ledger = book.ledger();
    let (mut random, mut number) = (Random(transfers), 0);
    let mut moved = 0;
    while moved < transfers {
        let hours = number / REQUESTS_PER_BATCH * 2_000 / (transfers / 50 + 1);
        book.set_time(&moment(hours.min(24 * 85)));
        let lines: String = (number..number + REQUESTS_PER_BATCH).map(|number| line(&mut random, number)).collect();
        number += REQUESTS_PER_BATCH;
        let requests = requests(book, &ledger, &lines);
        let answers = ledger.submit(&requests, BatchPolicy::CarryOn, Mode::Commit).unwrap();
        moved +=
            requests.iter().zip(&answers).filter(|(request, answer)| answer.is_ok() && moves(request)).count() as u64;
    }
    assert!(ledger.verify(&mut |_| {}).unwrap().findings.is_empty());
    ledger
}

fn moves(request: &Request) -> bool {
    !matches!(request, Request::Operation(Operation::Hold(_) | Operation::Release(_)))
}

/// An hour of the first three months of 2026.
fn moment(hours: u64) -> String {
    let (day, hour) = (hours / 24, hours % 24);
    let (month, day) = if day < 31 {
        (1, day + 1)
    } else if day < 59 {
        (2, day - 30)
    } else {
        (3, day - 58)
    };
    format!("2026-{month:02}-{day:02}T{hour:02}:00:00Z")
}

fn account(code: &str, name: &str) -> String {
    format!("{}:{name}", code.to_lowercase())
}

fn amount(random: &mut Random, (_, _, units_max, exponent): (&str, &str, u64, usize)) -> String {
    let units = format!("{:0width$}", 1 + random.below(units_max), width = exponent + 1);
    let (whole, decimals) = units.split_at(units.len() - exponent);
    if exponent == 0 { whole.to_owned() } else { format!("{whole}.{decimals}") }
}

/// Something at random; what is refused is refused.
fn line(random: &mut Random, number: u64) -> String {
    let currency = CURRENCIES[usize::try_from(random.below(5)).unwrap()];
    let code = currency.0;
    let (first, second) = random.pair_below(6);
    let name = |index: u64| account(code, ACCOUNTS[usize::try_from(index).unwrap()].0);
    let (debit, credit, amount) = (name(first), name(second), amount(random, currency));
    let effective =
        if random.below(3) == 0 { format!(" effective {}", moment(random.below(24 * 89))) } else { String::new() };
    let earlier = number.saturating_sub(1 + random.below(60));
    match random.below(16) {
        0..=5 => format!("post k{number}: {debit} {credit} {amount} {code}{effective}\n"),
        6 => format!("deposit k{number}: {} {amount} {code} cash {}{effective}\n", name(1), name(0)),
        7 => format!("withdraw k{number}: {} {amount} {code} cash {}{effective}\n", name(2), name(0)),
        8 => format!("transfer k{number}: {} {} {amount} {code} note moved{effective}\n", name(1), name(2)),
        9 => format!("hold-post k{number}: {debit} {credit} {amount} {code}\n"),
        10 => format!("capture k{number}: k{earlier} {}{effective}\n", if random.below(2) == 0 { "final" } else { "" }),
        11 => format!("release k{number}: k{earlier}\n"),
        12 => format!("reverse k{number}: k{earlier}{}\n", if random.below(2) == 0 { " original" } else { "" }),
        // An exchange: each currency sums to zero over its `fx:` account.
        _ => {
            let other = CURRENCIES[usize::try_from(random.below(5)).unwrap()];
            let bought = self::amount(random, other);
            format!(
                "journal k{number}:\n    post {} {} {amount} {code}{effective}\n    post {} {} {bought} {}{effective}\n",
                account(code, "alice"),
                account(code, "fx"),
                account(other.0, "fx"),
                account(other.0, "alice:savings"),
                other.0
            )
        }
    }
}

/// What would end a line, a tag, a code, a string, or an account's name, if it were written as it is.
pub fn fill_with_hostile_texts(book: &TestBook) {
    const NAMES: [&str; 14] = [
        "o'brien; drop table",
        "50% -- \"\\",
        "Zoë 💶:日本",
        "1:2:3",
        "(virtual)",
        "[balanced]",
        "a  two blanks",
        "; comment",
        "* starred",
        "жук:ёж",
        "#tag",
        "assets:a:assets",
        "=assertion",
        "ǆ",
    ];
    let ledger = book.ledger();
    let euro = ledger.get_currency("EUR".parse().unwrap()).unwrap().currency;
    for name in NAMES {
        let request = AccountRequest::new(name.parse().unwrap(), "equity".parse().unwrap(), euro);
        ledger.open_account(&request, Mode::Commit).unwrap();
    }
    let long = "x".repeat(1_024);
    let texts = [
        ")",
        "(17) code",
        "a;b  ; c\td",
        "date:2001-01-01, date:2030-01-01",
        "[2020-01-01] [=2020-01-02]",
        "line\n2026-01-01 * forged\n    Equity:1:2:3  1000.00 EUR\n    Equity:-tag\n",
        "carriage\r\nreturn",
        "\"quoted\" \\ and \\\" more",
        "payee | note",
        ":a:b: key:: 1 + 1",
        "= 5 EUR @@ {3 USD}",
        "  ",
        "!",
        "Ωμέγα 💶 \u{202e}rtl",
        "~ monthly",
        &long,
    ];
    for (index, text) in texts.iter().enumerate() {
        let (debit, credit) = (NAMES[index % NAMES.len()], NAMES[(index + 1) % NAMES.len()]);
        let is_key = text.parse::<Key>().is_ok_and(|key| key.as_str() == *text);
        let key = if is_key { (*text).to_owned() } else { format!("k{index}") };
        let parties = Parties::Post { debit: debit.parse().unwrap(), credit: credit.parse().unwrap() };
        let request = TransferRequest {
            description: Some(text.parse().unwrap()),
            parties,
            ..transfer(&key, debit, credit, "0.01")
        };
        ledger.post(request, Mode::Commit).unwrap();
    }
}
