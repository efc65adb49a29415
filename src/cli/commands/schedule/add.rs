//! What is to be posted when.

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};

use crate::cli::args::parse;
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::request::{NoteArgs, answer_to};
use crate::cli::talk::say;
use crate::cli::times::Times;
use crate::error::{Error, InputError};
use crate::facts::{OnRefusal, Period, RecurrencePeriod, RecurrenceRequest, RequestId};
use crate::ledger::{Ledger, Mode};
use crate::money::WrittenAmount;
use crate::requests::{Parties, Placed, ScheduleRequest};
use crate::wire::{
    DefaultSignature, ScheduleRecord, Utc, read_amount, read_date, read_due_day, read_moments, read_time_of_day,
};

/// What is counted from one transfer to the next.
#[derive(Clone, Copy, ValueEnum)]
enum Every {
    /// Days
    Day,
    /// Weeks
    Week,
    /// Months of the calendar
    Month,
    /// Years of the calendar
    Year,
}

impl From<Every> for RecurrencePeriod {
    fn from(every: Every) -> Self {
        match every {
            Every::Day => Self::Day,
            Every::Week => Self::Week,
            Every::Month => Self::Month,
            Every::Year => Self::Year,
        }
    }
}

/// What becomes of a transfer that is refused when it is due.
#[derive(Clone, Copy, ValueEnum)]
enum Policy {
    /// Every later run tries it again, for 31 days
    Retry,
    /// It is skipped for good
    Skip,
}

impl From<Policy> for OnRefusal {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Skip => Self::Skip,
            Policy::Retry => Self::Retry,
        }
    }
}

#[derive(Args)]
#[command(override_usage = "teller schedule add [OPTIONS] <FROM> <TO> <AMOUNT> --every <PERIOD>\n       \
    teller schedule add [OPTIONS] <FROM> <TO> <AMOUNT> --once <TIME>\n       \
    teller schedule add [OPTIONS] --debit <ACCOUNT> --credit <ACCOUNT> <AMOUNT> --every <PERIOD>")]
#[command(after_help = "Examples:\n  \
    teller schedule add customers:alice landlords:bob 800.00 --every month --day 31 --key rent\n  \
    teller schedule add customers:alice savings:alice 50.00 --every week --day friday --at 18:00 --on-refusal skip\n  \
    teller schedule add customers:alice clubs:chess 12.00 --every year --from 2027-01-01 --count 5\n  \
    teller schedule add customers:alice customers:bob 20.00 --once 2026-12-24T18:00:00Z\n\n\
    Nothing is posted before `teller schedule run` finds it due. All times of day and dates are in UTC. A month that is \
    too short for the day takes its last one, and the 31st comes back in the next long month. FROM falls and TO rises, as \
    with teller transfer.")]
pub(in crate::cli) struct AddArgs {
    /// The account that falls, the account that rises, and how much in their currency
    #[arg(num_args = 1..=3, required = true, value_names = ["FROM", "TO", "AMOUNT"], allow_negative_numbers = true)]
    what: Vec<String>,
    /// The account to debit, instead of FROM and TO
    #[arg(long, value_name = "ACCOUNT", requires = "credit")]
    debit: Option<String>,
    /// The account to credit, instead of FROM and TO
    #[arg(long, value_name = "ACCOUNT", requires = "debit")]
    credit: Option<String>,
    /// How often
    #[arg(long, value_enum, value_name = "PERIOD", required_unless_present = "once")]
    every: Option<Every>,
    /// Once, at this time: 2026-01-31 for its first moment, or 2026-01-31T12:00
    #[arg(long, value_name = "TIME", conflicts_with_all = ["every", "interval", "day", "at", "from", "until", "count"])]
    once: Option<String>,
    /// Every so many periods
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = RangedU64ValueParser::<u32>::new().range(1..=9_999))]
    interval: u32,
    /// The day: 1 to 31 for months and years, a weekday for weeks [default: that on which it begins]
    #[arg(long, value_name = "DAY")]
    day: Option<String>,
    /// The time of day in UTC: 09:30
    #[arg(long, value_name = "HH:MM", default_value = "00:00")]
    at: String,
    /// The first day of UTC on which it may be due, also one that is past; a month or a year is its first day [default: from now on]
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The last day, month, year or time at which it may be due: 2027-12
    #[arg(long, value_name = "TIME", conflicts_with = "count")]
    until: Option<String>,
    /// How often at most
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u32>::new().range(1..))]
    count: Option<u32>,
    /// What becomes of a transfer that is refused when it is due, for a reason that may pass
    #[arg(long, value_enum, default_value_t = Policy::Retry)]
    on_refusal: Policy,
    #[command(flatten)]
    note: NoteArgs,
}

