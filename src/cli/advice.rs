//! What to do next, in the words of the command line: for every failure the hint that is shown below its sentence.
//!
//! The only place where a fault or a rejection is answered with flags, commands and settings. What happened is told by the fault itself.

use std::borrow::Cow;

use crate::config::ConfigError;
use crate::error::InputError;
use crate::facts::{AccountName, RequestId};
use crate::ledger::Malformed;
use crate::rejection::{Rejection, ScheduleRejection};
use crate::store::{Fact, MetadataOf, NotOffered, StoreError, UnreachableCause};

/// A hint.
pub(super) type Advice = Cow<'static, str>;

pub(super) const AFTER_PANIC: &str = "report it; the same command with the same key or id can be run again";
pub(super) const AFTER_LOST_RESULT: &str = "what was committed need not be done again";
pub(super) const REPEAT: &str = "run the same command again: it is safe, and finds out what became of the first";
pub(super) const MAKE_ROOM: &str = "no file was left; make room and try again";
pub(super) const SAY_YES: &str = "say that it is meant with --yes, or see what it would do with --dry-run";
pub(super) const FORCE: &str = "replace it with --force";
pub(super) const OTHER_BOOK_FILE: &str = "the file is not as it was exported; nothing was imported";
/// How else a request can be told from others.
pub(super) const KEY_FOR_ID: &str = "use --idempotency-key";

pub(super) const INSTALL_AUDITORS: &str =
    "install it where PATH finds it; on Debian: apt install hledger ledger beancount";

const MEND_BOOK_FILE: &str = "the file is not as it was exported, and the book is not complete, so it cannot be used; \
    import an unchanged copy of the file, into a new, empty book where lines of the changed one are in this one";

/// How to send a request again, and what is known of the first try.
pub(super) fn retry(known: &str, request: &RequestId) -> String {
    match request.key() {
        Some(_) => format!("{known}; run the same command again: it is safe"),
        None => format!("{known}; run the same command again with --id {request}: it is safe"),
    }
}

/// After a consumer stands behind an event that the book does not have.
#[cfg(feature = "server")]
pub(super) fn move_consumer(consumer: &str) -> String {
    format!(
        "say where it goes on with: teller consumer move {consumer} --to CURSOR, or first for all events, or latest for those from now on"
    )
}

/// After a webhook stands behind an event that the book does not have.
#[cfg(feature = "server")]
pub(super) fn replay_webhook(webhook: &str) -> String {
    format!(
        "say where it goes on with: teller webhook replay {webhook} --after CURSOR, or first for all events, or latest for those from now \
         on; then resume it"
    )
}

/// After a search by metadata that ended without having read everything.
pub(super) fn index_metadata(of: MetadataOf, key: &str) -> String {
    format!(
        "To find it at once, the owner of the book declares the key: teller metadata index add {} {key:?}",
        of.as_str()
    )
}

/// What may have been meant. What else to do comes second, or a slip would become an account.
pub(super) fn meant(names: &[String], otherwise: Option<&str>) -> String {
    let question = format!("did you mean {}?", names.join(" or "));
    match otherwise {
        Some(hint) => format!("{question} if not, {hint}"),
        None => question,
    }
}

/// After a file that ended in the middle, of which so many lines were imported.
pub(super) fn mend_csv(done: u64) -> String {
    let lines = if done == 1 { "1 line was".to_owned() } else { format!("{done} lines were") };
    format!(
        "nothing behind it was read, as it could mean anything; {lines} before it imported; mend the file and import it again: nothing \
         is imported twice"
    )
}

fn open_account(account: &AccountName) -> String {
    format!(
        "see which there are with teller account list; a new one is opened with: teller account open {:?} --currency CODE",
        account.as_str()
    )
}

/// After a refusal by a rule. `None` where there is nothing to do but to ask for something else.
pub(super) fn of_rejection(rejection: &Rejection) -> Option<Advice> {
    Some(match rejection {
        Rejection::InLeg { rejection, .. } => return of_rejection(rejection),
        Rejection::Schedule(rejection) => return of_schedule_rejection(rejection).map(Cow::Borrowed),
        Rejection::AccountUnknown { account } => open_account(account).into(),
        Rejection::JournalNamed { journal, .. } => format!(
            "name the journal as a whole, or one of them by its sequence; its transfers and their sequences: teller journal show {journal}; \
             to undo it as a whole: teller reverse --journal {journal}"
        )
        .into(),
        Rejection::PeriodClosedWithin { within, .. } => format!("reopen {within} first").into(),
        rejection => return of_transfer_rejection(rejection).or_else(|| of_other_rejection(rejection)).map(Cow::Borrowed),
    })
}

