//! Reading how a transfer is split among accounts, such as `a 50%, b 45%, c rest`.

use crate::error::InputError;
use crate::requests::Part;

/// Reads which account gets what: `a 50%, b 45%, c rest`. Accounts' names can have blanks, but no commas.
///
/// # Errors
/// [`InputError`] with the number of the part, for anything else.
pub fn read_parts(text: &str) -> Result<Vec<Part>, InputError> {
    let parts = (1..).zip(text.split(','));
    parts.map(|(number, part)| read_part(part.trim()).map_err(|fault| fault.at(&format!("part {number}")))).collect()
}

fn read_part(text: &str) -> Result<Part, InputError> {
    let missing = || {
        InputError::request(format!("an account and a share are expected in {text:?}; write it like 'a 50%, b rest'"))
    };
    let (account, share) = text.rsplit_once(' ').ok_or_else(missing)?;
    Ok(Part { to: account.trim_end().parse()?, share: share.parse()? })
}
