//! Single operations as JSON: a transfer's fields, or a verb with its own.

use crate::error::InputError;
use crate::facts::{AccountName, RequestId, WrittenReference};
use crate::money::WrittenAmount;
use crate::requests::{
    CaptureRequest, Condition, Expected, Expiry, HoldRequest, Operation, Parties, Place, Placed, Quantity,
    ReleaseRequest, Remainder, ReversalRequest, ReversalTime, TransferRequest, Verb, Written,
};
use crate::wire::amounts::{read_balance, read_quantity, read_up_to, read_version};
use crate::wire::changes_json::{read_annotation, read_close, read_freeze, read_limit, read_unfreeze};
use crate::wire::durations::read_lifetime;
use crate::wire::json::{Fields, Json, in_field};
use crate::wire::notes::{JournalHeader, Notes};
use crate::wire::signature::DefaultSignature;

const TRANSFER_FIELDS: &str = "from and to, or debit and credit; amount, effective_at and if";

/// What an operation stands in.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// Who wants changes, where they do not say it.
    pub(crate) signature: &'a DefaultSignature,
    /// The journal that it is a leg of.
    pub(crate) header: Option<&'a JournalHeader>,
    pub(crate) place: Place,
}

/// Whether an object asks for something that makes a transfer, which has an id.
pub(crate) fn makes_transfer(fields: &Fields) -> bool {
    !Verb::ALL.iter().any(|verb| !verb.makes_transfer() && fields.has(verb.as_str()))
}

/// Reads an operation. What makes a transfer has an id.
pub(crate) fn read_operation(
    mut fields: Fields,
    id: Option<RequestId>,
    surroundings: Surroundings<'_>,
) -> Result<Operation<Written>, InputError> {
    let id = id.filter(|_| makes_transfer(&fields));
    let notes = id.map(|id| Notes::take(&mut fields, id, surroundings.header)).transpose()?;
    let mut verbs = Verb::ALL.iter().filter_map(|verb| Some((*verb, fields.take(verb.as_str())?))).collect::<Vec<_>>();
    let Some((verb, body)) = verbs.pop() else {
        let between = |from, to| Parties::Transfer { from, to };
        let request = read_transfer(&mut fields, notes.ok_or_else(no_id)?, between, surroundings.place)?;
        fields.finish(&format!("{TRANSFER_FIELDS}; or one of {}", verb_list()))?;
        return Ok(request.into());
    };
    if let Some((other, _)) = verbs.pop() {
        return Err(InputError::request(format!("there are both {other} and {verb}; give one of them")));
    }
    let known = if verb.makes_transfer() { format!("description, metadata and {verb}") } else { verb.to_string() };
    fields.finish(&known)?;
    let surroundings = Surroundings { place: surroundings.place.field(verb.as_str()), ..surroundings };
    read_verb(verb, body, notes, surroundings).map_err(|fault| in_field(fault, verb.as_str()))
}

/// What stands behind a verb. A new verb does not compile until it is read here.
fn read_verb(
    verb: Verb,
    body: Json,
    notes: Option<Notes>,
    Surroundings { signature, place, .. }: Surroundings<'_>,
) -> Result<Operation<Written>, InputError> {
    let notes = || notes.ok_or_else(no_id);
    match verb {
        Verb::Hold => read_hold(body.into_fields()?, notes()?, place),
        Verb::Capture => read_capture(body.into_fields_or("hold")?, notes()?, place),
        Verb::Release => read_release(body.into_fields_or("hold")?, notes()?, place),
        Verb::Reverse => read_reversal(body.into_fields_or("transfer")?, notes()?, place),
        Verb::Limit => read_limit(body.into_fields()?, signature, place),
        Verb::Freeze => read_freeze(body.into_fields_or("account")?, signature),
        Verb::Unfreeze => read_unfreeze(body.into_fields_or("account")?, signature),
        Verb::Close => read_close(body.into_fields_or("account")?, signature),
        Verb::Annotate => read_annotation(body.into_fields()?, signature, place),
    }
}

fn verb_list() -> String {
    Verb::ALL.iter().map(|verb| verb.as_str()).collect::<Vec<_>>().join(", ")
}

pub(crate) fn no_id() -> InputError {
    InputError::request("the field id or key is missing; with one, the same line twice is done once")
}

fn read_transfer(
    fields: &mut Fields,
    notes: Notes,
    between: fn(AccountName, AccountName) -> Parties,
    place: Place,
) -> Result<TransferRequest<Written>, InputError> {
    let parties = take_parties(fields, between)?;
    let first = parties.names()[0].clone();
    let quantity = read_quantity_json(fields.require("amount")?, place.field("amount"));
    let effective_at = fields.take_parsed("effective_at")?;
    let conditions = read_conditions(fields, &first, place.field("if")).map_err(|fault| in_field(fault, "if"))?;
    let Notes { id, description, metadata } = notes;
    let quantity = quantity.map_err(|fault| in_field(fault, "amount"))?;
    Ok(TransferRequest { id, parties, quantity, effective_at, description, metadata, conditions })
}

