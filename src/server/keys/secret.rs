//! The text of a key: `tlr_ID_SECRET`. Only the SHA-256 of the secret is kept; it is 32 random bytes, so nothing slower is needed.

use std::io;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::wire::hex::to_hex;

const MARK: &str = "tlr";
const ID_BYTES: usize = 6;
const SECRET_BYTES: usize = 32;

/// A key that was just made. Its text is shown once.
pub(in crate::server) struct Fresh {
    pub(in crate::server) id: String,
    pub(in crate::server) text: String,
    pub(in crate::server) digest: String,
}

/// Makes a key of random bytes.
pub(in crate::server) fn make() -> io::Result<Fresh> {
    let mut bytes = [0; ID_BYTES + SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    let (id, secret) = bytes.split_at(ID_BYTES);
    let (id, secret) = (to_hex(id), to_hex(secret));
    Ok(Fresh { text: format!("{MARK}_{id}_{secret}"), digest: digest_of(&secret), id })
}

/// What a browser sends to show that it is logged in, and the digest that is kept of it.
pub(in crate::server) fn make_token() -> io::Result<(String, String)> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    let token = to_hex(&bytes);
    let digest = digest_of(&token);
    Ok((token, digest))
}

/// A key as a client sent it.
pub(in crate::server) struct Presented<'t> {
    pub(in crate::server) id: &'t str,
    secret: &'t str,
}

impl<'t> Presented<'t> {
    /// Reads the text of a key. `None` where it has not the form of one.
    pub(in crate::server) fn read(text: &'t str) -> Option<Self> {
        let mut parts = text.splitn(3, '_');
        let (mark, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let is_hex = |text: &str, bytes: usize| text.len() == bytes * 2 && text.bytes().all(|b| b.is_ascii_hexdigit());
        (mark == MARK && is_hex(id, ID_BYTES) && is_hex(secret, SECRET_BYTES)).then_some(Self { id, secret })
    }

    /// Compares with what is kept, in a time that tells nothing of where they differ.
    pub(in crate::server) fn matches(&self, digest: &str) -> bool {
        digest_of(self.secret).as_bytes().ct_eq(digest.as_bytes()).into()
    }
}

/// What is kept of a secret. Secrets are 32 random bytes, so that looking a digest up tells nobody anything.
pub(in crate::server) fn digest_of(secret: &str) -> String {
    to_hex(&Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_made_and_matches_only_itself() {
        let (one, other) = (make().unwrap(), make().unwrap());
        let presented = Presented::read(&one.text).unwrap();
        assert_eq!(presented.id, one.id);
        assert!(presented.matches(&one.digest) && !presented.matches(&other.digest));
    }

    #[test]
    fn what_has_not_the_form_of_a_key_is_none() {
        let text = make().unwrap().text;
        for text in [
            "",
            "tlr",
            "tlr_1_2",
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text}0"),
            &text.replace("tlr", "xyz"),
        ] {
            assert!(Presented::read(text).is_none(), "{text}");
        }
    }
}
