//! Seals as files: JSON with a signature where a key was given.

use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde_json::{Map, Value, json};
use thiserror::Error;
use uuid::Uuid;

use crate::facts::{AccountId, Hash, Instant, Sequence};
use crate::files::without_bom;
use crate::proof::Seal;
use crate::wire::hex::{from_hex, to_hex};
use crate::wire::json::Json;

/// The format's name, which a file begins with.
const FORMAT: &str = "teller.seal.1";

/// Why a file is not a seal, or not one that can be believed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealFileError {
    /// It is not JSON, or lacks something, or has something that is not what it should be.
    #[error("the file is not a seal: {problem}")]
    Form {
        /// What is wrong.
        problem: String,
    },
    /// The key is not one.
    #[error("the key is not an Ed25519 key in PEM: {problem}; make one with: openssl genpkey -algorithm ed25519")]
    Key {
        /// What is wrong.
        problem: String,
    },
    /// A public key was given, and nobody signed.
    #[error("the seal is not signed, so the public key proves nothing")]
    Unsigned,
    /// The signature is not by the key.
    #[error("the seal's signature is not by this key, or the seal was changed")]
    Signature,
}

impl SealFileError {
    /// The stable code, as in JSON and in `docs/errors.md`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "seal_invalid"
    }

    /// Whether the same can succeed without anyone changing it: never.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        false
    }
}

/// The key that signs a seal, from a PKCS #8 file as `openssl genpkey -algorithm ed25519` writes it.
#[derive(Debug)]
pub struct SealKey(SigningKey);

impl SealKey {
    /// Reads the key.
    ///
    /// # Errors
    /// [`SealFileError::Key`].
    pub fn from_pem(pem: &str) -> Result<Self, SealFileError> {
        let key = SigningKey::from_pkcs8_pem(pem).map_err(|error| SealFileError::Key { problem: error.to_string() })?;
        Ok(Self(key))
    }
}

/// Who must have signed a seal.
#[derive(Debug)]
pub struct SealPublicKey(VerifyingKey);

impl SealPublicKey {
    /// Reads the key, as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    /// [`SealFileError::Key`].
    pub fn from_pem(pem: &str) -> Result<Self, SealFileError> {
        let key = VerifyingKey::from_public_key_pem(pem);
        Ok(Self(key.map_err(|error| SealFileError::Key { problem: error.to_string() })?))
    }
}

/// A seal, and what its file says of who signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealFile {
    /// The seal.
    pub seal: Seal,
    signature: Option<[u8; 64]>,
}

impl SealFile {
    /// A seal, signed if there is a key.
    #[must_use]
    pub fn new(seal: Seal, key: Option<&SealKey>) -> Self {
        let signature = key.map(|key| key.0.sign(&seal.signed_bytes()).to_bytes());
        Self { seal, signature }
    }

    /// Whether somebody signed it.
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        self.signature.is_some()
    }

    /// Checks that it was signed by the holder of a key, and not changed since.
    ///
    /// # Errors
    /// [`SealFileError::Unsigned`], [`SealFileError::Signature`].
    pub fn check_signature(&self, key: &SealPublicKey) -> Result<(), SealFileError> {
        let signature = self.signature.as_ref().ok_or(SealFileError::Unsigned)?;
        let signature = Signature::from_bytes(signature);
        key.0.verify(&self.seal.signed_bytes(), &signature).map_err(|_| SealFileError::Signature)
    }

    /// The file's text.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let seal = &self.seal;
        json!({
            "format": FORMAT,
            "book": seal.book_id.to_string(),
            "sealed_at": seal.sealed_at,
            "sequence": seal.sequence,
            "account": seal.account_id.0,
            "transfers": seal.transfers,
            "accounts": seal.accounts,
            "root": seal.root,
            "signature": self.signature.map(|signature| to_hex(&signature)),
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`SealFileError::Form`].
    pub fn from_json(text: &str) -> Result<Self, SealFileError> {
        // A field that stands there twice would mean one thing to one reader and another to the next.
        let fields = Json::parse_object(without_bom(text)).map_err(|error| form(error.to_string()))?;
        if fields.get("format") != Some(&json!(FORMAT)) {
            return Err(form(format!("its format is not {FORMAT:?}")));
        }
        let seal = Seal {
            book_id: parsed(&fields, "book", |text| Uuid::try_parse(text).ok())?,
            sealed_at: parsed(&fields, "sealed_at", |text| text.parse::<Instant>().ok())?,
            sequence: Sequence(number(&fields, "sequence")?),
            account_id: AccountId(number(&fields, "account")?),
            transfers: number(&fields, "transfers")?,
            accounts: number(&fields, "accounts")?,
            root: Hash(parsed(&fields, "root", from_hex)?),
        };
        let signature = match fields.get("signature") {
            None | Some(Value::Null) => None,
            Some(_) => Some(parsed(&fields, "signature", from_hex)?),
        };
        Ok(Self { seal, signature })
    }
}

