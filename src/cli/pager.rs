//! What stands behind stdout: a file, a pipe, a screen, or on a screen the pager, once there is more than the screen shows.

use std::io::{self, BufWriter, Stdout, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::cli::talk;
use crate::config;

/// Where results go in the end.
pub(super) struct Outlet {
    stdout: BufWriter<Stdout>,
    /// What a screen has room for, kept back until it is known whether there is more.
    held: Option<Held>,
    pager: Option<Pager>,
}

struct Held {
    bytes: Vec<u8>,
    lines_max: usize,
}

struct Pager {
    child: Child,
    input: Option<BufWriter<ChildStdin>>,
}

impl Outlet {
    /// With a pager for what has more lines than that.
    pub(super) fn new(stdout: Stdout, lines_max: Option<usize>) -> Self {
        let held = lines_max.map(|lines_max| Held { bytes: Vec::new(), lines_max });
        Self { stdout: BufWriter::new(stdout), held, pager: None }
    }

    /// Whether people look at it in a pager, which they can leave before its end.
    pub(super) const fn is_paged(&self) -> bool {
        self.pager.is_some()
    }

    /// Writes what is still kept back. A pager is left when its reader leaves it.
    pub(super) fn end(&mut self) -> io::Result<()> {
        if let Some(held) = self.held.take() {
            self.stdout.write_all(&held.bytes)?;
        }
        if let Some(pager) = &mut self.pager {
            let flushed = pager.input.take().map_or(Ok(()), |mut input| input.flush());
            // Its exit code is its own matter.
            let _ = pager.child.wait();
            talk::release();
            flushed?;
        }
        self.stdout.flush()
    }

    /// There is more than the screen shows.
    fn page(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pager = Pager::start();
        match &mut self.pager {
            Some(pager) => pager.write_all(bytes),
            None => self.stdout.write_all(bytes),
        }
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(pager) = &mut self.pager {
            return pager.write(bytes);
        }
        let Some(held) = &mut self.held else { return self.stdout.write(bytes) };
        held.bytes.extend_from_slice(bytes);
        let lines = memchr::memchr_iter(b'\n', &held.bytes).count();
        if lines > held.lines_max
            && let Some(held) = self.held.take()
        {
            self.page(&held.bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.pager {
            Some(pager) => pager.flush(),
            None => self.stdout.flush(),
        }
    }
}

impl Pager {
    /// The pager of the environment; `None` where it wants none or has none.
    fn start() -> Option<Self> {
        let words = config::pager()?;
        let (program, arguments) = words.split_first()?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped());
        if let Some(options) = config::pager_options() {
            command.env("LESS", options);
        }
        let mut child = command.spawn().ok()?;
        // What is said meanwhile would get into its screen.
        talk::hold();
        let input = child.stdin.take().map(BufWriter::new);
        Some(Self { child, input })
    }
}

impl Write for Pager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.input.as_mut().map_or(Ok(bytes.len()), |input| input.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.input.as_mut().map_or(Ok(()), Write::flush)
    }
}
