//! The secrets of endpoints, and the signature that they make.

use std::io;

use openssl::base64::{decode_block, encode_block};
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;

use crate::store::WebhookRow;

const MARK: &str = "whsec_";
const SECRET_BYTES: usize = 32;

/// Makes a secret of random bytes.
pub(super) fn make() -> io::Result<String> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(format!("{MARK}{}", encode_block(&bytes)))
}

/// The header `webhook-signature`: one signature for each secret that is valid at that second.
pub(super) fn signatures(webhook: &WebhookRow, id: &str, seconds: i64, body: &[u8]) -> io::Result<String> {
    let old = webhook.old_secret_until.filter(|until| until / 1_000_000 > seconds).and(webhook.old_secret.as_deref());
    let signed = [Some(webhook.secret.as_str()), old]
        .into_iter()
        .flatten()
        .map(|secret| signature(secret, id, seconds, body).map_err(|error| io::Error::other(error.to_string())));
    Ok(signed.collect::<Result<Vec<_>, _>>()?.join(" "))
}

/// HMAC with SHA-256 over `id.seconds.body`.
fn signature(secret: &str, id: &str, seconds: i64, body: &[u8]) -> Result<String, openssl::error::ErrorStack> {
    let key = PKey::hmac(&decode_block(secret.strip_prefix(MARK).unwrap_or(secret))?)?;
    let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
    signer.update(format!("{id}.{seconds}.").as_bytes())?;
    signer.update(body)?;
    Ok(format!("v1,{}", encode_block(&signer.sign_to_vec()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn a_signature_is_that_of_standard_webhooks() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_32_random_bytes() {
        let (one, other) = (make().unwrap(), make().unwrap());
        assert_ne!(one, other);
        assert_eq!(decode_block(one.strip_prefix(MARK).unwrap()).unwrap().len(), SECRET_BYTES);
    }
}
