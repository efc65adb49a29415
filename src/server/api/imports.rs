//! Files of accounts and of transfers, line by line.

use std::io;
use std::ops::ControlFlow;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, InputError};
use crate::interchange::{Dialect, read_accounts_as, read_transfers_as};
use crate::ledger::{ImportCounts, ImportSink, Ledger, Refused};
use crate::server::answer::{Answer, ITEMS};
use crate::server::call::Call;
use crate::server::endpoint::{Action, Body, DRY_RUN, Endpoint, JobRun, Parameter};
use crate::server::keys::scope::Scope;
use crate::server::problem::{Problem, Retry};
use crate::server::schemas::Shape;
use crate::server::status::ServerCode;
use crate::wire::{ImportRecord, RefusedLineRecord};

/// The most lines that are told of one by one; all are counted.
const REFUSED_SHOWN_MAX: usize = 1_000;

const DELIMITER: Parameter = ("delimiter", "What stands between fields; found out by the header where it is not given");
const ENCODING: Parameter = ("encoding", "How characters are written as bytes: `utf-8` where it is not given");
const SKIP: Parameter = ("skip", "How many lines stand before the header");
const NUMBER_FORMAT: Parameter = ("number_format", "How amounts are written: `1234.56`, `1.234,56` and others");
const DATE_FORMAT: Parameter = ("date_format", "How dates are written, such as `%d.%m.%Y`");

pub(super) fn endpoints() -> Vec<Endpoint> {
    let import = |path, summary, scope, run: JobRun| {
        Endpoint::post(
            path,
            summary,
            scope,
            Action::Job(run),
            Shape::Within("ImportRecord", ITEMS, "RefusedLineRecord"),
        )
        .taking(Body::Csv)
    };
    vec![
        import("/v1/imports/accounts", "Open the accounts of a CSV file", Scope::AccountsWrite, accounts)
            .with_query(&[DELIMITER, ENCODING, SKIP, NUMBER_FORMAT, DATE_FORMAT, DRY_RUN]),
        import("/v1/imports/transfers", "Post the transfers of a CSV file, in order", Scope::TransfersWrite, transfers)
            .with_query(&[
                ("source", "The file's own name: its lines without a key are then told from equal lines of others"),
                DELIMITER,
                ENCODING,
                SKIP,
                NUMBER_FORMAT,
                DATE_FORMAT,
                DRY_RUN,
            ]),
    ]
}

fn accounts(call: &Call, ledger: &Ledger, is_ending: &AtomicBool) -> Result<Answer, Problem> {
    let lines = read_accounts_as(call.file.as_slice(), &dialect(call)?)?;
    let mut sink = Sink::new(is_ending);
    let counts = ledger.import_accounts(lines, call.options()?, &mut sink);
    sink.answer(call, counts)
}

fn transfers(call: &Call, ledger: &Ledger, is_ending: &AtomicBool) -> Result<Answer, Problem> {
    let source = call.asked("source")?;
    let lines = read_transfers_as(call.file.as_slice(), &dialect(call)?)?;
    let mut sink = Sink::new(is_ending);
    let counts = ledger.import_transfers_from(source.as_ref(), lines, call.options()?, &mut sink);
    sink.answer(call, counts)
}

fn dialect(call: &Call) -> Result<Dialect, Problem> {
    Ok(Dialect {
        delimiter: written(call, "delimiter")?,
        encoding: written(call, "encoding")?.unwrap_or_default(),
        skip: call.number("skip")?.unwrap_or_default(),
        numbers: written(call, "number_format")?.unwrap_or_default(),
        dates: written(call, "date_format")?,
    })
}

fn written<T: FromStr<Err = String>>(call: &Call, name: &str) -> Result<Option<T>, Problem> {
    call.asked_as(name, |text| Ok(text.parse::<T>().map_err(InputError::request)?))
}

/// Keeps what was refused, and how far it came.
struct Sink<'a> {
    is_ending: &'a AtomicBool,
    refused: Vec<RefusedLineRecord>,
    counts: ImportCounts,
    is_stopped: bool,
}

impl<'a> Sink<'a> {
    fn new(is_ending: &'a AtomicBool) -> Self {
        Self { is_ending, refused: Vec::new(), counts: ImportCounts::default(), is_stopped: false }
    }

    fn answer(self, call: &Call, counts: Result<ImportCounts, Error>) -> Result<Answer, Problem> {
        let problem = match counts {
            Ok(counts) if !self.is_stopped => {
                let record = ImportRecord::new(counts, None, call.mode()?);
                return Answer::page_within(&record, ITEMS, &self.refused, None::<String>);
            }
            Ok(_) => {
                let problem = Problem::new(ServerCode::OutcomeUnknown, "the server ended before the file did");
                Problem { retry: Retry::SameKey, ..problem }
            }
            Err(error) => Problem::from(error),
        };
        // What was committed before stays, and the same file can be sent again.
        Err(problem.with("lines", self.counts.lines).with("imported", self.counts.done))
    }
}

impl ImportSink for Sink<'_> {
    fn refuse(&mut self, refused: &Refused) -> io::Result<()> {
        if self.refused.len() < REFUSED_SHOWN_MAX {
            self.refused.push(RefusedLineRecord::from(refused));
        }
        Ok(())
    }

    fn progress(&mut self, counts: &ImportCounts) -> ControlFlow<()> {
        self.counts = *counts;
        self.is_stopped = self.is_ending.load(Ordering::Relaxed);
        if self.is_stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
