//! The record of a measurement, with its ratios to pgbench, to bare writes and to the library.

use std::time::Duration;

use crate::bench::Measured;

record! {
    /// How fast something was.
    pub struct BenchRecord {
        /// What was measured.
        work: String,
        /// How many transfers were made or read.
        transfers: u64,
        /// How many of them were done in a second.
        transfers_per_second: u64,
        /// What half of the calls took at most, in microseconds.
        p50_us: Option<u128>,
        /// What 99 of 100 calls took at most, in microseconds.
        p99_us: Option<u128>,
        /// What 999 of 1,000 calls took at most, in microseconds.
        p999_us: Option<u128>,
        /// How many bytes the database takes for a transfer.
        bytes_per_transfer: Option<u64>,
        /// The most memory that the program took, in bytes.
        peak_memory_bytes: Option<u64>,
        /// How many times as fast as PostgreSQL's own benchmark with as many clients.
        times_pgbench: Option<String>,
        /// How many times as fast as bare writes of the same rows.
        times_raw: Option<String>,
        /// How many times as fast as the same work by the library, without HTTP.
        times_library: Option<String>,
        /// How many times as fast as the writing of such batches by itself.
        times_floor: Option<String>,
    }
    table { work, transfers_per_second, p50_us, p99_us } room { p999_us, bytes_per_transfer }
    /// With what it is by the library.
    view served { work, transfers_per_second, p50_us, p99_us, times_library } room { p999_us }
    /// With what it is beside the writing alone.
    view floored { work, transfers_per_second, p50_us, p99_us, times_floor } room { p999_us }
    /// With what it is compared with.
    view compared { work, transfers_per_second, times_pgbench, times_raw } room { p50_us, p99_us, bytes_per_transfer }
}

impl BenchRecord {
    /// A measurement, and what it is compared with.
    #[must_use]
    pub fn new(measured: &Measured, pgbench: Option<&Measured>, raw: Option<&Measured>) -> Self {
        let latency = |of: fn(&crate::bench::Latencies) -> Duration| {
            measured.latencies.as_ref().map(|latencies| of(latencies).as_micros())
        };
        let times = |other: Option<&Measured>| other.map(|other| ratio(measured.per_second(), other.per_second()));
        Self {
            work: measured.work.clone(),
            transfers: measured.transfers,
            transfers_per_second: measured.per_second(),
            p50_us: latency(|latencies| latencies.p50),
            p99_us: latency(|latencies| latencies.p99),
            p999_us: latency(|latencies| latencies.p999),
            bytes_per_transfer: measured.bytes_per_transfer,
            peak_memory_bytes: measured.peak_memory_bytes,
            times_pgbench: times(pgbench),
            times_raw: times(raw),
            times_library: None,
            times_floor: None,
        }
    }

    /// The same, with how fast it is beside the library alone.
    #[must_use]
    pub fn compared_with_library(self, library: Option<&Measured>) -> Self {
        let times_library = library.map(|library| ratio(self.transfers_per_second, library.per_second()));
        Self { times_library, ..self }
    }
}

impl BenchRecord {
    /// Batches, and the writing of such batches by itself.
    #[must_use]
    pub fn of_floor([whole, written]: &[Measured; 2]) -> [Self; 2] {
        let times_floor = Some(ratio(whole.per_second(), written.per_second()));
        [Self { times_floor, ..Self::new(whole, None, None) }, Self::new(written, None, None)]
    }
}

/// With two decimals, rounded down.
fn ratio(one: u64, other: u64) -> String {
    let hundredths = u128::from(one) * 100 / u128::from(other.max(1));
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_have_two_decimals() {
        for (one, other, expected) in [(1, 2, "0.50"), (999, 100, "9.99"), (7, 7, "1.00"), (5, 0, "5.00")] {
            assert_eq!(ratio(one, other), expected);
        }
    }
}
