//! Posting transfers, splits, deposits and withdrawals from the command line.

mod list;
mod show;

use std::cell::RefCell;

use clap::{Args, Subcommand};

use crate::cli::args::parse;
use crate::cli::commands::transfer::list::ListArgs;
use crate::cli::commands::transfer::show::ShowArgs;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::request::{QuantityArgs, RequestArgs, answer_to, show, submit};
use crate::cli::talk::say;
use crate::error::{Error, InputError};
use crate::facts::{AccountName, AccountType};
use crate::ledger::{Mode, WrittenWithOpenings};
use crate::money::{Currency, WrittenAmount};
use crate::requests::{AccountRequest, Parties, Quantity, TransferRequest, split_journal};
use crate::wire::{read_amount, read_parts};

#[derive(Args)]
#[command(after_help = "Examples:\n  teller deposit customers:alice 100.00\n  \
    teller withdraw customers:alice 20.00 --cash cash:till-7\n  \
    teller withdraw customers:alice --up-to 50.00\n\n\
    The cash account is an asset account, cash:eur for euros unless --cash names another. It is opened when it is \
    first used.")]
pub(in crate::cli) struct CashArgs {
    /// The account
    account: String,
    #[command(flatten)]
    quantity: QuantityArgs,
    /// The cash account on the other side
    #[arg(long, value_name = "ACCOUNT")]
    cash: Option<String>,
    #[command(flatten)]
    request: RequestArgs,
}

/// A transfer, or a look at transfers.
#[derive(Args)]
#[command(override_usage = "teller transfer [OPTIONS] <FROM> <TO> <AMOUNT|--up-to <AMOUNT>>\n       \
    teller transfer [OPTIONS] <FROM> <AMOUNT> --split <SHARES>\n       \
    teller transfer list [OPTIONS]\n       \
    teller transfer show [OPTIONS] <TRANSFER>")]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "Examples:\n  teller transfer customers:alice customers:bob 12.34\n  \
    teller transfer customers:alice customers:bob 12.34 --idempotency-key invoice-1\n  \
    teller transfer customers:alice customers:bob all\n  \
    teller transfer customers:alice customers:bob --up-to 50.00\n  \
    teller transfer customers:alice customers:bob 12.34 --if-balance '>= 100.00' --if-version customers:bob=7\n  \
    teller transfer customers:alice 100.00 --split 'shop 50%, courier 45%, fees rest'\n  \
    teller transfer list --account customers:alice --min 100.00\n  \
    teller transfer show invoice-1\n\n\
    FROM and TO must both be liabilities, equity or revenue, or both be assets or expenses. The same request with the \
    same key or id is posted once, however often it is sent. all and --up-to move no more than brings FROM to zero; the \
    amount that was moved is kept, and a repetition gives the same. --split makes a journal of one transfer to each \
    account, and never loses a unit.")]
pub(in crate::cli) struct TransferArgs {
    #[command(subcommand)]
    command: Option<TransferCommand>,
    #[command(flatten)]
    post: PostedArgs,
}

#[derive(Subcommand)]
enum TransferCommand {
    /// List transfers, newest first
    #[command(after_help = list::HELP)]
    List(Box<ListArgs>),
    /// Show a transfer, and what belongs to it
    #[command(after_help = "Examples:\n  teller transfer show invoice-1\n  teller transfer show @17 --format json\n\n\
        Versions and balances are those that the transfer left. A hold is shown as it stands now.")]
    Show(ShowArgs),
}

#[derive(Args)]
struct PostedArgs {
    /// The account that falls
    #[arg(required = true)]
    from: Option<String>,
    /// The account that rises; with --split the amount
    #[arg(required = true, allow_hyphen_values = true)]
    to: Option<String>,
    /// How much, in FROM's currency; all for as much as is available
    #[arg(allow_hyphen_values = true, required_unless_present_any = ["up_to", "split"], conflicts_with = "up_to")]
    amount: Option<String>,
    /// As much as is available, but no more than this
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    up_to: Option<String>,
    /// Which account gets what of it: 'a 50%, b 45%, c rest'
    #[arg(long, value_name = "SHARES", conflicts_with_all = ["amount", "up_to"])]
    split: Option<String>,
    #[command(flatten)]
    request: RequestArgs,
}

#[derive(Args)]
#[command(
    after_help = "Example:\n  teller post --debit expenses:rent --credit cash:eur 800.00 --description 'rent, May'"
)]
pub(in crate::cli) struct PostArgs {
    /// The account to debit
    #[arg(long, value_name = "ACCOUNT")]
    debit: String,
    /// The account to credit
    #[arg(long, value_name = "ACCOUNT")]
    credit: String,
    #[command(flatten)]
    quantity: QuantityArgs,
    #[command(flatten)]
    request: RequestArgs,
}

