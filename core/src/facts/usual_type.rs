//! What an account's name says of its type. Accountants begin names so, in Teller as in other ledgers.

use crate::facts::account::AccountType;
use crate::facts::text::AccountName;

/// First parts of names, without regard to case, and the type that they stand for.
const USUAL: &[(&str, AccountType)] = &[
    ("asset", AccountType::Asset),
    ("assets", AccountType::Asset),
    ("bank", AccountType::Asset),
    ("banks", AccountType::Asset),
    ("cash", AccountType::Asset),
    ("liability", AccountType::Liability),
    ("liabilities", AccountType::Liability),
    ("customer", AccountType::Liability),
    ("customers", AccountType::Liability),
    ("equity", AccountType::Equity),
    ("revenue", AccountType::Revenue),
    ("revenues", AccountType::Revenue),
    ("income", AccountType::Revenue),
    ("expense", AccountType::Expense),
    ("expenses", AccountType::Expense),
];

impl AccountType {
    /// The type that accounts of such a name usually have, by its first part: `expenses:rent` is an expense. `None` where the name does not
    /// tell.
    #[must_use]
    pub fn usual_for(name: &AccountName) -> Option<Self> {
        let first = name.as_str().split(':').next().unwrap_or_default();
        USUAL.iter().find(|(word, _)| first.eq_ignore_ascii_case(word)).map(|(_, account_type)| *account_type)
    }

    /// The type of a new account for which none is given: the usual one for its name, or else a liability, as customers' accounts are.
    #[must_use]
    pub fn default_for(name: &AccountName) -> Self {
        Self::usual_for(name).unwrap_or(Self::Liability)
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn the_first_part_of_a_name_proposes_the_type() {
        for (name, account_type) in [
            ("assets:receivable", AccountType::Asset),
            ("Assets:Bank", AccountType::Asset),
            ("cash", AccountType::Asset),
            ("bank:n26", AccountType::Asset),
            ("expenses:rent", AccountType::Expense),
            ("revenue:fees", AccountType::Revenue),
            ("INCOME:salary", AccountType::Revenue),
            ("equity:opening", AccountType::Equity),
            ("liabilities:loan", AccountType::Liability),
            ("customers:cash", AccountType::Liability),
            ("alice", AccountType::Liability),
            ("cashier", AccountType::Liability),
            ("my:expenses", AccountType::Liability),
        ] {
            assert_eq!(AccountType::default_for(&name.parse().unwrap()), account_type, "{name}");
        }
        assert_eq!(AccountType::usual_for(&"alice".parse().unwrap()), None);
    }
}