/// After the refusal of one request among many. It does not advise to open an unknown account: the name may be a slip, and nobody looks for
/// similar names there.
pub(super) fn of_one_among_many(rejection: &Rejection) -> Option<Advice> {
    match rejection {
        Rejection::InLeg { rejection, .. } => of_one_among_many(rejection),
        Rejection::AccountUnknown { .. } => None,
        rejection => of_rejection(rejection),
    }
}

/// After a line of a file that cannot be read. A message that names a format was given by somebody who said it.
pub(super) fn of_line(fault: &Malformed) -> Option<&'static str> {
    let is_said = fault.message.contains("written like");
    match fault.code {
        "not_utf8" => Some("if the file is Latin-1 or Windows-1252, import it with --encoding windows-1252"),
        // The message begins with the amount, in quotes.
        "amount_invalid" if !is_said && fault.message.split('"').nth(1).is_some_and(|amount| amount.contains(',')) => {
            Some("if amounts have a comma, say how they are written, such as --number-format 1.234,56")
        }
        "time_invalid" if !is_said => Some("if dates are written otherwise, say how, such as --date-format %d.%m.%Y"),
        _ => None,
    }
}

/// After a refusal of a transfer, a hold or a journal.
const fn of_transfer_rejection(rejection: &Rejection) -> Option<&'static str> {
    Some(match rejection {
        Rejection::IdReserved { .. } => "use version 4 or 7, or a key",
        Rejection::JournalEmpty { .. } => "give it at least one",
        Rejection::IdReused { .. } => "a new request needs a new key or id",
        Rejection::NormalSidesDiffer { .. } => "use deposit, withdraw or post",
        Rejection::NormalSidesMatch { .. } => "use transfer between them, or name another cash account",
        Rejection::NothingFalls { .. } => "give an amount",
        Rejection::CurrenciesDiffer { .. } => "exchange first",
        Rejection::CurrenciesAlike { .. } => "use transfer",
        Rejection::AccountFrozen { .. } => "unfreeze it first",
        Rejection::ClockBehind { .. } => "set the clock right, or see: teller clock show",
        Rejection::PeriodClosed { .. } => "give a later effective time, or reopen the period",
        Rejection::ExpiryPast { .. } => "give a later time",
        Rejection::HoldExpired { .. } => "place a new one",
        Rejection::PreconditionFailed { .. } => "look at it again and decide anew",
        Rejection::InsufficientFunds { .. } => "deposit first or change the limit",
        Rejection::VelocityExceeded { .. } => "send less, wait, or change the limit",
        Rejection::Overflow { .. } => "use several accounts",
        _ => return None,
    })
}

/// After a refusal that is about accounts, currencies or the book.
const fn of_other_rejection(rejection: &Rejection) -> Option<&'static str> {
    Some(match rejection {
        Rejection::AccountHasHolds { .. } => "capture or release them first",
        Rejection::AccountNotEmpty { .. } => "bring it to zero first, or close it with --to ACCOUNT",
        Rejection::MetadataTooLarge { .. } => "remove some",
        Rejection::AccountExists { .. } => "choose another name, or leave it as it is",
        Rejection::CurrencyUnknown { .. } => "see `teller currency list`, or register it with `teller currency add`",
        Rejection::VelocityNegative { .. } => "give zero or more, zero to let nothing out",
        Rejection::PeriodNotOver { .. } => "close it when it is over",
        Rejection::LimitOverrun { .. } => "bring the balance inside it first",
        Rejection::CursorUnknown { .. } => "use the cursor that the previous page gave",
        Rejection::SequenceUnknown { .. } => "use a sequence that a statement shows",
        Rejection::BookNotEmpty { .. } => "pass --discard-everything if you mean it",
        Rejection::BookUsed { .. } => "name a new database or file",
        Rejection::BookIncomplete { .. } => "finish it with: teller import book FILE",
        _ => return None,
    })
}

const fn of_schedule_rejection(rejection: &ScheduleRejection) -> Option<&'static str> {
    Some(match rejection {
        ScheduleRejection::ScheduleExists { .. } => "a new schedule needs a new key or id",
        ScheduleRejection::ScheduleUnknown { .. } => "see which there are with: teller schedule list",
        ScheduleRejection::UntilInFuture { .. } => "give a time that has come, or none for now",
        _ => return None,
    })
}

