//! Closed sets of words, with their text in both directions, and the codes of errors.

/// Gives a closed set of words its text in both directions, so that the database, the command line and JSON use the same words.
#[doc(hidden)]
#[macro_export]
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for it, in the database, on the command line and in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// The one that the word stands for.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

/// Gives an error about what was handed in its stable code.
macro_rules! input_code {
    ($error:ident = $code:literal) => {
        impl $error {
            /// The stable code, as in JSON and in docs/errors.md.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                $code
            }

            /// Whether the same can succeed without anyone changing it: never.
            #[must_use]
            pub const fn is_retryable(&self) -> bool {
                false
            }
        }
    };
}
