//! What a path names. A browser takes `.` and `..` in a path for steps, so the name of an account can stand in the query too.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use crate::server::problem::Problem;

/// The name that stands in braces in the paths of accounts.
pub(super) const ACCOUNT: &str = "account";
/// The parameter that has an account's name in its place.
pub(super) const NAME: &str = "name";
/// What stands in the path then.
pub(super) const ELSEWHERE: &str = "-";

/// Reads what stands in the braces of a path. An account is the one that the query names, where it names one.
pub(super) async fn read(parts: &mut Parts, in_query: Option<&str>) -> Result<Vec<(String, String)>, Problem> {
    let params = RawPathParams::from_request_parts(parts, &()).await;
    let params = params.map_err(|_| Problem::invalid("the path is not UTF-8"))?;
    let mut path: Vec<_> = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if path.iter().any(|(_, value)| value.contains('\0')) {
        return Err(Problem::invalid("the path has a NUL character"));
    }
    let account = path.iter_mut().find(|(name, _)| name == ACCOUNT);
    if let (Some((_, value)), Some(named)) = (account, in_query) {
        if value != ELSEWHERE && value != named {
            let problem = format!("the path names {value:?} and the query {named:?}; write {ELSEWHERE} in the path");
            return Err(Problem::invalid(problem));
        }
        named.clone_into(value);
    }
    Ok(path)
}

/// Whether a browser would take a part of the name for a step in a path.
pub(super) fn is_step(name: &str) -> bool {
    name.split(['/', '\\']).any(|part| part == "." || part == "..")
}
