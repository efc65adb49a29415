//! Which book a URL names: a file, or a schema of a database.

use std::path::Path;

use crate::store::StoreError;
use crate::store::plain_name::PlainName;
use crate::store::url::DatabaseUrl;

impl DatabaseUrl {
    /// The book that is in a file.
    #[must_use]
    pub fn of_file(file: &Path) -> Self {
        Self::Sqlite(file.to_owned())
    }

    /// The same book, where a relative path to it starts at a folder. An empty folder is the working directory.
    #[must_use]
    pub fn relative_to(self, folder: &Path) -> Self {
        match self {
            // An absolute path stays as it is.
            Self::Sqlite(file) => Self::Sqlite(folder.join(file)),
            Self::Postgres(url) => Self::Postgres(url),
        }
    }

    /// Whether the book is a file that is not there.
    #[must_use]
    pub fn is_new_file(&self) -> bool {
        matches!(self, Self::Sqlite(file) if !file.exists())
    }

    /// The same database, and in it the book of that name.
    ///
    /// # Errors
    /// [`StoreError::NotOffered`] on SQLite, where a book is a file.
    pub fn in_book(&self, name: &PlainName) -> Result<Self, StoreError> {
        let Self::Postgres(url) = self else { return Err(StoreError::book_is_a_file(name)) };
        let search_path = format!("-csearch_path%3D{name}");
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
        // The server takes the last of several values for one setting, so this one goes to the end.
        match pairs.iter_mut().rfind(|pair| pair.starts_with("options=")) {
            Some(options) => options.extend(["%20", &search_path]),
            None => pairs.push(format!("options={search_path}")),
        }
        Ok(Self::Postgres(format!("{address}?{}", pairs.join("&"))))
    }

    /// The file that the book is, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Postgres(_) => None,
            Self::Sqlite(path) => Some(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_is_added_to_the_options_that_a_url_has() {
        let name: PlainName = "alice".parse().unwrap();
        for (url, expected) in [
            ("postgres://db/bank", "postgres://db/bank?options=-csearch_path%3Dalice"),
            ("postgres://db/bank?sslmode=require", "postgres://db/bank?sslmode=require&options=-csearch_path%3Dalice"),
            (
                "postgres://db/bank?options=-csearch_path%3Dbob&connect_timeout=3",
                "postgres://db/bank?options=-csearch_path%3Dbob%20-csearch_path%3Dalice&connect_timeout=3",
            ),
        ] {
            let url: DatabaseUrl = url.parse().unwrap();
            assert_eq!(url.in_book(&name).unwrap(), DatabaseUrl::Postgres(expected.to_owned()));
        }
    }
}
