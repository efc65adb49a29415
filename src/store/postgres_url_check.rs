//! Whether libpq reads a PostgreSQL URL as it is meant. A password with an unencoded `@`, `/` or `?` in it shifts the parts of a URL, and
//! libpq would then take a piece of the password for a host, and say so.

/// Every parameter of libpq, up to version 18.
const PARAMETERS: [&str; 55] = [
    "application_name",
    "authtype",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_issuer",
    "oauth_scope",
    "options",
    "passfile",
    "password",
    "port",
    "replication",
    "require_auth",
    "requirepeer",
    "requiressl",
    "scram_client_key",
    "scram_server_key",
    "service",
    "servicefile",
    "ssl",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslkeylogfile",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "tty",
    "user",
];

/// What is wrong with the URL, in words that hold nothing of it.
pub(super) fn check(text: &str) -> Result<(), &'static str> {
    let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
    let rest = rest.ok_or("does not begin with postgres://")?;
    if rest.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return Err("has a blank or a control character in it; write a blank as %20");
    }
    check_percents(rest)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(end);
    if behind.contains('@') {
        return Err("has an @ behind the host; write an @ as %40, and in a password / as %2F and ? as %3F");
    }
    let ([hosts] | [_, hosts]) = authority.split('@').collect::<Vec<_>>()[..] else {
        return Err("has more than one @ before the host; write an @ in a password as %40");
    };
    hosts.split(',').try_for_each(check_host)?;
    let query = behind.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter(|_| !query.is_empty()).try_for_each(check_pair)
}

fn check_percents(text: &str) -> Result<(), &'static str> {
    for (index, _) in text.match_indices('%') {
        let digits = text.as_bytes().get(index + 1..index + 3).unwrap_or_default();
        if digits.len() != 2 || !digits.iter().all(u8::is_ascii_hexdigit) || digits == b"00" {
            return Err("has a % that begins no encoded character; write a % as %25");
        }
    }
    Ok(())
}

fn check_host(host: &str) -> Result<(), &'static str> {
    let port = match host.strip_prefix('[') {
        Some(address) => match address.split_once(']') {
            Some((_, "")) => return Ok(()),
            Some((_, port)) => {
                port.strip_prefix(':').ok_or("has something behind the ] of an address that is no port")?
            }
            None => return Err("has an address that begins with [ and does not end with ]"),
        },
        None => host.split_once(':').map_or("", |(_, port)| port),
    };
    if port.bytes().all(|digit| digit.is_ascii_digit()) {
        return Ok(());
    }
    Err("has a port that is no number; a password stands between a colon and an @, with / as %2F and ? as %3F")
}

fn check_pair(pair: &str) -> Result<(), &'static str> {
    let Some((name, value)) = pair.split_once('=') else {
        return Err("has a parameter without a value; write NAME=VALUE, with & between two of them");
    };
    if value.contains('=') {
        return Err("has a parameter with two =; write an = in a value as %3D");
    }
    let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    if PARAMETERS.contains(&name.as_ref()) {
        return Ok(());
    }
    Err("has a parameter that libpq does not know; see docs/connections.md")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn urls_that_libpq_reads_as_they_are_meant_are_taken() {
        for url in [
            "postgres://",
            "postgres:///bank",
            "postgres://db/bank",
            "postgres://bob@db:5432,other:/bank?sslmode=require&options=-csearch_path%3Dbook",
            "postgres://bob:s3c%40r%2Fe%25t#:1@[::1]:5432/bank",
            "postgresql://%2Frun%2Fpostgresql/bank?host=a,b&password=x&p%61ssword=y",
            "postgres:///?service=bank",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn urls_that_libpq_would_misread_are_refused() {
        for url in [
            "postgres://u:abc@topsecret@h/d",
            "postgres://u:ab/cd@h/d",
            "postgres://u:ab?cd@h/d",
            "postgres://u:12?user=ab@h/d",
            "postgres://u:a b@h/d",
            "postgres://u:ab%zz@h/d",
            "postgres://u:ab%0",
            "postgres://u:ab%00@h/d",
            "postgres://u:topsecret/d",
            "postgres://[::1/d",
            "postgres://[::1]x/d",
            "postgres://h/d?sslmod=require",
            "postgres://h/d?sslmode",
            "postgres://h/d?sslmode=a=b",
        ] {
            assert!(check(url).is_err(), "{url}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_checked(text in any::<String>(), tail in "[a-z0-9:@/?#&=%\\[\\],. -]{0,40}") {
            let _ = check(&text);
            let _ = check(&format!("postgres://{tail}"));
        }
    }
}
