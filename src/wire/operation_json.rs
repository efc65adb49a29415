//! Single operations as JSON: a transfer's fields, or a verb with its own.

use crate::error::{Error, InputError};
use crate::facts::{AccountName, Description, Metadata, Reference, RequestId};
use crate::money::Currency;
use crate::requests::{
    AccountAction, AccountChange, CaptureRequest, Condition, Expected, Expiry, HoldRequest, Operation, Parties,
    Quantity, ReleaseRequest, Remainder, ReversalRequest, ReversalTime, Sides, TransferRequest,
};
use crate::wire::currencies::{read_amount, read_quantity, read_version};
use crate::wire::durations::read_duration;
use crate::wire::json::{Fields, Json, in_field};
use crate::wire::request_json::{JournalHeader, RequestReader, Signature};

const VERBS: [&str; 7] = ["hold", "capture", "release", "reverse", "freeze", "unfreeze", "close"];
const TRANSFER_FIELDS: &str = "from and to, or debit and credit; amount, effective_at and if";

/// What every operation can say.
pub(crate) struct Common {
    pub(crate) id: RequestId,
    pub(crate) description: Option<Description>,
    pub(crate) metadata: Metadata,
}

impl Common {
    pub(crate) fn take(fields: &mut Fields, id: RequestId, header: Option<&JournalHeader>) -> Result<Self, InputError> {
        let usual = header.map(|header| header.metadata.clone()).unwrap_or_default();
        let description = fields.take_parsed("description")?;
        Ok(Self {
            id,
            description: description.or_else(|| header?.description.clone()),
            metadata: Self::take_metadata(fields, &usual)?,
        })
    }

    pub(crate) fn take_metadata(fields: &mut Fields, usual: &Metadata) -> Result<Metadata, InputError> {
        let Some(json) = fields.take("metadata") else { return Ok(usual.clone()) };
        let read = |json: Json| {
            let mut entries = usual.entries().clone();
            entries.extend(json.into_fields()?.into_texts()?);
            Ok(Metadata::new(entries)?)
        };
        read(json).map_err(|fault| in_field(fault, "metadata"))
    }
}

