//! How the file is written, as the command line says.

use clap::Args;

use crate::interchange::{DateFormat, Delimiter, Dialect, NumberFormat, TextEncoding};

#[derive(Args)]
#[command(next_help_heading = "How the file is written")]
pub(super) struct DialectArgs {
    /// What stands between fields: a character, or tab [default: found out by the header]
    #[arg(long, value_name = "CHARACTER", allow_hyphen_values = true)]
    delimiter: Option<Delimiter>,
    /// How characters are written as bytes: utf-8, utf-16, latin1, windows-1250 … [default: utf-8]
    #[arg(long, value_name = "NAME")]
    encoding: Option<TextEncoding>,
    /// How many lines stand before the header [default: 0]
    #[arg(long, value_name = "LINES")]
    skip: Option<u64>,
    /// How amounts are written: as 1234.56, 1234,56, 1.234,56, 1,234.56, '1 234,56' or "1'234.56" [default: 1234.56]
    #[arg(long, value_name = "EXAMPLE")]
    number_format: Option<NumberFormat>,
    /// How dates are written: %d.%m.%Y, %m/%d/%y … [default: 2026-09-01, or a time with its offset]
    #[arg(long, value_name = "FORMAT")]
    date_format: Option<DateFormat>,
}

impl DialectArgs {
    /// What the command line says comes before what rules say.
    pub(super) fn over(&self, rules: Dialect) -> Dialect {
        Dialect {
            delimiter: self.delimiter.or(rules.delimiter),
            encoding: self.encoding.unwrap_or(rules.encoding),
            skip: self.skip.unwrap_or(rules.skip),
            numbers: self.number_format.unwrap_or(rules.numbers),
            dates: self.date_format.clone().or(rules.dates),
        }
    }
}
