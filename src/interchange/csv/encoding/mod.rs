//! How the characters of a file are written as bytes: UTF-8, and with the feature `cli` UTF-16 and the encodings that have one byte a
//! character. Those can be written again as they were read, so that refused lines keep their bytes.

#[cfg(feature = "cli")]
mod decoded;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Chain, Cursor, Read};
use std::str::FromStr;

#[cfg(feature = "cli")]
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::{Error, InputError};
use crate::files::{BOM, foreign_encoding, utf_16};

/// How many bytes tell what a file is.
const FIRST_BYTES: u64 = 64;

/// An encoding of text. The default is UTF-8.
///
/// ```
/// use teller::interchange::TextEncoding;
///
/// assert_eq!(TextEncoding::default().to_string(), "UTF-8");
/// assert_eq!("utf8".parse::<TextEncoding>()?, TextEncoding::default());
/// assert!("morse".parse::<TextEncoding>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextEncoding(Kind);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Utf8,
    #[cfg(feature = "cli")]
    Other(&'static Encoding),
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Utf8 => f.write_str("UTF-8"),
            #[cfg(feature = "cli")]
            Kind::Other(encoding) => f.write_str(encoding.name()),
        }
    }
}

impl FromStr for TextEncoding {
    type Err = String;

    /// Reads one of the names that the WHATWG encoding standard has, such as `latin1`.
    #[cfg(feature = "cli")]
    fn from_str(text: &str) -> Result<Self, String> {
        match Encoding::for_label(text.as_bytes()) {
            Some(encoding) if encoding == UTF_8 => Ok(Self(Kind::Utf8)),
            Some(encoding) if is_utf_16(encoding) || encoding.is_single_byte() => Ok(Self(Kind::Other(encoding))),
            _ => Err("write utf-8, utf-16, windows-1252 (which is also latin1), iso-8859-15 or another encoding with one byte a character; \
                      convert a file in any other to UTF-8 first"
                .to_owned()),
        }
    }

    /// Reads the name of UTF-8.
    #[cfg(not(feature = "cli"))]
    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Ok(Self::default()),
            _ => Err("write utf-8; other encodings come with the feature `cli`".to_owned()),
        }
    }
}

#[cfg(feature = "cli")]
fn is_utf_16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// A file as UTF-8, without the mark that may stand before it.
pub(crate) enum Text<R> {
    Plain(Rest<R>),
    #[cfg(feature = "cli")]
    Decoded(decoded::Decoded<Rest<R>>),
}

/// The first bytes of a file again, and the rest of it.
type Rest<R> = Chain<Cursor<Vec<u8>>, R>;

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(rest) => rest.read(buffer),
            #[cfg(feature = "cli")]
            Self::Decoded(decoded) => decoded.read(buffer),
        }
    }
}

impl TextEncoding {
    /// Begins to read a file. One whose first bytes show something else is refused. Of the two kinds of UTF-16 the first bytes choose, so the
    /// encoding is given back.
    pub(crate) fn open<R: Read>(self, mut reader: R) -> Result<(Text<R>, Self), Error> {
        let failed = |source| Error::File { doing: "read the file".into(), source };
        let mut first = Vec::new();
        reader.by_ref().take(FIRST_BYTES).read_to_end(&mut first).map_err(failed)?;
        let encoding = self.as_shown_by(&first)?;
        let other = foreign_encoding(&first).filter(|_| utf_16(&first).is_none());
        if let Some(problem) = other {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidData, problem)));
        }
        if first.starts_with(BOM) {
            first.drain(..BOM.len());
        }
        let rest = Cursor::new(first).chain(reader);
        let text = match encoding.0 {
            Kind::Utf8 => Text::Plain(rest),
            #[cfg(feature = "cli")]
            Kind::Other(encoding) => Text::Decoded(decoded::Decoded::new(rest, encoding)),
        };
        Ok((text, encoding))
    }

    /// The encoding that the file has by its first bytes, which must be the one that was named.
    fn as_shown_by(self, first: &[u8]) -> Result<Self, InputError> {
        let shown = if first.starts_with(BOM) { Some("UTF-8") } else { utf_16(first) };
        match (self.0, shown) {
            (Kind::Utf8, None | Some("UTF-8")) => Ok(self),
            #[cfg(feature = "cli")]
            (Kind::Other(_), None) => Ok(self),
            #[cfg(feature = "cli")]
            (Kind::Other(encoding), Some("UTF-16LE")) if is_utf_16(encoding) => Ok(Self(Kind::Other(UTF_16LE))),
            #[cfg(feature = "cli")]
            (Kind::Other(encoding), Some("UTF-16BE")) if is_utf_16(encoding) => Ok(Self(Kind::Other(UTF_16BE))),
            (_, Some(found)) => Err(InputError::Encoding { found, read_as: self.to_string() }),
        }
    }

    /// What stands before the text of a file, so that its encoding is seen.
    pub(crate) fn mark(self) -> &'static [u8] {
        match self.0 {
            #[cfg(feature = "cli")]
            Kind::Other(encoding) if encoding == UTF_16LE => b"\xff\xfe",
            #[cfg(feature = "cli")]
            Kind::Other(encoding) if encoding == UTF_16BE => b"\xfe\xff",
            _ => b"",
        }
    }

    /// The bytes of a text that was read. A character that the encoding lacks, which only our own messages can have, becomes `?`.
    pub(crate) fn bytes_of(self, text: &[u8]) -> Cow<'_, [u8]> {
        match self.0 {
            Kind::Utf8 => Cow::Borrowed(text),
            #[cfg(feature = "cli")]
            Kind::Other(encoding) => Cow::Owned(decoded::encode(encoding, &String::from_utf8_lossy(text))),
        }
    }
}
