//! The way to the server: whether a connection pooler is on it, and which of several servers it leads to.
//!
//! # Poolers
//! A pooler such as PgBouncer in transaction mode lends each transaction another of the server's sessions. What Diesel prepared in one
//! session is not there in the next, or is what another client prepared under the same name, and then answers with *its* rows. What is
//! set for the session stays behind for whoever gets it. So on a way that is not known to be direct nothing is prepared by name, and
//! every transaction brings its settings itself.
//!
//! # Servers left behind
//! After a failover the old primary may come back and take writes that nobody will ever see again. A promotion begins a new timeline,
//! so a pool that has seen a newer one does not go back.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::Connection;
use diesel::connection::{CacheSize, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text};
use tracing::info;

use crate::store::StoreError;
use crate::store::drawing::Numbering;
use crate::store::driver::is_refusal_of_options;
use crate::store::options::{Access, Lifetime, StoreOptions};
use crate::store::postgres::balancer::check_unbalanced;
use crate::store::postgres::certificate::cause_of_distrust;
use crate::store::postgres::rows::BoolRow;
use crate::store::postgres::server::Server;
use crate::store::postgres::session;
use crate::store::postgres_url::PostgresUrl;
use crate::store::statement_log::StatementLog;
use crate::store::url::DatabaseUrl;

/// How often two connections are asked in turn which session of the server they are in.
const TURNS: usize = 3;

/// A setting that only the probe has, given when the connection is made.
const MARK: &str = "teller.probe";

/// What is known of the way to the server.
pub(crate) struct Route {
    kind: RouteKind,
    begin_read: String,
    begin_write: String,
    numbering: Numbering,
    /// The newest timeline that a connection of this pool was on; 0 where only one server is named.
    timeline: AtomicU32,
}

/// What a connection of Teller's is a connection to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RouteKind {
    /// One session of the server, as long as it lasts.
    Direct,
    /// Any session that a pooler lends.
    Pooled,
    /// Not known, so treated like a pooled one.
    Unknown,
}

impl Route {
    /// Connects for the first time. What is open for a moment takes the careful way without finding out whether it must: it ends before
    /// that has paid for itself.
    pub(super) fn explore(url: &DatabaseUrl, options: &StoreOptions) -> Result<(PgConnection, Self), StoreError> {
        let address = postgres(url);
        let mut first = establish(url, &address.with_defaults())?;
        let server = Server::ask(&mut first)?;
        check_unbalanced(&mut first, &server, &address)?;
        let kind = match options.lifetime {
            Lifetime::Short => RouteKind::Unknown,
            Lifetime::Long => probe(&mut first, &address),
        };
        let path = address.search_path();
        let begin = |access| match kind {
            RouteKind::Direct => session::begin_in_session(access),
            RouteKind::Pooled | RouteKind::Unknown => session::begin_with_settings(access, options, path.as_deref()),
        };
        let (begin_read, begin_write) = (begin(Access::Read), begin(Access::Write));
        let numbering = server.numbering();
        let route = Self { kind, begin_read, begin_write, numbering, timeline: AtomicU32::new(0) };
        route.set_up(&mut first, url, options)?;
        Ok((first, route))
    }

    /// Connects again.
    pub(super) fn open(&self, url: &DatabaseUrl, options: &StoreOptions) -> Result<PgConnection, StoreError> {
        let address = postgres(url);
        let mut connection = establish(url, &address.with_defaults())?;
        match self.set_up(&mut connection, url, options) {
            // libpq took the first that can be written to. Another one can be too.
            Err(StoreError::Standby { .. }) if address.get("load_balance_hosts").is_none() => {
                let shuffled = address.with(&[("load_balance_hosts", "random")]);
                connection = establish(url, &PostgresUrl::new(&shuffled).with_defaults())?;
                self.set_up(&mut connection, url, options)?;
            }
            outcome => outcome?,
        }
        Ok(connection)
    }

    /// The statement that begins a transaction.
    pub(super) fn begin(&self, access: Access) -> &str {
        match access {
            Access::Read | Access::ReadOnce => &self.begin_read,
            Access::Write | Access::Settled | Access::Alone => &self.begin_write,
        }
    }

    /// Whether a session is set up once and for all, so that a statement can do without a transaction that brings the settings.
    pub(super) fn is_direct(&self) -> bool {
        self.kind == RouteKind::Direct
    }

    /// Where the server has sequences drawn.
    pub(super) const fn numbering(&self) -> Numbering {
        self.numbering
    }

