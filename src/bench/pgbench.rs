//! PostgreSQL's own benchmark, for comparison: a transaction of TPC-B is an update of an account, two sums and a line of history, with
//! no double entry, no limits, no idempotency and no proof.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::bench::Measured;
use crate::bench::book::Schema;
use crate::error::Error;
use crate::store::{DatabaseUrl, StoreOptions};

const PROGRAM: &str = "pgbench";

/// Where Debian and its kin keep it, one folder a major version, outside of PATH.
const PACKAGED_VERSIONS: &str = "/usr/lib/postgresql";

/// The program, and the schema of its tables, which is gone when this goes.
pub struct PgBench {
    program: PathBuf,
    schema: Schema,
}

impl PgBench {
    /// Finds the program, and makes a schema on the server for its tables. `None` where the program is not found.
    ///
    /// # Errors
    /// [`Error::Store`] with `NotOffered` for an SQLite file.
    pub fn find(server: DatabaseUrl, options: StoreOptions) -> Result<Option<Self>, Error> {
        let Some(program) = find_program() else { return Ok(None) };
        Ok(Some(Self { program, schema: Schema::make(server, options)? }))
    }

    /// Makes its tables, with a branch for each client, so that they do not all wait for one.
    ///
    /// # Errors
    /// [`Error::File`], when it fails.
    pub fn prepare(&self, clients: u32) -> Result<(), Error> {
        self.run(&["--initialize", "--quiet", "--scale", &clients.to_string()]).map(drop)
    }

    /// Runs TPC-B with prepared statements for that time, of which the program takes whole seconds.
    ///
    /// # Errors
    /// [`Error::File`], when it fails.
    pub fn measure(&self, clients: u32, time: Duration) -> Result<Measured, Error> {
        let seconds = time.as_secs().max(1);
        let (clients_text, seconds_text) = (clients.to_string(), seconds.to_string());
        let threads = clients.min(2).to_string();
        let report = self.run(&[
            "--protocol=prepared",
            "--no-vacuum",
            "--client",
            &clients_text,
            "--jobs",
            &threads,
            "--time",
            &seconds_text,
        ])?;
        let per_second = transactions_per_second(&report)
            .ok_or_else(|| failed(io::Error::other(format!("its report has no number: {report}"))))?;
        Ok(Measured {
            work: format!("pgbench, {}", if clients == 1 { "one client".into() } else { format!("{clients} clients") }),
            transfers: per_second * seconds,
            time: Duration::from_secs(seconds),
            latencies: None,
            bytes_per_transfer: None,
            peak_memory_bytes: None,
        })
    }

    fn run(&self, arguments: &[&str]) -> Result<String, Error> {
        // By the environment, where other users of the machine cannot read the password.
        let url = self.schema.url()?;
        let output = Command::new(&self.program)
            .args(arguments)
            .env("PGDATABASE", url.for_libpq().unwrap_or_default())
            .stdin(Stdio::null())
            .output()
            .map_err(failed)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(failed(io::Error::other(url.without_secrets(said.trim()))));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn failed(source: io::Error) -> Error {
    Error::File { doing: format!("run {PROGRAM}"), source }
}

/// `tps = 253.821005 (without initial connection time)`
fn transactions_per_second(report: &str) -> Option<u64> {
    let number = report.lines().find_map(|line| line.strip_prefix("tps = "))?;
    let digits = number.split(|character: char| !character.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn find_program() -> Option<PathBuf> {
    let answers = |program: &Path| {
        Command::new(program).arg("--version").stdin(Stdio::null()).output().is_ok_and(|output| output.status.success())
    };
    if answers(Path::new(PROGRAM)) {
        return Some(PROGRAM.into());
    }
    let version = |name: &str| name.parse::<u32>().unwrap_or_default();
    fs::read_dir(PACKAGED_VERSIONS)
        .ok()?
        .flatten()
        .map(|entry| (version(&entry.file_name().to_string_lossy()), entry.path().join("bin").join(PROGRAM)))
        .filter(|(_, program)| answers(program))
        .max()
        .map(|(_, program)| program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_read_from_the_report() {
        let report = "latency average = 3.940 ms\ntps = 253.821005 (without initial connection time)\n";
        assert_eq!(transactions_per_second(report), Some(253));
        assert_eq!(transactions_per_second("tps: many"), None);
    }
}
