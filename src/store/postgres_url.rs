//! A PostgreSQL URL as libpq reads it: taken apart, completed, and shown without its password. Text only; nothing is connected here.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::store::driver::looks_secret;
use crate::store::postgres_url_check::check;
use crate::store::url_setting::{UrlSetting, VARIABLES};

/// What libpq is asked for where nothing else is said: to give up on a server that is not there, and to notice one that has gone away.
const DEFAULTS: [(&str, &str); 7] = [
    ("connect_timeout", "10"),
    ("keepalives", "1"),
    ("keepalives_idle", "30"),
    ("keepalives_interval", "10"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "60000"),
    ("fallback_application_name", "teller"),
];

/// Where there are several servers: to take the one that can be written to, and not to wait long for one that is gone.
const DEFAULTS_OF_SEVERAL: [(&str, &str); 2] = [("connect_timeout", "3"), ("target_session_attrs", "read-write")];

/// A service file says what it wants itself, so that only the name is added.
const DEFAULTS_OF_SERVICE: [(&str, &str); 1] = [("fallback_application_name", "teller")];

/// What stands for a password.
const HIDDEN: &str = "***";

/// What a URL may not hold as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// `postgres://user:password@host:port,host:port/database?name=value&…`
pub(super) struct PostgresUrl<'a> {
    text: &'a str,
    user: Option<&'a str>,
    pub(super) hosts: Vec<&'a str>,
    database: &'a str,
    password: Option<&'a str>,
    /// Names as libpq understands them, values as they are written.
    pairs: Vec<(String, &'a str)>,
}

impl<'a> PostgresUrl<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let UrlParts { authority, database, query } = UrlParts::of(text);
        let (user, hosts) = match authority.rsplit_once('@') {
            Some((user, hosts)) => (Some(user), hosts),
            None => (None, authority),
        };
        let (user, password) = match user.and_then(|user| user.split_once(':')) {
            Some((user, password)) => (Some(user), Some(password)),
            None => (user, None),
        };
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let pairs = pairs.map(|(name, value)| (decoded(name), value)).collect();
        let hosts = hosts.split(',').filter(|host| !host.is_empty()).collect();
        Self { text, user, hosts, database, password, pairs }
    }

    /// Every password in it, as it is written.
    pub(super) fn secret_texts(&self) -> Vec<String> {
        let pairs = self.pairs.iter().filter(|(name, value)| looks_secret(name, &decoded(value)));
        self.password.into_iter().chain(pairs.map(|(_, value)| *value)).map(str::to_owned).collect()
    }

    /// The value of a parameter, as it was before it was encoded.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.pairs.iter().rfind(|(other, _)| other == name).map(|(_, value)| decoded(value))
    }

    pub(super) fn has_several_hosts(&self) -> bool {
        let listed = |name| self.get(name).is_some_and(|hosts| hosts.contains(','));
        self.hosts.len() > 1 || listed("host") || listed("hostaddr")
    }

    /// The URL with more parameters.
    pub(super) fn with(&self, pairs: &[(&str, &str)]) -> String {
        let mut full = self.text.to_owned();
        let mut separator = if full.contains('?') { '&' } else { '?' };
        for (name, value) in pairs {
            full.push(separator);
            full.extend([name, "=", &encoded(value)]);
            separator = '&';
        }
        full
    }

    pub(super) fn with_environment(&self, variable: impl Fn(&'static str) -> Option<String>) -> String {
        let is_open = |name: &str| self.get(name).is_none() && (name != "host" || self.hosts.is_empty());
        let given = VARIABLES.iter().filter(|(name, _)| is_open(name));
        let given: Vec<_> = given.filter_map(|(name, source)| Some((*name, variable(source)?))).collect();
        self.with(&given.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
    }

    pub(super) fn settings(&self) -> Vec<UrlSetting> {
        let mut settings = Vec::new();
        let mut add = |name: &str, value: String, is_default| {
            settings.push(UrlSetting { name: name.into(), value, is_default });
        };
        if !self.hosts.is_empty() {
            add("host", decoded(&self.hosts.join(",")), false);
        }
        if let Some(user) = self.user {
            add("user", decoded(user), false);
        }
        if !self.database.is_empty() {
            add("dbname", decoded(self.database), false);
        }
        for (name, value) in &self.pairs {
            let value = decoded(value);
            if !looks_secret(name, &value) {
                add(name, value, false);
            }
        }
        for (name, value) in self.defaults() {
            add(name, value.to_owned(), true);
        }
        settings
    }

    /// What Teller adds where the URL leaves it open.
    pub(super) fn defaults(&self) -> Vec<(&'static str, &'static str)> {
        let several: &[_] = if self.has_several_hosts() { &DEFAULTS_OF_SEVERAL } else { &[] };
        let usual: &[_] = if self.get("service").is_some() { &DEFAULTS_OF_SERVICE } else { &DEFAULTS };
        let mut defaults: Vec<(&str, &str)> = Vec::new();
        for &(name, value) in several.iter().chain(usual) {
            if self.get(name).is_none() && !defaults.iter().any(|(other, _)| *other == name) {
                defaults.push((name, value));
            }
        }
        defaults
    }
}

/// The parts of a URL, cut where libpq cuts it.
struct UrlParts<'a> {
    /// User, password, and hosts.
    authority: &'a str,
    database: &'a str,
    query: &'a str,
}

