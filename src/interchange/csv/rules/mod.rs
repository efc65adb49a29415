//! Rules for reading the statement of another bank: which of its columns says what, how its numbers and dates are written, and which account
//! stands on the other side of a line.
//!
//! The rules are a TOML file; docs/bank-statements.md describes it. What belongs here: the file, and a line of the statement by it. What does not:
//! opening either.

mod file;
mod statement;

use std::io::Read;
use std::ops::Range;

use crate::error::{Error, InputError};
use crate::interchange::csv::columns::{Known, Lines};
use crate::interchange::csv::dialect::Dialect;
use crate::interchange::csv::rules::file::File;
use crate::interchange::csv::rules::statement::Statement;
use crate::ledger::TransferLine;

/// What a file of rules says.
///
/// ```
/// use teller::interchange::Rules;
///
/// let rules = Rules::read(
///     r#"
///     account = "bank:giro"
///     number_format = "1234,56"
///     date_format = "%d.%m.%Y"
///     [fields]
///     date = "Datum"
///     amount = "Betrag"
///     description = "Zweck"
///     [[accounts]]
///     match = "rent"
///     account = "expenses:rent"
///     "#,
/// )?;
/// let file = "Datum;Zweck;Betrag\n01.09.2026;Rent September;-800,00\n";
/// let line = rules.read_transfers(file.as_bytes(), &rules.dialect())?.next().ok_or("a line")??;
/// let transfer = line.content.map_err(|fault| fault.message)?;
/// assert_eq!(transfer.parties.names().map(|name| name.as_str()), ["expenses:rent", "bank:giro"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rules {
    dialect: Dialect,
    /// The columns of a file without a header.
    columns: Option<Vec<String>>,
    statement: Statement,
}

impl Rules {
    /// Reads a file of rules.
    ///
    /// # Errors
    /// [`InputError::Rules`], with the line and the field.
    pub fn read(text: &str) -> Result<Self, InputError> {
        let file: File = toml::from_str(text).map_err(|error| {
            let problem = error.message().to_owned();
            // What is missing has no place.
            let span = error.span().filter(|_| !problem.starts_with("missing field"));
            InputError::Rules {
                place: span.map_or_else(|| "the rules".to_owned(), |span| place_of(text, span)),
                problem,
            }
        })?;
        let fault = |field: &str, problem: String| InputError::Rules { place: place_of_field(text, field), problem };
        let dialect = Dialect {
            delimiter: file.delimiter,
            encoding: file.encoding.unwrap_or_default(),
            skip: file.skip,
            numbers: file.number_format.unwrap_or_default(),
            dates: file.date_format.clone(),
        };
        let columns = file.columns.clone();
        let statement = Statement::new(file).map_err(|(field, problem)| fault(field, problem))?;
        let missing = columns.as_ref().and_then(|names| statement.columns().find(|name| !names.contains(name)));
        match missing {
            Some(name) => Err(fault("columns", format!("there is no column {name} in it, which the rules name"))),
            None => Ok(Self { dialect, columns, statement }),
        }
    }

    /// How the file is written, as the rules say.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect.clone()
    }

    /// Reads a statement, line by line.
    ///
    /// # Errors
    /// Those of [`read_transfers_as`](crate::interchange::read_transfers_as), [`InputError::HeaderOfRules`] if the file lacks a column.
    pub fn read_transfers<R: Read>(&self, reader: R, dialect: &Dialect) -> Result<Lines<R, TransferLine>, Error> {
        let known = Known {
            required: self.statement.columns().cloned().collect(),
            names: None,
            families: &[],
            without_header: self.columns.clone(),
            keys: self.statement.key_column().into_iter().cloned().collect(),
        };
        let statement = self.statement.clone();
        Lines::new(reader, known, dialect, Box::new(move |columns| statement.read(columns)))
    }
}

/// `line 3, field skip`: the line, and what stands before the `=` there.
fn place_of(text: &str, span: Range<usize>) -> String {
    let before = text.get(..span.start).unwrap_or(text);
    let number = before.matches('\n').count();
    let line = text.lines().nth(number).unwrap_or_default();
    let field = line.split_once('=').map(|(field, _)| field.trim()).filter(|field| !field.is_empty());
    match field {
        Some(field) => format!("line {}, field {field}", number + 1),
        None => format!("line {}", number + 1),
    }
}

/// The place of a field that was read, by its last name; of one that is not there, the field alone.
fn place_of_field(text: &str, field: &str) -> String {
    let name = field.rsplit('.').next().unwrap_or(field);
    let is_it = |line: &str| line.split_once('=').is_some_and(|(left, _)| left.trim() == name);
    match text.lines().position(is_it) {
        Some(index) => format!("line {}, field {field}", index + 1),
        None => format!("field {field}"),
    }
}
