//! Which encoding a file is in, as far as its first bytes tell.

/// The mark that some programs put before UTF-8.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

const UTF_16_LITTLE: &str = "it is UTF-16 (little-endian); convert it: iconv -f UTF-16LE -t UTF-8";
const UTF_16_BIG: &str = "it is UTF-16 (big-endian); convert it: iconv -f UTF-16BE -t UTF-8";

/// How files begin that are not UTF-8, and what they are. Longer beginnings stand before shorter ones.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"\xff\xfe\0\0", "it is UTF-32; convert it: iconv -f UTF-32 -t UTF-8"),
    (b"\0\0\xfe\xff", "it is UTF-32; convert it: iconv -f UTF-32 -t UTF-8"),
    (b"\xff\xfe", UTF_16_LITTLE),
    (b"\xfe\xff", UTF_16_BIG),
    (b"PK\x03\x04", "it is a ZIP archive or a spreadsheet; save it as CSV in UTF-8"),
    (b"\xd0\xcf\x11\xe0", "it is an old spreadsheet; save it as CSV in UTF-8"),
    (b"\x1f\x8b", "it is compressed by gzip; decompress it: gunzip"),
    (b"SQLite format 3\0", "it is an SQLite file"),
];

/// What a file is that is not UTF-8, and what to do with it. `None` where its first 16 bytes may be text in UTF-8.
#[must_use]
pub fn foreign_encoding(first: &[u8]) -> Option<&'static str> {
    let beginning = BEGINNINGS.iter().find(|(beginning, _)| first.starts_with(beginning));
    match (beginning, first) {
        (Some((_, problem)), _) => Some(problem),
        // Without a mark, the zero bytes of UTF-16's first letter tell.
        (None, [1..=255, 0, 1..=255, 0, ..]) => Some(UTF_16_LITTLE),
        (None, [0, 1..=255, 0, 1..=255, ..]) => Some(UTF_16_BIG),
        (None, _) => None,
    }
}

/// The name of UTF-16 in the order of bytes that the first bytes of a file show. `None` where they show no UTF-16.
#[must_use]
pub fn utf_16(first: &[u8]) -> Option<&'static str> {
    match foreign_encoding(first) {
        Some(UTF_16_LITTLE) => Some("UTF-16LE"),
        Some(UTF_16_BIG) => Some("UTF-16BE"),
        Some(_) | None => None,
    }
}

/// The text without the mark that may stand before it.
#[must_use]
pub fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_encoding_is_told_by_its_first_bytes() {
        for (first, expected) in [
            (&b"\xff\xfef\0r\0"[..], "UTF-16 (little-endian)"),
            (b"\xfe\xff\0f\0r", "UTF-16 (big-endian)"),
            (b"\xff\xfe\0\0f\0\0\0", "UTF-32"),
            (b"f\0r\0o\0", "UTF-16 (little-endian)"),
            (b"\0f\0r\0o", "UTF-16 (big-endian)"),
            (b"PK\x03\x04\x14", "spreadsheet"),
            (b"\x1f\x8b\x08", "gzip"),
        ] {
            assert!(foreign_encoding(first).is_some_and(|problem| problem.contains(expected)), "{first:?}");
        }
        for first in [&b""[..], b"f", b"from,to", b"\xef\xbb\xbffrom", b"caf\xe9,", b"\0\0\0\0"] {
            assert_eq!(foreign_encoding(first), None, "{first:?}");
        }
    }
}
