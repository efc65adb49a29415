//! Texts that break programs which build statements from them, or which think that a character is a byte.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;

use teller::facts::{AccountName, AccountType, Actor, Description, Key, Limits, Metadata, RequestId, TransferId};
use teller::interchange::read_transfers;
use teller::ledger::{ImportCounts, ImportSink, Refused, StatementQuery};
use teller::money::{Currency, CurrencyCode, Money};
use teller::requests::{AccountAction, AccountChange, AccountRequest, Parties, Sides, TransferRequest};
use teller::{Ledger, Mode};

use crate::support::{TestBook, on_every_backend};

/// Texts that can name something.
const TEXTS: &[&str] = &[
    "½¼¾",
    "o'brien",
    "\"quoted\"",
    "'; drop table transfers; --",
    "100%_",
    "a\\b\\'c\\n\\u0041",
    "-- comment",
    "/* comment */",
    "$1 $$ ? @p #{x} {0} a:name",
    "👩 💶",
    "Z\u{34d}\u{351}a\u{321}\u{489}l\u{35c}",
    "שלום abc عربي",
    "ｆｕｌｌ　ｗｉｄｔｈ",
    "NULL",
    "null",
    "[1,\"a\"]",
    "{\"a\":1}",
];

/// Texts that descriptions and the values of metadata take, and identifiers do not, or in another form.
const LINES: &[&str] = &[
    "two\nlines",
    "carriage\r\nreturn",
    "\ttab",
    " blanks ",
    "\u{1}\u{1b}[31m",
    "\u{85}",
    "👩\u{200d}👩\u{200d}👧 🏳️\u{200d}🌈",
    "e\u{301} and é",
    "\u{202e}abc\u{202c}",
    "\u{feff}bom",
    "zero\u{200b}width",
    "\u{10ffff}",
];

/// Of those the only one that is an identifier.
const COMPOSED: &str = "e\u{301} and é";

fn euro() -> Currency {
    Currency::new("EUR".parse().unwrap(), 2).unwrap()
}

fn texts() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().chain(LINES).copied()
}

/// Every text as a value, each identifier as a key too, and keys whose order differs between bytes, letters and lengths.
fn metadata() -> Metadata {
    let mut entries: BTreeMap<_, _> = TEXTS.iter().map(|text| ((*text).to_owned(), (*text).to_owned())).collect();
    entries.extend(LINES.iter().enumerate().map(|(number, text)| (format!("line {number}"), (*text).to_owned())));
    entries.extend(["b", "aa", "a", "B", "ä", "Z", "z", "10", "9"].map(|key| (key.to_owned(), String::new())));
    Metadata::new(entries).unwrap()
}

/// An account for every name, and a transfer with every text as its description and its key.
fn fill(ledger: &Ledger) {
    let cash = AccountRequest::new("cash".parse().unwrap(), AccountType::Liability, euro());
    ledger.open_account(&AccountRequest { limits: Limits::default(), ..cash }, Mode::Commit).unwrap();
    for text in TEXTS {
        let request = AccountRequest::new(text.parse().unwrap(), AccountType::Liability, euro());
        let description = Some(text.parse().unwrap());
        ledger.open_account(&AccountRequest { description, metadata: metadata(), ..request }, Mode::Commit).unwrap();
    }
    let requests: Vec<_> = texts().map(request).collect();
    for answer in ledger.post_batch(&requests, Mode::Commit).unwrap() {
        assert!(!answer.unwrap().replayed);
    }
}

/// From `cash` to the account of that name, or to the first one.
fn request(text: &str) -> TransferRequest {
    let to = if TEXTS.contains(&text) { text } else { TEXTS[0] };
    let parties = Parties::Transfer { from: "cash".parse().unwrap(), to: to.parse().unwrap() };
    let money = Money::parse("0.01", euro()).unwrap();
    TransferRequest {
        description: Some(text.parse().unwrap()),
        metadata: metadata(),
        ..TransferRequest::new(request_id(text), parties, money)
    }
}

