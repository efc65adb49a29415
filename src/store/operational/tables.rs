//! The tables, each with its columns and with what the roles may do that post.

use crate::store::operational::place::{OF_BOOK, Table};

pub(super) const KEYS: Table = Table {
    name: "api_keys",
    columns: "(\
        id text primary key, name text not null, digest text not null, scopes text not null, prefix text not null, \
        created_at bigint not null, expires_at bigint, revoked_at bigint, used_at bigint)",
    rights: "select, insert, update",
};

/// Made together with the keys, by a role that may make tables.
pub(super) const SESSIONS: Table = Table {
    name: "api_sessions",
    columns: "(id text primary key, key_id text not null, expires_at bigint not null)",
    rights: "select, insert, delete",
};

pub(super) const WEBHOOKS: Table = Table {
    name: "webhooks",
    columns: "(\
        id text primary key, url text not null, secret text not null, old_secret text, old_secret_until bigint, \
        types text not null, accounts text not null, is_ordered bigint not null, may_be_private bigint not null, \
        state text not null, reason text, cursor text, crossing bigint not null, delivered bigint not null, delivered_at bigint, \
        created_at bigint not null, holder text not null, epoch bigint not null, leased_until bigint not null)",
    rights: "select, insert, update, delete",
};

pub(super) const DELIVERIES: Table = Table {
    name: "webhook_deliveries",
    columns: "(\
        webhook text not null, event text not null, sequence bigint not null, kind text not null, body text not null, \
        state text not null, attempts bigint not null, tried_at bigint not null, next_at bigint not null, \
        status bigint, problem text, primary key (webhook, event))",
    rights: "select, insert, update, delete",
};

pub(super) const CONSUMERS: Table = Table {
    name: "consumers",
    columns: "(\
        name text primary key, cursor text, sequence bigint not null, acknowledged_at bigint, created_at bigint not null, \
        holder text not null, epoch bigint not null, leased_until bigint not null)",
    rights: "select, insert, update, delete",
};

pub(super) const MONITORS: Table = Table {
    name: "monitors",
    columns: "(\
        name text primary key, account text not null, prefix text not null, currency text not null, exponent bigint not null, \
        schedule text not null, condition text not null, is_raised bigint not null, seen_until bigint, changed_at bigint, posted text not null, held text not null, \
        cursor text, sequence bigint not null, created_at bigint not null)",
    rights: "select, insert, update, delete",
};

pub(super) const MONITOR_EVENTS: Table = Table {
    name: "monitor_events",
    columns: "(\
        number bigint primary key, monitor text not null, kind text not null, event text, sequence bigint not null, \
        time bigint not null, value text not null, subject text, moment bigint)",
    rights: "select, insert, update, delete",
};

/// The holds and dues that monitors have told of and that have not ended.
pub(super) const MONITOR_SUBJECTS: Table = Table {
    name: "monitor_subjects",
    columns: "(monitor text not null, subject text not null, moment bigint not null, primary key (monitor, subject, moment))",
    rights: "select, insert, delete",
};

/// Who does what only one server does, by a name for it.
pub(super) const LEASES: Table = Table {
    name: "leases",
    columns: "(\
        name text primary key, holder text not null, epoch bigint not null, leased_until bigint not null, \
        counter bigint not null)",
    rights: "select, insert, update",
};

/// All tables, made together by a role that may make one, so that servers need no right to make tables.
pub(super) const ALL: [&Table; 10] = [
    &OF_BOOK,
    &KEYS,
    &SESSIONS,
    &WEBHOOKS,
    &DELIVERIES,
    &CONSUMERS,
    &MONITORS,
    &MONITOR_EVENTS,
    &MONITOR_SUBJECTS,
    &LEASES,
];
