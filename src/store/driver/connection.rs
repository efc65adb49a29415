//! Why a connection cannot be made, told apart by what the driver says: it gives no codes.

use diesel::result::ConnectionError;

use crate::store::causes::UnreachableCause;
use crate::store::driver::one_line;
use crate::store::{DatabaseUrl, StoreError};

/// What the driver says, and what comes of it.
struct Cause {
    /// All of them are said.
    texts: &'static [&'static str],
    verdict: Verdict,
}

enum Verdict {
    /// This user may not.
    Denied,
    /// The server is there, and has no time.
    Busy,
    /// The server is there, and takes no writes.
    Standby,
    /// The server is not there now. It may be again, or another one of the URL may take over.
    Away(UnreachableCause),
    /// It will be the same the next time.
    Wrong(UnreachableCause),
}

use Verdict::{Away, Busy, Denied, Standby, Wrong};

const fn cause(texts: &'static [&'static str], verdict: Verdict) -> Cause {
    Cause { texts, verdict }
}

/// The first that fits. Where the URL names several servers the driver tells of all of them, so what needs a person comes first, and
/// what may pass comes last.
const CAUSES: [Cause; 30] = [
    cause(&["password authentication failed"], Denied),
    cause(&["no password supplied"], Denied),
    cause(&["no pg_hba.conf entry"], Denied),
    cause(&["permission denied"], Denied),
    cause(&["does not match host name"], Wrong(UnreachableCause::CertificateOfOtherHost)),
    cause(&["certificate has expired"], Wrong(UnreachableCause::CertificateExpired)),
    cause(&["certificate verify failed"], Wrong(UnreachableCause::CertificateUntrusted)),
    cause(&["root certificate file", "does not exist"], Wrong(UnreachableCause::AuthorityMissing)),
    cause(&["server does not support SSL"], Wrong(UnreachableCause::NoTls)),
    cause(&["SSL"], Wrong(UnreachableCause::Tls)),
    cause(&["certificate"], Wrong(UnreachableCause::Tls)),
    cause(&["unsupported startup parameter", "options"], Wrong(UnreachableCause::PoolerWithoutOptions)),
    cause(&["database", "does not exist"], Wrong(UnreachableCause::DatabaseUnknown)),
    cause(&["no such database"], Wrong(UnreachableCause::DatabaseUnknownToPooler)),
    cause(&["role", "does not exist"], Wrong(UnreachableCause::RoleUnknown)),
    cause(&["definition of service"], Wrong(UnreachableCause::ServiceUnknown)),
    cause(&["invalid"], Wrong(UnreachableCause::ParameterInvalid)),
    cause(&["session is read-only"], Standby),
    cause(&["in hot standby mode"], Standby),
    cause(&["too many clients"], Busy),
    cause(&["connection slots"], Busy),
    cause(&["too many connections"], Busy),
    cause(&["the database system is"], Busy),
    cause(&["no more connections allowed"], Busy),
    cause(&["query_wait_timeout"], Busy),
    cause(&["could not translate host name"], Away(UnreachableCause::HostUnknown)),
    cause(&["Connection refused"], Away(UnreachableCause::Refused)),
    cause(&["No such file or directory"], Away(UnreachableCause::SocketMissing)),
    cause(&["timeout expired"], Away(UnreachableCause::Silent)),
    cause(&["unable to open database file"], Wrong(UnreachableCause::FileUnusable)),
];

/// What is said while a server or its network goes down.
const GOING_DOWN: [&str; 8] = [
    "server closed the connection",
    "SSL SYSCALL error",
    "could not send data",
    "Connection reset",
    "terminating connection",
    "could not receive data",
    "No route to host",
    "Network is unreachable",
];

impl StoreError {
    /// A connection that could not be made. Where a certificate is not trusted libpq does not tell the cause.
    pub(in crate::store) fn from_connection(
        error: &ConnectionError,
        url: &DatabaseUrl,
        cause_of_distrust: impl FnOnce() -> Option<String>,
    ) -> Self {
        let mut reason = words(error);
        if reason.contains("certificate verify failed")
            && let Some(cause) = cause_of_distrust()
        {
            reason.extend([": ", &cause]);
        }
        Self::from_words(reason, url)
    }

    fn from_words(reason: String, url: &DatabaseUrl) -> Self {
        let address = url.to_string();
        let unreachable =
            |reason, cause, may_pass| Self::Unreachable { address: url.to_string(), reason, cause, may_pass };
        let is_going_down = GOING_DOWN.iter().any(|text| reason.contains(text));
        let cause = CAUSES.iter().find(|cause| cause.texts.iter().all(|text| reason.contains(text)));
        let fault = match cause.map(|cause| &cause.verdict) {
            _ if is_going_down => unreachable(reason, UnreachableCause::GoingDown, true),
            Some(Denied) => Self::Denied { address, reason },
            Some(Busy) => Self::Busy { reason },
            Some(Standby) => Self::Standby { reason },
            Some(Away(cause)) => unreachable(reason, *cause, true),
            Some(Wrong(cause)) => unreachable(reason, *cause, false),
            None => unreachable(reason, UnreachableCause::Other, false),
        };
        fault.without(&url.secrets())
    }
}

/// Whether a pooler refused a setting that the connection was to begin with.
#[cfg(feature = "postgres")]
pub(in crate::store) fn is_refusal_of_options(error: &ConnectionError) -> bool {
    words(error).contains("unsupported startup parameter")
}

fn words(error: &ConnectionError) -> String {
    one_line(&match error {
        ConnectionError::BadConnection(message) => message.clone(),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_a_connection_can_fail_has_its_cause() {
        let url: DatabaseUrl = "postgres://bob:s3cret@db/bank".parse().unwrap();
        for (message, expected, is_tried_again) in [
            ("FATAL:  database \"bank\" does not exist", "DatabaseUnknown", false),
            ("FATAL:  role \"bob\" does not exist", "RoleUnknown", false),
            ("could not translate host name \"db\" to address", "HostUnknown", true),
            ("connection to server at \"db\", port 5432 failed: Connection refused", "Refused", true),
            (
                "connection to server on socket \"/x/.s.PGSQL.5432\" failed: No such file or directory",
                "SocketMissing",
                true,
            ),
            ("connection to server at \"db\" failed: timeout expired", "Silent", true),
            ("server closed the connection unexpectedly", "GoingDown", true),
            ("server does not support SSL, but SSL was required", "NoTls", false),
            ("certificate verify failed", "CertificateUntrusted", false),
            ("FATAL:  unsupported startup parameter: options", "PoolerWithoutOptions", false),
            ("anything else", "Other", false),
            ("FATAL:  password authentication failed for user \"bob\"", "does not allow", false),
            ("FATAL:  no pg_hba.conf entry for host \"::1\"", "does not allow", false),
            ("FATAL:  sorry, too many clients already", "busy", true),
            ("FATAL:  the database system is starting up", "busy", true),
            (
                "connection to server at \"a\" failed: Connection refused at \"b\" failed: session is read-only",
                "no writes",
                true,
            ),
        ] {
            let error = StoreError::from_connection(&ConnectionError::BadConnection(message.to_owned()), &url, || None);
            let cause = if let StoreError::Unreachable { cause, .. } = &error { cause.into() } else { "" };
            let shown = format!("{error} {cause}");
            assert!(shown.contains(expected) && !shown.contains("s3cret"), "{message}: {shown}");
            assert_eq!(error.is_transient(), is_tried_again, "{message}");
        }
    }
}
