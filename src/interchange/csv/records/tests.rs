use std::io::{self, Read};

use proptest::prelude::*;

use crate::error::{Error, InputError};
use crate::interchange::csv::records::{FIELD_BYTES_MAX, READ_BYTES, RECORD_BYTES_MAX, Records};

fn read(file: &[u8]) -> Result<Vec<(u64, Vec<String>)>, Error> {
    let mut records = Records::new(file);
    let mut found = Vec::new();
    while let Some(record) = records.next_record(b',')? {
        let values = record.values().map(|value| String::from_utf8_lossy(&value).into_owned());
        found.push((record.line, values.collect()));
    }
    Ok(found)
}

fn values(file: &str) -> Vec<Vec<String>> {
    read(file.as_bytes()).unwrap().into_iter().map(|(_, values)| values).collect()
}

fn fault(file: &str) -> (u64, u64, String) {
    match read(file.as_bytes()) {
        Err(Error::Input(InputError::Csv { line, column, problem })) => (line, column, problem),
        other => panic!("{file:?}: {other:?}"),
    }
}

#[test]
fn fields_are_plain_or_in_quotes() {
    assert_eq!(values("a,b\n"), [["a", "b"]]);
    assert_eq!(values("a,,\n,"), [vec!["a", "", ""], vec!["", ""]]);
    assert_eq!(values("\"a,b\",\"\",\"say \"\"hi\"\"\"\n"), [["a,b", "", "say \"hi\""]]);
    assert_eq!(values("\"\"\"\"\n\"\"\"\"\"\"\n"), [["\""], ["\"\""]]);
    assert_eq!(values("\"one\r\ntwo\rthree\nfour\",x"), [["one\r\ntwo\rthree\nfour", "x"]]);
    assert_eq!(values(""), Vec::<Vec<String>>::new());
    assert_eq!(values("\n\r\n\r\r\na"), [["a"]]);
}

#[test]
fn a_quote_stands_nowhere_but_around_a_field() {
    for (file, line, column) in [
        ("a,b\"c\n", 1, 4),
        ("a, \"b\"\n", 1, 4),
        ("a,\"b\"c,d\n", 1, 6),
        ("a,\"b\" \n", 1, 6),
        ("x,y\na,\"b\nc,\"d\"\n", 3, 4),
        ("ä,\"ö\"ü\n", 1, 6),
        ("a,\"b\r\nc\"d\r\n", 2, 3),
        // Closed by nothing: the place is that of the opening quote.
        ("a,b\nc,\"d\ne,f\n", 2, 3),
        ("\"", 1, 1),
        ("\"a\n", 1, 1),
    ] {
        let found = fault(file);
        assert_eq!((found.0, found.1), (line, column), "{file:?}: {}", found.2);
    }
}

#[test]
fn nothing_is_read_behind_a_fault() {
    let mut records = Records::new(&b"a,b\"c\nd,e\n"[..]);
    assert!(records.next_record(b',').is_err());
    assert!(records.next_record(b',').unwrap().is_none());
}

#[test]
fn lines_are_counted_however_they_end() {
    for end in ["\n", "\r\n", "\r"] {
        let file = ["h", "a", "", "", "\"b", "c\"", "d"].join(end);
        let lines: Vec<_> = read(file.as_bytes()).unwrap().into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [1, 2, 5, 7], "{end:?}");
        let mut records = Records::new(file.as_bytes());
        while records.next_record(b',').unwrap().is_some() {}
        assert_eq!(records.line_end(), end);
    }
}

#[test]
fn fields_and_records_are_bounded() {
    let longest = "x".repeat(FIELD_BYTES_MAX);
    assert_eq!(values(&format!("a,{longest}"))[0][1].len(), FIELD_BYTES_MAX);
    assert_eq!(fault(&format!("a,{longest}x\n")).1, 3);
    assert_eq!(fault(&format!("a,\"{longest}\n")).1, 3);
    assert!(fault(&"a,".repeat(RECORD_BYTES_MAX)).2.contains("1048576 bytes"));
    // No more is read of a file without end than a record may have.
    let mut endless = Records::new(std::io::repeat(b'x'));
    assert!(endless.next_record(b',').is_err());
    assert!(endless.offset <= (RECORD_BYTES_MAX + READ_BYTES) as u64);
}

#[test]
fn a_record_has_the_bytes_of_the_file() {
    let mut records = Records::new(&b"a,\"b\r\nc\"\r\n\xe9,d"[..]);
    let first = records.next_record(b',').unwrap().unwrap();
    assert_eq!((first.raw.as_slice(), first.offset), (&b"a,\"b\r\nc\""[..], 0));
    let second = records.next_record(b',').unwrap().unwrap();
    assert_eq!((second.raw.as_slice(), second.offset, second.line), (&b"\xe9,d"[..], 10, 3));
    assert_eq!(second.raw_fields().collect::<Vec<_>>(), [&b"\xe9"[..], b"d"]);
}

proptest! {
    /// Lenient readers agree about every file that is strict.
    #[test]
    fn what_is_read_is_what_other_readers_read(file in "[a,\"\n\ré]{0,40}") {
        let mut lenient = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(file.as_bytes());
        let expected: Vec<Vec<String>> =
            lenient.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        if let Ok(found) = read(file.as_bytes()) {
            prop_assert_eq!(found.into_iter().map(|(_, values)| values).collect::<Vec<_>>(), expected);
        }
    }

    /// Where the reader gets its bytes in pieces, it reads the same.
    #[test]
    fn pieces_make_no_difference(file in "[a,\"\n\ré]{0,40}", piece in 1_usize..5) {
        let mut whole = Records::new(file.as_bytes());
        let mut pieces = Records::new(Pieces(file.as_bytes(), piece));
        loop {
            let [one, other] = [whole.next_record(b','), pieces.next_record(b',')].map(|read| {
                read.map(|record| record.map(|record| (record.line, record.offset, record.raw))).map_err(|error| error.to_string())
            });
            prop_assert_eq!(&one, &other);
            if !matches!(one, Ok(Some(_))) {
                break;
            }
        }
    }
}

/// Gives its bytes in pieces of a length.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(self.0.len()).min(buffer.len());
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}
