use std::collections::VecDeque;
use std::io::{self, Read};

/// Passes a file on, and notes on which line everything begins.
///
/// The CSV reader counts lines too, but says of a record where the one before it ended: a line early behind blank lines, and on every
/// line of a file whose lines end in CR LF.
pub(super) struct LineStarts<R> {
    reader: R,
    offset: u64,
    line: u64,
    is_blank: bool,
    /// The lines that were passed on and are not blank: the offset of their first byte, and their number.
    starts: VecDeque<(u64, u64)>,
}

impl<R> LineStarts<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, offset: 0, line: 1, is_blank: true, starts: VecDeque::new() }
    }

    /// The first line that is not blank and begins at an offset or behind it. Offsets may only rise.
    pub(super) fn line_from(&mut self, offset: u64) -> u64 {
        while self.starts.front().is_some_and(|(start, _)| *start < offset) {
            self.starts.pop_front();
        }
        self.starts.front().map_or(self.line, |(_, line)| *line)
    }
}

impl<R: Read> Read for LineStarts<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        for byte in &buffer[..count] {
            match byte {
                b'\n' => {
                    self.line += 1;
                    self.is_blank = true;
                }
                b'\r' => {}
                _ if self.is_blank => {
                    self.starts.push_back((self.offset, self.line));
                    self.is_blank = false;
                }
                _ => {}
            }
            self.offset += 1;
        }
        Ok(count)
    }
}
