//! Writing a seal of the book, signed on request, and reading one back to verify against.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::args::count;
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::new_files::create_new;
use crate::cli::talk::say;
use crate::error::Error;
use crate::files::{OutputFile, read_text};
use crate::wire::{SealFile, SealKey, SealPublicKey, SealRecord};

/// The most bytes of a seal, or of a key: a hundred times what either has.
const BYTES_MAX: u64 = 64 << 10;

#[derive(Args)]
#[command(after_help = "Examples:\n  teller seal --out 2026-01.seal\n  \
    openssl genpkey -algorithm ed25519 -out seal.pem\n  teller seal --out 2026-01.seal --key seal.pem\n  \
    teller verify --seal 2026-01.seal\n\n\
    Keep seals where nobody who can write to the book can write. A seal proves that all history up to it is still there, \
    unchanged, also where the newest transfers were cut off, which the book alone cannot show.")]
pub(in crate::cli) struct SealArgs {
    /// Where the seal goes; never over a file that is there [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The Ed25519 key that signs it, in PEM
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

pub(in crate::cli) fn run(context: &Context, arguments: &SealArgs) -> Result<Ending, Failure> {
    let key = arguments.key.as_deref().map(|path| read_text(path, BYTES_MAX)).transpose()?;
    let key = key.as_deref().map(SealKey::from_pem).transpose()?;
    let out = arguments.out.as_deref().map(|path| create_new(context, path)).transpose()?;
    let seal = context.ledger()?.seal()?;
    let talk = format!(
        "Sealed {} and {}.",
        count(seal.transfers.unsigned_abs(), "transfer"),
        count(seal.accounts.unsigned_abs(), "account")
    );
    let sealed = SealFile::new(seal, key.as_ref());
    let text = format!("{:#}\n", sealed.to_json());
    match out {
        Some(file) => {
            let path = file.path().to_owned();
            write(file, &text)?;
            context.output.committed(Committed::new(format!("the seal is in {}", path.display())));
            context.output.one(&SealRecord::new(&path, &sealed))?;
        }
        None if context.output.format == Format::Ndjson => context.output.line(&sealed.to_json())?,
        None => context.output.raw(text.as_bytes())?,
    }
    say(talk);
    Ok(Ending::Done)
}

/// Reads a seal, and checks who signed it where that is asked for.
pub(in crate::cli) fn read(path: &Path, public_key: Option<&Path>) -> Result<SealFile, Failure> {
    let file = SealFile::from_json(&read_text(path, BYTES_MAX)?)?;
    match public_key {
        Some(path) => {
            let key = SealPublicKey::from_pem(&read_text(path, BYTES_MAX)?)?;
            file.check_signature(&key)?;
        }
        None if file.is_signed() => say("The seal is signed; --public-key FILE checks by whom."),
        None => {}
    }
    Ok(file)
}

fn write(mut file: OutputFile, text: &str) -> Result<(), Error> {
    let doing = format!("write {}", file.path().display());
    file.write_all(text.as_bytes()).map_err(|source| Error::File { doing, source })?;
    file.finish().map(drop)
}
