//! A script, told apart into its statements. Citus takes no more than one at a time where one of them defines something.
//!
//! It reads what the migrations are written in: quoted texts and names, texts between dollars, and comments. Texts with backslashes
//! (`E'\''`) and bodies that are not quoted (`begin atomic`) are not among that.

/// The statements of a script, in order, each without its semicolon and with the comments before it.
pub(super) fn statements_of(script: &str) -> Vec<&str> {
    let mut statements = Vec::new();
    let mut begin = 0;
    let mut at = 0;
    let mut is_empty = true;
    while at < script.len() {
        let rest = &script[at..];
        let length = token_length(rest);
        if rest.starts_with(';') {
            if !is_empty {
                statements.push(script[begin..at].trim());
            }
            (begin, is_empty) = (at + length, true);
        } else if !is_comment(rest) && !rest.starts_with(char::is_whitespace) {
            is_empty = false;
        }
        at += length;
    }
    if !is_empty {
        statements.push(script[begin..].trim());
    }
    statements
}

fn is_comment(rest: &str) -> bool {
    rest.starts_with("--") || rest.starts_with("/*")
}

/// How long the next piece is that no semicolon can end.
fn token_length(rest: &str) -> usize {
    if rest.starts_with("--") {
        return rest.find('\n').map_or(rest.len(), |end| end + 1);
    }
    if rest.starts_with("/*") {
        return comment_length(rest);
    }
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let end_quote = match rest.as_bytes().first() {
        Some(b'\'') => "'",
        Some(b'"') => "\"",
        Some(b'$') => match dollar_quote(rest) {
            Some(quote) => quote,
            None => return first,
        },
        // A dollar within a name begins no text.
        Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => {
            let is_of_name = |character: char| character.is_alphanumeric() || character == '_' || character == '$';
            return rest.find(|character| !is_of_name(character)).unwrap_or(rest.len());
        }
        _ => return first,
    };
    // A quote that is doubled ends one text and begins another, which comes to the same.
    let begin = end_quote.len();
    rest[begin..].find(end_quote).map_or(rest.len(), |end| begin + end + end_quote.len())
}

/// `$$` or `$name$`, if the text begins with one.
fn dollar_quote(rest: &str) -> Option<&str> {
    let end = rest[1..].find('$')? + 2;
    let name = &rest[1..end - 1];
    let is_name = name.chars().all(|character| character.is_alphanumeric() || character == '_')
        && !name.starts_with(|character: char| character.is_ascii_digit());
    is_name.then_some(&rest[..end])
}

/// Comments of this kind can stand in each other.
fn comment_length(rest: &str) -> usize {
    let (mut at, mut depth) = (0, 0_u32);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (at, depth) = (at + 2, depth + 1);
        } else if rest[at..].starts_with("*/") {
            (at, depth) = (at + 2, depth - 1);
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Every file of the migrations, with its statements.
    fn files() -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
        let mut files = Vec::new();
        for step in fs::read_dir(folder).unwrap() {
            for file in ["up.sql", "down.sql"] {
                let path = step.as_ref().unwrap().path().join(file);
                files.push((path.display().to_string(), fs::read_to_string(path).unwrap()));
            }
        }
        assert!(files.len() >= 14, "{}", files.len());
        files
    }

    /// A statement in lower case, without its comments and its quoted parts.
    fn bare(statement: &str) -> String {
        let mut bare = String::new();
        let mut at = 0;
        while at < statement.len() {
            let rest = &statement[at..];
            let length = token_length(rest);
            let is_quoted = rest.starts_with(['\'', '"']) || (rest.starts_with('$') && length > 1);
            if is_comment(rest) {
                bare.push(' ');
            } else if !is_quoted {
                bare.push_str(&rest[..length].to_lowercase());
            }
            at += length;
        }
        bare.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_semicolon_ends_a_statement_only_where_it_is_none_of_a_text_a_name_or_a_comment() {
        for (script, statements) in [
            ("", &[][..]),
            (" -- nothing;\n ; /* nothing; */ ;", &[]),
            ("select 1", &["select 1"]),
            ("select 1;select 2;\n", &["select 1", "select 2"]),
            ("select ';', 'it''s;'; select 2", &["select ';', 'it''s;'", "select 2"]),
            ("select 1 as \";\"\"\"; select 2", &["select 1 as \";\"\"\"", "select 2"]),
            ("-- why;\nselect 1; -- more;\nselect 2;", &["-- why;\nselect 1", "-- more;\nselect 2"]),
            ("select /* a; /* b; */ c; */ 1; select 2", &["select /* a; /* b; */ c; */ 1", "select 2"]),
            ("do $$ begin; $a$ end $$; select 2", &["do $$ begin; $a$ end $$", "select 2"]),
            ("do $a$ begin; $$ end $a$; select 2", &["do $a$ begin; $$ end $a$", "select 2"]),
            ("select $1; select a$b$c; select 'ä;ö'", &["select $1", "select a$b$c", "select 'ä;ö'"]),
        ] {
            assert_eq!(statements_of(script), statements, "{script}");
        }
    }

    #[test]
    fn each_statement_of_the_migrations_begins_as_one_and_nothing_is_lost() {
        for (path, file) in files() {
            let statements = statements_of(&file);
            for statement in &statements {
                let first = bare(statement).split(' ').next().unwrap().to_owned();
                let known = ["alter", "comment", "create", "do", "drop", "insert", "truncate"];
                assert!(known.contains(&first.as_str()), "{path}: {statement}");
            }
            let without_blanks =
                |text: &str| text.chars().filter(|character| !character.is_whitespace()).collect::<String>();
            assert_eq!(without_blanks(&(statements.join(";") + ";")), without_blanks(&file), "{path}");
        }
    }

    /// Citus takes a constraint that is added only where nothing else is done by the same statement.
    #[test]
    fn no_statement_of_the_migrations_alters_a_table_in_two_ways() {
        let is_double = |statement: &str| {
            let text = bare(statement);
            let mut depth = 0;
            text.starts_with("alter table")
                && text.chars().any(|character| {
                    depth += i32::from(character == '(') - i32::from(character == ')');
                    character == ',' && depth == 0
                })
        };
        assert!(is_double("alter table a add column b int, add constraint c check (b > 0)"));
        assert!(!is_double("alter table a add constraint c check (b in (1, 2))"));
        for (path, file) in files() {
            let found: Vec<_> = statements_of(&file).into_iter().filter(|statement| is_double(statement)).collect();
            assert_eq!(found, [""; 0], "{path}");
        }
    }
}