pub(in crate::cli) fn run(context: &Context, arguments: &AddArgs) -> Result<Ending, Failure> {
    let (parties, amount) = arguments.parties()?;
    let signature = DefaultSignature { actor: context.actor()?, reason: None };
    let ledger = context.ledger()?;
    let recurrence = arguments.recurrence(context.times(&ledger))?;
    let id = arguments.note.id.id(&ledger).map_err(Error::from)?;
    let request = ScheduleRequest {
        id: id.id().into(),
        parties,
        money: read_amount(amount).map_err(Error::from)?.into(),
        recurrence,
        on_refusal: arguments.on_refusal.into(),
        description: arguments.note.description()?,
        metadata: arguments.note.metadata().map_err(Error::from)?,
        actor: signature.signed().map_err(Error::from)?.0,
    };
    add(context, &ledger, &id, &request, arguments.note.mode.mode())
}

fn add(
    context: &Context,
    ledger: &Ledger,
    id: &RequestId,
    request: &ScheduleRequest<Placed<WrittenAmount>>,
    mode: Mode,
) -> Result<Ending, Failure> {
    let added = answer_to(context, id, mode, || ledger.add_written_schedule(request, mode))?;
    if added.replayed {
        say("This schedule was added before; here it is as it stands now.");
    } else if mode == Mode::DryRun {
        say("Dry run: this would be added; nothing was.");
    }
    let committed = format!("schedule {} is added", added.status.schedule.id);
    context.committed(mode, Committed::new(committed).with("id", id));
    context.output.one(&ScheduleRecord::added(&added, mode))?;
    Ok(Ending::Done)
}

impl AddArgs {
    fn parties(&self) -> Result<(Parties, &str), Failure> {
        match (&self.what[..], &self.debit, &self.credit) {
            ([from, to, amount], None, None) => {
                Ok((Parties::Transfer { from: parse(from)?, to: parse(to)? }, amount.as_str()))
            }
            ([amount], Some(debit), Some(credit)) => {
                Ok((Parties::Post { debit: parse(debit)?, credit: parse(credit)? }, amount.as_str()))
            }
            _ => Err(Failure::usage(
                "say FROM, TO and AMOUNT, or only AMOUNT with --debit and --credit, as in: \
                 teller schedule add alice bob 5.00 --every month",
            )),
        }
    }

    fn recurrence(&self, times: Times<'_>) -> Result<RecurrenceRequest, Error> {
        let Some(every) = self.every else {
            return Ok(RecurrenceRequest {
                from: times.first(self.once.as_deref())?,
                ..RecurrenceRequest::every(RecurrencePeriod::Once)
            });
        };
        // Times of day are those of UTC, and so are the days that they lie in.
        let day_of = |text: &str| match text.parse::<Period>() {
            Ok(period) => Ok(period.begin()),
            Err(_) if text == "today" => read_moments(text, times.now(), &Utc).map(|today| today.first),
            Err(_) => read_date(text),
        };
        let day = |text: &str| read_due_day(text).map_err(|error: InputError| error.at("--day"));
        Ok(RecurrenceRequest {
            period: every.into(),
            step: self.interval,
            day: self.day.as_deref().map(day).transpose()?,
            time_of_day: read_time_of_day(&self.at).map_err(|error| error.at("--at"))?,
            from: self.from.as_deref().map(day_of).transpose().map_err(|error| error.at("--from"))?,
            until: times.last(self.until.as_deref())?,
            due_count_max: self.count,
        })
    }
}
