//! From bytes to UTF-8 and back, by `encoding_rs`.

use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_16BE, UTF_16LE};

/// A file that is turned into UTF-8 while it is read.
pub(crate) struct Decoded<R> {
    reader: BufReader<R>,
    encoding: &'static Encoding,
    decoder: Decoder,
    /// How many bytes of the file are decoded.
    offset: u64,
    /// What is decoded, and how much of it was handed on.
    text: Vec<u8>,
    handed_on: usize,
    /// What comes behind that text: nothing more, or a fault.
    end: Option<io::Result<()>>,
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(reader: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { reader: BufReader::new(reader), encoding, decoder, offset: 0, text: Vec::new(), handed_on: 0, end: None }
    }

    /// Decodes what the reader has at hand. Then there is text, or an end.
    fn decode(&mut self) -> io::Result<()> {
        let chunk = self.reader.fill_buf()?;
        let is_last = chunk.is_empty();
        let room = self.decoder.max_utf8_buffer_length_without_replacement(chunk.len());
        self.text.resize(room.ok_or_else(|| io::Error::other("too many bytes at once"))?, 0);
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(chunk, &mut self.text, is_last);
        self.reader.consume(read);
        self.offset += read as u64;
        self.text.truncate(written);
        self.handed_on = 0;
        match result {
            DecoderResult::Malformed(length, behind) => {
                let place = self.offset - u64::from(length) - u64::from(behind) + 1;
                let problem = format!("byte {place} of it means nothing in {}", self.encoding.name());
                self.end = Some(Err(io::Error::new(io::ErrorKind::InvalidData, problem)));
            }
            DecoderResult::InputEmpty if is_last => self.end = Some(Ok(())),
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.handed_on == self.text.len() {
            match &mut self.end {
                None => self.decode()?,
                Some(end) => return std::mem::replace(end, Ok(())).map(|()| 0),
            }
        }
        let read = (&self.text[self.handed_on..]).read(buffer)?;
        self.handed_on += read;
        Ok(read)
    }
}

/// The bytes of a text. Characters that the encoding lacks become `?`.
pub(super) fn encode(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    if encoding == UTF_16LE {
        return text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    }
    if encoding == UTF_16BE {
        return text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    }
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        let mut buffer = [0; 4];
        match encoding.encode(character.encode_utf8(&mut buffer)) {
            (encoded, _, false) => bytes.extend_from_slice(&encoded),
            (_, _, true) => bytes.push(b'?'),
        }
    }
    bytes
}
