//! Lines that ask for a transfer, read.

use teller::money::{Currency, CurrencyCode, Money};
use teller::rules::{AccountName, Description, Instant, Metadata, Parties, TransferId, TransferRequest};

use super::scenario::{Outcome, Scenario, metadata};
use super::script::{Line, Words};

/// What a line may say behind the amount.
struct Options {
    cash: AccountName,
    effective_at: Option<Instant>,
    description: Option<Description>,
    metadata: Metadata,
}

/// `VERB [KEY:] ACCOUNT [ACCOUNT] AMOUNT [CURRENCY] [OPTIONS]`, or the code for an amount or a currency that is none.
pub(super) fn read_request(scenario: &Scenario, line: &Line) -> Result<TransferRequest, Outcome> {
    let mut words = line.words();
    let verb = words.next("verb");
    let id = match words.next_if(|word| word.ends_with(':')) {
        Some(key) => TransferId::from_key(key.trim_end_matches(':')).unwrap_or_else(|error| line.fail(error)),
        None => scenario.book.next_id(),
    };
    let first: AccountName = words.parse("account");
    let second: Option<AccountName> = matches!(verb, "transfer" | "post").then(|| words.parse("second account"));
    let amount = words.next("amount");
    let code = words.next_if(|word| word.parse::<CurrencyCode>().is_ok());
    let options = read_options(line, words);

    let second = second.unwrap_or_else(|| options.cash.clone());
    let currency = match code {
        Some(code) => scenario.currency(line, code.parse().unwrap())?,
        None => usual_currency(scenario, [&first, &second]),
    };
    let money = Money::parse(amount, currency).map_err(Outcome::invalid)?;
    let parties = match verb {
        "transfer" => Parties::Transfer { from: first, to: second },
        "post" => Parties::Post { debit: first, credit: second },
        "deposit" => Parties::Deposit { account: first, cash: second },
        "withdraw" => Parties::Withdrawal { account: first, cash: second },
        _ => line.fail("asks for no transfer"),
    };
    let Options { effective_at, description, metadata, .. } = options;
    Ok(TransferRequest { effective_at, description, metadata, ..TransferRequest::new(id, parties, money) })
}

fn read_options(line: &Line, mut words: Words) -> Options {
    let cash = "cash".parse().unwrap();
    let mut options = Options { cash, effective_at: None, description: None, metadata: Metadata::default() };
    while let Some(option) = words.next_if_any() {
        match option {
            "cash" => options.cash = words.parse("cash account"),
            "effective" => options.effective_at = Some(words.parse("time")),
            "note" => options.description = Some(words.parse("note")),
            "meta" => options.metadata = metadata(line, words.next("entry")),
            _ => line.fail(format_args!("the word {option} is unknown here")),
        }
    }
    options
}

/// The currency of the first of the accounts that exists, else the euro.
fn usual_currency(scenario: &Scenario, names: [&AccountName; 2]) -> Currency {
    let existing = names.iter().find_map(|name| scenario.ledger.get_account(name).ok());
    existing.map_or_else(|| Currency::new("EUR".parse().unwrap(), 2).unwrap(), |account| account.currency)
}
