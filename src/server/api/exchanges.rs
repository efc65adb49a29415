//! Money of one currency for that of another.

use crate::ledger::Ledger;
use crate::server::answer::Answer;
use crate::server::call::Call;
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
            Action::Write(exchange),
            Shape::One("ReceiptRecord"),
        )
        .taking(Body::Json(Shape::One("ExchangeRequest"))),
    ]
}

fn exchange(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let request = read_exchange(call.keyed_fields()?)?;
    let options = call.options()?;
    let mode = options.mode;
    Answer::receipt(&ledger.exchange_written(&request, options)?.receipt, mode)
}
