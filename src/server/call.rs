//! One request as its endpoint sees it: who asks, what the path and the query name, and the body.

use std::str::FromStr;
use std::sync::Arc;

use axum::http::HeaderMap;

use crate::error::{Error, InputError};
use crate::facts::{AccountName, Actor, Description, Instant, Metadata, NamePrefix, Sequence};
use crate::ledger::{Ledger, ListOrder, ListPage, Mode, RecordedFilter, WriteOptions};
use crate::requests::{Operation, Request, Written};
use crate::server::keys::ring::Principal;
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::query::Query;
use crate::server::status::ServerCode;
use crate::wire::{DefaultSignature, Fields, Json, RequestReader, Zone, read_moments};

/// The most rows of a page, and those of one where nothing is asked for.
const LIMIT_MAX: u32 = 1_000;
const LIMIT_DEFAULT: u32 = 100;
/// The most rows that are read for a page of a search that no index helps, so that it never keeps a reader of the book for long.
pub(super) const SEARCH_READS_MAX: u64 = 10_000;

/// Fields whose content is the client's own.
const OWN_CONTENT: [&str; 2] = ["metadata", "set"];

/// What the parameters begin with that filter by metadata.
const METADATA: &str = "metadata.";

pub(super) const KEY_HEADER: &str = "idempotency-key";

#[derive(Debug)]
pub(super) struct Call {
    pub(super) principal: Arc<Principal>,
    pub(super) path: Vec<(String, String)>,
    pub(super) query: Query,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
    /// The body where it is a file, whose encoding is its own.
    pub(super) file: Vec<u8>,
}

/// Reads a text whose fault is bad input.
pub(super) fn parse<T>(text: &str) -> Result<T, Problem>
where
    T: FromStr,
    InputError: From<T::Err>,
{
    text.parse::<T>().map_err(|error| InputError::from(error).into())
}

/// What is wrong with a parameter of the query.
pub(super) fn in_parameter(name: &str, problem: impl Into<String>) -> Problem {
    InputError::request(problem).at(&format!("parameter {name}")).into()
}

