//! Requests as JSON: one operation, a journal of several, a journal undone.

use crate::error::InputError;
use crate::facts::{Key, Metadata, RequestId, TransferId};
use crate::files::without_bom;
use crate::requests::{JournalRequest, JournalReversalRequest, Place, Request, Written};
use crate::wire::json::{Fields, Json, in_field};
use crate::wire::legs::read_leg;
use crate::wire::notes::{JournalHeader, Notes, take_metadata};
use crate::wire::operation_json::{
    Surroundings, makes_transfer, no_id, read_operation, take_reference, take_reversal_time,
};
use crate::wire::signature::DefaultSignature;

/// The most requests of a batch, and the most bytes of one: some thousands of legs.
const ITEMS_MAX: u64 = 100_000;
const ITEM_BYTES_MAX: usize = 1 << 20;

/// Reads requests as they are written. It looks into no book: amounts get their currencies and references their ids where they are posted, as
/// by [`Ledger::submit_written`](crate::ledger::Ledger::submit_written).
pub struct RequestReader {
    signature: DefaultSignature,
}

impl RequestReader {
    /// With who wants changes, where they do not say it.
    #[must_use]
    pub const fn new(signature: DefaultSignature) -> Self {
        Self { signature }
    }

    /// Reads a batch, an item a line: one operation, a journal, or the reversal of one. Whatever makes transfers has an `id` or a `key`, so
    /// that the same line twice is done once. Blank lines are passed over, but counted. There are at most 100,000 items, of at most 1 MiB
    /// each, because all of them are in memory and in one transaction.
    ///
    /// # Errors
    /// [`InputError`] with the line of anything else.
    pub fn read_items(&self, text: &str) -> Result<Vec<Request<Written>>, InputError> {
        self.read_items_that(|_| Ok(()), text)
    }

    /// The same for items that keep to a further rule.
    ///
    /// # Errors
    /// [`InputError`] with the line of anything else.
    pub(crate) fn read_items_that(
        &self,
        check: impl Fn(&Json) -> Result<(), InputError>,
        text: &str,
    ) -> Result<Vec<Request<Written>>, InputError> {
        let lines = (1..).zip(without_bom(text).lines()).filter(|(_, line)| !line.trim().is_empty());
        check_items(lines.clone())?;
        let read = |(number, line): (u64, &str)| {
            let item = Json::parse(line).and_then(|json| {
                check(&json)?;
                self.item(json, Place::in_line(number))
            });
            item.map_err(|fault| fault.at(&format!("line {number}")))
        };
        lines.map(read).collect()
    }

    /// Reads one item of a batch by itself.
    ///
    /// # Errors
    /// [`InputError`] for anything else.
    #[cfg(feature = "server")]
    pub(crate) fn read_item(&self, item: Json) -> Result<Request<Written>, InputError> {
        self.item(item, Place::default())
    }

    /// Reads a batch that is a list in JSON.
    ///
    /// # Errors
    /// [`InputError`] with the number of anything else.
    #[cfg(feature = "server")]
    pub(crate) fn read_list(&self, items: Vec<Json>) -> Result<Vec<Request<Written>>, InputError> {
        if items.len() as u64 > ITEMS_MAX {
            return Err(InputError::BatchTooLarge { items_max: ITEMS_MAX });
        }
        let read = |(number, item): (u64, Json)| {
            self.item(item, Place::in_line(number)).map_err(|fault| fault.at(&format!("item {number}")))
        };
        (1..).zip(items).map(read).collect()
    }

    fn item(&self, json: Json, place: Place) -> Result<Request<Written>, InputError> {
        let mut fields = json.into_fields()?;
        let id = take_id(&mut fields)?;
        if fields.has("legs") {
            return Ok(self.journal(fields, id.ok_or_else(no_id)?, place)?.into());
        }
        if fields.has("reverse_journal") {
            return Ok(read_journal_reversal(fields, id.ok_or_else(no_id)?, place)?.into());
        }
        match (&id, makes_transfer(&fields)) {
            (None, true) => return Err(no_id()),
            (Some(_), false) => {
                let problem = "a change of an account or of metadata has no id or key; leave it out";
                return Err(InputError::request(problem));
            }
            (Some(_), true) | (None, false) => {}
        }
        let surroundings = Surroundings { signature: &self.signature, header: None, place };
        Ok(Request::Operation(read_operation(fields, id, surroundings)?))
    }