fn form(problem: impl Into<String>) -> SealFileError {
    SealFileError::Form { problem: problem.into() }
}

fn parsed<T>(
    fields: &Map<String, Value>,
    name: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, SealFileError> {
    let text = fields.get(name).and_then(Value::as_str);
    text.and_then(parse).ok_or_else(|| form(format!("its {name} is missing or not what it should be")))
}

fn number(fields: &Map<String, Value>, name: &str) -> Result<i64, SealFileError> {
    let number = fields.get(name).and_then(Value::as_i64).filter(|number| *number >= 0);
    number.ok_or_else(|| form(format!("its {name} is missing or not a whole number from 0 on")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
    const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    const OTHER_KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEzNCJso/5baqYkJv7T1m8m0Z5y8zCxLKbTPbB6oC7ym\n-----END PRIVATE KEY-----\n";

    fn seal() -> Seal {
        Seal {
            book_id: Uuid::from_u128(7),
            sealed_at: Instant::EPOCH,
            sequence: Sequence(9_007_199_254_740_993),
            account_id: AccountId(3),
            transfers: 2,
            accounts: 3,
            root: Hash([0xab; 32]),
        }
    }

    #[test]
    fn a_seal_is_read_as_it_was_written() {
        for key in [None, Some(SealKey::from_pem(KEY).unwrap())] {
            let file = SealFile::new(seal(), key.as_ref());
            assert_eq!(SealFile::from_json(&file.to_json().to_string()), Ok(file));
        }
    }

    #[test]
    fn a_signature_is_by_its_key_and_covers_everything() {
        let public_key = SealPublicKey::from_pem(PUBLIC_KEY).unwrap();
        let file = SealFile::new(seal(), Some(&SealKey::from_pem(KEY).unwrap()));
        assert_eq!(file.check_signature(&public_key), Ok(()));
        let forged = SealFile::new(seal(), Some(&SealKey::from_pem(OTHER_KEY).unwrap()));
        assert_eq!(forged.check_signature(&public_key), Err(SealFileError::Signature));
        assert_eq!(SealFile::new(seal(), None).check_signature(&public_key), Err(SealFileError::Unsigned));
        let later = Instant::EPOCH.next();
        for changed in [
            Seal { book_id: Uuid::from_u128(8), ..seal() },
            Seal { sealed_at: later, ..seal() },
            Seal { sequence: Sequence(1), ..seal() },
            Seal { account_id: AccountId(1), ..seal() },
            Seal { transfers: 1, ..seal() },
            Seal { accounts: 1, ..seal() },
            Seal { root: Hash([0; 32]), ..seal() },
        ] {
            let changed = SealFile { seal: changed, ..file.clone() };
            assert_eq!(changed.check_signature(&public_key), Err(SealFileError::Signature), "{changed:?}");
        }
    }

    #[test]
    fn what_is_no_seal_says_why() {
        let good = SealFile::new(seal(), None).to_json();
        for (field, value) in [
            ("format", json!("teller.seal.2")),
            ("book", json!("x")),
            ("sealed_at", json!("2026-01-01")),
            ("sequence", json!("1")),
            ("account", json!(-1)),
            ("transfers", json!("2")),
            ("accounts", Value::Null),
            ("root", json!("abc")),
            ("signature", json!("00")),
        ] {
            let mut bad = good.clone();
            bad[field] = value;
            let error = SealFile::from_json(&bad.to_string()).unwrap_err();
            assert!(error.to_string().contains(field), "{error}");
        }
        let text = good.to_string();
        for name in ["root", "transfers", "signature"] {
            let twice = text.replacen('{', &format!("{{\"{name}\":{},", good[name]), 1);
            let error = SealFile::from_json(&twice).unwrap_err().to_string();
            assert!(error.contains(&format!("the field {name:?} stands there twice")), "{error}");
        }
        assert!(SealFile::from_json(&format!("\u{feff}{text}")).is_ok());
        for text in ["", "[]", "{", "\u{0}"] {
            assert!(SealFile::from_json(text).is_err(), "{text:?}");
        }
        assert!(matches!(SealKey::from_pem(PUBLIC_KEY), Err(SealFileError::Key { .. })));
    }
}
