//! What the server says of itself, and what of that can lose money or time.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use crate::store::StoreError;
use crate::store::diagnosis::Fact;
use crate::store::disk::free_disk;
use crate::store::postgres::rows::{NullableTextRow, NumberRow, TextRow};
use crate::store::postgres::{citus, drawing, tuning};

pub(super) fn facts(connection: &mut PgConnection) -> Result<Vec<Fact>, StoreError> {
    let version = text(connection, "select version() as value")?;
    let schema = text(connection, "select current_schema()::text as value")?;
    let mut facts = vec![Fact::new("version", version), Fact::new("schema", schema)];
    let encoding = encoding(connection)?;
    let is_well = encoding == ENCODING;
    facts.push(Fact::checked(
        "encoding",
        encoding,
        is_well,
        "texts with other characters are refused; use a database in UTF8",
    ));
    facts.push(role(connection)?);
    facts.push(cancelling(connection)?);
    facts.push(tls(connection)?);
    for CheckedSetting { name, is_well, warning } in SETTINGS {
        let value = setting(connection, name)?;
        let is_well = is_well(&value);
        facts.push(Fact::checked(name, value, is_well, warning));
    }
    facts.push(standbys(connection)?);
    facts.push(archiving(connection)?);
    facts.push(connections(connection)?);
    for name in ["statement_timeout", "lock_timeout"] {
        facts.push(Fact::new(name, setting(connection, name)?));
    }
    facts.extend(tuning::facts(connection)?);
    let size = diesel::sql_query(SIZE_QUERY).get_result::<NumberRow>(connection)?.value;
    facts.push(Fact::measured("size", size, "bytes"));
    facts.push(disk(connection)?);
    facts.push(drawing::fact(connection)?);
    facts.extend(citus::facts(connection)?);
    Ok(facts)
}

/// The only one in which every text that Teller takes has room.
pub(super) const ENCODING: &str = "UTF8";

pub(super) fn encoding(connection: &mut PgConnection) -> Result<String, StoreError> {
    setting(connection, "server_encoding")
}

/// A setting of the server, what it should be, and what happens where it is not.
struct CheckedSetting {
    name: &'static str,
    is_well: fn(&str) -> bool,
    warning: &'static str,
}

const SETTINGS: [CheckedSetting; 5] = [
    CheckedSetting {
        name: "fsync",
        is_well: is_on,
        warning: "a crash of the machine can lose or corrupt the book; set fsync = on",
    },
    CheckedSetting {
        name: "synchronous_commit",
        is_well: |value| value != "off",
        warning: "a crash can lose transfers that were answered as posted; set synchronous_commit = on",
    },
    CheckedSetting {
        name: "full_page_writes",
        is_well: is_on,
        warning: "a crash of the machine can corrupt the book; set full_page_writes = on",
    },
    CheckedSetting {
        name: "data_checksums",
        is_well: is_on,
        warning: "a page that the disk damaged is read as if it were good",
    },
    CheckedSetting {
        name: "lc_messages",
        is_well: is_english,
        warning: "deadlocks are told by their English message and would not be tried again; set lc_messages = 'C'",
    },
];

fn is_on(value: &str) -> bool {
    value == "on"
}

fn is_english(locale: &str) -> bool {
    ["C", "POSIX", ""].contains(&locale) || locale.starts_with("C.") || locale.starts_with("en")
}

/// Diesel drops the warning by which the server tells that a commit was cancelled in its wait.
fn cancelling(connection: &mut PgConnection) -> Result<Fact, StoreError> {
    let query = "select case when flag then 'the sessions of every role' else 'the sessions of its own role only' end as name, flag \
        from (select pg_has_role(current_user, 'pg_signal_backend', 'usage') as flag) as may_cancel";
    let cancelling = diesel::sql_query(query).get_result::<NameRow>(connection)?;
    Ok(Fact::checked(
        "cancelling",
        cancelling.name,
        !cancelling.flag,
        "who cancels a session that waits for its standby makes a transfer count that only the primary has; \
         take pg_signal_backend away from the role",
    ))
}

/// Where there is no book yet, there is nothing that the role could remove.
fn role(connection: &mut PgConnection) -> Result<Fact, StoreError> {
    let query = "select current_user::text as name, coalesce( \
            has_table_privilege(to_regclass(quote_ident(current_schema()) || '.transfers'), 'delete'), false) as flag";
    let role = diesel::sql_query(query).get_result::<NameRow>(connection)?;
    Ok(Fact::checked("role", role.name, !role.flag, "it may switch the guards off and remove transfers"))
}

fn tls(connection: &mut PgConnection) -> Result<Fact, StoreError> {
    let tls = text(connection, TLS_QUERY)?;
    let is_local = text(connection, IS_LOCAL_QUERY)? == "true";
    let is_well = tls != "off" || is_local;
    Ok(Fact::checked("tls", tls, is_well, "what is sent can be read on the way; add sslmode=verify-full to the URL"))
}