fn take_parties(fields: &mut Fields, between: fn(AccountName, AccountName) -> Parties) -> Result<Parties, InputError> {
    let is_transfer = fields.has("from") || fields.has("to");
    let is_post = fields.has("debit") || fields.has("credit");
    match (is_transfer, is_post) {
        (true, true) => Err(InputError::request("give from and to, or debit and credit, not both")),
        (false, true) => {
            Ok(Parties::Post { debit: fields.require_parsed("debit")?, credit: fields.require_parsed("credit")? })
        }
        (true, false) => Ok(between(fields.require_parsed("from")?, fields.require_parsed("to")?)),
        (false, false) => {
            let verbs = verb_list();
            Err(InputError::request(format!(
                "the accounts are missing; give from and to, debit and credit, or one of {verbs}"
            )))
        }
    }
}

/// `[{"account": …, "version": 3}, {"account": …, "balance": ">= 100.00"}]`; the account is the first one where it is missing.
fn read_conditions(
    fields: &mut Fields,
    first: &AccountName,
    place: Place,
) -> Result<Vec<Condition<Placed<WrittenAmount>>>, InputError> {
    let Some(list) = fields.take("if") else { return Ok(Vec::new()) };
    let mut conditions = Vec::new();
    for json in list.into_list()? {
        let mut fields = json.into_fields()?;
        let account = fields.take_parsed("account")?.unwrap_or_else(|| first.clone());
        match fields.take("version") {
            Some(Json::Number(version)) => {
                conditions.push(Condition { account, expected: Expected::Version(version) });
            }
            Some(other) => conditions.push(read_version(&other.into_text()?, &account)?),
            None => conditions.push(read_balance(&fields.require_text("balance")?, &account, place)?),
        }
        fields.finish("account, and version or balance")?;
    }
    Ok(conditions)
}

/// `"10.00"`, `"all"` or `{"up_to": "10.00"}`.
fn read_quantity_json(json: Json, place: Place) -> Result<Quantity<Placed<WrittenAmount>>, InputError> {
    if !matches!(json, Json::Object(_)) {
        return read_quantity(&json.into_text()?, place);
    }
    let mut fields = json.into_fields()?;
    let most = fields.require_text("up_to")?;
    fields.finish("up_to")?;
    read_up_to(&most, place.field("up_to")).map_err(|fault| in_field(fault, "up_to"))
}

/// The field `amount` of what there is only so much of; all of it where the field is missing.
fn take_part(body: &mut Fields, place: Place) -> Result<Quantity<Placed<WrittenAmount>>, InputError> {
    match body.take("amount") {
        None => Ok(Quantity::All),
        Some(amount) => read_quantity_json(amount, place.field("amount")).map_err(|fault| in_field(fault, "amount")),
    }
}

pub(crate) fn take_reference(
    body: &mut Fields,
    name: &'static str,
    place: Place,
) -> Result<Placed<WrittenReference>, InputError> {
    Ok(place.field(name).of(body.require_parsed(name)?))
}

fn read_hold(mut body: Fields, notes: Notes, place: Place) -> Result<Operation<Written>, InputError> {
    let transfer = read_transfer(&mut body, notes, |account, against| Parties::Fall { account, against }, place)?;
    let expires_in = body.take_text("expires_in")?.map(|text| read_lifetime(&text));
    let expires_in = expires_in.transpose().map_err(|fault| in_field(fault, "expires_in"))?;
    let expiry = match (body.take_parsed("expires_at")?, expires_in) {
        (Some(_), Some(_)) => {
            return Err(InputError::request("there are expires_at and expires_in; give one of them"));
        }
        (Some(expires_at), None) => Expiry::At(expires_at),
        (None, Some(expires_in)) => Expiry::After(expires_in),
        (None, None) => Expiry::Never,
    };
    body.finish(&format!("{TRANSFER_FIELDS}; expires_at or expires_in"))?;
    Ok(HoldRequest { transfer, expiry }.into())
}

fn read_capture(mut body: Fields, notes: Notes, place: Place) -> Result<Operation<Written>, InputError> {
    let hold = take_reference(&mut body, "hold", place)?;
    let quantity = take_part(&mut body, place)?;
    let remainder = if body.take_flag("final")? { Remainder::Release } else { Remainder::Keep };
    let effective_at = body.take_parsed("effective_at")?;
    body.finish("hold, amount, final and effective_at")?;
    let Notes { id, description, metadata } = notes;
    Ok(CaptureRequest { id, hold, quantity, remainder, effective_at, description, metadata }.into())
}

fn read_release(mut body: Fields, notes: Notes, place: Place) -> Result<Operation<Written>, InputError> {
    let hold = take_reference(&mut body, "hold", place)?;
    body.finish("hold")?;
    let Notes { id, description, metadata } = notes;
    Ok(ReleaseRequest { id, hold, description, metadata }.into())
}

fn read_reversal(mut body: Fields, notes: Notes, place: Place) -> Result<Operation<Written>, InputError> {
    let reversed = take_reference(&mut body, "transfer", place)?;
    let quantity = take_part(&mut body, place)?;
    let at = take_reversal_time(&mut body)?;
    body.finish("transfer, amount and at")?;
    let Notes { id, description, metadata } = notes;
    Ok(ReversalRequest { id, reversed, quantity, at, description, metadata }.into())
}

pub(crate) fn take_reversal_time(body: &mut Fields) -> Result<ReversalTime, InputError> {
    match body.take_text("at")?.as_deref() {
        None | Some("now") => Ok(ReversalTime::Now),
        Some("original") => Ok(ReversalTime::Original),
        Some(other) => {
            let problem = format!("{other:?} is no time of a reversal; write original or now");
            Err(in_field(InputError::request(problem), "at"))
        }
    }
}
