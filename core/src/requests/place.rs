//! Where a value stands in what a client handed in, for messages about it.

use std::fmt;

use crate::money::{AmountError, Currency, Money, WrittenAmount};

/// How deep fields are nested at most: `field hold, field amount, field up_to`.
const FIELDS_MAX: usize = 3;

/// Where a value stands, from the outside to the inside: `line 3, leg 2, field amount`. Empty for an argument of the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    line: Option<u64>,
    leg: Option<usize>,
    fields: [Option<&'static str>; FIELDS_MAX],
}

impl Place {
    /// A line of a batch, counted from 1.
    #[must_use]
    pub fn in_line(line: u64) -> Self {
        Self { line: Some(line), ..Self::default() }
    }

    /// A leg of the journal here, counted from 1.
    #[must_use]
    pub const fn leg(self, leg: usize) -> Self {
        Self { leg: Some(leg), ..self }
    }

    /// A field of the object here.
    ///
    /// # Panics
    /// When there are four fields inside of each other.
    #[must_use]
    pub fn field(mut self, name: &'static str) -> Self {
        let depth = self.fields.iter().flatten().count();
        assert!(depth < FIELDS_MAX, "no request nests fields deeper");
        self.fields[depth] = Some(name);
        self
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A value that stands here.
    #[must_use]
    pub const fn of<T>(self, value: T) -> Placed<T> {
        Placed { value, place: self }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!("line {line}"));
        let leg = self.leg.map(|leg| format!("leg {leg}"));
        let fields = self.fields.iter().flatten().map(|name| format!("field {name}"));
        let parts: Vec<_> = line.into_iter().chain(leg).chain(fields).collect();
        f.write_str(&parts.join(", "))
    }
}

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> From<T> for Placed<T> {
    /// A value on its own, as an argument of the command line is.
    fn from(value: T) -> Self {
        Place::default().of(value)
    }
}

/// Why an amount does not fit its currency, and where it stands.
pub type AmountFault = Box<Placed<AmountError>>;

impl Placed<WrittenAmount> {
    /// The amount in a currency. `None` is that of an account or transfer that does not exist.
    ///
    /// # Errors
    /// Those of [`WrittenAmount::money`], with the place.
    pub fn money(&self, currency: Option<Currency>) -> Result<Money, AmountFault> {
        let money = currency.map_or_else(|| self.value.money_of_nothing(), |currency| self.value.money(currency));
        money.map_err(|fault| Box::new(self.place.of(fault)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_from_the_outside_to_the_inside() {
        let place = Place::in_line(3).leg(2).field("hold").field("amount");
        assert_eq!(place.to_string(), "line 3, leg 2, field hold, field amount");
        assert_eq!(place.field("up_to").to_string(), "line 3, leg 2, field hold, field amount, field up_to");
        assert!(Place::default().is_empty());
        assert_eq!(Place::default().leg(1).to_string(), "leg 1");
    }
}