const TLS_QUERY: &str = "\
    select coalesce((select concat(version, ', ', cipher) from pg_stat_ssl where pid = pg_backend_pid() and ssl), 'off') as value";

const IS_LOCAL_QUERY: &str = "\
    select coalesce(inet_client_addr() << '127.0.0.0/8' or inet_client_addr() = '::1', true)::text as value";

const SIZE_QUERY: &str = "select pg_database_size(current_database()) as value";

/// The standbys that are connected. Whose state a role may not see has none here.
#[derive(QueryableByName)]
struct Standbys {
    #[diesel(sql_type = BigInt)]
    all: i64,
    #[diesel(sql_type = BigInt)]
    synchronous: i64,
    #[diesel(sql_type = BigInt)]
    hidden: i64,
    /// Whether a commit waits for some of them.
    #[diesel(sql_type = Bool)]
    are_waited_for: bool,
    #[diesel(sql_type = Text)]
    synchronous_commit: String,
    #[diesel(sql_type = Bool)]
    is_standby_itself: bool,
}

const STANDBYS_QUERY: &str = "\
    select count(*) as \"all\", \
        count(*) filter (where sync_state in ('sync', 'quorum')) as synchronous, \
        count(*) filter (where sync_state is null) as hidden, \
        current_setting('synchronous_standby_names') <> '' as are_waited_for, \
        current_setting('synchronous_commit') as synchronous_commit, \
        pg_is_in_recovery() as is_standby_itself \
    from pg_stat_replication";

fn standbys(connection: &mut PgConnection) -> Result<Fact, StoreError> {
    Ok(diesel::sql_query(STANDBYS_QUERY).get_result::<Standbys>(connection)?.fact())
}

impl Standbys {
    fn fact(&self) -> Fact {
        let Self { all, synchronous, hidden, are_waited_for, .. } = *self;
        let value = match (self.is_standby_itself, all) {
            (true, _) => "this server is one itself".to_owned(),
            (false, 0) => "none".to_owned(),
            (false, _) if hidden > 0 => format!("{all}; a member of pg_monitor sees how they follow"),
            (false, _) => format!("{all}, {synchronous} of them synchronous"),
        };
        let mut fact = Fact::new("standbys", value);
        let is_waiting = ["on", "remote_write", "remote_apply"].contains(&self.synchronous_commit.as_str());
        let warning = if self.is_standby_itself {
            Some("it takes no writes; name the primary too, and target_session_attrs=read-write, in the URL")
        } else if are_waited_for && !is_waiting {
            Some("a transfer is answered before a standby has it; set synchronous_commit = on")
        } else if are_waited_for && synchronous == 0 && hidden == 0 {
            Some(
                "no commit ends until a standby that synchronous_standby_names names is there; start it, or empty that",
            )
        } else if all > 0 && !are_waited_for {
            Some(
                "a failover can lose transfers that were answered as posted; name a standby in synchronous_standby_names",
            )
        } else {
            None
        };
        fact.warning = warning.map(str::to_owned);
        fact
    }
}

/// How the server's log is kept elsewhere.
#[derive(QueryableByName)]
struct Archiving {
    #[diesel(sql_type = Bool)]
    is_on: bool,
    /// Whether it is said how. `None` where a role may not see that.
    #[diesel(sql_type = Nullable<Bool>)]
    has_command: Option<bool>,
    #[diesel(sql_type = Nullable<Text>)]
    last_archived: Option<String>,
    /// The file that could not be archived, if none was since.
    #[diesel(sql_type = Nullable<Text>)]
    failing: Option<String>,
    #[diesel(sql_type = Bool)]
    is_standby_itself: bool,
}

const ARCHIVING_QUERY: &str = "\
    select current_setting('archive_mode') <> 'off' as is_on, \
        (select bool_or(setting not in ('', '(disabled)')) from pg_settings where name in ('archive_command', 'archive_library')) \
            as has_command, \
        last_archived_wal || ' at ' || last_archived_time::text as last_archived, \
        case when last_failed_time > coalesce(last_archived_time, '-infinity') then last_failed_wal end as failing, \
        pg_is_in_recovery() as is_standby_itself \
    from pg_stat_archiver";

fn archiving(connection: &mut PgConnection) -> Result<Fact, StoreError> {
    Ok(diesel::sql_query(ARCHIVING_QUERY).get_result::<Archiving>(connection)?.fact())
}

impl Archiving {
    fn fact(&self) -> Fact {
        if self.is_standby_itself {
            return Fact::new("archiving", "done by the primary");
        }
        let value = match &self.last_archived {
            _ if !self.is_on => "off".to_owned(),
            Some(last) => format!("on, last {last}"),
            None => "on, nothing yet".to_owned(),
        };
        let mut fact = Fact::new("archiving", value);
        fact.warning = if !self.is_on {
            Some(
                "the book can go back to its last backup only, and to no moment since; see docs/disaster-recovery.md"
                    .into(),
            )
        } else if let Some(file) = &self.failing {
            Some(format!("{file} could not be archived, and the log fills the disk until it can; see the server's log"))
        } else if self.has_command == Some(false) {
            Some("nothing is archived, and the log fills the disk; set archive_command".into())
        } else {
            None
        };
        fact
    }
}

