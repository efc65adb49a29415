//! What a URL says of the servers and of the schema.

use crate::store::postgres_url::{PostgresUrl, decoded};

/// Where a server listens unless the URL says otherwise.
const PORT: &str = "5432";

impl PostgresUrl<'_> {
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
