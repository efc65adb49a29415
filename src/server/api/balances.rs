//! What accounts have, now and at any time.

use crate::error::InputError;
use crate::facts::AccountName;
use crate::ledger::{AsOf, Bound, Ledger, TableRequest};
use crate::server::answer::Answer;
use crate::server::call::Call;
use crate::server::endpoint::{Action, Body, Endpoint, Parameter, TIME_ZONE};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::BalanceRecord;

/// The most accounts of one question.
const ACCOUNTS_MAX: usize = 1_000;
const AT: Parameter = ("at", "What counted for the books then: a moment, or the end of a day, a month or a year");
const RECORDED_AT: Parameter = ("recorded_at", "What the ledger knew then");

pub(super) fn endpoints() -> Vec<Endpoint> {
    let balance = Shape::One("BalanceRecord");
    vec![
        Endpoint::get(
            "/v1/accounts/{account}/balance",
            "Show what an account has, or had",
            Scope::AccountsRead,
            Action::Read(one),
            balance,
        )
        .with_query(&[AT, RECORDED_AT, TIME_ZONE])
        .within_reach(),
        Endpoint::get(
            "/v1/balances",
            "Show what accounts have together, by the first parts of their names",
            Scope::AccountsRead,
            Action::Long(by_path),
            Shape::Page("BalanceRecord"),
        )
        .with_query(&[
            ("prefix", "Only names that begin with this; all where it is not given"),
            ("depth", "How many parts of the names are told apart"),
            AT,
            RECORDED_AT,
            TIME_ZONE,
        ])
        .within_reach(),
        Endpoint {
            query: &[],
            ..Endpoint::post(
                "/v1/balances/query",
                "Show what several accounts have at one moment",
                Scope::AccountsRead,
                Action::Read(several),
                balance,
            )
        }
        .with_query(&[AT, RECORDED_AT, TIME_ZONE])
        .answering(Shape::Page("BalanceRecord"))
        .taking(Body::Json(Shape::One("BalancesRequest")))
        .within_reach(),
    ]
}

fn as_of(call: &Call, ledger: &Ledger) -> Result<Option<AsOf>, Problem> {
    let (effective_at, recorded_at) = (call.moment("at", ledger)?, call.moment("recorded_at", ledger)?);
    Ok((effective_at.is_some() || recorded_at.is_some()).then_some(AsOf { effective_at, recorded_at }))
}

fn one(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let name = call.account()?;
    let Some(as_of) = as_of(call, ledger)? else {
        return Answer::one(&BalanceRecord::from(&ledger.get_account(&name)?));
    };
    let balances = ledger.balances_as_of(&[name], as_of)?;
    let (account, posted) = balances.first().ok_or_else(|| Problem::invalid("no account was named"))?;
    Answer::one(&BalanceRecord::as_of_moments(account, *posted, as_of))
}

fn several(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let mut fields = call.fields()?;
    let names = fields.require_each("accounts", |name| Ok(name.parse::<AccountName>()?))?;
    fields.finish("accounts")?;
    if names.len() > ACCOUNTS_MAX {
        let problem = format!("there are {} of them, the most is {ACCOUNTS_MAX}", names.len());
        return Err(InputError::request(problem).at("field accounts").into());
    }
    names.iter().try_for_each(|name| call.check_reach(name))?;
    match as_of(call, ledger)? {
        None => Answer::list(&ledger.get_accounts(&names)?.iter().map(BalanceRecord::from).collect::<Vec<_>>()),
        Some(as_of) => {
            let balances = ledger.balances_as_of(&names, as_of)?;
            let record = |(account, posted): &_| BalanceRecord::as_of_moments(account, *posted, as_of);
            Answer::list(&balances.iter().map(record).collect::<Vec<_>>())
        }
    }
}

fn by_path(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let prefix = call.prefix("prefix")?;
    let depth = call.number("depth")?.unwrap_or_else(|| prefix.as_str().matches(':').count()).max(1);
    let Some(as_of) = as_of(call, ledger)? else {
        let balances = ledger.balances_by_path(prefix.as_str(), depth)?;
        return Answer::list(&balances.iter().map(BalanceRecord::from).collect::<Vec<_>>());
    };
    let request = TableRequest {
        prefix,
        depth: Some(depth),
        bounds: vec![as_of.effective_at.map_or(Bound::END, Bound::behind)],
        recorded_at: as_of.recorded_at,
        ..TableRequest::default()
    };
    let table = ledger.balance_table(&request, &mut |_| {})?;
    Answer::list(&table.rows.iter().map(|row| BalanceRecord::of_row(row, as_of)).collect::<Vec<_>>())
}
