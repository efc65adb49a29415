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

/// Where a server listens unless the URL says otherwise.
const PORT: &str = "5432";

/// What stands for a password.
const HIDDEN: &str = "***";

/// What a URL may not hold as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// `postgres://user:password@host:port,host:port/database?name=value&…`
pub(super) struct PostgresUrl<'a> {
    text: &'a str,
    user: Option<&'a str>,
    hosts: Vec<&'a str>,
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

    /// The names or addresses of all servers, each with its port: a folder of sockets, or empty for the usual one.
    pub(super) fn servers(&self) -> Vec<(String, u16)> {
        let list = |name| self.get(name).map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>());
        let ports = list("port").unwrap_or_default();
        let named = match list("hostaddr").or_else(|| list("host")) {
            Some(named) => named,
            None if self.hosts.is_empty() => vec![String::new()],
            None => self.hosts.iter().map(|host| decoded(host)).collect(),
        };
        let is_in_authority = self.get("host").is_none() && self.get("hostaddr").is_none();
        let server = |(index, named): (usize, String)| {
            let (name, port) = match named.rsplit_once(':') {
                Some((name, port)) if is_in_authority && !port.contains(']') => {
                    (name.to_owned(), Some(port.to_owned()))
                }
                _ => (named, None),
            };
            let port = port.filter(|port| !port.is_empty()).or_else(|| ports.get(index).or(ports.last()).cloned());
            let port = port.unwrap_or_else(|| PORT.to_owned()).parse().ok()?;
            Some((name.trim_matches(['[', ']']).to_owned(), port))
        };
        named.into_iter().enumerate().filter_map(server).collect()
    }

    /// The name of the first server, and where it listens, where the URL says both and that is no socket's folder.
    pub(super) fn first_server(&self) -> Option<(String, (String, u16))> {
        let first = |list: String| list.split(',').next().map(str::to_owned).filter(|host| !host.is_empty());
        let named = self.hosts.first().map(|host| decoded(host)).or_else(|| self.get("host").and_then(first))?;
        let (name, port) = match named.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name.to_owned(), port.to_owned()),
            _ => (named, self.get("port").and_then(first).unwrap_or_else(|| PORT.to_owned())),
        };
        let host = name.trim_matches(['[', ']']).to_owned();
        let address = self.get("hostaddr").and_then(first).unwrap_or_else(|| host.clone());
        (!host.starts_with('/')).then_some((host, (address, port.parse().ok()?)))
    }

    /// The schema path that `options` asks for, which is how a book is chosen.
    pub(super) fn search_path(&self) -> Option<String> {
        let options = self.get("options")?;
        let mut words = options.split(' ');
        let mut path = None;
        while let Some(word) = words.next() {
            let setting = match word {
                "-c" => words.next(),
                _ => word.strip_prefix("-c").or_else(|| word.strip_prefix("--")),
            };
            path = setting.and_then(|setting| setting.strip_prefix("search_path=")).map(str::to_owned).or(path);
        }
        path
    }

    /// The URL with the defaults that it leaves open.
    pub(super) fn with_defaults(&self) -> String {
        self.with(&self.defaults())
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

    fn defaults(&self) -> Vec<(&'static str, &'static str)> {
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

fn decoded(text: &str) -> String {
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
        PostgresUrl::new(url).with_defaults().split_off(url.len())
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
    fn the_search_path_is_found_in_the_options() {
        for (options, expected) in [
            ("-csearch_path%3Dbook", Some("book")),
            ("-c%20search_path%3Dbook%2Cpublic%20-cjit%3Doff", Some("book,public")),
            ("--search_path=a%20-csearch_path%3Db", Some("b")),
            ("-cjit%3Doff", None),
        ] {
            let url = format!("postgres://db/bank?options={options}");
            assert_eq!(PostgresUrl::new(&url).search_path().as_deref(), expected, "{options}");
        }
    }

    #[test]
    fn the_first_server_has_a_name_and_an_address() {
        for (url, expected) in [
            ("postgres://u:p@db:7,other/bank", Some(("db", "db", 7))),
            ("postgres://[::1]/bank", Some(("::1", "::1", 5432))),
            ("postgres://db/bank?hostaddr=127.0.0.1&port=6", Some(("db", "127.0.0.1", 6))),
            ("postgres:///bank?host=db,other", Some(("db", "db", 5432))),
            ("postgres:///bank?host=%2Frun", None),
            ("postgres:///bank", None),
        ] {
            let found = PostgresUrl::new(url).first_server();
            let expected = expected.map(|(name, address, port)| (name.to_owned(), (address.to_owned(), port)));
            assert_eq!(found, expected, "{url}");
        }
    }

    #[test]
    fn every_server_has_a_name_and_a_port() {
        for (url, expected) in [
            ("postgres://u:p@db:7,other/bank", &[("db", 7), ("other", 5432)][..]),
            ("postgres://[::1]:8,[::2]/bank?port=9", &[("::1", 8), ("::2", 9)]),
            ("postgres:///bank?host=db,other&port=6,7", &[("db", 6), ("other", 7)]),
            ("postgres://db:5/bank?hostaddr=127.0.0.1,127.0.0.2&port=6", &[("127.0.0.1", 6), ("127.0.0.2", 6)]),
            ("postgres://%2Frun:7/bank", &[("/run", 7)]),
            ("postgres:///bank", &[("", 5432)]),
            ("postgres://db:99999/bank", &[]),
        ] {
            let found = PostgresUrl::new(url).servers();
            let found: Vec<_> = found.iter().map(|(name, port)| (name.as_str(), *port)).collect();
            assert_eq!(found, expected, "{url}");
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
