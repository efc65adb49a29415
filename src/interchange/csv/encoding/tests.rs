#![cfg(feature = "cli")]

use std::io::Read;

use crate::error::{Error, InputError};
use crate::interchange::csv::encoding::TextEncoding;

fn read(encoding: &str, bytes: &[u8]) -> Result<String, Error> {
    let (mut text, _) = encoding.parse::<TextEncoding>().unwrap().open(bytes)?;
    let mut read = String::new();
    text.read_to_string(&mut read).map_err(|source| Error::File { doing: String::new(), source })?;
    Ok(read)
}

#[test]
fn a_file_is_read_in_the_encoding_that_is_named() {
    assert_eq!(read("utf-8", b"\xef\xbb\xbfa,b").unwrap(), "a,b");
    assert_eq!(read("utf-8", b"a,b and more than sixteen bytes").unwrap(), "a,b and more than sixteen bytes");
    assert_eq!(read("utf-8", b"").unwrap(), "");
    assert_eq!(read("latin1", b"caf\xe9 \x80").unwrap(), "caf\u{e9} \u{20ac}");
    assert_eq!(read("iso-8859-15", b"\xa4").unwrap(), "\u{20ac}");
    let text = "a,\u{e9},\u{1f600} and more than sixteen characters";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(read("utf-16", &[b"\xff\xfe", &little[..]].concat()).unwrap(), text);
    assert_eq!(read("utf-16", &[b"\xfe\xff", &big[..]].concat()).unwrap(), text);
    assert_eq!(read("utf-16be", &big).unwrap(), text);
}

#[test]
fn a_file_that_is_seen_to_be_in_another_encoding_is_refused() {
    for (encoding, bytes, found) in [
        ("utf-8", &b"\xff\xfea\0"[..], "UTF-16LE"),
        ("latin1", b"\xfe\xff\0a", "UTF-16BE"),
        ("latin1", b"\xef\xbb\xbfa", "UTF-8"),
        ("utf-16", b"\xef\xbb\xbfa", "UTF-8"),
    ] {
        let error = read(encoding, bytes).unwrap_err();
        assert!(matches!(error, Error::Input(InputError::Encoding { found: is, .. }) if is == found), "{error}");
    }
    assert!(matches!(read("latin1", b"PK\x03\x04"), Err(Error::File { .. })));
}

#[test]
fn every_encoding_gives_back_the_bytes_that_it_was_read_from() {
    let mut read_whole = 0;
    for name in
        ["windows-1252", "iso-8859-15", "ibm866", "koi8-r", "macintosh", "windows-1250", "windows-1253", "iso-8859-7"]
    {
        let encoding: TextEncoding = name.parse().unwrap();
        for byte in 1..=255 {
            let Ok(text) = read(name, &[b'x', byte]) else { continue };
            assert_eq!(&*encoding.bytes_of(text.as_bytes()), [b'x', byte], "{name}");
            read_whole += 1;
        }
    }
    assert!(read_whole > 8 * 240, "{read_whole}");
    let utf_16: TextEncoding = "utf-16le".parse().unwrap();
    assert_eq!(&*utf_16.bytes_of("a\u{1f600}".as_bytes()), b"a\0\x3d\xd8\0\xde");
    assert_eq!(&*"latin1".parse::<TextEncoding>().unwrap().bytes_of("\u{4e2d}".as_bytes()), b"?");
}

#[test]
fn bytes_that_mean_nothing_end_the_file_with_their_place() {
    let error = |encoding, bytes: &[u8]| match read(encoding, bytes) {
        Err(Error::File { source, .. }) => source.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(error("windows-1253", b"abc\xaa").contains("byte 4 "));
    assert!(error("utf-16le", b"a\0\0\xdcb\0").contains("byte 3 "));
    assert!(error("utf-16le", b"a\0b").contains("byte 3 "));
}

#[test]
fn encodings_with_more_bytes_a_character_are_no_choice() {
    for name in ["shift_jis", "gbk", "big5", "utf-7", "", "x"] {
        assert!(name.parse::<TextEncoding>().is_err(), "{name}");
    }
}
