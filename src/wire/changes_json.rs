//! Changes of accounts and of metadata as JSON. They make no transfer, and each says who wants it so.

use std::collections::BTreeSet;

use crate::error::InputError;
use crate::facts::Metadata;
use crate::money::WrittenAmount;
use crate::requests::{
    AccountAction, AnnotationRequest, AnnotationTarget, LimitChange, MetadataChange, NewLimit, Operation, Place,
    Placed, Sides, Written,
};
use crate::wire::json::{Fields, in_field};
use crate::wire::notes::read_entries;
use crate::wire::signature::DefaultSignature;

const LIMITS: &str = "min_balance, max_balance, per_transfer, per_day and per_month";

/// `{"account": "a", "min_balance": "-500.00", "per_day": "none"}`: what is not named stays as it is.
pub(crate) fn read_limit(
    mut body: Fields,
    signature: &DefaultSignature,
    place: Place,
) -> Result<Operation<Written>, InputError> {
    let change = LimitChange {
        min_balance: take_limit(&mut body, "min_balance", place)?,
        max_balance: take_limit(&mut body, "max_balance", place)?,
        per_transfer: take_limit(&mut body, "per_transfer", place)?,
        per_day: take_limit(&mut body, "per_day", place)?,
        per_month: take_limit(&mut body, "per_month", place)?,
    };
    let is_nothing = change == LimitChange::default();
    let change = take_change(&mut body, AccountAction::Limit(change), signature)?;
    body.finish(&format!("account; {LIMITS}; actor and reason"))?;
    if is_nothing {
        return Err(InputError::request(format!("no limit is named; give one or more of {LIMITS}")));
    }
    Ok(change)
}

fn take_limit(
    body: &mut Fields,
    name: &'static str,
    place: Place,
) -> Result<NewLimit<Placed<WrittenAmount>>, InputError> {
    match body.take_text(name)?.as_deref() {
        None => Ok(NewLimit::Keep),
        Some("none") => Ok(NewLimit::Remove),
        Some(text) => match WrittenAmount::parse_signed(text) {
            Ok(amount) => Ok(NewLimit::Set(place.field(name).of(amount))),
            Err(fault) => Err(in_field(fault.into(), name)),
        },
    }
}

pub(crate) fn read_freeze(body: Fields, signature: &DefaultSignature) -> Result<Operation<Written>, InputError> {
    read_sided(body, AccountAction::Freeze, signature)
}

pub(crate) fn read_unfreeze(body: Fields, signature: &DefaultSignature) -> Result<Operation<Written>, InputError> {
    read_sided(body, AccountAction::Unfreeze, signature)
}

fn read_sided(
    mut body: Fields,
    action: fn(Sides) -> AccountAction<Placed<WrittenAmount>>,
    signature: &DefaultSignature,
) -> Result<Operation<Written>, InputError> {
    let sides = match body.take_text("sides")?.as_deref() {
        None | Some("both") => Sides::Both,
        Some("debits") => Sides::Debits,
        Some("credits") => Sides::Credits,
        Some(other) => {
            let problem = format!("{other:?} are no sides of an account; write debits, credits or both");
            return Err(in_field(InputError::request(problem), "sides"));
        }
    };
    let change = take_change(&mut body, action(sides), signature)?;
    body.finish("account, sides, actor and reason")?;
    Ok(change)
}

pub(crate) fn read_close(mut body: Fields, signature: &DefaultSignature) -> Result<Operation<Written>, InputError> {
    let change = take_change(&mut body, AccountAction::Close, signature)?;
    body.finish("account, actor and reason")?;
    Ok(change)
}

fn take_change(
    body: &mut Fields,
    action: AccountAction<Placed<WrittenAmount>>,
    signature: &DefaultSignature,
) -> Result<Operation<Written>, InputError> {
    let account = body.require_parsed("account")?;
    Ok(Operation::Change(take_signature(body, signature)?.sign(account, action)?))
}

/// Who wants it so and why, as the change says or else as is usual.
fn take_signature(body: &mut Fields, usual: &DefaultSignature) -> Result<DefaultSignature, InputError> {
    let actor = body.take_parsed("actor")?.or_else(|| usual.actor.clone());
    let reason = body.take_parsed("reason")?.or_else(|| usual.reason.clone());
    Ok(DefaultSignature { actor, reason })
}

/// `{"transfer": "invoice-1", "set": {"checked": "yes"}, "remove": ["draft"]}`, or with an `account`.
pub(crate) fn read_annotation(
    mut body: Fields,
    signature: &DefaultSignature,
    place: Place,
) -> Result<Operation<Written>, InputError> {
    let target = match (body.take_parsed("account")?, body.take_parsed("transfer")?) {
        (Some(name), None) => AnnotationTarget::Account(name),
        (None, Some(transfer)) => AnnotationTarget::Transfer(place.field("transfer").of(transfer)),
        (None, None) => return Err(InputError::request("the field account or transfer is missing")),
        (Some(_), Some(_)) => {
            return Err(InputError::request("there are an account and a transfer; give one of them"));
        }
    };
    let set = body.take("set").map(|json| read_entries(json, &Metadata::default())).transpose();
    let change = MetadataChange {
        set: set.map_err(|fault| in_field(fault, "set"))?.unwrap_or_default(),
        remove: take_keys(&mut body)?,
    };
    let (actor, reason) = take_signature(&mut body, signature)?.signed()?;
    body.finish("account or transfer; set, remove, actor and reason")?;
    if change == MetadataChange::default() {
        return Err(InputError::request("nothing is changed; give set, remove or both"));
    }
    Ok(AnnotationRequest { target, change, actor, reason }.into())
}

fn take_keys(body: &mut Fields) -> Result<BTreeSet<String>, InputError> {
    let keys = body.take_each("remove", |key| Ok(key.to_owned()))?;
    Ok(keys.unwrap_or_default().into_iter().collect())
}