/// What a word means that is one of some.
pub(super) fn meaning_of<T>(asked: &str, words: impl IntoIterator<Item = (&'static str, T)>) -> Result<T, String> {
    let mut known = Vec::new();
    for (word, meaning) in words {
        if word == asked {
            return Ok(meaning);
        }
        known.push(word);
    }
    let last = known.pop().unwrap_or("nothing");
    let known = if known.is_empty() { last.to_owned() } else { format!("{} or {last}", known.join(", ")) };
    Err(format!("{asked:?} is no word for it; write {known}"))
}

impl Call {
    /// What the path names.
    pub(super) fn named(&self, name: &str) -> &str {
        self.path.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
    }

    /// The account that the path names, which the key must reach.
    pub(super) fn account(&self) -> Result<AccountName, Problem> {
        let account = parse(self.named("account"))?;
        self.check_reach(&account)?;
        Ok(account)
    }

    pub(super) fn check_reach(&self, account: &AccountName) -> Result<(), Problem> {
        if self.principal.reaches(account) {
            return Ok(());
        }
        let prefix = &self.principal.prefix;
        let problem =
            Problem::new(ServerCode::Forbidden, format!("the key is for accounts that begin with {prefix:?}"));
        Err(problem.with("account", account.as_str()))
    }

    /// The beginning of names in a parameter of the query, or else that of the key's accounts. The key must reach all of them.
    pub(super) fn prefix(&self, name: &str) -> Result<NamePrefix, Problem> {
        let own = &self.principal.prefix;
        let Some(asked) = self.query.get(name).map(NamePrefix::from) else { return Ok(own.clone()) };
        self.check_prefix(&asked)?;
        Ok(asked)
    }

    pub(super) fn check_prefix(&self, asked: &NamePrefix) -> Result<(), Problem> {
        let own = &self.principal.prefix;
        if own.holds(asked) {
            return Ok(());
        }
        let problem = Problem::new(ServerCode::Forbidden, format!("the key is for accounts that begin with {own:?}"));
        Err(problem.with("prefix", asked.as_str()))
    }

    /// Refuses what changes accounts, and not only what they have, from a key that may only move value.
    pub(super) fn check_changes<'r>(
        &self,
        requests: impl IntoIterator<Item = &'r Request<Written>>,
    ) -> Result<(), Problem> {
        let is_change = |operation: &Operation<Written>| operation.changed_account().is_some();
        let changes = requests.into_iter().any(|request| request.operations().iter().any(is_change));
        if !changes || self.principal.may(Scope::AccountsWrite) {
            return Ok(());
        }
        let scope = Scope::AccountsWrite;
        let problem = Problem::new(
            ServerCode::Forbidden,
            format!("this changes an account, and the key lacks the scope {scope}"),
        );
        Err(problem.with("scope", scope.as_str()))
    }

    /// A parameter of the query, read.
    pub(super) fn asked<T>(&self, name: &str) -> Result<Option<T>, Problem>
    where
        T: FromStr,
        InputError: From<T::Err>,
    {
        let read = |text: &str| {
            text.parse::<T>().map_err(|error| InputError::from(error).at(&format!("parameter {name}")).into())
        };
        self.query.get(name).map(read).transpose()
    }

    /// A parameter of the query, read otherwise.
    pub(super) fn asked_as<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, Error>,
    ) -> Result<Option<T>, Problem> {
        let read = |text: &str| read(text).map_err(|error| error.at(&format!("parameter {name}")).into());
        self.query.get(name).map(read).transpose()
    }

    /// A parameter of the query that is one of some words.
    pub(super) fn word<T>(
        &self,
        name: &str,
        words: impl IntoIterator<Item = (&'static str, T)>,
    ) -> Result<Option<T>, Problem> {
        self.asked_as(name, |asked| Ok(meaning_of(asked, words).map_err(InputError::request)?))
    }

    /// A whole number of the query.
    pub(super) fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let read = |text: &str| {
            text.parse().map_err(|_| in_parameter(name, format!("{text:?} is no such number; write a whole one")))
        };
        self.query.get(name).map(read).transpose()
    }

    /// The last moment of a day, a month, a year or a moment of the query.
    pub(super) fn moment(&self, name: &str, ledger: &Ledger) -> Result<Option<Instant>, Problem> {
        let (now, zone) = (ledger.clock().now(), self.zone()?);
        let read = |text: &str| {
            read_moments(text, now, &zone).map_err(|fault| Problem::from(fault.at(&format!("parameter {name}"))))
        };
        Ok(self.query.get(name).map(read).transpose()?.map(|moments| moments.last))
    }

    /// The zone in which days, months and times without an offset are meant.
    pub(super) fn zone(&self) -> Result<Zone, Problem> {
        let read =
            |text: &str| text.parse().map_err(|problem| in_parameter("time_zone", format!("{text:?} is {problem}")));
        self.query.get("time_zone").map_or(Ok(Zone::Utc), read)
    }

    /// The cursor of a list: a number.
    pub(super) fn cursor(&self) -> Result<Option<i64>, Problem> {
        match self.number("cursor")? {
            Some(cursor) if cursor < 0 => {
                Err(in_parameter("cursor", format!("{cursor} is none; it is a number from 0 on")))
            }
            cursor => Ok(cursor),
        }
    }

    pub(super) fn limit(&self) -> Result<u32, Problem> {
        match self.number("limit")? {
            None => Ok(LIMIT_DEFAULT),
            Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
            Some(limit) => Err(in_parameter("limit", format!("{limit} is not from 1 to {LIMIT_MAX}"))),
        }
    }

    /// The page of a search that begins there.
    pub(super) fn list_page(&self, from: Option<Sequence>) -> Result<ListPage, Problem> {
        Ok(ListPage { from, limit: self.limit()?, reads_max: SEARCH_READS_MAX })
    }

    /// What a list is to have beside its rows: `metadata.KEY=VALUE`.
    pub(super) fn metadata(&self) -> Result<Metadata, Problem> {
        let entries = self.query.under(METADATA).map(|(key, value)| (key.to_owned(), value.to_owned()));
        Ok(Metadata::new(entries.collect()).map_err(InputError::from)?)
    }

    /// Which way a list goes.
    fn order_or(&self, usual: ListOrder) -> Result<ListOrder, Problem> {
        let orders = [("newest", ListOrder::Newest), ("oldest", ListOrder::Oldest)];
        Ok(self.word("order", orders)?.unwrap_or(usual))
    }

    /// What all lists of transfers, holds and journals are filtered by, and which way they go where the query does not say.
    pub(super) fn recorded(&self, usual: ListOrder) -> Result<RecordedFilter, Problem> {
        Ok(RecordedFilter {
            actor: self.asked("actor")?,
            metadata: self.metadata()?,
            from: self.asked("from")?,
            to: self.asked("to")?,
            order: self.order_or(usual)?,
        })
    }

    /// Refuses filters beside a cursor, which carries those of its list.
    pub(super) fn check_no_filters(&self, filters: &[&str]) -> Result<(), Problem> {
        if self.query.has_any(filters) || self.query.under(METADATA).next().is_some() {
            return Err(Problem::invalid("the cursor carries the filters of its list; leave them out"));
        }
        Ok(())
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Problem> {
        Ok(self.word(name, [("true", true), ("false", false)])?.unwrap_or_default())
    }

    pub(super) fn mode(&self) -> Result<Mode, Problem> {
        Ok(if self.flag("dry_run")? { Mode::DryRun } else { Mode::Commit })
    }

    pub(super) fn actor(&self) -> &Actor {
        &self.principal.name
    }

    /// A write in the name of the key.
    pub(super) fn options(&self) -> Result<WriteOptions, Problem> {
        Ok(WriteOptions::new(self.mode()?).by(self.actor().clone()))
    }

    pub(super) fn reader(&self) -> RequestReader {
        RequestReader::new(DefaultSignature { actor: Some(self.actor().clone()), reason: None })
    }

    pub(super) fn json(&self) -> Result<Json, Problem> {
        let json = Json::parse(&self.body)?;
        Self::check_actor(&json)?;
        Ok(json)
    }

    /// What a key does is recorded in its name, so a body names nobody else.
    pub(super) fn check_actor(json: &Json) -> Result<(), InputError> {
        if json.names("actor", &OWN_CONTENT) {
            let problem = "the field \"actor\" means nothing here; what a key does is done in its name";
            return Err(InputError::request(problem));
        }
        Ok(())
    }

    /// The body, which is an object. An empty one is an object without fields.
    pub(super) fn fields(&self) -> Result<Fields, Problem> {
        if self.body.trim().is_empty() {
            return Ok(Fields::default());
        }
        Ok(self.json()?.into_fields()?)
    }

    /// The body with the key of the header, where the body has no id or key itself.
    pub(super) fn keyed_fields(&self) -> Result<Fields, Problem> {
        let mut fields = self.fields()?;
        match (self.key_header()?, fields.has("id") || fields.has("key")) {
            (Some(_), true) => Err(Problem::invalid("there are an Idempotency-Key and an id or key; give one of them")),
            (Some(key), false) => {
                fields.add("key", Json::Text(key));
                Ok(fields)
            }
            (None, true) => Ok(fields),
            (None, false) => Err(Problem::new(
                ServerCode::KeyMissing,
                "a write needs an Idempotency-Key, or an id or key in its body",
            )),
        }
    }

    fn key_header(&self) -> Result<Option<String>, Problem> {
        let mut values = self.headers.get_all(KEY_HEADER).iter();
        let (Some(value), other) = (values.next(), values.next()) else { return Ok(None) };
        if other.is_some() {
            return Err(Problem::invalid("there are two Idempotency-Key; give one"));
        }
        let text =
            std::str::from_utf8(value.as_bytes()).map_err(|_| Problem::invalid("the Idempotency-Key is not UTF-8"))?;
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        Ok(Some(bare.to_owned()))
    }

    /// A verb with its body, as an item of a batch has it. What all requests can say stands beside the verb.
    pub(super) fn item(&self, verb: &str, named: Option<(&str, &str)>) -> Result<Json, Problem> {
        let mut body = self.keyed_fields()?;
        let mut item = body.split_off(&["id", "key", "description", "metadata"]);
        if let Some((field, text)) = named {
            if body.has(field) {
                return Err(Problem::invalid(format!("the path names the {field} already; leave it out of the body")));
            }
            body.add(field, Json::Text(text.to_owned()));
        }
        item.add(verb, Json::Object(body));
        Ok(Json::Object(item))
    }

    /// Why something is wanted, where the body is about nothing else.
    pub(super) fn reason(&self) -> Result<Option<Description>, Problem> {
        let mut fields = self.fields()?;
        let reason = fields.take_parsed("reason")?;
        fields.finish("reason")?;
        Ok(reason)
    }
}

/// What a text is of a list's own cursor.
pub(super) fn read_cursor<C: FromStr<Err = String>>(text: &str) -> Result<C, Problem> {
    text.parse().map_err(|problem: String| in_parameter("cursor", problem))
}

/// The event that a field of the body names, or another place in the feed.
pub(super) fn take_cursor<C: FromStr<Err = String>>(fields: &mut Fields, name: &str) -> Result<Option<C>, InputError> {
    fields.take_read(name, |text| text.parse().map_err(InputError::request))
}

/// What the ledger says, as a problem.
pub(super) fn told<T>(outcome: Result<T, Error>) -> Result<T, Problem> {
    outcome.map_err(Problem::from)
}
