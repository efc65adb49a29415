//! What tests stand on: throwaway databases, isolated books, and scenarios written as text. No rule is tested here.

mod book;
pub mod browser;
mod change;
pub mod cluster;
mod help;
mod holder;
pub mod http;
mod looks;
pub mod model;
mod opening;
pub mod operational;
mod options;
mod outcome;
mod parallel;
mod period;
pub mod pgbouncer;
pub mod pgpool;
pub mod plans;
mod postgres;
pub mod process;
mod program;
pub mod proxy;
mod random;
mod raw;
pub mod receiver;
mod request;
mod scenario;
pub mod schedule;
mod script;
mod snapshot;
mod transfer;

pub use book::TestBook;
pub use change::{change, signature};
pub use help::{COLUMNS, Help};
pub use holder::Holder;
pub use opening::opening_event;
pub use parallel::in_parallel;
pub use period::period_change;
pub use program::{Answer, Program, unread};
pub use random::Random;
pub use scenario::{check, requests};
pub use snapshot::{Snapshot, assert_whole, without_guards};
pub use transfer::{transfer, transfer_with_id};

/// Makes two tests of every function, one on a PostgreSQL book in the name of its writer and one on an SQLite book, named
/// `subject::postgres::rule` and `subject::sqlite::rule`. Used once a file.
macro_rules! on_every_backend {
    ($($tests:tt)+) => {
        $crate::support::on_both!(on_postgres_as_writer: $($tests)+);
    };
}

/// As `on_every_backend`, for what only the owner of a PostgreSQL book may do: migrate, seal, import a whole book, make a server's tables.
macro_rules! on_every_backend_as_owner {
    ($($tests:tt)+) => {
        $crate::support::on_both!(on_postgres: $($tests)+);
    };
}

macro_rules! on_both {
    ($on_postgres:ident: $(fn $name:ident($book:ident: &TestBook) $body:block)+) => {
        $(fn $name($book: &$crate::support::TestBook) $body)+

        mod postgres {
            $(#[test]
            fn $name() {
                super::$name(&$crate::support::TestBook::$on_postgres());
            })+
        }

        mod sqlite {
            $(#[test]
            fn $name() {
                super::$name(&$crate::support::TestBook::on_sqlite());
            })+
        }
    };
}
pub(crate) use {on_both, on_every_backend, on_every_backend_as_owner};
