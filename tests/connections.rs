//! The ways to a server: cut in the middle, through a pooler, behind a certificate, and more callers than connections.

mod cuts;
mod passwords;
mod pgbouncer;
mod tls;

use crate::support::TestBook;

/// The address of the server that has the book.
pub(crate) fn server_of(book: &TestBook) -> String {
    let rest = book.url.split_once('@').expect("the URL names a user").1;
    rest[..rest.find(['/', '?']).unwrap()].to_owned()
}
