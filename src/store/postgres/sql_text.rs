//! Statements that read like SQL: a text with names in braces, each of which stands for columns, values or parameters.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::AstPass;

/// Writes a statement. `fill` writes what stands for a name in braces.
pub(super) fn push_sql_text<'b, DB: Backend>(
    text: &str,
    mut out: AstPass<'_, 'b, DB>,
    mut fill: impl FnMut(&str, AstPass<'_, 'b, DB>) -> QueryResult<()>,
) -> QueryResult<()> {
    let mut rest = text;
    while let Some((sql, behind)) = rest.split_once('{') {
        out.push_sql(sql);
        let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
        fill(name, out.reborrow())?;
        rest = behind;
    }
    out.push_sql(rest);
    Ok(())
}
