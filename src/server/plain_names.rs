//! The names of what is kept beside the book. They stand in paths, in labels of metrics and in command lines, so they are plain.

use crate::facts::TextError;

const LENGTH_MAX: usize = 64;

/// Refuses a name that is not 1 to 64 letters, digits, dots, hyphens and underscores, with a letter or digit first.
pub(super) fn check(what: &'static str, name: &str) -> Result<(), TextError> {
    let fault = |problem| TextError::Form { what, text: name.chars().take(80).collect(), problem };
    if name.is_empty() {
        return Err(TextError::Empty { what });
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if !name.bytes().all(is_plain) || !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return Err(fault("is not plain; use letters, digits, dots, hyphens and underscores, a letter or digit first"));
    }
    if name.len() > LENGTH_MAX {
        return Err(fault("is too long; use at most 64 characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_name_is_taken() {
        for name in ["a", "Audit-2.eu_1", "7", &"a".repeat(64)] {
            assert_eq!(check("name", name), Ok(()), "{name}");
        }
        for name in ["", "a b", "a/b", "-a", ".a", "ü", "a\n", &"a".repeat(65)] {
            assert!(check("name", name).is_err(), "{name}");
        }
    }
}
