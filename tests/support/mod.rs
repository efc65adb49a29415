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

/// Makes two tests of every function, one on a PostgreSQL book and one on an SQLite book, named `subject::postgres::rule` and
/// `subject::sqlite::rule`. Used once a file.
macro_rules! on_every_backend {
    ($(fn $name:ident($book:ident: &TestBook) $body:block)+) => {
        $(fn $name($book: &$crate::support::TestBook) $body)+

        mod postgres {
            $(#[test]
            fn $name() {
                super::$name(&$crate::support::TestBook::on_postgres());
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
pub(crate) use on_every_backend;
