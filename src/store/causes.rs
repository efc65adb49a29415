//! Why no connection can be made, and what a backend does not do. Each cause is a value, so that the program that shows it can advise.

use strum::IntoStaticStr;
use thiserror::Error;

/// Why no connection can be made, as far as the driver's words tell.
#[derive(Clone, Copy, Debug, IntoStaticStr, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnreachableCause {
    /// The server's certificate is for another host.
    CertificateOfOtherHost,
    /// The server's certificate has expired.
    CertificateExpired,
    /// No known authority has signed the server's certificate.
    CertificateUntrusted,
    /// The file with the authority's certificate is not there.
    AuthorityMissing,
    /// The server speaks no TLS, and the URL asks for it.
    NoTls,
    /// Another fault of TLS.
    Tls,
    /// A connection pooler on the way does not hand options on.
    PoolerWithoutOptions,
    /// The server has no such database.
    DatabaseUnknown,
    /// A connection pooler does not know the database.
    DatabaseUnknownToPooler,
    /// The server has no such role.
    RoleUnknown,
    /// The service file has no such service, or is not there.
    ServiceUnknown,
    /// A parameter of the URL means nothing.
    ParameterInvalid,
    /// The host's name has no address.
    HostUnknown,
    /// Nobody listens there.
    Refused,
    /// The server's socket is not there.
    SocketMissing,
    /// The server does not answer.
    Silent,
    /// The server or the network is going down.
    GoingDown,
    /// The file cannot be opened.
    FileUnusable,
    /// The driver says something else.
    Other,
}

/// An operation that a backend does not offer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotOffered {
    /// PostgreSQL makes backups itself.
    #[error("a PostgreSQL book is backed up by PostgreSQL's own programs")]
    BackupOfPostgres,
    /// PostgreSQL puts backups back itself.
    #[error("a PostgreSQL book is restored by PostgreSQL's own programs")]
    RestoreOfPostgres,
    /// A file cannot hold the book of that name beside another.
    #[error("an SQLite file is one book and holds no others")]
    BooksInOneFile {
        /// The book that was asked for.
        book: String,
    },
    /// SQLite knows no roles.
    #[error("an SQLite book has no roles")]
    RolesOfSqlite,
    /// SQLite cannot be given the file's name.
    #[error("the name of the file is not UTF-8")]
    FileNameNotUtf8,
    /// The program cannot speak to PostgreSQL.
    #[error("this program was built without PostgreSQL")]
    BuiltWithoutPostgres,
    /// The program cannot open an SQLite file.
    #[error("this program was built without SQLite")]
    BuiltWithoutSqlite,
    /// The program was linked with an SQLite that is too old to look such a key up.
    #[error("this version of SQLite does not find the metadata key {key:?}")]
    KeyOfMetadata {
        /// The key.
        key: String,
    },
    /// A read could be led away from its transaction.
    #[error("Pgpool-II is on the way, which can lead a read to another server than the one that has its transaction")]
    Balancer,
}

impl NotOffered {
    /// The stable code, that of [`StoreError::NotOffered`](crate::store::StoreError::NotOffered).
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "not_offered"
    }

    /// Whether the same can succeed without anyone changing it: never.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        false
    }
}
