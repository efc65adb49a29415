//! A file of prices, for reports in one currency.

use std::io::Read;

use crate::error::{Error, InputError};
use crate::facts::Period;
use crate::interchange::csv::columns::{CsvColumns, Known, Lines, fault};
use crate::interchange::csv::dialect::Dialect;
use crate::ledger::{Day, Malformed, Prices};
use crate::money::{CurrencyCode, Rate};

const NAMES: &[&str] = &["date", "currency", "in", "price"];

/// A line of it.
struct Price {
    day: Day,
    pair: [CurrencyCode; 2],
    rate: Rate,
}

/// Reads prices, all of them: columns `date` (`2026-09-30`), `currency`, `in` and `price`, which says how much of the second currency one
/// whole unit of the first is worth.
///
/// # Errors
/// [`InputError::Header`] when the columns are not these; [`InputError::Report`] for a line that is wrong, with its number, and for two prices of
/// one day; [`Error::File`] when it cannot be read.
pub fn read_prices<R: Read>(reader: R) -> Result<Prices, Error> {
    let parse = |columns: &CsvColumns<'_>| parse(columns).map(Some);
    let lines = Lines::new(reader, Known::exactly(NAMES), &Dialect::default(), Box::new(parse))?;
    let mut prices = Prices::default();
    for line in lines {
        let line = line?;
        let in_line = |problem: String| InputError::report(format!("line {} of the prices: {problem}", line.number));
        let Price { day, pair, rate } = line.content.map_err(|fault| in_line(fault.message))?;
        prices.add(day, pair, rate).map_err(|fault| in_line(fault.to_string()))?;
    }
    Ok(prices)
}

fn parse(columns: &CsvColumns<'_>) -> Result<Price, Malformed> {
    let date = columns.require("date")?;
    let day = date.parse().ok().filter(|_| date.len() == "2026-09-30".len());
    let day = day.map(|day: Period| Day::of(day.begin()));
    let day =
        day.ok_or_else(|| fault("date", "date_invalid", format!("{date:?} is no day; write it like 2026-09-30")))?;
    let price = columns.require("price")?;
    let rate = price.parse().map_err(|_| {
        let problem = "is no price; write a number above 0 with at most 18 decimals, like 0.9213";
        fault("price", "price_invalid", format!("{price:?} {problem}"))
    })?;
    Ok(Price { day, rate, pair: [columns.require_parsed("currency")?, columns.require_parsed("in")?] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(), String> {
        read_prices(text.as_bytes()).map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn a_line_that_is_wrong_is_told_with_its_number() {
        let header = "date,currency,in,price\n";
        assert_eq!(read(&format!("{header}2026-09-30,USD,EUR,0.92\n2026-09-30,EUR,USD,1.09\n")), Ok(()));
        for (line, problem) in [
            ("2026-09,USD,EUR,0.92", "no day"),
            ("2026-09-30,usd,EUR,0.92", "currency"),
            ("2026-09-30,USD,EUR,0", "no price"),
            ("2026-09-30,USD,EUR,-1", "no price"),
            ("2026-09-30,USD,EUR,1e3", "no price"),
            ("2026-09-30,USD,EUR", "fields"),
            ("2026-09-30,EUR,EUR,1", "EUR in EUR says nothing"),
            ("2026-09-29,USD,EUR,1\n2026-09-29,USD,EUR,1", "two prices of USD in EUR on 2026-09-29"),
        ] {
            let told = read(&format!("{header}{line}\n")).unwrap_err();
            assert!(told.contains(problem) && told.contains("line "), "{line}: {told}");
        }
        assert!(read("date,currency,price\n").is_err());
    }
}