pub(in crate::cli) fn run(context: &Context, arguments: &TransferArgs) -> Result<Ending, Failure> {
    match &arguments.command {
        Some(TransferCommand::List(arguments)) => list::run(context, arguments),
        Some(TransferCommand::Show(arguments)) => show::run(context, arguments),
        None => transfer(context, &arguments.post),
    }
}

fn transfer(context: &Context, arguments: &PostedArgs) -> Result<Ending, Failure> {
    // Optional only because the commands under `transfer` do without them.
    let (Some(from), Some(to)) = (&arguments.from, &arguments.to) else {
        return Err(Failure::usage("say what to move, as in: teller transfer FROM TO AMOUNT"));
    };
    if let Some(shares) = &arguments.split {
        return split(context, arguments, &Split { from, total: to, shares });
    }
    let parties = Parties::Transfer { from: parse(from)?, to: parse(to)? };
    let quantity = QuantityArgs { amount: arguments.amount.clone(), up_to: arguments.up_to.clone() };
    post_parties(context, parties, &quantity, &arguments.request)
}

/// What is split, as it is written.
struct Split<'a> {
    from: &'a str,
    total: &'a str,
    shares: &'a str,
}

fn split(context: &Context, arguments: &PostedArgs, written: &Split<'_>) -> Result<Ending, Failure> {
    let from: AccountName = parse(written.from)?;
    let parts = read_parts(written.shares).map_err(Error::from)?;
    let ledger = context.ledger()?;
    let total = read_amount(written.total).map_err(Error::from)?;
    let nothing_yet = Parties::Transfer { from: from.clone(), to: from.clone() };
    let like = arguments.request.request_of(context.times(&ledger), nothing_yet, Quantity::All)?;
    let make = |currency: Currency| {
        // Asked once, of what was there before: each transfer changes the account.
        let conditions = RefCell::new(like.conditions.clone());
        let total = total.money(currency).map_err(InputError::from)?;
        let journal = split_journal(like.id.clone(), &from, total, &parts, |parties, money| TransferRequest {
            parties,
            quantity: Quantity::Exactly(WrittenAmount::from(money).into()),
            conditions: conditions.take(),
            ..like.clone()
        });
        let request = journal.map_err(InputError::from)?.into();
        Ok(WrittenWithOpenings { request, openings: Vec::new() })
    };
    let mode = arguments.request.note.mode.mode();
    let answer = answer_to(context, &like.id, mode, || ledger.submit_written_in_currency_of(&from, make, mode))?;
    show(context, &answer.receipt, mode)
}

pub(in crate::cli) fn post(context: &Context, arguments: &PostArgs) -> Result<Ending, Failure> {
    let parties = Parties::Post { debit: parse(&arguments.debit)?, credit: parse(&arguments.credit)? };
    post_parties(context, parties, &arguments.quantity, &arguments.request)
}

fn post_parties(
    context: &Context,
    parties: Parties,
    quantity: &QuantityArgs,
    arguments: &RequestArgs,
) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let request = arguments.request(context.times(&ledger), parties, quantity)?;
    submit(context, &ledger, &request.into(), arguments.note.mode.mode())
}

pub(in crate::cli) fn deposit(context: &Context, arguments: &CashArgs) -> Result<Ending, Failure> {
    post_against_cash(context, arguments, |account, cash| Parties::Deposit { account, cash })
}

pub(in crate::cli) fn withdraw(context: &Context, arguments: &CashArgs) -> Result<Ending, Failure> {
    post_against_cash(context, arguments, |account, cash| Parties::Withdrawal { account, cash })
}

fn post_against_cash(
    context: &Context,
    arguments: &CashArgs,
    parties: fn(AccountName, AccountName) -> Parties,
) -> Result<Ending, Failure> {
    let account: AccountName = parse(&arguments.account)?;
    let named_cash: Option<AccountName> = arguments.cash.as_deref().map(parse).transpose()?;
    let ledger = context.ledger()?;
    // Which cash account it is depends on the account's currency, and nothing else of the request does.
    let nowhere_yet = parties(account.clone(), account.clone());
    let like = arguments.request.request(context.times(&ledger), nowhere_yet, &arguments.quantity)?;
    let make = |currency: Currency| {
        let cash = match &named_cash {
            Some(cash) => cash.clone(),
            None => parse(&format!("cash:{}", currency.code().as_str().to_lowercase()))?,
        };
        let request = TransferRequest { parties: parties(account.clone(), cash.clone()), ..like.clone() }.into();
        Ok(WrittenWithOpenings { request, openings: vec![AccountRequest::new(cash, AccountType::Asset, currency)] })
    };
    let mode = arguments.request.note.mode.mode();
    let submit = || ledger.submit_written_in_currency_of(&account, make, mode);
    let answer = answer_to(context, &like.id, mode, submit)?;
    for cash in &answer.opened {
        let verb = if mode == Mode::DryRun { "Would open" } else { "Opened" };
        say(format_args!("{verb} the asset account {} for {}.", cash.name, cash.currency.code()));
    }
    show(context, &answer.receipt, mode)
}
