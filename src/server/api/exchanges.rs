//! Money of one currency for that of another.

use crate::ledger::{Ledger, Prepared, Receipt, prepare_exchange};
use crate::server::answer::Answer;
use crate::server::call::Call;
use crate::server::currencies::Currencies;
use crate::server::endpoint::{Action, Body, Endpoint};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::read_exchange;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let summary = "Exchange money for another currency";
    vec![
        Endpoint::post(
            "/v1/exchanges",
            summary,
            Scope::TransfersWrite,
            Action::PostPrepared(prepare, alone, Answer::receipt),
            Shape::One("ReceiptRecord"),
        )
        .taking(Body::Json(Shape::One("ExchangeRequest"))),
    ]
}

fn prepare(call: &Call, known: &Currencies) -> Result<Prepared, Problem> {
    Ok(prepare_exchange(&read_exchange(call.keyed_fields()?)?, |name| known.get(name))?)
}

fn alone(call: &Call, ledger: &Ledger) -> Result<Receipt, Problem> {
    Ok(ledger.exchange_written(&read_exchange(call.keyed_fields()?)?, call.options()?)?.receipt)
}
