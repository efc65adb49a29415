//! An exchange as JSON.

use crate::error::InputError;
use crate::money::WrittenAmount;
use crate::requests::{ExchangeRequest, Place, Placed};
use crate::wire::amounts::read_amount;
use crate::wire::json::{Fields, in_field};
use crate::wire::notes::Notes;
use crate::wire::operation_json::no_id;
use crate::wire::request_json::take_id;

/// `{"key": "exchange-1", "from": "alice:usd", "to": "alice:eur", "amount": "10.00", "rate": "0.9263", "rounding": "half-even", "fee": "0.25"}`.
pub(crate) fn read_exchange(mut fields: Fields) -> Result<ExchangeRequest<Placed<WrittenAmount>>, InputError> {
    let id = take_id(&mut fields)?.ok_or_else(no_id)?;
    let Notes { id, description, metadata } = Notes::take(&mut fields, id, None)?;
    let request = ExchangeRequest {
        id,
        from: fields.require_parsed("from")?,
        to: fields.require_parsed("to")?,
        sold: amount(&fields.require_text("amount")?, "amount")?,
        rate: fields.require_parsed("rate")?,
        rounding: fields.take_parsed("rounding")?.unwrap_or_default(),
        fee: fields.take_text("fee")?.map(|text| amount(&text, "fee")).transpose()?,
        effective_at: fields.take_parsed("effective_at")?,
        description,
        metadata,
    };
    fields.finish("id or key, from, to, amount, rate, rounding, fee, effective_at, description and metadata")?;
    Ok(request)
}

fn amount(text: &str, name: &'static str) -> Result<Placed<WrittenAmount>, InputError> {
    let amount = read_amount(text).map_err(|fault| in_field(fault, name))?;
    Ok(Place::default().field(name).of(amount))
}