impl RequestReader<'_> {
    pub(crate) fn operation(
        &mut self,
        mut fields: Fields,
        id: RequestId,
        header: Option<&JournalHeader>,
    ) -> Result<Operation, Error> {
        let common = Common::take(&mut fields, id, header)?;
        let mut verbs = VERBS.into_iter().filter_map(|verb| Some((verb, fields.take(verb)?))).collect::<Vec<_>>();
        let Some((verb, body)) = verbs.pop() else {
            let between = |from, to| Parties::Transfer { from, to };
            let request = self.transfer(&mut fields, common, between)?;
            fields.finish(&format!("{TRANSFER_FIELDS}; or one of {}", VERBS.join(", ")))?;
            return Ok(request.into());
        };
        if let Some((other, _)) = verbs.pop() {
            return Err(InputError::request(format!("there are both {other} and {verb}; give one of them")).into());
        }
        fields.finish(&format!("description, metadata and {verb}"))?;
        self.verb(verb, body, common).map_err(|error| error.at(&format!("field {verb}")))
    }

    fn verb(&mut self, verb: &str, body: Json, common: Common) -> Result<Operation, Error> {
        match verb {
            "hold" => self.hold(body.into_fields()?, common),
            "capture" => self.capture(Self::body(body, "hold")?, common),
            "release" => self.release(Self::body(body, "hold")?, common),
            "reverse" => self.reverse(Self::body(body, "transfer")?, common),
            "freeze" => self.freeze(Self::body(body, "account")?, AccountAction::Freeze),
            "unfreeze" => self.freeze(Self::body(body, "account")?, AccountAction::Unfreeze),
            _ => {
                let mut body = Self::body(body, "account")?;
                let change = self.change(&mut body, AccountAction::Close)?;
                body.finish("account, actor and reason")?;
                Ok(change.into())
            }
        }
    }

    fn transfer(
        &mut self,
        fields: &mut Fields,
        common: Common,
        between: fn(AccountName, AccountName) -> Parties,
    ) -> Result<TransferRequest, Error> {
        let parties = take_parties(fields, between)?;
        let first = parties.names()[0].clone();
        let currency = self.currencies.of_account(&first)?;
        let quantity = read_quantity_json(fields.require("amount")?, currency);
        let effective_at = fields.take_parsed("effective_at")?;
        let conditions = self.conditions(fields, &first).map_err(|error| error.at("field if"))?;
        let Common { id, description, metadata } = common;
        let quantity = quantity.map_err(|fault| in_field(fault, "amount"))?;
        Ok(TransferRequest { id, parties, quantity, effective_at, description, metadata, conditions })
    }

    /// `[{"account": …, "version": 3}, {"account": …, "balance": ">= 100.00"}]`; the account is the first one where it is missing.
    fn conditions(&mut self, fields: &mut Fields, first: &AccountName) -> Result<Vec<Condition>, Error> {
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
                None => conditions.push(self.currencies.read_balance(&fields.require_text("balance")?, &account)?),
            }
            fields.finish("account, and version or balance")?;
        }
        Ok(conditions)
    }

    fn hold(&mut self, mut body: Fields, common: Common) -> Result<Operation, Error> {
        let transfer = self.transfer(&mut body, common, |account, against| Parties::Fall { account, against })?;
        let expires_in = body.take_text("expires_in")?.map(|text| read_duration(&text));
        let expires_in = expires_in.transpose().map_err(|fault| in_field(fault, "expires_in"))?;
        let expiry = match (body.take_parsed("expires_at")?, expires_in) {
            (Some(_), Some(_)) => {
                return Err(InputError::request("there are expires_at and expires_in; give one of them").into());
            }
            (Some(expires_at), None) => Expiry::At(expires_at),
            (None, Some(expires_in)) => Expiry::After(expires_in),
            (None, None) => Expiry::Never,
        };
        body.finish(&format!("{TRANSFER_FIELDS}; expires_at or expires_in"))?;
        Ok(HoldRequest { transfer, expiry }.into())
    }

    fn capture(&mut self, mut body: Fields, common: Common) -> Result<Operation, Error> {
        let hold = self.take_reference(&mut body, "hold")?;
        let quantity = match body.take("amount") {
            None => Quantity::All,
            Some(amount) => read_quantity_json(amount, self.currencies.of_transfer(hold.id())?)
                .map_err(|fault| in_field(fault, "amount"))?,
        };
        let remainder = if body.take_flag("final")? { Remainder::Release } else { Remainder::Keep };
        let effective_at = body.take_parsed("effective_at")?;
        body.finish("hold, amount, final and effective_at")?;
        let Common { id, description, metadata } = common;
        Ok(CaptureRequest { id, hold, quantity, remainder, effective_at, description, metadata }.into())
    }

    fn release(&mut self, mut body: Fields, common: Common) -> Result<Operation, Error> {
        let hold = self.take_reference(&mut body, "hold")?;
        body.finish("hold")?;
        let Common { id, description, metadata } = common;
        Ok(ReleaseRequest { id, hold, description, metadata }.into())
    }

    fn reverse(&mut self, mut body: Fields, common: Common) -> Result<Operation, Error> {
        let reversed = self.take_reference(&mut body, "transfer")?;
        let quantity = match body.take("amount") {
            None => Quantity::All,
            Some(amount) => read_quantity_json(amount, self.currencies.of_transfer(reversed.id())?)
                .map_err(|fault| in_field(fault, "amount"))?,
        };
        let at = Self::reversal_time(&mut body)?;
        body.finish("transfer, amount and at")?;
        let Common { id, description, metadata } = common;
        Ok(ReversalRequest { id, reversed, quantity, at, description, metadata }.into())
    }

    fn take_reference(&mut self, body: &mut Fields, name: &str) -> Result<Reference, Error> {
        let text = body.require_text(name)?;
        Reference::read(&text, &mut self.currencies).map_err(|error| error.at(&format!("field {name}")))
    }

    fn freeze(&self, mut body: Fields, action: fn(Sides) -> AccountAction) -> Result<Operation, Error> {
        let sides = match body.take_text("sides")?.as_deref() {
            None | Some("both") => Sides::Both,
            Some("debits") => Sides::Debits,
            Some("credits") => Sides::Credits,
            Some(other) => {
                let problem = format!("{other:?} are no sides of an account; write debits, credits or both");
                return Err(in_field(InputError::request(problem), "sides").into());
            }
        };
        let change = self.change(&mut body, action(sides))?;
        body.finish("account, sides, actor and reason")?;
        Ok(change.into())
    }

    fn change(&self, body: &mut Fields, action: AccountAction) -> Result<AccountChange, InputError> {
        let account = body.require_parsed("account")?;
        let Signature { actor, reason } = &self.signature;
        let actor = body.take_parsed("actor")?.or_else(|| actor.clone());
        let reason = body.take_parsed("reason")?.or_else(|| reason.clone());
        Signature { actor, reason }.sign(account, action)
    }

    /// What is said of a verb; a text alone is its first field.
    pub(crate) fn body(body: Json, first: &str) -> Result<Fields, InputError> {
        if matches!(body, Json::Text(_)) { Ok(Fields::of(first, body)) } else { body.into_fields() }
    }

    pub(crate) fn reversal_time(body: &mut Fields) -> Result<ReversalTime, InputError> {
        match body.take_text("at")?.as_deref() {
            None | Some("now") => Ok(ReversalTime::Now),
            Some("original") => Ok(ReversalTime::Original),
            Some(other) => {
                let problem = format!("{other:?} is no time of a reversal; write original or now");
                Err(in_field(InputError::request(problem), "at"))
            }
        }
    }
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
            let verbs = VERBS.join(", ");
            Err(InputError::request(format!(
                "the accounts are missing; give from and to, debit and credit, or one of {verbs}"
            )))
        }
    }
}

/// `"10.00"`, `"all"` or `{"up_to": "10.00"}`.
fn read_quantity_json(json: Json, currency: Option<Currency>) -> Result<Quantity, InputError> {
    if !matches!(json, Json::Object(_)) {
        return read_quantity(&json.into_text()?, currency);
    }
    let mut fields = json.into_fields()?;
    let most = fields.require_text("up_to")?;
    fields.finish("up_to")?;
    Ok(Quantity::UpTo(read_amount(&most, currency).map_err(|fault| in_field(fault, "up_to"))?))
}
