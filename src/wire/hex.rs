//! Bytes as hexadecimal digits.

use std::fmt::Write as _;

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn from_hex<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    bytes_from_hex(text)?.try_into().ok()
}

pub(crate) fn bytes_from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| {
        let digit = |index: usize| char::from(pair[index]).to_digit(16);
        u8::try_from(digit(0)? * 16 + digit(1)?).ok()
    };
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}
