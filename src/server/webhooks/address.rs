//! Which addresses events may be sent to: those of the public Internet, unless somebody allowed others for this endpoint.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::Uri;
use axum::http::uri::Scheme;

use crate::error::InputError;

pub(super) const URL_CHARACTERS_MAX: usize = 2_000;

/// Whether an endpoint may be in a private network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) enum Network {
    Public,
    Any,
}

/// Where a host is, as far as its name says it without a look-up. What a name leads to is seen when something is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HostKind {
    Public,
    Private,
    /// It looks like an address and is none as addresses are written, so that others could take it for another one.
    Unreadable,
    Unknown,
}

impl HostKind {
    fn of(host: &str) -> Self {
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Ok(address) = bare.unwrap_or(&name).parse() {
            return if is_public(address) { Self::Public } else { Self::Private };
        }
        let last = name.rsplit('.').next().unwrap_or_default();
        let is_number = !last.is_empty() && (last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x"));
        match last {
            "localhost" => Self::Private,
            _ if bare.is_some() || is_number => Self::Unreadable,
            _ => Self::Unknown,
        }
    }
}

/// Refuses what events cannot be sent to.
pub(super) fn check_url(text: &str, network: Network) -> Result<(), InputError> {
    let shown: String = text.chars().take(80).collect();
    let refuse = |problem: &str| Err(InputError::request(format!("{shown:?} is no URL of a webhook: {problem}")));
    if text.chars().count() > URL_CHARACTERS_MAX {
        return refuse("it is too long");
    }
    if text.contains('#') {
        return refuse("what stands behind # is never sent; leave it out");
    }
    let Ok(uri) = text.parse::<Uri>() else { return refuse("it cannot be read") };
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
        return refuse("it begins with https:// and a host");
    };
    if authority.as_str().contains('@') {
        return refuse("it would show a user's name and password to all who list webhooks");
    }
    let host = authority.host();
    if host.is_empty() {
        return refuse("it has no host");
    }
    let port = authority.as_str().strip_prefix(host).unwrap_or_default();
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return refuse("its port is a number from 1 to 65535");
    }
    let place = HostKind::of(host);
    if place == HostKind::Unreadable {
        return refuse("its host is neither a name nor an address; write an address like 192.0.2.1 or [2001:db8::1]");
    }
    if place == HostKind::Private && network == Network::Public {
        return Err(InputError::WebhookPrivate { host: host.chars().take(80).collect() });
    }
    match network {
        _ if *scheme == Scheme::HTTPS => Ok(()),
        Network::Any if *scheme == Scheme::HTTP => Ok(()),
        Network::Public if *scheme == Scheme::HTTP => {
            refuse("without TLS events can be read on the way; http:// is for private networks that are allowed")
        }
        Network::Public | Network::Any => refuse("it begins with https://"),
    }
}

/// The URL in one spelling, so that two of one meaning are one: scheme and host in small letters, no port that goes without saying, and a
/// path in any case. What cannot be read stays as it is, and is refused by [`check_url`].
pub(super) fn plain_url(text: &str) -> String {
    let Ok(uri) = text.parse::<Uri>() else { return text.to_owned() };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return text.to_owned() };
    let host = authority.host();
    let Some(port) = authority.as_str().strip_prefix(host) else { return text.to_owned() };
    let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
    let port = match (port.strip_prefix(':').and_then(|port| port.parse::<u16>().ok()), scheme.as_str()) {
        (Some(443), "https") | (Some(80), "http") => String::new(),
        (Some(port), _) => format!(":{port}"),
        (None, _) => port.to_owned(),
    };
    let rest = uri.path_and_query().map_or("", |rest| rest.as_str());
    let slash = if rest.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{host}{port}{slash}{rest}")
}

fn is_port(text: &str) -> bool {
    let are_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Whether an address is one of the public Internet.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        // This network; carriers' own; protocol assignments; tests of performance; reserved, with broadcast.
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [first, second, ..] = segments;
    let embedded = |high: u16, low: u16| is_public_v4(Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low)));
    match segments {
        // An address of IPv4 in its forms for IPv6: mapped, translated, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            embedded(high, low)
        }
        // Only this eighth is given out for the Internet; in it are Teredo with its kin, and documentation.
        _ => {
            let is_special = (first == 0x2001 && (second < 0x200 || second == 0xdb8)) || first == 0x3fff;
            (first & 0xe000) == 0x2000 && !is_special
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        for address in ["1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001:0:1::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_url_must_be_one_that_events_can_be_sent_to() {
        for (text, is_public, is_any) in [
            ("https://hooks.example/teller?x=1", true, true),
            ("https://[2606:4700::1111]:8443/", true, true),
            ("https://hooks.example:65535/", true, true),
            ("https://hooks.example:65536/", false, false),
            ("https://hooks.example:99999/", false, false),
            ("https://hooks.example:0/", false, false),
            ("https://hooks.example:/", false, false),
            ("https://hooks.example:x/", false, false),
            ("https://[2606:4700::1111]:70000/", false, false),
            ("https://hooks.example/teller#part", false, false),
            ("http://127.0.0.1:9/", false, true),
            ("https://127.0.0.1:9/", false, true),
            ("https://10.0.0.1./", false, true),
            ("https://[::1]/", false, true),
            ("https://[::ffff:10.0.0.1]/", false, true),
            ("https://localhost/", false, true),
            ("https://LocalHost.:8443/", false, true),
            ("https://a.localhost/", false, true),
            ("https://localhost.example/", true, true),
            ("https://1.1.1.1/", true, true),
            ("https://hooks.internal/", true, true),
            ("https://127.1/", false, false),
            ("https://2130706433/", false, false),
            ("https://0x7f.0.0.1/", false, false),
            ("https://0x7f000001/", false, false),
            ("https://0177.0.0.1/", false, false),
            ("https://256.1.1.1/", false, false),
            ("https://name:word@hooks.example/", false, false),
            ("ftp://hooks.example/", false, false),
            ("/teller", false, false),
            ("hooks.example", false, false),
            ("https://", false, false),
            ("https://a b/", false, false),
            ("", false, false),
        ] {
            assert_eq!(check_url(text, Network::Public).is_ok(), is_public, "{text}");
            assert_eq!(check_url(text, Network::Any).is_ok(), is_any, "{text}");
        }
        assert!(check_url(&format!("https://a/{}", "x".repeat(2_000)), Network::Any).is_err());
    }

    #[test]
    fn a_url_has_one_spelling() {
        for text in [
            "https://example.com",
            "https://example.com/",
            "HTTPS://Example.com",
            "https://EXAMPLE.com:443/",
            "https://example.com:0443",
        ] {
            assert_eq!(plain_url(text), "https://example.com/", "{text}");
        }
        for (text, plain) in [
            ("http://a:80/X?y=Z", "http://a/X?y=Z"),
            ("http://a:443/", "http://a:443/"),
            ("https://a:8443", "https://a:8443/"),
            ("https://a?b=c", "https://a/?b=c"),
            ("https://[2001:DB8::1]:443/p", "https://[2001:db8::1]/p"),
            ("https://a:0/", "https://a:0/"),
            ("no url", "no url"),
        ] {
            assert_eq!(plain_url(text), plain);
        }
        assert!(check_url("https://a:0/", Network::Any).is_err());
    }
}
