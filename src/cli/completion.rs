//! Completion while a command line is typed: commands and options, and what the book has.
//!
//! The shell asks the program itself. It answers from the book that the words or the settings name. Where that cannot be read at once, it
//! proposes nothing.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::time::Duration;

use clap::{Arg, Command};
use clap_complete::Shell;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::CompleteEnv;
use clap_complete::env::Shells;

use crate::cli::args::parse;
use crate::config::{self, DotEnvFile, Flag};
use crate::error::Error;
use crate::facts::{AccountType, HoldState, TransferKind};
use crate::ledger::{Ledger, ListPage, TransferFilter};
use crate::store::{Lifetime, StoreOptions};

/// The variable by which a shell asks.
const VARIABLE: &str = "COMPLETE";
/// The most candidates, of which nobody reads more.
const CANDIDATES_MAX: u32 = 100;
/// The most transfers that are read to find the keys of holds.
const READS_MAX: u64 = 2_000;
/// How long a person waits after pressing Tab.
const PATIENCE: Duration = Duration::from_secs(1);

/// Bash divides words at colons, which names of accounts have. So they are put together again, and of a candidate only what stands behind
/// the last colon is put in.
const BASH: &str = r#"_teller() {
    local IFS=$'\013' words=() rest="${COMP_LINE:0:COMP_POINT}" index trimmed begin
    for ((index = 0; index <= COMP_CWORD; index++)); do
        local word="${COMP_WORDS[index]}"
        trimmed="${rest#"${rest%%[![:space:]]*}"}"
        ((index == COMP_CWORD)) && word="$trimmed"
        if ((${#words[@]} > 0)) && [[ "$trimmed" == "$rest" ]]; then
            words[${#words[@]} - 1]+="$word"
        else
            words+=("$word")
        fi
        rest="${trimmed#"$word"}"
    done
    local current="${words[${#words[@]} - 1]}"
    COMPREPLY=($(
        _CLAP_IFS="$IFS" _CLAP_COMPLETE_INDEX="$((${#words[@]} - 1))" _CLAP_COMPLETE_COMP_TYPE="$COMP_TYPE" \
            COMPLETE=bash teller -- "${words[@]}" 2> /dev/null
    ))
    begin="${current%"${current##*[:=]}"}"
    COMPREPLY=("${COMPREPLY[@]#"$begin"}")
    if ((${#COMPREPLY[@]} == 1)) && [[ "${COMPREPLY[0]}" =~ [=/:]$ ]]; then
        compopt -o nospace 2> /dev/null
    fi
}
complete -o bashdefault -F _teller teller
"#;

/// Answers a shell that asks, and says whether one did.
pub(super) fn answer(arguments: fn() -> Command) -> Result<bool, clap::Error> {
    let shell = CompleteEnv::with_factory(|| with_completers(arguments(), "")).var(VARIABLE);
    shell.try_complete(config::arguments(), Some(Path::new(".")))
}

/// What makes a shell ask.
pub(super) fn script(shell: Shell) -> io::Result<Vec<u8>> {
    if shell == Shell::Bash {
        return Ok(BASH.into());
    }
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let completer = shells.completer(&shell.to_string()).ok_or_else(|| io::Error::other("the shell is unknown"))?;
    completer.write_registration(VARIABLE, "teller", "teller", "teller", &mut script)?;
    Ok(script)
}

/// The command, and those below it, with a completer for each argument that names something in the book.
fn with_completers(command: Command, group: &str) -> Command {
    let name = command.get_name().to_owned();
    let with_completer = |argument: Arg| match completer_of(group, &argument) {
        Some(candidates) => argument.add(ArgValueCompleter::new(candidates)),
        None => argument,
    };
    command.mut_args(with_completer).mut_subcommands(|below| with_completers(below, &name))
}

type Completer = fn(&OsStr) -> Vec<CompletionCandidate>;

fn completer_of(group: &str, argument: &Arg) -> Option<Completer> {
    let value = argument.get_value_names()?.first()?.as_str();
    let is_account = argument.get_long().map_or(group == "account", |option| ["account", "after"].contains(&option));
    match value {
        "ACCOUNT" | "FROM" | "TO" => Some(accounts),
        "NAME" if is_account => Some(accounts),
        "TYPE" => Some(types),
        "CODE" if group != "currency" => Some(currencies),
        "HOLD" => Some(holds),
        _ => None,
    }
}

fn accounts(current: &OsStr) -> Vec<CompletionCandidate> {
    candidates(current, |ledger, begin| {
        let page = ledger.list_accounts(begin, None, CANDIDATES_MAX)?;
        Ok(page.accounts.iter().map(|account| CompletionCandidate::new(account.name.as_str())).collect())
    })
}

fn currencies(current: &OsStr) -> Vec<CompletionCandidate> {
    candidates(current, |ledger, begin| {
        let named = ledger.list_currencies()?;
        let code = |index: usize| named[index].currency.code().to_string();
        let fitting = (0..named.len()).filter(|&index| code(index).starts_with(&begin.to_uppercase()));
        let candidate =
            |index: usize| CompletionCandidate::new(code(index)).help(Some(named[index].name.to_string().into()));
        Ok(fitting.map(candidate).collect())
    })
}

/// Open holds, by their keys or else by their ids.
fn holds(current: &OsStr) -> Vec<CompletionCandidate> {
    candidates(current, |ledger, begin| {
        let filter = TransferFilter { kind: Some(TransferKind::Hold), ..TransferFilter::default() };
        let page = ListPage { limit: CANDIDATES_MAX, reads_max: READS_MAX, ..ListPage::default() };
        let newest = ledger.list_transfers(&filter, page)?.transfers;
        // A hold has the sequence of its transfer.
        let oldest = newest.last().map(|posted| posted.transfer.sequence);
        let mut holds = ledger.list_holds(oldest, CANDIDATES_MAX)?.holds;
        holds.retain(|status| status.hold.state == HoldState::Open);
        let is_open: HashSet<_> = holds.iter().map(|status| status.hold.id).collect();
        let names = newest
            .into_iter()
            .filter(|posted| is_open.contains(&posted.transfer.id))
            .map(|posted| posted.transfer.key.map_or_else(|| posted.transfer.id.to_string(), |key| key.to_string()));
        Ok(names.filter(|name| name.starts_with(begin)).map(CompletionCandidate::new).collect())
    })
}

fn types(current: &OsStr) -> Vec<CompletionCandidate> {
    let begin = current.to_string_lossy();
    let all = AccountType::ALL.iter().map(|account_type| account_type.as_str());
    all.filter(|word| word.starts_with(&*begin)).map(CompletionCandidate::new).collect()
}

fn candidates(
    current: &OsStr,
    find: impl FnOnce(&Ledger, &str) -> Result<Vec<CompletionCandidate>, Error>,
) -> Vec<CompletionCandidate> {
    let found = current.to_str().and_then(|begin| find(&ledger()?, begin).ok());
    found.unwrap_or_default()
}

/// The book, if it is there and answers at once.
fn ledger() -> Option<Ledger> {
    let words: Vec<_> = config::arguments().into_iter().filter_map(|word| word.into_string().ok()).collect();
    let database_url = option("--database-url", &words).map(|value| Flag { name: "--database-url", value });
    let is_without = words.iter().any(|word| word == "--no-dotenv");
    let dotenv = if is_without { DotEnvFile::PassOver } else { DotEnvFile::Read };
    let (url, _) = config::database_url(database_url, dotenv).ok()?;
    let url = match option("--book", &words) {
        Some(book) => url.in_book(&parse(book).ok()?).ok()?,
        None => url,
    };
    let options = StoreOptions { connections_max: 1, lifetime: Lifetime::Short, ..StoreOptions::default() };
    Ledger::open(url, options.with_deadline(PATIENCE)).ok()
}

/// The value of an option of the command line that is typed.
fn option<'a>(name: &str, words: &'a [String]) -> Option<&'a str> {
    let value = |index: usize| match words[index].strip_prefix(name)? {
        "" => words.get(index + 1).map(String::as_str),
        rest => rest.strip_prefix('='),
    };
    (0..words.len()).find_map(value)
}