fn connections(connection: &mut PgConnection) -> Result<Fact, StoreError> {
    let query = "select count(*) as used, current_setting('max_connections')::bigint as most \
        from pg_stat_activity where backend_type = 'client backend'";
    let Connections { used, most } = diesel::sql_query(query).get_result(connection)?;
    let warning = "the last ones are nearly taken; use a pooler, or raise max_connections";
    let fact = Fact::checked("connections", format!("{used} of {most} are open"), used * 10 <= most * 9, warning);
    Ok(fact.with_measure(used, "connections"))
}

#[derive(QueryableByName)]
struct Connections {
    #[diesel(sql_type = BigInt)]
    used: i64,
    #[diesel(sql_type = BigInt)]
    most: i64,
}

/// The server tells nobody over SQL how full its disk is. Over a socket it is on this machine, and can be looked for here.
fn disk(connection: &mut PgConnection) -> Result<Fact, StoreError> {
    let query = "select (select setting from pg_settings where name = 'data_directory') as value \
        where inet_server_addr() is null";
    let row = diesel::sql_query(query).get_result::<NullableTextRow>(connection).optional()?;
    let folder = row.and_then(|row| row.value);
    let fact = folder.as_deref().and_then(|folder| free_disk(folder.as_ref()));
    Ok(fact.unwrap_or_else(|| Fact::new("free_disk", "not told from here; on the server run: df")))
}

fn setting(connection: &mut PgConnection, name: &str) -> Result<String, StoreError> {
    let query = diesel::sql_query("select current_setting($1) as value").bind::<Text, _>(name);
    Ok(query.get_result::<TextRow>(connection)?.value)
}

fn text(connection: &mut PgConnection, query: &str) -> Result<String, StoreError> {
    Ok(diesel::sql_query(query).get_result::<TextRow>(connection)?.value)
}

#[derive(QueryableByName)]
struct NameRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    flag: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standbys(all: i64, synchronous: i64, are_waited_for: bool, synchronous_commit: &str) -> Standbys {
        let synchronous_commit = synchronous_commit.to_owned();
        Standbys { all, synchronous, hidden: 0, are_waited_for, synchronous_commit, is_standby_itself: false }
    }

    #[test]
    fn standbys_that_can_lose_or_hold_up_commits_are_warned_of() {
        for (standbys, value, warning) in [
            (standbys(0, 0, false, "on"), "none", None),
            (standbys(2, 1, true, "on"), "2, 1 of them synchronous", None),
            (standbys(1, 1, true, "remote_apply"), "1, 1 of them synchronous", None),
            (standbys(1, 0, false, "on"), "1, 0 of them synchronous", Some("a failover can lose")),
            (standbys(1, 1, true, "local"), "1, 1 of them synchronous", Some("answered before")),
            (standbys(0, 0, true, "on"), "none", Some("no commit ends")),
            (standbys(1, 0, true, "on"), "1, 0 of them synchronous", Some("no commit ends")),
            (
                Standbys { hidden: 1, ..standbys(1, 0, true, "on") },
                "1; a member of pg_monitor sees how they follow",
                None,
            ),
            (
                Standbys { is_standby_itself: true, ..standbys(0, 0, false, "on") },
                "this server is one itself",
                Some("no writes"),
            ),
        ] {
            let fact = standbys.fact();
            let is_as_expected = match (&fact.warning, warning) {
                (Some(found), Some(expected)) => found.contains(expected),
                (None, None) => true,
                _ => false,
            };
            assert!(fact.value == value && is_as_expected, "{value}: {fact:?}");
        }
    }

    #[test]
    fn archiving_that_keeps_nothing_is_warned_of() {
        let text = |text: &str| Some(text.to_owned());
        let archiving = |is_on, has_command, last_archived, failing| Archiving {
            is_on,
            has_command,
            last_archived,
            failing,
            is_standby_itself: false,
        };
        for (archiving, warning) in [
            (archiving(false, Some(false), None, None), Some("its last backup only")),
            (archiving(true, Some(false), None, None), Some("set archive_command")),
            (archiving(true, Some(true), text("01"), text("02")), Some("02 could not be archived")),
            (archiving(true, Some(true), text("01"), None), None),
            (archiving(true, Some(true), None, None), None),
            (archiving(true, None, None, None), None),
            (Archiving { is_standby_itself: true, ..archiving(false, None, None, None) }, None),
        ] {
            let found = archiving.fact().warning;
            assert_eq!(found.is_some(), warning.is_some(), "{found:?}");
            assert!(warning.is_none_or(|warning| found.as_deref().unwrap().contains(warning)), "{found:?}");
        }
    }
}