/// With the text as its key, where it can be one.
fn request_id(text: &str) -> RequestId {
    match text.parse::<Key>() {
        Ok(key) => key.into(),
        Err(_) => {
            TransferId::from_key(&format!("line {:?}", LINES.iter().position(|line| *line == text))).unwrap().into()
        }
    }
}

#[derive(Default)]
struct Codes(Vec<(String, &'static str)>);

impl ImportSink for Codes {
    fn refuse(&mut self, refused: &Refused) -> io::Result<()> {
        self.0.push((refused.fault.column.clone(), refused.fault.code));
        Ok(())
    }

    fn progress(&mut self, _: &ImportCounts) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

on_every_backend! {
    // V3, O2
    fn every_text_is_returned_unchanged_and_verified(book: &TestBook) {
        let ledger = book.ledger();
        fill(&ledger);
        for text in TEXTS {
            let account = ledger.get_account(&text.parse().unwrap()).unwrap();
            assert_eq!(account.name.as_str(), *text);
            assert_eq!(account.description.unwrap().as_str(), *text);
            assert_eq!(account.metadata, metadata());
            let found = ledger.list_accounts(text, None, 9).unwrap().accounts;
            assert_eq!(found.len(), 1, "{text:?} is a prefix of itself only");
        }
        let entries = ledger.statement(&"cash".parse().unwrap(), &StatementQuery::newest(100)).unwrap().entries;
        let mut seen: Vec<_> = entries.iter().map(|entry| entry.transfer.description.as_ref().unwrap().as_str()).collect();
        seen.reverse();
        assert_eq!(seen, texts().collect::<Vec<_>>());
        assert!(entries.iter().all(|entry| entry.transfer.metadata == metadata()));
        for (text, entry) in texts().zip(entries.iter().rev()) {
            assert!(ledger.post(request(text), Mode::Commit).unwrap().replayed, "{text:?}");
            assert_eq!(entry.transfer.key.as_ref().map(Key::as_str), request(text).id.key().map(Key::as_str));
        }
        assert_eq!(ledger.verify(&mut |_| {}).unwrap().findings, []);
    }

    // V3, O2
    fn every_actor_and_reason_is_returned_unchanged_and_verified(book: &TestBook) {
        let ledger = book.ledger();
        fill(&ledger);
        let cash = "cash".parse().unwrap();
        for (number, text) in texts().enumerate() {
            let action = if number % 2 == 0 { AccountAction::Freeze(Sides::Both) } else { AccountAction::Unfreeze(Sides::Both) };
            // An actor is a name, which takes no line breaks.
            let actor = if TEXTS.contains(&text) { text } else { "teller" };
            let change = AccountChange { account: "cash".parse().unwrap(), action, actor: actor.parse().unwrap(), reason: Some(text.parse().unwrap()) };
            ledger.change_account(&change, Mode::Commit).unwrap();
            let (_, events) = ledger.account_events(&cash, None, 1).unwrap();
            assert_eq!((events[0].actor.as_str(), events[0].reason.as_ref().unwrap().as_str()), (actor, text));
        }
        for text in LINES.iter().filter(|text| **text != COMPOSED).chain(&["", "a\0b"]) {
            assert!(text.parse::<Actor>().is_err(), "{text:?}");
            assert!(text.parse::<Key>().is_err(), "{text:?}");
            assert!(text.parse::<AccountName>().is_err(), "{text:?}");
        }
        assert_eq!(ledger.verify(&mut |_| {}).unwrap().findings, []);
    }

    // V3
    fn all_names_are_listed_in_the_order_of_their_bytes(book: &TestBook) {
        let ledger = book.ledger();
        fill(&ledger);
        let mut names: Vec<_> = TEXTS.iter().copied().chain(["cash"]).collect();
        names.sort_unstable();
        let mut listed = Vec::new();
        let mut after = None;
        loop {
            let page = ledger.list_accounts("", after.as_ref(), 4).unwrap();
            listed.extend(page.accounts.iter().map(|account| account.name.to_string()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(listed, names);
    }

    // O2: a half of a surrogate pair is no character, and no UTF-8.
    fn bytes_that_are_no_text_are_refused_line_by_line(book: &TestBook) {
        let ledger = book.ledger();
        fill(&ledger);
        let file = [b"from,to,amount,description\ncash,null,1,\xed\xa0\x80\ncash,null,1,a\0b\n\xff,null,1,\ncash,null,1,".as_slice(),
            "'; --\n".as_bytes()].concat();
        let mut codes = Codes::default();
        let counts = ledger.import_transfers(read_transfers(file.as_slice()).unwrap(), Mode::Commit, &mut codes).unwrap();
        assert_eq!((counts.done, counts.malformed), (1, 3));
        let codes: Vec<_> = codes.0.iter().map(|(column, code)| (column.as_str(), *code)).collect();
        assert_eq!(codes, [("description", "not_utf8"), ("description", "text_invalid"), ("from", "not_utf8")]);
    }

    fn the_name_of_a_currency_is_judged_as_other_names_are(book: &TestBook) {
        for name in ["Eu\tro", "Eu\nro", "\u{202e}oruE", "Eu\u{200f}ro", "Eu\u{200b}ro", " Euro"] {
            let add = ["currency", "add", "TOK", "--exponent", "2", "--name", name];
            crate::support::Program::on(book, &add).run().ends(65).says("currency name");
        }
        let add = ["currency", "add", "TOK", "--exponent", "2", "--name", "Zo\u{eb}'s points"];
        crate::support::Program::on(book, &add).run().ends(0);
    }
}

// V3
#[test]
fn both_backends_give_the_same_hashes() {
    let heads = |book: &TestBook| {
        let ledger = book.ledger();
        fill(&ledger);
        let accounts = ledger.list_accounts("", None, 100).unwrap().accounts;
        let heads: Vec<_> = accounts.into_iter().map(|account| (account.name.to_string(), account.head)).collect();
        let entries = ledger.statement(&"cash".parse().unwrap(), &StatementQuery::newest(100)).unwrap().entries;
        (heads, entries.into_iter().map(|entry| entry.transfer.hash).collect::<Vec<_>>())
    };
    let (postgres, sqlite) = (heads(&TestBook::on_postgres()), heads(&TestBook::on_sqlite()));
    assert_eq!(postgres, sqlite);
    assert_eq!((postgres.0.len(), postgres.1.len()), (TEXTS.len() + 1, TEXTS.len() + LINES.len()));
}

// O2
#[test]
fn a_nul_or_a_megabyte_is_refused_in_every_field() {
    let long = "x".repeat(1 << 20);
    let one = |key: &str, value: &str| Metadata::new(BTreeMap::from([(key.to_owned(), value.to_owned())]));
    let message = |outcome: Result<(), String>| outcome.expect_err("it is refused");
    for text in ["a\0b", "\0", long.as_str()] {
        let refusals = [
            message(text.parse::<AccountName>().map(drop).map_err(|error| error.to_string())),
            message(text.parse::<Description>().map(drop).map_err(|error| error.to_string())),
            message(text.parse::<CurrencyCode>().map(drop).map_err(|error| error.to_string())),
            message(text.parse::<TransferId>().map(drop)).chars().take(200).collect(),
            message(one(text, "v").map(drop).map_err(|error| error.to_string())),
            message(one("k", text).map(drop).map_err(|error| error.to_string())),
            message(Money::parse(text, euro()).map(drop).map_err(|error| error.to_string())),
        ];
        for refusal in refusals {
            assert!(refusal.len() <= 250 && !refusal.contains('\0'), "clear, short and printable: {refusal:?}");
        }
    }
    assert!(TransferId::from_key(&long).unwrap_err().to_string().len() < 200);
}
