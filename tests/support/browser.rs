//! A browser as far as the server can tell: it keeps the cookie of its session, says where a form comes from, and does not follow redirects.

use super::http::{HttpAnswer, TestServer};

pub struct Browser<'s> {
    server: &'s TestServer,
    cookie: String,
}

/// Names and values as a form sends them.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        let byte = |byte: u8| {
            if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
        };
        text.bytes().map(byte).collect::<String>()
    };
    fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

impl<'s> Browser<'s> {
    /// A browser that is not logged in.
    pub fn new(server: &'s TestServer) -> Self {
        Self { server, cookie: String::new() }
    }

    /// One that has logged in with a key.
    pub fn with_key(server: &'s TestServer, key: &str) -> Self {
        let mut browser = Self::new(server);
        browser.log_in(&[("key", key)]).is(303);
        browser
    }

    /// Sends the form of the login.
    pub fn log_in(&mut self, fields: &[(&str, &str)]) -> HttpAnswer {
        let answer = self.send("/login", fields);
        if let Some(cookie) = answer.header("set-cookie") {
            cookie.split(';').next().unwrap().clone_into(&mut self.cookie);
        }
        answer
    }

    /// Keeps another cookie beside the one of the session.
    pub fn keep(&mut self, cookie: &str) {
        let kept = cookie.split(';').next().unwrap();
        let name = kept.split('=').next().unwrap();
        let others: Vec<_> = self.cookie.split("; ").filter(|one| one.split('=').next() != Some(name)).collect();
        self.cookie = format!("{}; {kept}", others.join("; "));
    }

    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    pub fn get(&self, target: &str) -> HttpAnswer {
        let request = self.server.request("GET", target).without_key();
        request.header("cookie", &self.cookie).header("accept", "text/html").send()
    }

    /// A page that is shown.
    #[track_caller]
    pub fn page(&self, target: &str) -> String {
        self.get(target).is(200).body
    }

    /// Sends a form from a page of the server.
    pub fn send(&self, target: &str, fields: &[(&str, &str)]) -> HttpAnswer {
        self.send_from(target, fields, &[("sec-fetch-site", "same-origin")])
    }

    /// Sends a form with what else a browser says of it.
    pub fn send_from(&self, target: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> HttpAnswer {
        let mut request = self.server.request("POST", target).without_key().header("cookie", &self.cookie);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body("application/x-www-form-urlencoded", &encoded(fields)).send()
    }
}

/// The value of a hidden field of a page.
#[track_caller]
pub fn hidden(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let rest = page.split_once(&mark).unwrap_or_else(|| panic!("no field {name} in {page}")).1;
    rest.split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
}
