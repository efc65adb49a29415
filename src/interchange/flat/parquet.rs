//! Tables as Parquet files, whose columns have types.
//!
//! Amounts are decimals of 38 digits: 9 of them behind the point, or 18 where the book has a currency with more than 9. No amount is ever
//! rounded. Times are microseconds of UTC. What the file comes to stands in its metadata, under `teller`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use serde_json::{Value as Json, json};

use crate::interchange::flat::columns::{Kind, Value, columns, kind, values};
use crate::ledger::{FlatRow, FlatSink, FlatSnapshot, FlatTable};
use crate::money::{CurrencyCode, Money};

/// The key of the manifest in the file's metadata.
const MANIFEST: &str = "teller";
/// How many rows a group has, and how many bytes of texts: all of a group is in memory until it is written.
const ROWS_PER_GROUP: usize = 10_000;
const BYTES_PER_GROUP: usize = 2 << 20;
/// How many values share a buffer. The statistics of a group hold those of the least and the greatest value until the file ends.
const VALUES_PER_BUFFER: usize = 16;
/// How large the dictionary of a column may be. There is one for each column of a group.
const DICTIONARY_BYTES_MAX: usize = 128 << 10;
/// How many decimals amounts have, and how many where these are too few.
const SCALE: u8 = 9;
const SCALE_WIDE: u8 = 18;
const DECIMAL_BYTES: usize = 16;
/// The columns that hardly ever have a value twice.
const UNIQUE: [&str; 4] = ["sequence", "id", "transfer_id", "key"];

/// Writes a Parquet file.
pub struct ParquetWriter<W: Write + Send> {
    /// `None` only while the file is begun anew.
    file: Option<SerializedFileWriter<W>>,
    table: FlatTable,
    scale: u8,
    /// Begins the file anew.
    restart: fn(&mut W) -> io::Result<()>,
    group: Vec<Column>,
    rows_in_group: usize,
    bytes_in_group: usize,
    manifest: Manifest,
}

/// What a file comes to.
#[derive(Default)]
struct Manifest {
    rows: u64,
    /// The sums of the column that is summed, in minor units, and the currencies' exponents.
    sums: BTreeMap<CurrencyCode, (i128, u8)>,
    snapshot: Option<FlatSnapshot>,
}

/// What a column of the group at hand has.
struct Column {
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    Integers(Vec<i64>),
    /// One behind the other, each of so many bytes.
    Decimals(Vec<u8>),
    /// One behind the other, and where each ends.
    Texts(Vec<u8>, Vec<usize>),
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Writes the rows of a table to something; `restart` takes back what was written. The currencies of the book have at most so many
    /// decimals.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(
        writer: W,
        table: FlatTable,
        exponent_max: u8,
        restart: fn(&mut W) -> io::Result<()>,
    ) -> io::Result<Self> {
        let scale = if exponent_max > SCALE { SCALE_WIDE } else { SCALE };
        Ok(Self {
            file: Some(begin(writer, table, scale)?),
            table,
            scale,
            restart,
            group: empty_group(table),
            rows_in_group: 0,
            bytes_in_group: 0,
            manifest: Manifest::default(),
        })
    }

    /// Ends the file, and returns what was written to.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_group()?;
        let mut file = self.file.take().ok_or_else(not_begun)?;
        let manifest = self.manifest.json(self.table, self.scale).to_string();
        file.append_key_value_metadata(KeyValue { key: MANIFEST.to_owned(), value: Some(manifest) });
        file.into_inner().map_err(of_parquet)
    }

    fn write_group(&mut self) -> io::Result<()> {
        if self.rows_in_group == 0 {
            return Ok(());
        }
        let file = self.file.as_mut().ok_or_else(not_begun)?;
        let mut group = file.next_row_group().map_err(of_parquet)?;
        for column in std::mem::replace(&mut self.group, empty_group(self.table)) {
            let chunk = group.next_column().map_err(of_parquet)?;
            let mut chunk = chunk.ok_or_else(|| io::Error::other("the schema has fewer columns than the table"))?;
            column.write(&mut chunk).map_err(of_parquet)?;
            chunk.close().map_err(of_parquet)?;
        }
        group.close().map_err(of_parquet)?;
        (self.rows_in_group, self.bytes_in_group) = (0, 0);
        Ok(())
    }
}

impl<W: Write + Send> FlatSink for ParquetWriter<W> {
    fn write(&mut self, row: &FlatRow) -> io::Result<()> {
        for (column, value) in self.group.iter_mut().zip(values(row)) {
            self.bytes_in_group += column.push(&value, self.scale)?;
        }
        self.manifest.add(row);
        self.rows_in_group += 1;
        if self.rows_in_group == ROWS_PER_GROUP || self.bytes_in_group >= BYTES_PER_GROUP {
            self.write_group()?;
        }
        Ok(())
    }

