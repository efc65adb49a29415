//! Requests as JSON: one operation, a journal of several, a journal undone.

use std::collections::BTreeSet;

use crate::error::{Error, InputError};
use crate::facts::{AccountName, Actor, Description, Key, Metadata, Reference, RequestId, TransferId};
use crate::files::without_bom;
use crate::ledger::Ledger;
use crate::requests::{
    AccountAction, AccountChange, JournalRequest, JournalReversalRequest, Operation, Request, TransferRequest,
};
use crate::wire::currencies::Currencies;
use crate::wire::json::{Fields, Json, in_field};
use crate::wire::legs::{Leg, read_leg};
use crate::wire::operation_json::Common;

/// The most requests of a batch, and the most bytes of one: some thousands of legs.
const ITEMS_MAX: u64 = 100_000;
const ITEM_BYTES_MAX: usize = 1 << 20;

/// Who changes accounts, where a request does not say it itself, and why.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Who; `None` where nobody is known.
    pub actor: Option<Actor>,
    /// Why.
    pub reason: Option<Description>,
}

impl Signature {
    /// A change of an account, signed.
    ///
    /// # Errors
    /// [`InputError::ActorMissing`] where nobody is known who wants it so.
    pub fn sign(&self, account: AccountName, action: AccountAction) -> Result<AccountChange, InputError> {
        let (actor, reason) = self.signed()?;
        Ok(AccountChange { account, action, actor, reason })
    }

    /// Who, and why.
    ///
    /// # Errors
    /// As [`Signature::sign`].
    pub fn signed(&self) -> Result<(Actor, Option<Description>), InputError> {
        Ok((self.actor.clone().ok_or(InputError::ActorMissing)?, self.reason.clone()))
    }
}

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

/// Reads requests. It looks into the book for the currencies of their amounts.
pub struct RequestReader<'a> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) currencies: Currencies<'a>,
    pub(crate) signature: Signature,
}

impl<'a> RequestReader<'a> {
    /// For a book.
    #[must_use]
    pub fn new(ledger: &'a Ledger, signature: Signature) -> Self {
        Self { ledger, currencies: Currencies::new(ledger), signature }
    }

    /// Reads a batch, an item a line: one operation, a journal, or the reversal of one. Whatever makes transfers has an `id` or a `key`, so
    /// that the same line twice is done once. Blank lines are passed over, but counted. There are at most 100,000 items, of at most 1 MiB
    /// each, because all of them are in memory and in one transaction.
    ///
    /// # Errors
    /// [`InputError`] with the line of anything else, [`Error::Store`].
    pub fn read_items(&mut self, text: &str) -> Result<Vec<Request>, Error> {
        let lines = (1..).zip(without_bom(text).lines()).filter(|(_, line)| !line.trim().is_empty());
        check_items(lines.clone())?;
        let items: Vec<_> = lines.map(|(number, line)| (number, Json::parse(line))).collect();
        self.look_up(items.iter().flat_map(|(_, json)| json))?;
        let read = |(number, json): (u64, Result<Json, InputError>)| {
            let item = json.map_err(Error::from).and_then(|json| self.item(json));
            item.map_err(|error| error.at(&format!("line {number}")))
        };
        items.into_iter().map(read).collect()
    }

