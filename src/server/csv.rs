//! Lists as comma-separated values, for clients that ask for them: the cells that the program writes.

use axum::http::{HeaderMap, Method};
use serde_json::{Map, Value};

use crate::interchange::TextCells;
use crate::server::accept;
use crate::server::answer::{Answer, CSV, CSV_WITH_CHARSET, JSON};
use crate::server::endpoint::Endpoint;
use crate::server::problem::Problem;
use crate::server::schemas::{Shape, columns};
use crate::server::status::ServerCode;
use crate::wire::cell;

/// Whether an endpoint has rows to show.
pub(super) fn is_offered(endpoint: &Endpoint) -> bool {
    let is_list = matches!(endpoint.answer, Shape::Page(_) | Shape::Search(_) | Shape::Within(..));
    is_list && (endpoint.method == Method::GET || endpoint.path == "/v1/balances/query")
}

/// Whether a client wants CSV more than JSON.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    accept::wanted(headers, &[JSON, CSV]) == CSV
}

/// The rows of a list, with the cursor of its next page in a header.
pub(super) fn of_list(answer: Answer, shape: Shape) -> Result<Answer, Problem> {
    let (Shape::Page(record) | Shape::Search(record) | Shape::Within(_, _, record)) = shape else { return Ok(answer) };
    let mut page: Map<String, Value> = serde_json::from_slice(&answer.body).map_err(unwritten)?;
    let next_cursor = page.get("next_cursor").and_then(Value::as_str).map(str::to_owned);
    let list = page.remove(crate::server::answer::ITEMS).unwrap_or_default();
    let mut rows = csv::Writer::from_writer(Vec::with_capacity(answer.body.len()));
    let columns = columns(record);
    rows.write_record(&columns).map_err(unwritten)?;
    for item in list.as_array().into_iter().flatten() {
        let cells = columns.iter().map(|column| item.get(column).map(cell).unwrap_or_default());
        rows.write_record(cells.map(|text| TextCells::Safe.cell(&text).into_owned())).map_err(unwritten)?;
    }
    let body = rows.into_inner().map_err(|error| unwritten(error.to_string()))?;
    Ok(Answer { body, content_type: CSV_WITH_CHARSET, next_cursor, ..answer })
}

fn unwritten(error: impl std::fmt::Display) -> Problem {
    Problem::new(ServerCode::Panic, format!("the list cannot be written: {error}"))
}
