//! A line of another bank's statement, as a transfer.

use std::collections::BTreeMap;

use crate::facts::{AccountName, Description, Key, Metadata};
use crate::interchange::csv::columns::{CsvColumns, fault};
use crate::interchange::csv::rules::file::{Direction, Fields, File, Ignored, InIs, Other, Pattern};
use crate::ledger::{LineKey, Malformed, TransferLine};
use crate::money::CurrencyCode;
use crate::requests::Parties;

/// What a column of the file says, in the words of its rules.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    sides: Sides,
    fields: Fields,
    currency: Option<CurrencyCode>,
    key_prefix: String,
    ignored: Vec<Ignored>,
}

/// How the two accounts of a line are told.
#[derive(Clone, Debug)]
enum Sides {
    /// The columns of the account that falls and the one that rises.
    Transfer { from: String, to: String },
    /// The columns of the account that is debited and the one that is credited.
    Post { debit: String, credit: String },
    /// All lines are of one account.
    Of { account: AccountName, in_is: InIs, amount: Amounts, others: Vec<Other> },
}

/// Where the amount of a line of one account stands.
#[derive(Clone, Debug)]
enum Amounts {
    /// With a minus before what goes out.
    Signed(String),
    /// In two columns, of which one is empty or zero.
    InAndOut(String, String),
}