    fn restart(&mut self) -> io::Result<()> {
        let file = self.file.take().ok_or_else(not_begun)?;
        let mut writer = file.into_inner().map_err(of_parquet)?;
        (self.restart)(&mut writer)?;
        self.file = Some(begin(writer, self.table, self.scale)?);
        self.group = empty_group(self.table);
        (self.rows_in_group, self.bytes_in_group) = (0, 0);
        self.manifest = Manifest::default();
        Ok(())
    }

    fn wants_snapshot(&self) -> bool {
        true
    }

    fn take_snapshot(&mut self, snapshot: FlatSnapshot) {
        self.manifest.snapshot = Some(snapshot);
    }
}

impl Manifest {
    fn add(&mut self, row: &FlatRow) {
        self.rows += 1;
        if let Some(Money { amount, currency }) = summed(row) {
            let (sum, _) = self.sums.entry(currency.code()).or_insert((0, currency.exponent()));
            *sum += i128::from(amount.minor());
        }
    }

    fn json(&self, table: FlatTable, scale: u8) -> Json {
        let decimal = |(minor, exponent): &(i128, u8)| {
            BigDecimal::new(BigInt::from(*minor), i64::from(*exponent)).to_plain_string()
        };
        let sums: serde_json::Map<_, _> =
            self.sums.iter().map(|(code, sum)| (code.to_string(), Json::from(decimal(sum)))).collect();
        let snapshot = self.snapshot.as_ref();
        json!({
            "rows": self.rows,
            "summed": summed_column(table),
            "sums": sums,
            "scale": scale,
            "book": snapshot.map(|snapshot| snapshot.book_id.to_string()),
            "sequence": snapshot.map(|snapshot| snapshot.sequence.0),
            "root": snapshot.map(|snapshot| snapshot.root.to_string()),
        })
    }
}

/// The column whose sums stand in the manifest.
const fn summed_column(table: FlatTable) -> &'static str {
    match table {
        FlatTable::Transfers => "amount",
        FlatTable::Entries | FlatTable::Statements => "change",
        FlatTable::Balances => "posted",
    }
}

fn summed(row: &FlatRow) -> Option<Money> {
    match row {
        FlatRow::Transfer(of) => Some(of.debit.money(of.transfer.amount)),
        FlatRow::Entry(of) | FlatRow::StatementEntry(of) => Some(of.account.money(of.change())),
        FlatRow::Balance(of) => Some(of.account.money(of.posted)),
        FlatRow::Opening(_) | FlatRow::Closing(_) => None,
    }
}

fn begin<W: Write + Send>(writer: W, table: FlatTable, scale: u8) -> io::Result<SerializedFileWriter<W>> {
    let field = |column: &&str| match kind(column) {
        Kind::Number | Kind::Minor => format!("optional int64 {column};"),
        Kind::Decimal => format!("optional fixed_len_byte_array({DECIMAL_BYTES}) {column} (DECIMAL(38,{scale}));"),
        Kind::Time => format!("optional int64 {column} (TIMESTAMP(MICROS,true));"),
        Kind::Text | Kind::Texts => format!("optional binary {column} (UTF8);"),
    };
    let fields: Vec<_> = columns(table).iter().map(field).collect();
    let schema = parse_message_type(&format!("message teller {{ {} }}", fields.join(" "))).map_err(of_parquet)?;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES_MAX)
        // Those of each page would stay in memory until the file ends.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by(concat!("teller ", env!("CARGO_PKG_VERSION")).to_owned());
    for column in UNIQUE {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    SerializedFileWriter::new(writer, Arc::new(schema), Arc::new(properties.build())).map_err(of_parquet)
}

fn empty_group(table: FlatTable) -> Vec<Column> {
    let values = |column: &&str| match kind(column) {
        Kind::Number | Kind::Minor | Kind::Time => Values::Integers(Vec::new()),
        Kind::Decimal => Values::Decimals(Vec::new()),
        Kind::Text | Kind::Texts => Values::Texts(Vec::new(), Vec::new()),
    };
    columns(table).iter().map(|column| Column { levels: Vec::new(), values: values(column) }).collect()
}

