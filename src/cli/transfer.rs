use clap::Args;

use super::args::{MetadataArgs, ModeArgs, parse, say};
use super::failure::Failure;
use super::output::Columns;
use super::{Context, Ending};
use crate::error::InputError;
use crate::formats::TransferRecord;
use crate::money::{Currency, Money};
use crate::rules::{AccountName, AccountRequest, AccountType, Instant, Parties, TransferId, TransferRequest};
use crate::service::{Ledger, Mode, Posted};

const COLUMNS: Columns =
    &["sequence", "debit_account", "credit_account", "amount", "currency", "recorded_at", "replayed", "id"];

#[derive(Args)]
#[command(after_help = "Examples:\n  teller deposit customers:alice 100.00\n  \
    teller withdraw customers:alice 20.00 --cash cash:till-7\n\n\
    The cash account is an asset account, cash:eur for euros unless --cash names another. It is opened when it is \
    first used.")]
pub(super) struct CashArgs {
    /// The account
    account: String,
    /// How much, in the account's currency
    #[arg(allow_hyphen_values = true)]
    amount: String,
    /// The cash account on the other side
    #[arg(long, value_name = "ACCOUNT")]
    cash: Option<String>,
    #[command(flatten)]
    request: RequestArgs,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  teller transfer customers:alice customers:bob 12.34\n  \
    teller transfer customers:alice customers:bob 12.34 --idempotency-key invoice-1\n\n\
    FROM and TO must both be liabilities, equity or revenue, or both be assets or expenses. The same request with the \
    same key or id is posted once, however often it is sent.")]
pub(super) struct TransferArgs {
    /// The account that falls
    from: String,
    /// The account that rises
    to: String,
    /// How much, in the accounts' currency
    #[arg(allow_hyphen_values = true)]
    amount: String,
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
    /// How much, in the accounts' currency
    #[arg(allow_hyphen_values = true)]
    amount: String,
    #[command(flatten)]
    request: RequestArgs,
}

/// What every request can say.
#[derive(Args)]
struct RequestArgs {
    /// A text that makes this the same request when it is sent again
    #[arg(long, value_name = "TEXT", conflicts_with = "id")]
    idempotency_key: Option<String>,
    /// The transfer's own id, made before it is first sent
    #[arg(long, value_name = "UUID")]
    id: Option<TransferId>,
    /// Text for people to read
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// When it counts for the books, with an offset: 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    effective_at: Option<String>,
    #[command(flatten)]
    metadata: MetadataArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

impl RequestArgs {
    fn id(&self, ledger: &Ledger) -> Result<TransferId, InputError> {
        match (&self.idempotency_key, self.id) {
            (Some(key), _) => Ok(TransferId::from_key(key)?),
            (None, Some(id)) => Ok(id),
            (None, None) => Ok(TransferId::fresh(ledger.clock().now())),
        }
    }

    /// The request, with an amount that is found out last: it can take a look into the book.
    fn request(
        &self,
        ledger: &Ledger,
        parties: Parties,
        money: impl FnOnce() -> Result<Money, Failure>,
    ) -> Result<TransferRequest, Failure> {
        let id = self.id(ledger)?;
        let description = self.description.as_deref().map(parse).transpose()?;
        let effective_at = self.effective_at.as_deref().map(parse::<Instant>).transpose()?;
        let metadata = self.metadata.metadata().map_err(InputError::from)?;
        Ok(TransferRequest { id, parties, money: money()?, effective_at, description, metadata })
    }
}

pub(super) fn transfer(context: &Context, arguments: &TransferArgs) -> Result<Ending, Failure> {
    let parties = Parties::Transfer { from: parse(&arguments.from)?, to: parse(&arguments.to)? };
    post_parties(context, parties, &arguments.amount, &arguments.request)
}

pub(super) fn post(context: &Context, arguments: &PostArgs) -> Result<Ending, Failure> {
    let parties = Parties::Post { debit: parse(&arguments.debit)?, credit: parse(&arguments.credit)? };
    post_parties(context, parties, &arguments.amount, &arguments.request)
}

fn post_parties(context: &Context, parties: Parties, amount: &str, arguments: &RequestArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    // The amount is in the currency of the account that is named first.
    let first = parties.names()[0].clone();
    let money = || parse_money(amount, ledger.get_account(&first)?.currency);
    let request = arguments.request(&ledger, parties, money)?;
    let mode = arguments.mode.mode();
    context.deadline.expect_answer_to(request.id);
    let posted = ledger.post(&request, mode).map_err(|error| Failure::from(error).with_retry_id(request.id))?;
    show(context, &posted, mode)
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
    let money = || parse_money(&arguments.amount, currency);
    let request = arguments.request.request(&ledger, parties(account, cash.clone()), money)?;
    let opening = AccountRequest::new(cash, AccountType::Asset, currency);
    let mode = arguments.request.mode.mode();
    context.deadline.expect_answer_to(request.id);
    let answer = ledger
        .post_opening_cash(&request, &opening, mode)
        .map_err(|error| Failure::from(error).with_retry_id(request.id))?;
    if let Some(cash) = &answer.opened {
        let verb = if mode == Mode::DryRun { "Would open" } else { "Opened" };
        say(format_args!("{verb} the asset account {} for {}.", cash.name, cash.currency.code()));
    }
    show(context, &answer.posted, mode)
}

fn parse_money(amount: &str, currency: Currency) -> Result<Money, Failure> {
    Ok(Money::parse(amount, currency).map_err(InputError::from)?)
}

fn show(context: &Context, posted: &Posted, mode: Mode) -> Result<Ending, Failure> {
    if posted.replayed {
        say("This request was posted before; here is its first answer again.");
    } else if mode == Mode::DryRun {
        say("Dry run: this would be posted; nothing was.");
    }
    context.output.one(&TransferRecord::new(posted, mode), COLUMNS)?;
    Ok(Ending::Done)
}