/// After what was handed in and cannot be understood. Its own sentence says how it is written.
pub(super) fn of_input(input: &InputError) -> Option<&'static str> {
    match input {
        InputError::BookFile { .. } => Some(MEND_BOOK_FILE),
        InputError::Encoding { .. } => Some("say which it is with --encoding utf-8 or --encoding utf-16"),
        InputError::Version { .. } => Some("the versions of accounts are shown by: teller balance --format json"),
        InputError::ActorMissing => Some("say who wants it so with --actor NAME"),
        InputError::BatchTooLarge { .. } => Some("split it, or bring transfers in with: teller import transfers"),
        InputError::ConsumerUnknown { .. } => Some("see which there are with: teller consumer list"),
        InputError::ConsumerHeld { .. } => {
            Some("end the other reader, or wait until its lease is over; take it away with: teller consumer move")
        }
        InputError::WebhookUnknown(_) => Some("see which there are with: teller webhook list"),
        InputError::MonitorUnknown(_) => Some("see which there are with: teller monitor list"),
        InputError::MonitorExists(_) => Some("use another name, or remove it first"),
        InputError::LeaseLost { .. } => Some("run the same command again: it goes on where the consumer is now"),
        InputError::WebhookPrivate { .. } => Some("if it is meant, allow it for this webhook with --allow-private"),
        InputError::At { fault, .. } => of_input(fault),
        _ => None,
    }
}

/// After a fault of the database or of the way to it.
pub(super) fn of_store(fault: &StoreError) -> Option<Advice> {
    Some(Cow::Borrowed(match fault {
        StoreError::Url(_) | StoreError::Options { .. } | StoreError::Migration { .. } => return None,
        StoreError::NotOffered(what) => return Some(instead_of(what)),
        StoreError::Unreachable { cause, .. } => of_cause(*cause),
        StoreError::Denied { .. } => "check the user and password in the URL, and what that user may do",
        StoreError::NotABook { .. } => "name another database; Teller leaves this one alone",
        StoreError::Missing { .. } => {
            "nothing was made; name the book's file with --database-url, or make a new book by opening its first account, by \
             teller migrate run, or with --create"
        }
        StoreError::BookUnknown => "see which there are with: teller book list; make it with: teller book create NAME",
        StoreError::NotMigrated { .. } => "bring the schema up to date with: teller migrate run",
        StoreError::Newer { .. } => "use the newer version of Teller that made them",
        StoreError::NotUtf8 { .. } => {
            "make another database: createdb --encoding=UTF8 --locale=C --template=template0 NAME"
        }
        StoreError::ReadOnly { .. } => {
            "nothing was written; check the permissions of the file and its folder, or name the primary server"
        }
        StoreError::Standby { .. } => {
            "nothing was written; name all servers in the URL, as in postgres://USER@ONE,TWO/DATABASE, or the one that takes writes"
        }
        StoreError::Busy { .. } | StoreError::Conflict { .. } | StoreError::Lost { .. } => "try again",
        StoreError::OutcomeUnknown { .. } => REPEAT,
        StoreError::Replaced { .. } => {
            "stop every program that uses the book and put its file and its -wal file back; then send the last requests again: \
             docs/disaster-recovery.md"
        }
        StoreError::ServerForeign { .. } => {
            "put the book back that they belong to; or, to begin without any of them, move the file away with its -wal file, or rename the \
             schema: docs/server.md"
        }
        StoreError::Full { .. } => "nothing was written; make room and try again",
        StoreError::Disk { .. } => {
            "nothing was written; look at the disk, its quota and the system's log; if the file is damaged, restore a backup elsewhere \
             and verify it"
        }
        StoreError::Statement { .. } => {
            "nothing was written; if the database was not changed by hand, this is a fault of Teller"
        }
        StoreError::Corrupt(_) => "run `teller verify`",
    }))
}

const fn of_cause(cause: UnreachableCause) -> &'static str {
    match cause {
        UnreachableCause::CertificateOfOtherHost => {
            "the server's certificate is for another host; name the host that it is for, or have it renewed"
        }
        UnreachableCause::CertificateExpired => "have the server's certificate renewed",
        UnreachableCause::CertificateUntrusted => {
            "sslrootcert in the URL must name the authority that signed the server's certificate; see docs/connections.md"
        }
        UnreachableCause::AuthorityMissing => {
            "name the authority's certificate with sslrootcert in the URL, or use sslrootcert=system"
        }
        UnreachableCause::NoTls => {
            "the server speaks no TLS: set ssl = on there, or check that this is the right server"
        }
        UnreachableCause::Tls => "check sslmode and sslrootcert in the URL",
        UnreachableCause::PoolerWithoutOptions => {
            "a connection pooler is on the way, which does not hand options on; see docs/connections.md"
        }
        UnreachableCause::DatabaseUnknown => "create the database first, for example with: createdb NAME",
        UnreachableCause::DatabaseUnknownToPooler => "the connection pooler does not know this database",
        UnreachableCause::RoleUnknown => "create the role first, or name another user in the URL",
        UnreachableCause::ServiceUnknown => "check the service's name, and PGSERVICEFILE or ~/.pg_service.conf",
        UnreachableCause::ParameterInvalid => "check the parameters in the URL",
        UnreachableCause::HostUnknown => "check the host name in the URL",
        UnreachableCause::Refused => "check that the server runs and that host and port are right",
        UnreachableCause::SocketMissing => "check that the server runs and that the folder of its socket is right",
        UnreachableCause::Silent => "the server does not answer; check the address and the firewalls on the way",
        UnreachableCause::GoingDown => "the server or the network is going down; try again",
        UnreachableCause::FileUnusable => "check that the folder exists and may be written to",
        UnreachableCause::Other => "check the database URL",
    }
}