    /// What is on the way, for a person.
    pub(super) const fn describe(&self) -> &'static str {
        match self.kind {
            RouteKind::Direct => "none: the way to the server is direct",
            RouteKind::Pooled => {
                "one is on the way: no statement is prepared by name, and each transaction brings its settings"
            }
            RouteKind::Unknown => "not known, so treated as if one were on the way",
        }
    }

    fn set_up(
        &self,
        connection: &mut PgConnection,
        url: &DatabaseUrl,
        options: &StoreOptions,
    ) -> Result<(), StoreError> {
        connection.set_instrumentation(StatementLog::new(options));
        info!(book = %url, "connected");
        if url.has_several_hosts() {
            self.check_timeline(connection)?;
        }
        match self.kind {
            RouteKind::Direct => connection.batch_execute(&session::set_for_session(options))?,
            RouteKind::Pooled | RouteKind::Unknown => {
                connection.set_prepared_statement_cache_size(CacheSize::Disabled);
            }
        }
        Ok(())
    }

    fn check_timeline(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let TimelineRow { value: Some(timeline) } = diesel::sql_query(TIMELINE_QUERY).get_result(connection)? else {
            return Ok(());
        };
        let timeline = u32::from_str_radix(&timeline, 16).unwrap_or_default();
        let newest = self.timeline.fetch_max(timeline, Ordering::Relaxed);
        if timeline < newest {
            let reason = format!("it is on timeline {timeline}, and a server on timeline {newest} has taken over");
            return Err(StoreError::Standby { reason });
        }
        Ok(())
    }
}

/// The timeline that a primary writes on; the checkpoint's would be the old one for a while after a promotion.
const TIMELINE_QUERY: &str =
    "select case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_lsn()), 8) end as value";

fn postgres(url: &DatabaseUrl) -> PostgresUrl<'_> {
    let DatabaseUrl::Postgres(address) = url else { unreachable!("the pool is for PostgreSQL") };
    PostgresUrl::new(address)
}

fn establish(url: &DatabaseUrl, address: &str) -> Result<PgConnection, StoreError> {
    PgConnection::establish(address)
        .map_err(|error| StoreError::from_connection(&error, url, || cause_of_distrust(&postgres(url))))
}

/// Finds out whether a pooler is on the way, by a second connection that lives as long as this takes.
///
/// First, a setting is asked for when the second connection is made. A pooler refuses it or leaves it out, for its sessions are there
/// before its clients. Second, both connections are asked in turn which session they are in. While both live, two are never in one
/// session, and none changes it, unless a pooler lends them. Where the second connection cannot be made, nothing is known.
fn probe(first: &mut PgConnection, address: &PostgresUrl<'_>) -> RouteKind {
    let options = address.get("options").unwrap_or_default();
    let marked = address.with(&[("options", format!("{options} -c{MARK}=on").trim_start())]);
    let mut second = match PgConnection::establish(&PostgresUrl::new(&marked).with_defaults()) {
        Ok(second) => second,
        Err(error) if is_refusal_of_options(&error) => return RouteKind::Pooled,
        Err(_) => return RouteKind::Unknown,
    };
    match is_marked(&mut second).and_then(|marked| Ok(marked && has_own_session(first, &mut second)?)) {
        Ok(true) => RouteKind::Direct,
        Ok(false) => RouteKind::Pooled,
        Err(_) => RouteKind::Unknown,
    }
}

fn is_marked(connection: &mut PgConnection) -> QueryResult<bool> {
    let mark = diesel::sql_query("select current_setting($1, true) is not distinct from 'on' as value");
    Ok(mark.bind::<Text, _>(MARK).get_result::<BoolRow>(connection)?.value)
}

fn has_own_session(first: &mut PgConnection, second: &mut PgConnection) -> QueryResult<bool> {
    let session = |connection: &mut PgConnection| -> QueryResult<i32> {
        Ok(diesel::sql_query("select pg_backend_pid() as value").get_result::<NumberRow>(connection)?.value)
    };
    let (own, other) = (session(first)?, session(second)?);
    for _ in 1..TURNS {
        if session(first)? != own || session(second)? != other {
            return Ok(false);
        }
    }
    Ok(own != other)
}

/// A write that a server refused because it follows another one can be done there, or here once it is promoted, which may be by now.
/// One that is refused because someone set it so cannot.
pub(super) fn name_standby(connection: &mut PgConnection, fault: StoreError) -> StoreError {
    let StoreError::ReadOnly { reason } = fault else { return fault };
    let is_set = "select current_setting('default_transaction_read_only')::bool and not pg_is_in_recovery() as value";
    match diesel::sql_query(is_set).get_result(connection) {
        Ok(BoolRow { value: false }) => StoreError::Standby { reason },
        _ => StoreError::ReadOnly { reason },
    }
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = Integer)]
    value: i32,
}

#[derive(QueryableByName)]
struct TimelineRow {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}
