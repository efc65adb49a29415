use clap::Args;

use super::args::{parse, say};
use super::failure::Failure;
use super::request::{QuantityArgs, RequestArgs, show, submit};
use super::{Context, Ending};
use crate::rules::{AccountName, AccountRequest, AccountType, Parties};
use crate::service::Mode;

#[derive(Args)]
#[command(after_help = "Examples:\n  teller deposit customers:alice 100.00\n  \
    teller withdraw customers:alice 20.00 --cash cash:till-7\n  \
    teller withdraw customers:alice --up-to 50.00\n\n\
    The cash account is an asset account, cash:eur for euros unless --cash names another. It is opened when it is \
    first used.")]
pub(super) struct CashArgs {
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

#[derive(Args)]
#[command(after_help = "Examples:\n  teller transfer customers:alice customers:bob 12.34\n  \
    teller transfer customers:alice customers:bob 12.34 --idempotency-key invoice-1\n  \
    teller transfer customers:alice customers:bob all\n  \
    teller transfer customers:alice customers:bob --up-to 50.00\n  \
    teller transfer customers:alice customers:bob 12.34 --if-balance '>= 100.00' --if-version customers:bob=7\n\n\
    FROM and TO must both be liabilities, equity or revenue, or both be assets or expenses. The same request with the \
    same key or id is posted once, however often it is sent. all and --up-to move no more than brings FROM to zero; the \
    amount that was moved is kept, and a repetition gives the same.")]
pub(super) struct TransferArgs {
    /// The account that falls
    from: String,
    /// The account that rises
    to: String,
    #[command(flatten)]
    quantity: QuantityArgs,
    #[command(flatten)]
    request: RequestArgs,
}

#[derive(Args)]
#[command(
    after_help = "Example:\n  teller post --debit expenses:rent --credit cash:eur 800.00 --description 'rent, May'"
)]
pub(super) struct PostArgs {
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

pub(super) fn transfer(context: &Context, arguments: &TransferArgs) -> Result<Ending, Failure> {
    let parties = Parties::Transfer { from: parse(&arguments.from)?, to: parse(&arguments.to)? };
    post_parties(context, parties, &arguments.quantity, &arguments.request)
}

pub(super) fn post(context: &Context, arguments: &PostArgs) -> Result<Ending, Failure> {
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
    let request = arguments.request(&ledger, parties, quantity)?;
    submit(context, &ledger, request.into(), arguments.note.mode.mode())
}

pub(super) fn deposit(context: &Context, arguments: &CashArgs) -> Result<Ending, Failure> {
    post_against_cash(context, arguments, |account, cash| Parties::Deposit { account, cash })
}

pub(super) fn withdraw(context: &Context, arguments: &CashArgs) -> Result<Ending, Failure> {
    post_against_cash(context, arguments, |account, cash| Parties::Withdrawal { account, cash })
}

fn post_against_cash(
    context: &Context,
    arguments: &CashArgs,
    parties: impl FnOnce(AccountName, AccountName) -> Parties,
) -> Result<Ending, Failure> {
    let account: AccountName = parse(&arguments.account)?;
    let named_cash: Option<AccountName> = arguments.cash.as_deref().map(parse).transpose()?;
    let ledger = context.ledger()?;
    let currency = ledger.get_account(&account)?.currency;
    let cash = match named_cash {
        Some(cash) => cash,
        None => parse(&format!("cash:{}", currency.code().as_str().to_lowercase()))?,
    };
    let request = arguments.request.request(&ledger, parties(account, cash.clone()), &arguments.quantity)?;
    let opening = AccountRequest::new(cash, AccountType::Asset, currency);
    let mode = arguments.request.note.mode.mode();
    let answer = ledger
        .submit_opening(&request.clone().into(), &[opening], mode)
        .map_err(|error| Failure::from(error).with_retry_id(request.id))?;
    for cash in &answer.opened {
        let verb = if mode == Mode::DryRun { "Would open" } else { "Opened" };
        say(format_args!("{verb} the asset account {} for {}.", cash.name, cash.currency.code()));
    }
    show(context, &answer.receipt, mode)
}
