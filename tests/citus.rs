//! What Teller does where Citus keeps the tables on other servers, as far as a plain server shows it.

mod guards;
mod migrations;
