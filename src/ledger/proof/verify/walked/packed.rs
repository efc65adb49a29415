//! Accounts as bytes, for the temporary file of one walk. No other program ever reads them.

use crate::facts::{AccountName, AccountState, AccountType, Hash, Instant, Limits, Sequence, Terms, Velocity};
use crate::ledger::proof::verify::walked::{Kept, Particulars, Sides, Walked};
use crate::money::{Amount, Currency};

/// A value that can be written as bytes and read back.
pub(super) trait Packed: Sized {
    fn pack(&self, bytes: &mut Vec<u8>);

    /// Reads a value from the front of the bytes, and removes it from them; `None` if the bytes are not such a value.
    fn unpack(bytes: &mut &[u8]) -> Option<Self>;
}

fn take<const LENGTH: usize>(bytes: &mut &[u8]) -> Option<[u8; LENGTH]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

macro_rules! pack_integers {
    ($($integer:ty),+) => {
        $(impl Packed for $integer {
            fn pack(&self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_ne_bytes());
            }

            fn unpack(bytes: &mut &[u8]) -> Option<Self> {
                take(bytes).map(Self::from_ne_bytes)
            }
        })+
    };
}

/// As their indexes in the list of all values.
macro_rules! pack_words {
    ($($word:ty),+) => {
        $(impl Packed for $word {
            fn pack(&self, bytes: &mut Vec<u8>) {
                let place = Self::ALL.iter().position(|one| one == self);
                bytes.extend(place.and_then(|place| u8::try_from(place).ok()));
            }

            fn unpack(bytes: &mut &[u8]) -> Option<Self> {
                Self::ALL.get(usize::from(u8::unpack(bytes)?)).copied()
            }
        })+
    };
}

/// Field by field.
macro_rules! pack_fields {
    ($($type:ident { $($field:ident),+ })+) => {
        $(impl Packed for $type {
            fn pack(&self, bytes: &mut Vec<u8>) {
                $(self.$field.pack(bytes);)+
            }

            fn unpack(bytes: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: Packed::unpack(bytes)?),+ })
            }
        })+
    };
}

pack_integers!(u8, i64, i128);
pack_words!(AccountType, AccountState);
pack_fields! {
    Walked { name, currency, account_type, posted, held, version, last, head, particulars }
    Sides { debits, credits }
    Particulars { terms, annotated, closed_at, last_event }
    Terms { state, limits, velocity }
    Limits { min_balance, max_balance }
    Velocity { per_transfer, per_day, per_month }
}

impl Packed for Kept {
    fn pack(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Usual => 0_u8.pack(bytes),
            Self::Opened(limits) => {
                1_u8.pack(bytes);
                limits.pack(bytes);
            }
            Self::Changed(particulars) => {
                2_u8.pack(bytes);
                particulars.pack(bytes);
            }
        }
    }

    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        match u8::unpack(bytes)? {
            0 => Some(Self::Usual),
            1 => Some(Self::Opened(Box::new(Limits::unpack(bytes)?))),
            2 => Some(Self::Changed(Box::new(Particulars::unpack(bytes)?))),
            _ => None,
        }
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack(&self, bytes: &mut Vec<u8>) {
        u8::from(self.is_some()).pack(bytes);
        if let Some(value) = self {
            value.pack(bytes);
        }
    }

    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        match u8::unpack(bytes)? {
            0 => Some(None),
            1 => T::unpack(bytes).map(Some),
            _ => None,
        }
    }
}

impl<A: Packed, B: Packed> Packed for (A, B) {
    fn pack(&self, bytes: &mut Vec<u8>) {
        self.0.pack(bytes);
        self.1.pack(bytes);
    }

    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::unpack(bytes)?, B::unpack(bytes)?))
    }
}

/// A text of up to 255 bytes: its length, and its bytes.
fn pack_text(text: &str, bytes: &mut Vec<u8>) {
    bytes.extend(u8::try_from(text.len()).ok());
    bytes.extend(text.as_bytes());
}

