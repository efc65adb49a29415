//! Whether what is kept beside a book is that book's own.

use crate::store::StoreError;
use crate::store::diagnosis::Fact;
use crate::store::operational::place::ServerStore;

const NAME: &str = "beside_the_book";

impl ServerStore {
    /// What is known of it for those who run the book. Makes nothing.
    pub(crate) fn fact(&self) -> Fact {
        let of_this_book = || Fact::new(NAME, "keys, webhooks, consumers and monitors of this book, or none");
        if self.url.is_new_file() {
            return of_this_book();
        }
        match self.pool() {
            Ok(_) => of_this_book(),
            Err(StoreError::Denied { .. }) => Fact::new(NAME, "not for this role to read"),
            Err(problem) => Fact { warning: Some(problem.to_string()), ..Fact::new(NAME, "cannot be used") },
        }
    }
}
