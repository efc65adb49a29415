//! Whatever bytes a file has, its reader answers with values or with the fault that it documents, and never panics.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use teller::interchange::{BookReader, BookWriter, read_transfers};
use teller::ledger::{BookSource, TransferLine};
use teller::wire::{DefaultSignature, RequestReader, SealFile, SealFileError};
use teller::{Error, InputError};

use crate::support::{TestBook, check};

/// A change of some bytes, at a place that is a share of their number.
#[derive(Clone, Debug)]
enum Change {
    Insert(Index, Vec<u8>),
    Replace(Index, u8),
    Remove(Index, usize),
    Repeat(Index, usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |index: &Index, bytes: &[u8]| index.index(bytes.len() + 1);
        match self {
            Self::Insert(index, new) => {
                let place = place(index, bytes);
                bytes.splice(place..place, new.iter().copied());
            }
            Self::Replace(index, new) => {
                if let Some(byte) = (!bytes.is_empty()).then(|| index.index(bytes.len())) {
                    bytes[byte] = *new;
                }
            }
            Self::Remove(index, length) => {
                let place = place(index, bytes);
                bytes.drain(place..bytes.len().min(place + length));
            }
            Self::Repeat(index, length) => {
                let place = place(index, bytes);
                let piece = bytes[place..bytes.len().min(place + length)].to_vec();
                bytes.splice(place..place, piece);
            }
        }
    }
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let bytes = || prop_oneof![any::<u8>(), select(&b"\",;\n\r\t{}[]:\\0-.eE+ x\xef\xbb\xbf\xff\0"[..])];
    let change = prop_oneof![
        (any::<Index>(), vec(bytes(), 1..4)).prop_map(|(index, new)| Change::Insert(index, new)),
        (any::<Index>(), bytes()).prop_map(|(index, new)| Change::Replace(index, new)),
        (any::<Index>(), 1_usize..40).prop_map(|(index, length)| Change::Remove(index, length)),
        (any::<Index>(), 1_usize..40).prop_map(|(index, length)| Change::Repeat(index, length)),
    ];
    vec(change, 0..6)
}

/// Any bytes, or those of a good file after some changes.
fn changed(good: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let changed = changes().prop_map(move |changes| {
        let mut bytes = good.to_vec();
        for change in &changes {
            change.apply(&mut bytes);
        }
        bytes
    });
    prop_oneof![1 => vec(any::<u8>(), 0..200), 8 => changed]
}

const CSV: &[u8] = b"\xef\xbb\xbfkey,from,to,amount,effective_at,description,metadata.order\r\n\
    k1,a,b,10.00,2026-01-31T12:00:00Z,\"rent, \"\"May\"\"\",7\r\n,b,a,1,,\"two\nlines\",\r\n";

const BATCH: &[u8] = br#"{"key": "p1", "from": "a", "to": "b", "amount": "10.00", "metadata": {"x": "y"}}
{"key": "h1", "hold": {"from": "a", "to": "b", "amount": "5.00", "expires_in": "7d"}}
{"key": "c1", "capture": {"hold": "h1", "amount": {"up_to": "5.00"}, "final": true}}
{"key": "j1", "legs": [{"debit": "a", "credit": "b", "amount": "1.00", "if": [{"balance": ">= 0"}]}, {"close": "b"}]}
{"id": "0190163d-8694-739b-aea5-966c26f8ad91", "reverse_journal": {"journal": "j1", "at": "now"}}
{"freeze": {"account": "a", "sides": "debits", "actor": "me"}}
{"limit": {"account": "a", "min_balance": "-5.00", "per_day": "none"}}
{"annotate": {"transfer": "p1", "set": {"x": "z"}, "remove": ["y"], "reason": "checked"}}
"#;

/// The export of a small book, and its seal.
static BOOK: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let book = small_book();
    let ledger = book.ledger();
    let mut writer = BookWriter::new(Vec::new(), |bytes| {
        bytes.clear();
        Ok(())
    });
    ledger.export_book(&mut writer, &mut |_| ControlFlow::Continue(())).unwrap();
    let seal = SealFile::new(ledger.seal().unwrap(), None).to_json().to_string().into_bytes();
    (writer.into_inner(), seal)
});