/// What to use instead of an operation that the backend does not offer.
fn instead_of(what: &NotOffered) -> Advice {
    Cow::Borrowed(match what {
        NotOffered::BackupOfPostgres => {
            "one file: pg_dump --format=custom --file=FILE; the whole server, to go back to any moment: pg_basebackup and an archive of \
             its log; docs/disaster-recovery.md has the steps"
        }
        NotOffered::RestoreOfPostgres => {
            "into an empty database: pg_restore --dbname=URL FILE; then: teller verify; docs/disaster-recovery.md has the steps, and \
             those back to any moment"
        }
        NotOffered::BooksInOneFile { book } => {
            return format!("name the book's own file: --database-url sqlite://{book}.db").into();
        }
        NotOffered::RolesOfSqlite => "who may read or write it is decided by the permissions of its file and folder",
        NotOffered::FileNameNotUtf8 => "give it another name",
        NotOffered::BuiltWithoutPostgres => {
            "name an SQLite file, sqlite://FILE, or build it with the feature `postgres`"
        }
        NotOffered::BuiltWithoutSqlite => {
            "name a PostgreSQL database, postgres://HOST/DATABASE, or build it with the feature `sqlite`"
        }
        NotOffered::KeyOfMetadata { .. } => "use SQLite 3.45 or later, or a key without quotes and backslashes",
        NotOffered::Balancer => {
            "name the servers themselves in the URL, or put PgBouncer before them; see docs/connections.md"
        }
    })
}

/// After a setting that cannot be used.
pub(super) const fn of_config(error: &ConfigError) -> Option<&'static str> {
    match error {
        ConfigError::DotEnv { .. } => {
            Some("write lines like DATABASE_URL='sqlite://teller.db', with '' around the value")
        }
        ConfigError::Url { .. }
        | ConfigError::DotEnvFile { .. }
        | ConfigError::SettingsFile { .. }
        | ConfigError::NotText { .. }
        | ConfigError::Invalid { .. } => None,
    }
}

/// What to run about a fact of the database that is worrying.
pub(super) fn of_fact(fact: &Fact) -> Option<&'static str> {
    fact.warning.as_ref()?;
    match fact.name {
        "guards" => Some("find out who changed it, then run: teller verify"),
        "data_checksums" => Some("stop the server and run: pg_checksums --enable"),
        "metadata_indexes" => Some("build it again, or remove it: teller metadata index --help"),
        "beside_the_book" => Some("put the book back that it belongs to, or move it away: docs/server.md"),
        "role" => Some("connect as a member of the writer role: teller migrate roles --help"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_of_a_journal_has_the_advice_of_its_leg() {
        let account: AccountName = "ghost".parse().unwrap();
        let advice = of_rejection(&Rejection::AccountUnknown { account: account.clone() });
        assert_eq!(
            advice.as_deref(),
            Some(
                "see which there are with teller account list; a new one is opened with: teller account open \"ghost\" --currency CODE"
            )
        );
        let in_leg = Rejection::InLeg { leg: 2, rejection: Box::new(Rejection::AccountUnknown { account }) };
        assert_eq!(of_rejection(&in_leg), advice);
        assert_eq!(of_one_among_many(&in_leg), None);
    }

    #[test]
    fn a_place_in_the_input_takes_no_advice_away() {
        let fault = InputError::At { place: "line 3".to_owned(), fault: Box::new(InputError::ActorMissing) };
        assert_eq!(of_input(&fault), Some("say who wants it so with --actor NAME"));
    }

    #[test]
    fn what_has_a_key_is_repeated_as_it_was() {
        let by_key: RequestId = "invoice-1".parse::<crate::facts::Key>().unwrap().into();
        assert_eq!(retry("nothing was posted", &by_key), "nothing was posted; run the same command again: it is safe");
        let by_id: RequestId = by_key.id().into();
        assert!(retry("nothing was posted", &by_id).contains(&format!("--id {}: it is safe", by_key.id())));
    }
}
