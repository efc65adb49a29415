//! Posting inside an application's own PostgreSQL transaction, next to its own tables.
//!
//! A shop keeps its orders in the same database as its book. An order and its payment must happen together or not at all, so both go
//! into one transaction: [`teller::post_in`] takes the open connection and leaves the commit to the application.
//!
//! Run it against a database to play with. It makes the book's tables, a table `orders` and three accounts there:
//!
//! ```sh
//! cargo run --example post_in_transaction -- postgres://localhost/play
//! ```
//!
//! Run it twice and nothing is paid twice: the id of each payment derives from its order.

use std::error::Error;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use teller::facts::{AccountName, AccountType, TransferId};
use teller::money::{Currency, Money};
use teller::requests::{AccountRequest, Parties, TransferRequest};
use teller::store::{Pool, StoreOptions};
use teller::{Clock, Ledger, Mode};

use self::schema::orders;

mod schema {
    diesel::table! {
        orders (id) {
            id -> BigInt,
            article -> Text,
        }
    }
}

/// What a customer wants to buy.
struct Order {
    id: i64,
    article: &'static str,
    price: &'static str,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Some(url) = std::env::args().nth(1).filter(|url| url.starts_with("postgres")) else {
        return Err("usage: post_in_transaction postgres://USER:PASSWORD@HOST/DATABASE".into());
    };
    let ledger = open_book(&url)?;
    let euro = ledger.get_currency("EUR".parse()?)?.currency;
    open_accounts(&ledger, euro)?;

    // The application's own connection, to the same database and search path.
    let mut connection = PgConnection::establish(&url)?;
    connection.batch_execute(
        "create table if not exists orders (id bigint constraint orders_pkey primary key, article text not null)",
    )?;

    let book = Order { id: 1, article: "The Manual of Bookkeeping", price: "39.90" };
    let yacht = Order { id: 2, article: "A yacht", price: "2000000.00" };
    for order in [book, yacht] {
        match buy(&mut connection, &order, euro) {
            Ok(true) => println!("order {}: paid before, and not again", order.id),
            Ok(false) => println!("order {}: paid {} EUR", order.id, order.price),
            // An answer, not a fault. The transaction was rolled back, and with it the row in `orders`.
            Err(teller::Error::Rejected(rejection)) => println!("order {}: refused, {rejection}", order.id),
            Err(fault) => return Err(fault.into()),
        }
    }

    let kept: Vec<String> = orders::table.order(orders::id).select(orders::article).load(&mut connection)?;
    println!("orders: {}", kept.join(", "));
    let alice = ledger.get_account(&customer()?)?;
    println!("alice has {}", alice.money(alice.available()));
    Ok(())
}

/// Writes the order down and takes the payment, both or neither. Says whether that had been done before.
///
/// `teller::Error` can be the transaction's error, because it takes Diesel's. Whatever error leaves the closure rolls everything back.
fn buy(connection: &mut PgConnection, order: &Order, euro: Currency) -> Result<bool, teller::Error> {
    let request = payment(order, euro)?;
    connection.transaction(|connection| {
        diesel::insert_into(orders::table)
            .values((orders::id.eq(order.id), orders::article.eq(order.article)))
            .on_conflict_do_nothing()
            .execute(connection)?;

        // Last, so that the accounts are locked for as short a time as can be.
        let mut answers = teller::post_in(connection, &"shop".parse()?, &Clock::system(), &[request])?;
        // A refusal leaves the transaction intact. The application decides what it means; here, that there is no order.
        let posted = answers.pop().transpose().map_err(teller::Error::from)?;
        Ok(posted.is_some_and(|posted| posted.replayed))
    })
}

/// The request, the same one every time it is made for an order.
fn payment(order: &Order, euro: Currency) -> Result<TransferRequest, teller::InputError> {
    let id = TransferId::from_key(&format!("order:{}", order.id))?;
    let parties = Parties::Transfer { from: customer()?, to: "shop:sales".parse()? };
    Ok(TransferRequest::new(id, parties, Money::parse(order.price, euro)?))
}

/// An application would run `teller migrate run` when it is deployed, and only open the book here.
fn open_book(url: &str) -> Result<Ledger, Box<dyn Error>> {
    Pool::connect(url.parse()?, StoreOptions::default().making_missing())?.migrate()?;
    Ok(Ledger::open(url.parse()?, StoreOptions::default())?)
}

/// Three accounts, and 100.00 EUR for alice. What is there already stays as it is.
fn open_accounts(ledger: &Ledger, euro: Currency) -> Result<(), Box<dyn Error>> {
    let accounts = [
        ("cash:eur", AccountType::Asset),
        ("customers:alice", AccountType::Liability),
        ("shop:sales", AccountType::Revenue),
    ];
    for (name, account_type) in accounts {
        ledger.open_account(&AccountRequest::new(name.parse()?, account_type, euro), Mode::Commit)?;
    }
    let parties = Parties::Deposit { account: customer()?, cash: "cash:eur".parse()? };
    let deposit = TransferRequest::new(TransferId::from_key("first deposit")?, parties, Money::parse("100.00", euro)?);
    ledger.post(&deposit, Mode::Commit)?;
    Ok(())
}

fn customer() -> Result<AccountName, teller::InputError> {
    Ok("customers:alice".parse()?)
}