/// A fault of the rules: the field, and what is wrong with it.
type RuleFault = (&'static str, String);

impl Statement {
    pub(super) fn new(file: File) -> Result<Self, RuleFault> {
        let sides = Sides::new(&file)?;
        let File { fields, currency, key_prefix, ignore: ignored, .. } = file;
        if currency.is_some() && fields.currency.is_some() {
            return Err(("currency", "the column of fields.currency says it too; give one of them".into()));
        }
        Ok(Self { sides, fields, currency, key_prefix, ignored })
    }

    /// The columns that the file must have.
    pub(super) fn columns(&self) -> impl Iterator<Item = &String> {
        let Fields { date, amount, r#in, out, currency, key, from, to, debit, credit, description, metadata } =
            &self.fields;
        let others: &[Other] = if let Sides::Of { others, .. } = &self.sides { others } else { &[] };
        let looked_in = others.iter().filter_map(|other| other.field.as_ref());
        [date, amount, r#in, out, currency, key, from, to, debit, credit]
            .into_iter()
            .flatten()
            .chain(&description.0)
            .chain(metadata.values())
            .chain(looked_in)
            .chain(self.ignored.iter().filter_map(|ignored| ignored.field.as_ref()))
    }

    pub(super) const fn key_column(&self) -> Option<&String> {
        self.fields.key.as_ref()
    }

    /// `None` for a line that is passed over.
    pub(super) fn read(&self, columns: &CsvColumns<'_>) -> Result<Option<TransferLine>, Malformed> {
        let text = self.text(columns);
        let is_ignored = |ignored: &Ignored| is_in(&ignored.pattern, ignored.field.as_deref(), columns, &text);
        if self.ignored.iter().any(is_ignored) {
            return Ok(None);
        }
        let (parties, amount, occurrence) = self.sides.read(&self.fields, columns, &text)?;
        Ok(Some(TransferLine {
            key: self.key(columns)?.unwrap_or(occurrence),
            parties,
            amount,
            currency: self.currency(columns)?,
            effective_at: self.fields.date.as_ref().map(|date| required_moment(columns, date)).transpose()?,
            description: self.description(&text)?,
            metadata: self.metadata(columns)?,
        }))
    }

    /// The text for people, which patterns look in.
    fn text(&self, columns: &CsvColumns<'_>) -> String {
        let texts: Vec<_> = self.fields.description.0.iter().filter_map(|column| columns.get(column)).collect();
        // Banks fill texts up with blanks.
        texts.iter().flat_map(|text| text.split_whitespace()).collect::<Vec<_>>().join(" ")
    }

    fn key(&self, columns: &CsvColumns<'_>) -> Result<Option<LineKey>, Malformed> {
        if let Some(column) = &self.fields.key
            && let Some(key) = columns.get(column)
        {
            let key = format!("{}{}", self.key_prefix, key.trim()).parse::<Key>();
            return key.map(|key| Some(LineKey::Id(key.into()))).map_err(|error| Malformed::new(column, error));
        }
        Ok(columns.rejected_id().map(LineKey::Refused))
    }

    fn currency(&self, columns: &CsvColumns<'_>) -> Result<Option<CurrencyCode>, Malformed> {
        match &self.fields.currency {
            Some(column) => columns.parse(column),
            None => Ok(self.currency),
        }
    }

    fn description(&self, text: &str) -> Result<Option<Description>, Malformed> {
        let column = self.fields.description.0.first().map_or("", String::as_str);
        let description = Some(text).filter(|text| !text.is_empty()).map(str::parse).transpose();
        description.map_err(|error: <Description as std::str::FromStr>::Err| Malformed::new(column, error))
    }

    fn metadata(&self, columns: &CsvColumns<'_>) -> Result<Metadata, Malformed> {
        let entry = |(name, column): (&String, &String)| Some((name.clone(), columns.get(column)?.trim().to_owned()));
        let entries: BTreeMap<_, _> = self.fields.metadata.iter().filter_map(entry).collect();
        Metadata::new(entries).map_err(|error| Malformed::new("metadata", error))
    }
}

/// Whether a pattern fits a column, or the description where none is named.
fn is_in(pattern: &Pattern, field: Option<&str>, columns: &CsvColumns<'_>, description: &str) -> bool {
    pattern.is_in(field.map_or(description, |column| columns.get(column).unwrap_or_default()))
}

fn required_moment(columns: &CsvColumns<'_>, column: &str) -> Result<crate::facts::Instant, Malformed> {
    columns.require(column)?;
    columns.moment(column)?.ok_or_else(|| fault(column, "column_missing", format!("the {column} is missing")))
}

impl Sides {
    fn new(File { fields, account, in_is, accounts, .. }: &File) -> Result<Self, RuleFault> {
        let pair = |one: &Option<String>, other: &Option<String>| Some((one.clone()?, other.clone()?));
        let is_pair = fields.from.is_some() || fields.to.is_some() || fields.debit.is_some() || fields.credit.is_some();
        if !is_pair {
            let amount = Amounts::new(fields)?;
            let missing = "is missing: name the account whose statement it is, or the columns fields.from and fields.to, or \
                fields.debit and fields.credit";
            let account = account.clone().ok_or_else(|| ("account", missing.to_owned()))?;
            return Ok(Self::Of { account, in_is: *in_is, amount, others: accounts.clone() });
        }
        if account.is_some() || !accounts.is_empty() {
            return Err(("account", "the columns of fields say which accounts a line is about; give no others".into()));
        }
        if fields.amount.is_none() || fields.r#in.is_some() || fields.out.is_some() {
            return Err((
                "fields.amount",
                "is missing; lines with two accounts have one amount, without a sign".into(),
            ));
        }
        match (pair(&fields.from, &fields.to), pair(&fields.debit, &fields.credit)) {
            (Some((from, to)), None) if fields.debit.is_none() && fields.credit.is_none() => {
                Ok(Self::Transfer { from, to })
            }
            (None, Some((debit, credit))) if fields.from.is_none() && fields.to.is_none() => {
                Ok(Self::Post { debit, credit })
            }
            _ => Err(("fields", "give from and to, or debit and credit".into())),
        }
    }

    /// The accounts and the amount of a line, and how it is told from others where it has no key.
    fn read(
        &self,
        fields: &Fields,
        columns: &CsvColumns<'_>,
        description: &str,
    ) -> Result<(Parties, String, LineKey), Malformed> {
        let (account, in_is, amount, others) = match self {
            Self::Transfer { from, to } => {
                let parties =
                    Parties::Transfer { from: columns.require_parsed(from)?, to: columns.require_parsed(to)? };
                return Ok((parties, unsigned(columns, fields)?, LineKey::Occurrence));
            }
            Self::Post { debit, credit } => {
                let parties =
                    Parties::Post { debit: columns.require_parsed(debit)?, credit: columns.require_parsed(credit)? };
                return Ok((parties, unsigned(columns, fields)?, LineKey::Occurrence));
            }
            Self::Of { account, in_is, amount, others } => (account, in_is, amount, others),
        };
        let (direction, size) = amount.read(columns)?;
        let fits = |other: &&Other| {
            let fits = |pattern: &Pattern| is_in(pattern, other.field.as_deref(), columns, description);
            other.pattern.as_ref().is_none_or(fits) && other.direction.is_none_or(|only| only == direction)
        };
        let Some(other) = others.iter().find(fits) else {
            let problem = "no account of the rules fits this line".to_owned();
            return Err(fault("", "account_unmatched", problem));
        };
        let [account, other] = [account, &other.account].map(AccountName::clone);
        let parties = match (direction, in_is) {
            (Direction::In, InIs::Debit) | (Direction::Out, InIs::Credit) => {
                Parties::Post { debit: account.clone(), credit: other }
            }
            (Direction::In, InIs::Credit) | (Direction::Out, InIs::Debit) => {
                Parties::Post { debit: other, credit: account.clone() }
            }
        };
        Ok((parties, size, LineKey::OccurrenceOf(account)))
    }
}

fn unsigned(columns: &CsvColumns<'_>, fields: &Fields) -> Result<String, Malformed> {
    let column = fields.amount.as_deref().unwrap_or_default();
    columns.require(column)?;
    Ok(columns.amount(column)?.unwrap_or_default().into_owned())
}

impl Amounts {
    fn new(Fields { amount, r#in, out, .. }: &Fields) -> Result<Self, RuleFault> {
        match (amount, r#in, out) {
            (Some(amount), None, None) => Ok(Self::Signed(amount.clone())),
            (None, Some(incoming), Some(outgoing)) => Ok(Self::InAndOut(incoming.clone(), outgoing.clone())),
            _ => Err((
                "fields.amount",
                "name one column with a sign here, or two columns in fields.in and fields.out".into(),
            )),
        }
    }

    /// The amount without its sign.
    fn read(&self, columns: &CsvColumns<'_>) -> Result<(Direction, String), Malformed> {
        match self {
            Self::Signed(column) => {
                columns.require(column)?;
                let text = columns.amount(column)?.unwrap_or_default();
                Ok(match text.strip_prefix('-') {
                    Some(size) => (Direction::Out, size.to_owned()),
                    None => (Direction::In, text.strip_prefix('+').unwrap_or(&text).to_owned()),
                })
            }
            Self::InAndOut(incoming, outgoing) => {
                let read = |column: &str| Ok(columns.amount(column)?.filter(|text| !is_zero(text)));
                match (read(incoming)?, read(outgoing)?) {
                    (Some(size), None) => Ok((Direction::In, size.into_owned())),
                    (None, Some(size)) => Ok((Direction::Out, size.into_owned())),
                    (Some(_), Some(_)) => {
                        let problem = format!("{incoming} and {outgoing} both have an amount");
                        Err(fault(outgoing, "amount_ambiguous", problem))
                    }
                    (None, None) => {
                        Err(fault(incoming, "column_missing", format!("{incoming} and {outgoing} have no amount")))
                    }
                }
            }
        }
    }
}

fn is_zero(text: &str) -> bool {
    text.contains('0') && text.chars().all(|character| matches!(character, '0' | '.'))
}