fn unpack_text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::from(u8::unpack(bytes)?);
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    str::from_utf8(text).ok()
}

impl Packed for AccountName {
    fn pack(&self, bytes: &mut Vec<u8>) {
        pack_text(self.as_str(), bytes);
    }

    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        unpack_text(bytes)?.parse().ok()
    }
}

impl Packed for Currency {
    fn pack(&self, bytes: &mut Vec<u8>) {
        pack_text(self.code().as_str(), bytes);
        self.exponent().pack(bytes);
    }

    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        let code = unpack_text(bytes)?.parse().ok()?;
        Self::new(code, u8::unpack(bytes)?).ok()
    }
}

impl Packed for Amount {
    fn pack(&self, bytes: &mut Vec<u8>) {
        self.minor().pack(bytes);
    }

    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        i64::unpack(bytes).map(Self::from_minor)
    }
}

impl Packed for Instant {
    fn pack(&self, bytes: &mut Vec<u8>) {
        self.micros().pack(bytes);
    }

    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        Self::from_micros(i64::unpack(bytes)?)
    }
}

impl Packed for Sequence {
    fn pack(&self, bytes: &mut Vec<u8>) {
        self.0.pack(bytes);
    }

    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        i64::unpack(bytes).map(Self)
    }
}

impl Packed for Hash {
    fn pack(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.0);
    }

    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        take(bytes).map(Self)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::requests::AccountRequest;

    /// An account that takes the most bytes.
    pub(in crate::ledger::proof::verify) fn longest() -> Walked {
        let currency = Currency::new("LONGCURRENCY".parse().unwrap(), 18).unwrap();
        let name = "a".repeat(255).parse().unwrap();
        let amount = Some(Amount::from_minor(-2));
        let particulars = Particulars {
            terms: Terms {
                state: AccountState::Closed,
                limits: Limits { min_balance: amount, max_balance: amount },
                velocity: Velocity { per_transfer: amount, per_day: amount, per_month: Some(Amount::ZERO) },
            },
            annotated: Some(Hash([8; 32])),
            closed_at: Some(Instant::MAX),
            last_event: Some((i64::MIN, Instant::MIN)),
        };
        Walked {
            posted: Sides { debits: i128::MAX, credits: i128::MIN },
            held: Sides { debits: -1, credits: 256 },
            version: i64::MIN,
            last: Some((Sequence(i64::MAX), Instant::EPOCH)),
            particulars: Kept::Changed(Box::new(particulars)),
            ..Walked::opened(AccountRequest::new(name, AccountType::Expense, currency), Hash([7; 32]))
        }
    }

    #[test]
    fn an_account_comes_back_as_it_was() {
        let accounts = || {
            let currency = Currency::new("EUR".parse().unwrap(), 2).unwrap();
            let opening = AccountRequest::new("cash:eur".parse().unwrap(), AccountType::Asset, currency);
            let limits = Limits { min_balance: None, max_balance: Some(Amount::from_minor(1)) };
            let usual = Walked::opened(opening.clone(), Hash([0; 32]));
            [usual, Walked::opened(AccountRequest { limits, ..opening }, Hash([0xff; 32])), longest()]
        };
        let mut bytes = Vec::new();
        for account in &accounts() {
            account.pack(&mut bytes);
        }
        let mut rest = &bytes[..];
        for account in accounts() {
            assert_eq!(Walked::unpack(&mut rest), Some(account));
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn what_is_no_account_comes_back_as_nothing() {
        let mut bytes = Vec::new();
        longest().pack(&mut bytes);
        for length in 0..bytes.len() {
            assert_eq!(Walked::unpack(&mut &bytes[..length]), None, "{length} of {} bytes", bytes.len());
        }
        assert_eq!(Walked::unpack(&mut &[0; 512][..]), None, "an account has a name");
    }
}