    /// Reads a journal. It has the id that is given, or else its own `id` or `key`, or else a fresh one.
    ///
    /// # Errors
    /// [`InputError`] for anything else, also for two ids.
    pub fn read_journal(
        &self,
        text: &str,
        given: Option<RequestId>,
        fresh: impl FnOnce() -> TransferId,
    ) -> Result<JournalRequest<Written>, InputError> {
        let mut fields = Json::parse(without_bom(text))?.into_fields()?;
        let id = match (given, take_id(&mut fields)?) {
            (Some(_), Some(_)) => {
                return Err(InputError::request("the journal has an id already; give it there or here, not both"));
            }
            (Some(id), None) | (None, Some(id)) => id,
            (None, None) => fresh().into(),
        };
        self.journal(fields, id, Place::default())
    }

    /// Makes a journal of legs as people type them.
    ///
    /// # Errors
    /// [`InputError`] with the number of the leg.
    pub fn read_legs(&self, legs: &[String], header: &JournalHeader) -> Result<JournalRequest<Written>, InputError> {
        let read = |(number, text): (usize, &String)| {
            let leg = read_leg(text, header, &self.signature, Place::default().leg(number));
            leg.map_err(|fault| fault.at(&format!("leg {number}")))
        };
        let operations = (1..).zip(legs).map(read).collect::<Result<_, _>>()?;
        Ok(JournalRequest::new(header.id.clone(), operations))
    }

    fn journal(&self, mut fields: Fields, id: RequestId, place: Place) -> Result<JournalRequest<Written>, InputError> {
        let header = JournalHeader {
            id,
            description: fields.take_parsed("description")?,
            metadata: take_metadata(&mut fields, &Metadata::default())?,
        };
        let legs = fields.require("legs")?.into_list().map_err(|fault| in_field(fault, "legs"))?;
        fields.finish("id or key, description, metadata and legs")?;
        let read = |(number, leg): (usize, Json)| {
            let fields = leg.into_fields()?;
            if fields.has("id") || fields.has("key") {
                return Err(InputError::request("a leg has no id or key; its id follows from the journal's"));
            }
            let place = place.leg(number);
            let surroundings = Surroundings { signature: &self.signature, header: Some(&header), place };
            read_operation(fields, Some(header.id.clone()), surroundings)
        };
        let read = |leg: (usize, Json)| {
            let number = leg.0;
            read(leg).map_err(|fault| fault.at(&format!("leg {number}")))
        };
        let operations = (1..).zip(legs).map(read).collect::<Result<_, _>>()?;
        Ok(JournalRequest::new(header.id, operations))
    }
}

fn read_journal_reversal(
    mut fields: Fields,
    id: RequestId,
    place: Place,
) -> Result<JournalReversalRequest<Written>, InputError> {
    let Notes { id, description, metadata } = Notes::take(&mut fields, id, None)?;
    let body = fields.require("reverse_journal")?;
    fields.finish("id or key, description, metadata and reverse_journal")?;
    let read = |body: Json| {
        let mut body = body.into_fields_or("journal")?;
        let journal = take_reference(&mut body, "journal", place.field("reverse_journal"))?;
        let at = take_reversal_time(&mut body)?;
        body.finish("journal and at")?;
        Ok((journal, at))
    };
    let (journal, at) = read(body).map_err(|fault| in_field(fault, "reverse_journal"))?;
    Ok(JournalReversalRequest { id, journal, at, description, metadata })
}

fn check_items<'t>(lines: impl Iterator<Item = (u64, &'t str)>) -> Result<(), InputError> {
    for (item, (number, line)) in (1..).zip(lines) {
        if item > ITEMS_MAX {
            return Err(InputError::BatchTooLarge { items_max: ITEMS_MAX }.at(&format!("line {number}")));
        }
        if line.len() > ITEM_BYTES_MAX {
            let problem =
                format!("the line has more than {ITEM_BYTES_MAX} bytes, the most that a request may have; split it");
            return Err(InputError::request(problem).at(&format!("line {number}")));
        }
    }
    Ok(())
}

pub(crate) fn take_id(fields: &mut Fields) -> Result<Option<RequestId>, InputError> {
    match (fields.take_text("id")?, fields.take_text("key")?) {
        (Some(_), Some(_)) => Err(InputError::request("there are an id and a key; give one of them")),
        (Some(id), None) => {
            let id: Result<TransferId, _> = id.parse();
            Ok(Some(id.map_err(|problem| in_field(InputError::request(problem), "id"))?.into()))
        }
        (None, Some(key)) => {
            let key: Result<Key, _> = key.parse();
            Ok(Some(key.map_err(|error| in_field(error.into(), "key"))?.into()))
        }
        (None, None) => Ok(None),
    }
}
