//! How names, currencies and texts of a book are spelled so that all three programs read them.

use crate::facts::{AccountName, AccountType, is_letter};
use crate::money::CurrencyCode;

/// An account: the type, then the parts of the name, each beginning with an upper-case letter or a digit. `customers:alice`, a liability,
/// is `Liabilities:Customers:Alice`. What is neither a letter, nor a digit, nor a hyphen becomes a hyphen.
pub(super) fn account(name: &AccountName, account_type: AccountType) -> String {
    let mut spelling = String::with_capacity(name.as_str().len() + 12);
    spelling.push_str(match account_type {
        AccountType::Asset => "Assets",
        AccountType::Liability => "Liabilities",
        AccountType::Equity => "Equity",
        AccountType::Revenue => "Income",
        AccountType::Expense => "Expenses",
    });
    for part in name.as_str().split(':') {
        spelling.push(':');
        append_part(&mut spelling, part);
    }
    spelling
}

fn append_part(spelling: &mut String, part: &str) {
    let plain = |character: char| {
        if is_letter(character) || character.is_ascii_digit() { character } else { '-' }
    };
    let mut characters = part.chars().map(plain);
    let Some(first) = characters.next() else { return };
    let mut upper = first.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(only), None) if only.is_uppercase() && is_letter(only) || only.is_ascii_digit() => spelling.push(only),
        // Scripts without upper case, the few letters that become two, and hyphens.
        _ => {
            spelling.push('X');
            spelling.push(first);
        }
    }
    spelling.extend(characters);
}

/// A currency as hledger and ledger read it: a digit would begin an amount, unless the code is quoted.
pub(super) fn quoted_currency(code: CurrencyCode) -> String {
    let text = code.as_str();
    if text.bytes().any(|byte| byte.is_ascii_digit()) { format!("\"{text}\"") } else { text.to_owned() }
}

/// Appends a text for people that ends with its line. `;` begins a comment, `,` ends a tag's value, `|` ends a payee, and `[…]` is a date;
/// they are replaced. So are control characters, line ends among them.
pub(super) fn append_plain(text: &mut String, said: &str) {
    text.extend(said.trim().chars().map(|character| match character {
        ';' | ',' => '.',
        '|' => '/',
        '[' => '(',
        ']' => ')',
        control if control.is_control() => ' ',
        other => other,
    }));
}

/// Appends a text of beancount, with its quotes.
pub(super) fn append_quoted(text: &mut String, said: &str) {
    text.push('"');
    for character in said.chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            control if control.is_control() => text.push(' '),
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_an_account_begins_with_an_upper_case_letter_or_a_digit() {
        for (name, spelling) in [
            ("cash", "Cash"),
            ("customers:alice:checking", "Customers:Alice:Checking"),
            ("customers:4711", "Customers:4711"),
            ("fx:eur_usd", "Fx:Eur-usd"),
            ("o'brien; drop table", "O-brien--drop-table"),
            ("émile:日本", "Émile:X日本"),
            ("_a:ßx:ǆ", "X-a:Xßx:Ǆ"),
            ("50% \"net\"", "50---net-"),
            ("жук", "Жук"),
            ("💶", "X-"),
        ] {
            let name: AccountName = name.parse().unwrap();
            assert_eq!(account(&name, AccountType::Asset), format!("Assets:{spelling}"), "{name}");
        }
    }

    #[test]
    fn no_text_ends_its_line_its_tag_or_its_quotes() {
        let hostile = " a;b,c|d\n2026-01-01 * (9) forged [2020-01-01]\t\"x\\\" ";
        let mut plain = String::new();
        append_plain(&mut plain, hostile);
        assert_eq!(plain, "a.b.c/d 2026-01-01 * (9) forged (2020-01-01) \"x\\\"");
        let mut quoted = String::new();
        append_quoted(&mut quoted, "a\"b\\\nc");
        assert_eq!(quoted, "\"a\\\"b\\\\ c\"");
    }

    #[test]
    fn a_code_with_digits_is_quoted() {
        assert_eq!(quoted_currency("USD".parse().unwrap()), "USD");
        assert_eq!(quoted_currency("USDC6".parse().unwrap()), "\"USDC6\"");
    }
}
