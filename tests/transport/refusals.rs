//! A file that is not as it was exported is refused, with its line.

use sha2::{Digest, Sha256};
use teller::facts::{AccountId, OpeningEvent};
use teller::money::Currency;
use teller::proof::hash_account;
use teller::requests::AccountRequest;

use super::Files;
use super::everything::fill;
use crate::support::{Answer, TestBook, on_every_backend_as_owner};

/// The lines, with a trailer whose checksum is right.
fn join(lines: &[&str]) -> String {
    let (trailer, before) = lines.split_last().unwrap();
    let before = before.join("\n") + "\n";
    let digest = Sha256::digest(before.as_bytes()).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let (head, _) = trailer.split_once("\"sha256\":\"").unwrap();
    format!("{before}{head}\"sha256\":\"{digest}\"}}}}\n")
}

/// Refused, when it is tried out too, and the book cannot be used; its own, unchanged file is still taken.
fn assert_refused(book: &TestBook, files: &Files, text: &str, line: usize) {
    let copy = book.another();
    let problem = format!("line {line}: ");
    let refused = files.import_text(&copy, text).ends(65).says(&problem);
    let tried = files.try_import(&book.another(), "changed").ends(65).says(&problem).says("nothing was imported");
    assert_eq!(message(&tried), message(&refused));
    let short_of_memory = files.import_short_of_memory(&book.another(), "changed").unwrap_err();
    assert_eq!(short_of_memory.to_string(), message(&refused));
    copy.run("verify").ends(3).says("the book is incomplete");
    copy.run("account list").ends(3);
}

/// The fields of a line.
fn field(line: &str, kind: &str) -> serde_json::Value {
    serde_json::from_str::<serde_json::Value>(line).unwrap()[kind].clone()
}

/// The line of an account that is opened in the same way, elsewhere in the book's order.
fn opened_again(line: &str, sequence: i64) -> String {
    let account = field(line, "account");
    let text = |name: &str| account[name].as_str().unwrap();
    let currency = Currency::new(text("currency").parse().unwrap(), 2).unwrap();
    let opening = AccountRequest::new(text("name").parse().unwrap(), text("type").parse().unwrap(), currency);
    let event = |sequence| OpeningEvent {
        account_id: AccountId(sequence),
        recorded_at: text("opened_at").parse().unwrap(),
        actor: text("opened_by").parse().unwrap(),
    };
    let before = account["sequence"].as_i64().unwrap();
    assert_eq!(hash_account(&opening, &event(before)).to_string(), text("hash"), "the account has nothing else");
    line.replacen(&format!("\"sequence\":{before}"), &format!("\"sequence\":{sequence}"), 1).replacen(
        text("hash"),
        &hash_account(&opening, &event(sequence)).to_string(),
        1,
    )
}

fn message(answer: &Answer) -> String {
    let failure: serde_json::Value = serde_json::from_str(answer.stderr.trim()).unwrap_or_default();
    failure["error"]["message"].as_str().map(str::to_owned).expect("the refusal has a message")
}