impl Column {
    /// Adds a value, and returns how many bytes of text it has.
    fn push(&mut self, value: &Value<'_>, scale: u8) -> io::Result<usize> {
        self.levels.push(i16::from(*value != Value::Null));
        match (&mut self.values, value) {
            (_, Value::Null) => {}
            (Values::Integers(integers), Value::Number(number)) => integers.push(*number),
            (Values::Integers(integers), Value::Minor(amount)) => integers.push(amount.minor()),
            (Values::Integers(integers), Value::Time(time)) => integers.push(time.micros()),
            (Values::Decimals(bytes), Value::Decimal(money)) => bytes.extend(scaled(*money, scale)?.to_be_bytes()),
            (Values::Texts(bytes, ends), text) => {
                let before = bytes.len();
                match text {
                    Value::Word(word) => bytes.extend_from_slice(word.as_bytes()),
                    Value::Text(text) => bytes.extend_from_slice(text.as_bytes()),
                    Value::Texts(metadata) => serde_json::to_writer(&mut *bytes, metadata)?,
                    _ => return Err(of_other_kind(value)),
                }
                ends.push(bytes.len());
                return Ok(bytes.len() - before);
            }
            _ => return Err(of_other_kind(value)),
        }
        Ok(0)
    }

    fn write(self, chunk: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let levels = Some(&self.levels[..]);
        match self.values {
            Values::Integers(integers) => chunk.typed::<Int64Type>().write_batch(&integers, levels, None)?,
            Values::Decimals(bytes) => {
                let ends: Vec<_> = (0..bytes.len()).step_by(DECIMAL_BYTES).map(|begin| begin + DECIMAL_BYTES).collect();
                let decimals: Vec<_> = slices(&bytes, &ends).into_iter().map(FixedLenByteArray::from).collect();
                chunk.typed::<FixedLenByteArrayType>().write_batch(&decimals, levels, None)?
            }
            Values::Texts(bytes, ends) => {
                let texts = slices(&bytes, &ends);
                chunk.typed::<ByteArrayType>().write_batch(&texts, levels, None)?
            }
        };
        Ok(())
    }
}

/// Values that stand one behind the other, by where each ends.
fn slices(bytes: &[u8], ends: &[usize]) -> Vec<ByteArray> {
    let mut slices = Vec::with_capacity(ends.len());
    let mut first = 0;
    for ends in ends.chunks(VALUES_PER_BUFFER) {
        let last = ends.last().copied().unwrap_or(first);
        let buffer = ByteArray::from(bytes[first..last].to_vec());
        let mut begin = first;
        for end in ends {
            slices.push(buffer.slice(begin - first, end - begin));
            begin = *end;
        }
        first = last;
    }
    slices
}

/// An amount in units of so many decimals.
fn scaled(money: Money, scale: u8) -> io::Result<i128> {
    let exponent = money.currency.exponent();
    let more = scale.checked_sub(exponent).ok_or_else(|| {
        let code = money.currency.code();
        io::Error::other(format!("{code} has {exponent} decimals and was registered meanwhile; export once more"))
    })?;
    // 64 bits with 18 more decimals have at most 37 digits, and 128 bits have room for 38.
    Ok(i128::from(money.amount.minor()) * 10_i128.pow(more.into()))
}

fn of_other_kind(value: &Value<'_>) -> io::Error {
    io::Error::other(format!("{value:?} is of another kind than its column"))
}

fn not_begun() -> io::Error {
    io::Error::other("the file could not be begun anew")
}

fn of_parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Amount, Currency};

    #[test]
    fn values_come_out_of_their_buffers_as_they_went_in() {
        let texts: Vec<_> = (0..=VALUES_PER_BUFFER * 3).map(|number| "x".repeat(number % 5)).collect();
        let ends = texts.iter().scan(0, |end, text| {
            *end += text.len();
            Some(*end)
        });
        let found = slices(texts.concat().as_bytes(), &ends.collect::<Vec<_>>());
        let expected: Vec<_> = texts.iter().map(|text| ByteArray::from(text.as_str())).collect();
        assert_eq!(found, expected);
        assert!(slices(b"", &[]).is_empty());
    }

    #[test]
    fn every_amount_has_room_and_none_is_rounded() {
        let money = |minor, exponent| {
            Money::new(Amount::from_minor(minor), Currency::new("TOK".parse().unwrap(), exponent).unwrap())
        };
        assert_eq!(scaled(money(i64::MIN, 0), SCALE_WIDE).unwrap(), i128::from(i64::MIN) * 10_i128.pow(18));
        assert_eq!(scaled(money(-5, 2), SCALE).unwrap(), -50_000_000);
        assert_eq!(scaled(money(1, 18), SCALE_WIDE).unwrap(), 1);
        assert!(scaled(money(i64::MAX, 0), SCALE_WIDE).unwrap() < 10_i128.pow(38));
        assert!(scaled(money(1, 10), SCALE).unwrap_err().to_string().contains("export once more"));
    }
}
