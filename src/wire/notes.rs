//! What all requests that make transfers can say in JSON beside what they do.

use crate::error::InputError;
use crate::facts::{Description, Metadata, RequestId};
use crate::wire::json::{Fields, Json, in_field};

/// What the legs of a journal have in common.
#[derive(Clone, Debug)]
pub struct JournalHeader {
    /// The journal's id.
    pub id: RequestId,
    /// For those legs that have none.
    pub description: Option<Description>,
    /// For all legs, beside their own.
    pub metadata: Metadata,
}

/// What every operation that makes a transfer can say.
pub(crate) struct Notes {
    pub(crate) id: RequestId,
    pub(crate) description: Option<Description>,
    pub(crate) metadata: Metadata,
}

impl Notes {
    pub(crate) fn take(fields: &mut Fields, id: RequestId, header: Option<&JournalHeader>) -> Result<Self, InputError> {
        let usual = header.map(|header| header.metadata.clone()).unwrap_or_default();
        let description = fields.take_parsed("description")?;
        Ok(Self {
            id,
            description: description.or_else(|| header?.description.clone()),
            metadata: take_metadata(fields, &usual)?,
        })
    }
}

/// The field `metadata`, over what is usual.
pub(crate) fn take_metadata(fields: &mut Fields, usual: &Metadata) -> Result<Metadata, InputError> {
    let Some(json) = fields.take("metadata") else { return Ok(usual.clone()) };
    read_entries(json, usual).map_err(|fault| in_field(fault, "metadata"))
}

/// Entries of metadata, over what is usual.
pub(crate) fn read_entries(json: Json, usual: &Metadata) -> Result<Metadata, InputError> {
    let mut entries = usual.entries().clone();
    entries.extend(json.into_fields()?.into_texts()?);
    Ok(Metadata::new(entries)?)
}