fn small_book() -> TestBook {
    let book = TestBook::on_sqlite();
    check(
        &book,
        "
        account a asset EUR
        account b asset EUR
        transfer a b 10    -> posted
        hold h1: a b 5     -> held
        limits b min 0     -> changed
    ",
    );
    book
}

fn read_all(file: &[u8]) -> Result<Vec<Result<TransferLine, &'static str>>, Error> {
    let lines = read_transfers(file)?.map(|line| line.map(|line| line.content.map_err(|fault| fault.code)));
    lines.collect()
}

/// How a strict writer writes a field: in quotes where it must, or where it likes to.
fn written(field: &str, delimiter: char, likes_quotes: bool) -> String {
    let must = field.contains(['"', '\n', '\r', delimiter]);
    if must || likes_quotes { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() }
}

proptest! {
    #[test]
    fn any_csv_is_read_or_refused(file in changed(CSV)) {
        match read_all(&file) {
            Ok(_) | Err(Error::Input(InputError::Csv { .. } | InputError::Header { .. })) => {}
            Err(Error::File { source, .. }) => prop_assert_eq!(source.kind(), std::io::ErrorKind::InvalidData),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn what_a_strict_writer_wrote_is_read_as_it_was(
        records in vec((vec("[ -~äß€\u{1F600}\n\r\t\"]{0,12}", 3), any::<bool>()), 0..8),
        delimiter in select(&[',', ';', '\t', '|'][..]),
        end in select(&["\n", "\r\n", "\r"][..]),
    ) {
        let mut file = String::new();
        let mut raw = Vec::new();
        write!(file, "{}{end}", ["amount", "from", "to", "metadata.0", "metadata.1", "metadata.2"].join(&delimiter.to_string())).unwrap();
        for (fields, likes_quotes) in &records {
            let fields = ["1", "a", "b"].into_iter().chain(fields.iter().map(String::as_str));
            let line = fields.map(|field| written(field, delimiter, *likes_quotes)).collect::<Vec<_>>().join(&delimiter.to_string());
            write!(file, "{line}{end}").unwrap();
            raw.push(line.into_bytes());
        }
        let lines = read_transfers(file.as_bytes()).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
        prop_assert_eq!(lines.iter().map(|line| line.raw.clone()).collect::<Vec<_>>(), raw);
        for (line, (fields, _)) in lines.into_iter().zip(&records) {
            let metadata = line.content.unwrap().metadata;
            for (number, field) in fields.iter().enumerate() {
                let found = metadata.entries().get(&number.to_string()).map_or("", String::as_str);
                prop_assert_eq!(found, field.as_str());
            }
        }
    }

    #[test]
    fn any_file_of_a_book_is_read_or_refused_with_its_line(file in changed(&BOOK.0)) {
        let mut reader = BookReader::new(file.as_slice());
        loop {
            match reader.next_line() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(Error::Input(InputError::BookFile { line, .. })) => {
                    prop_assert!(line > 0);
                    break;
                }
                Err(other) => prop_assert!(false, "{:?}", other),
            }
        }
    }

    #[test]
    fn any_seal_is_read_or_refused(file in changed(&BOOK.1)) {
        match SealFile::from_json(&String::from_utf8_lossy(&file)) {
            Ok(_) | Err(SealFileError::Form { .. }) => {}
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }
}

#[test]
fn any_batch_is_read_or_refused_with_its_line() {
    proptest!(|(file in changed(BATCH))| {
        match read_batch(&file) {
            Ok(_) => {}
            Err(InputError::At { place, .. }) => prop_assert!(place.starts_with("line "), "{}", place),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    });
}

fn read_batch(file: &[u8]) -> Result<usize, InputError> {
    let reader = RequestReader::new(DefaultSignature { actor: "me".parse().ok(), reason: None });
    Ok(reader.read_items(&String::from_utf8_lossy(file))?.len())
}

#[test]
fn the_good_files_are_good() {
    assert_eq!(read_all(CSV).unwrap().into_iter().flatten().count(), 2);
    let (export, seal) = &*BOOK;
    let mut reader = BookReader::new(export.as_slice());
    while reader.next_line().unwrap().is_some() {}
    assert!(SealFile::from_json(str::from_utf8(seal).unwrap()).is_ok());
    assert_eq!(read_batch(BATCH).unwrap(), 8);
}