    /// Looks up together what will be read by.
    fn look_up<'j>(&mut self, jsons: impl IntoIterator<Item = &'j Json>) -> Result<(), Error> {
        let (mut names, mut ids) = (BTreeSet::new(), BTreeSet::new());
        for json in jsons {
            json.visit_texts(&mut |field, text| match field {
                "from" | "to" | "debit" | "credit" | "account" => names.extend(text.parse()),
                "hold" | "capture" | "release" | "transfer" | "reverse" => ids.extend(Reference::possible_ids(text)),
                _ => {}
            });
        }
        self.currencies.look_up(names, ids)
    }

    fn item(&mut self, json: Json) -> Result<Request, Error> {
        let mut fields = json.into_fields()?;
        let id = take_id(&mut fields)?;
        let request = if fields.has("legs") {
            self.journal(fields, id.ok_or_else(no_id)?)?.into()
        } else if fields.has("reverse_journal") {
            self.journal_reversal(fields, id.ok_or_else(no_id)?)?.into()
        } else {
            let makes_transfers = !["freeze", "unfreeze", "close"].iter().any(|verb| fields.has(verb));
            let id = match id {
                None if makes_transfers => return Err(no_id().into()),
                Some(_) if !makes_transfers => {
                    return Err(InputError::request("a change of an account has no id or key; leave it out").into());
                }
                id => id.unwrap_or_else(|| self.unused_id().into()),
            };
            Request::Operation(self.operation(fields, id, None)?)
        };
        self.currencies.note(&request)?;
        Ok(request)
    }

    /// Reads a journal. It has the id that is given, or else its own `id` or `key`, or else a fresh one.
    ///
    /// # Errors
    /// [`InputError`] for anything else, also for two ids; [`Error::Store`].
    pub fn read_journal(&mut self, text: &str, id: Option<RequestId>) -> Result<JournalRequest, Error> {
        let json = Json::parse(without_bom(text))?;
        self.look_up([&json])?;
        let mut fields = json.into_fields()?;
        let id = match (id, take_id(&mut fields)?) {
            (Some(_), Some(_)) => {
                return Err(
                    InputError::request("the journal has an id already; give it there or here, not both").into()
                );
            }
            (Some(id), None) | (None, Some(id)) => id,
            (None, None) => TransferId::fresh(self.ledger.clock().now()).into(),
        };
        self.journal(fields, id)
    }

    /// Makes a journal of legs as people type them.
    ///
    /// # Errors
    /// [`InputError`] with the number of the leg, [`Error::Store`].
    pub fn read_legs(&mut self, legs: &[String], header: &JournalHeader) -> Result<JournalRequest, Error> {
        let mut operations = Vec::with_capacity(legs.len());
        for (number, text) in (1..).zip(legs) {
            operations.push(self.typed_leg(text, header).map_err(|error| error.at(&format!("leg {number}")))?);
        }
        Ok(JournalRequest::new(header.id.clone(), operations))
    }

    fn typed_leg(&mut self, text: &str, header: &JournalHeader) -> Result<Operation, Error> {
        let (parties, amount) = match read_leg(text)? {
            Leg::Close { account } => return Ok(self.signature.sign(account, AccountAction::Close)?.into()),
            Leg::Transfer { parties, amount } => (parties, amount),
        };
        let quantity = amount.read(self.currencies.of_account(parties.names()[0])?)?;
        Ok(Operation::Transfer(TransferRequest {
            id: header.id.clone(),
            parties,
            quantity,
            effective_at: None,
            description: header.description.clone(),
            metadata: header.metadata.clone(),
            conditions: Vec::new(),
        }))
    }

    fn journal(&mut self, mut fields: Fields, id: RequestId) -> Result<JournalRequest, Error> {
        let header = JournalHeader {
            id,
            description: fields.take_parsed("description")?,
            metadata: Common::take_metadata(&mut fields, &Metadata::default())?,
        };
        let legs = fields.require("legs")?.into_list().map_err(|fault| in_field(fault, "legs"))?;
        fields.finish("id or key, description, metadata and legs")?;
        let mut operations = Vec::with_capacity(legs.len());
        for (number, leg) in (1..).zip(legs) {
            operations.push(self.leg(leg, &header).map_err(|error| error.at(&format!("leg {number}")))?);
        }
        Ok(JournalRequest::new(header.id, operations))
    }

    fn leg(&mut self, leg: Json, header: &JournalHeader) -> Result<Operation, Error> {
        let fields = leg.into_fields()?;
        if fields.has("id") || fields.has("key") {
            return Err(InputError::request("a leg has no id or key; its id follows from the journal's").into());
        }
        self.operation(fields, header.id.clone(), Some(header))
    }

    fn journal_reversal(&self, mut fields: Fields, id: RequestId) -> Result<JournalReversalRequest, Error> {
        let common = Common::take(&mut fields, id, None)?;
        let body = fields.require("reverse_journal")?;
        fields.finish("id or key, description, metadata and reverse_journal")?;
        let read = |body| {
            let mut body = Self::body(body, "journal")?;
            let text = body.require_text("journal")?;
            let journal = self.ledger.refer_to_journal(&text).map_err(|error| error.at("field journal"))?;
            let at = Self::reversal_time(&mut body)?;
            body.finish("journal and at")?;
            Ok((journal, at))
        };
        let (journal, at) = read(body).map_err(|error: Error| error.at("field reverse_journal"))?;
        let Common { id, description, metadata } = common;
        Ok(JournalReversalRequest { id, journal, at, description, metadata })
    }

    /// For what makes no transfer.
    fn unused_id(&self) -> TransferId {
        TransferId::fresh(self.ledger.clock().now())
    }
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

fn no_id() -> InputError {
    InputError::request("the field id or key is missing; with one, the same line twice is done once")
}

fn take_id(fields: &mut Fields) -> Result<Option<RequestId>, InputError> {
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