impl<'a> UrlParts<'a> {
    fn of(text: &'a str) -> Self {
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        Self { authority, database, query }
    }
}

pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// The URL with `***` for each password, or nothing of it where libpq would not read it as it is meant.
pub(super) fn without_password(text: &str) -> String {
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    if check(text).is_err() {
        return format!("{scheme}://{HIDDEN}");
    }
    let url = PostgresUrl::new(text);
    let rest = &text[scheme.len() + 3..];
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let rest = match (url.user, url.password) {
        (Some(user), Some(password)) => {
            format!("{user}:{HIDDEN}{}", &rest[user.len() + 1 + password.len()..])
        }
        _ => rest.to_owned(),
    };
    let shown_pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) if looks_secret(&decoded(name), &decoded(value)) => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    };
    let query = query.map_or_else(String::new, |query| {
        format!("?{}", query.split('&').map(shown_pair).collect::<Vec<_>>().join("&"))
    });
    format!("{scheme}://{rest}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults(url: &str) -> String {
        let url_parts = PostgresUrl::new(url);
        url_parts.with(&url_parts.defaults()).split_off(url.len())
    }

    #[test]
    fn what_the_url_says_is_not_overruled_by_defaults() {
        assert!(defaults("postgres://db/bank?connect_timeout=3").starts_with("&keepalives=1&"));
        assert!(defaults("postgres://db/bank").starts_with("?connect_timeout=10&"));
        assert!(defaults("postgres://a,b/bank").starts_with("?connect_timeout=3&target_session_attrs=read-write&"));
        assert!(!defaults("postgres://a,b/bank?target_session_attrs=any").contains("target_session_attrs"));
        assert_eq!(defaults("postgres:///?service=bank"), "&fallback_application_name=teller");
    }

    #[test]
    fn what_the_environment_says_is_not_overruled_by_defaults() {
        let environment = |name| (name == "PGCONNECT_TIMEOUT" || name == "PGHOST").then(|| "7".to_owned());
        let with = |url: &str| PostgresUrl::new(url).with_environment(environment);
        assert_eq!(with("postgres://db/bank"), "postgres://db/bank?connect_timeout=7");
        assert_eq!(with("postgres:///bank?connect_timeout=2"), "postgres:///bank?connect_timeout=2&host=7");
    }

    #[test]
    fn servers_are_counted_wherever_they_are_named() {
        for (url, is_several) in [
            ("postgres://a,b/bank", true),
            ("postgres://u:p,q@a:1/bank", false),
            ("postgres://a/bank?h%6fst=b,c", true),
            ("postgres:///bank?host=a,b", true),
            ("postgres:///bank?hostaddr=1.2.3.4%2C1.2.3.5", true),
            ("postgres://a/bank?host=%2Fvar%2Frun", false),
        ] {
            assert_eq!(PostgresUrl::new(url).has_several_hosts(), is_several, "{url}");
        }
    }

    #[test]
    fn settings_hold_no_password() {
        let url = "postgres://bob:s3cret@a:1,b:2/bank?sslpassword=s3cret&password=s3cret&sslmode=require";
        let settings = PostgresUrl::new(url).settings();
        let shown: Vec<_> = settings.iter().map(|setting| format!("{}={}", setting.name, setting.value)).collect();
        assert_eq!(shown[..4], ["host=a:1,b:2", "user=bob", "dbname=bank", "sslmode=require"]);
        assert!(!shown.concat().contains("s3cret"));
    }
}