on_every_backend_as_owner! {
    fn what_was_changed_reordered_doubled_or_left_out_is_refused_with_its_line(book: &TestBook) {
        let files = Files::new();
        fill(book);
        let original = files.export(book, "original");
        let lines: Vec<_> = original.lines().collect();
        assert_eq!(join(&lines), original, "the checksum is computed as the documentation says");
        let first = |kind: &str| lines.iter().position(|line| line.starts_with(&format!("{{\"{kind}\""))).unwrap();
        let (account, transfer, event) = (first("account"), first("transfer"), first("event"));
        let last = lines.len() - 1;

        // Left out: it shows where the next line of the account no longer fits, or in the trailer.
        assert_refused(book, &files, &join(&[&lines[..last - 1], &lines[last..]].concat()), last);
        // Doubled.
        for index in [1, account, transfer, event] {
            let doubled = [&lines[..=index], &lines[index..]].concat();
            assert_refused(book, &files, &join(&doubled), index + 2);
        }
        // Reordered.
        for index in [1, account, transfer] {
            let mut swapped = lines.clone();
            swapped.swap(index, index + 1);
            assert_refused(book, &files, &join(&swapped), index + if index == transfer { 1 } else { 2 });
        }
        // Changed, and written as Teller would have written it.
        for (index, from, to) in [
            (account, "\"name\":\"cash\"", "\"name\":\"cask\""),
            (transfer, "\"amount\":\"1000.00\"", "\"amount\":\"1000.01\""),
            (transfer, "\"version\":1", "\"version\":2"),
            (transfer, "\"account\":4", "\"account\":6"),
            (transfer, "\"account\":4", "\"account\":99"),
            (transfer, "\"currency\":\"EUR\"", "\"currency\":\"UNIT\""),
            (event, "\"actor\":\"tests\"", "\"actor\":\"nobody\""),
            (event, "\"before\":{\"state\":\"open\"", "\"before\":{\"state\":\"frozen\""),
        ] {
            let line = lines[index].replacen(from, to, 1);
            assert_ne!(line, lines[index], "{from}");
            let mut changed = lines.clone();
            changed[index] = &line;
            assert_refused(book, &files, &join(&changed), index + 1);
        }
        // A second account of the name, which nothing else in the file contradicts.
        let accounts = lines.iter().filter(|line| line.starts_with("{\"account\"")).count();
        let count_one_more = |line: &str| {
            let counted = line.replacen(&format!("\"accounts\":{accounts}"), &format!("\"accounts\":{}", accounts + 1), 1);
            assert_ne!(counted, line);
            counted
        };
        let kinds = ["account", "transfer", "event", "book_event"].map(|kind| format!("{{\"{kind}\""));
        let end = lines.iter().rposition(|line| kinds.iter().any(|kind| line.starts_with(kind))).unwrap() + 1;
        let newest = field(lines[0], "header")["sequence"].as_i64().unwrap();
        let header = lines[0].replacen(&format!("\"sequence\":{newest}"), &format!("\"sequence\":{}", newest + 1), 1);
        let (header, trailer) = (count_one_more(&header), count_one_more(lines[last]));
        let twin = opened_again(lines[account], newest + 1);
        let mut doubled = lines.clone();
        (doubled[0], doubled[last]) = (&header, &trailer);
        doubled.insert(end, &twin);
        assert_refused(book, &files, &join(&doubled), end + 1);
        // Another root than the accounts come to.
        let (before, root) = lines[last].split_once("\"root\":\"").unwrap();
        let other_root = format!("{before}\"root\":\"{}{}", if root.starts_with('0') { '1' } else { '0' }, &root[1..]);
        let mut changed = lines.clone();
        changed[last] = &other_root;
        assert_refused(book, &files, &join(&changed), last + 1);
        // Not as Teller writes it.
        for (index, from, to) in [
            (account, "\"name\"", " \"name\""),
            (transfer, "\"amount\":\"1000.00\"", "\"amount\":\"1000.0\""),
            (transfer, "\"amount\":\"1000.00\"", "\"amount\":1000.00"),
            (transfer, "{\"sequence\"", "{\"more\":1,\"sequence\""),
            (transfer, "\"kind\"", "\"description\":null,\"kind\""),
        ] {
            let line = lines[index].replacen(from, to, 1);
            assert_ne!(line, lines[index], "{from}");
            let mut changed = lines.clone();
            changed[index] = &line;
            assert_refused(book, &files, &join(&changed), index + 1);
        }
    }

    fn a_file_that_was_cut_is_refused(book: &TestBook) {
        let files = Files::new();
        fill(book);
        let original = files.export(book, "original");
        let lines = original.lines().count();
        let without_trailer = original[..original.len() - 1].rfind('\n').unwrap() + 1;
        assert_refused(book, &files, &original[..without_trailer], lines - 1);
        assert_refused(book, &files, &original[..original.len() - 1], lines);
        assert_refused(book, &files, &original[..original.len() / 2], original[..original.len() / 2].lines().count());
        assert_refused(book, &files, &format!("{original}\n"), lines + 1);
        // Every byte counts, also where nothing is computed from it.
        let renamed = original.replacen("UAE dirham", "UAE Dirham", 1);
        let copy = book.another();
        files.import_text(&copy, &renamed).ends(65);
    }

    fn a_file_that_is_no_book_is_refused_and_leaves_the_book_as_it_was(book: &TestBook) {
        let files = Files::new();
        let before = book.contents();
        for text in ["", "\n", "{}\n", "from,to,amount\n", "{\"header\":{\"format\":\"teller.book.2\",\"book\":\"00000000-0000-0000-0000-000000000000\",\"accounts\":0,\"transfers\":0,\"events\":0,\"sequence\":0}}\n"] {
            files.import_text(book, text).ends(65).says("line 1: ");
        }
        assert_eq!(book.contents(), before);
        book.run("verify").ends(0);
    }

    fn a_refused_file_of_which_nothing_was_taken_gives_way_to_another(book: &TestBook) {
        let files = Files::new();
        fill(book);
        let original = files.export(book, "original");
        let copy = book.another();
        files.import_text(&copy, &original.replacen("\"amount\":\"1000.00\"", "\"amount\":\"1000.01\"", 1)).ends(65);
        files.import(&copy, "original").ends(0);
        assert_eq!(files.export(&copy, "copy"), original);
    }
}
