//! What must never be shown of a URL, and the texts from which it is taken out.

use std::borrow::Cow;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands for a secret.
const HIDDEN: &str = "***";

/// Shorter secrets are hidden in quotes only. A password of one letter would otherwise make every message unreadable.
const LENGTH_MIN: usize = 4;

/// Where a program that misreads a URL could cut a password in two.
const CUTS: [char; 11] = ['@', ':', '/', '?', '#', '&', '=', '%', ',', '\'', '"'];

/// The passwords of a URL in every spelling, whole and in pieces, the longest first.
#[derive(Clone, Default)]
pub(in crate::store) struct Secrets(Vec<String>);

impl Secrets {
    /// Of passwords as a URL has them written.
    pub(in crate::store) fn of(texts: &[String]) -> Self {
        let mut spellings = Vec::new();
        for raw in texts.iter().map(String::as_str) {
            let decoded = percent_decode_str(raw).decode_utf8_lossy().into_owned();
            let encoded = utf8_percent_encode(&decoded, NON_ALPHANUMERIC).to_string();
            for whole in [raw, &decoded] {
                let pieces = whole.split(|character: char| CUTS.contains(&character) || character.is_whitespace());
                spellings.extend(pieces.filter(|piece| piece.len() >= LENGTH_MIN).map(str::to_owned));
            }
            spellings.extend([raw.to_owned(), decoded, encoded]);
        }
        spellings.retain(|spelling| !spelling.is_empty());
        spellings.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        spellings.dedup();
        Self(spellings)
    }

    /// The text with every secret replaced.
    pub(in crate::store) fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut shown = Cow::Borrowed(text);
        for secret in &self.0 {
            if secret.len() >= LENGTH_MIN {
                if shown.contains(secret.as_str()) {
                    shown = Cow::Owned(shown.replace(secret.as_str(), HIDDEN));
                }
                continue;
            }
            for quote in ['"', '\''] {
                let quoted = format!("{quote}{secret}{quote}");
                if shown.contains(&quoted) {
                    shown = Cow::Owned(shown.replace(&quoted, &format!("{quote}{HIDDEN}{quote}")));
                }
            }
        }
        shown
    }
}

/// Whether a setting of libpq, by its name, is a secret, or its value may have one in it.
pub(in crate::store) fn looks_secret(name: &str, value: &str) -> bool {
    let is_secret =
        ["password", "secret", "scram_client_key", "scram_server_key"].iter().any(|end| name.ends_with(end));
    is_secret || value.contains("://") || value.to_ascii_lowercase().contains("password")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(secret: &str, text: &str) -> String {
        Secrets::of(&[secret.to_owned()]).hide(text).into_owned()
    }

    #[test]
    fn every_spelling_and_every_piece_of_a_password_is_hidden() {
        let text = "connection to \"p%40ss:w0rd\" or p@ss:w0rd or w0rd or p%40ss%3Aw0rd failed";
        assert_eq!(hidden("p%40ss:w0rd", text), "connection to \"***\" or *** or *** or *** failed");
        assert_eq!(hidden("topsecret%40h", "host name \"topsecret@h\""), "host name \"***\"");
        assert_eq!(hidden("abc@topsecret", "host name \"topsecret@h\""), "host name \"***@h\"");
    }

    #[test]
    fn a_short_password_is_hidden_where_it_is_quoted_and_leaves_the_message_readable() {
        let text = "invalid value \"a\" for a port";
        assert_eq!(hidden("a", text), "invalid value \"***\" for a port");
        assert_eq!(hidden("", text), text);
    }
}
