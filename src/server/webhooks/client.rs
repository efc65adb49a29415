//! The client that sends: one request, no redirects, a bound on everything, and only to addresses that the endpoint may have.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant as Stopwatch};

use axum::http::Uri;
use ureq::Agent;
use ureq::config::Config;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::facts::Instant;
use crate::server::webhooks::address::is_public;
use crate::server::webhooks::attempts::read_retry_after;
use crate::server::webhooks::secret;
use crate::server::webhooks::tasks::UNDER_WAY_MAX;
use crate::store::WebhookRow;

/// From the look-up of the name to the end of the answer.
pub(in crate::server) const SEND_TIME_MAX: Duration = Duration::from_secs(20);
/// What is read of an answer, so that its connection can be used again. What it says does not matter.
const ANSWER_BYTES_MAX: u64 = 4_096;
const ANSWER_HEAD_BYTES_MAX: usize = 16 << 10;
const IDLE_MAX: Duration = Duration::from_secs(10);
const IDLE_CONNECTIONS: usize = 100;
const CONTENT_TYPE: &str = "application/cloudevents+json";

const GONE: u16 = 410;

#[derive(Debug)]
pub(super) struct Client {
    /// For endpoints whose addresses must be public.
    public: Agent,
    any: Agent,
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'m> {
    pub(super) id: &'m str,
    pub(super) body: &'m str,
}

/// What an attempt came to.
#[derive(Debug)]
pub(super) struct Attempted {
    pub(super) status: Option<u16>,
    /// Why it failed; `None` where the receiver took it.
    pub(super) problem: Option<String>,
    /// How long the receiver asks to be left alone.
    pub(super) retry_after: Option<Duration>,
    pub(super) took: Duration,
}

impl Attempted {
    /// Whether the receiver says that it will never take anything again.
    pub(super) const fn is_gone(&self) -> bool {
        matches!(self.status, Some(GONE))
    }
}

/// Looks names up, and drops the addresses that are not public. The client connects to what is left, without another look-up.
#[derive(Debug, Default)]
struct PublicOnly(DefaultResolver);

impl Resolver for PublicOnly {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        found.iter().filter(|address: &&SocketAddr| is_public(address.ip())).for_each(|address| kept.push(*address));
        if kept.is_empty() {
            let hidden = found.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>().join(", ");
            let problem = format!("{hidden} is not an address of the public Internet");
            return Err(ureq::Error::Io(io::Error::new(io::ErrorKind::PermissionDenied, problem)));
        }
        Ok(kept)
    }
}

impl Client {
    pub(super) fn new(time_max: Duration) -> Self {
        // The certificates that the system trusts.
        let tls = TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(RootCerts::PlatformVerifier).build();
        let config = Config::builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .tls_config(tls)
            .timeout_global(Some(time_max))
            .max_response_header_size(ANSWER_HEAD_BYTES_MAX)
            .max_idle_connections(IDLE_CONNECTIONS)
            .max_idle_connections_per_host(UNDER_WAY_MAX)
            .max_idle_age(IDLE_MAX)
            .user_agent(concat!("Teller/", env!("CARGO_PKG_VERSION")))
            .build();
        let connector = DefaultConnector::default;
        Self {
            public: Agent::with_parts(config.clone(), connector(), PublicOnly::default()),
            any: Agent::with_parts(config, connector(), DefaultResolver::default()),
        }
    }

    /// Sends a message once.
    pub(super) fn send(&self, webhook: &WebhookRow, message: Message<'_>, now: Instant) -> Attempted {
        let begin = Stopwatch::now();
        let outcome = self.try_send(webhook, message, now);
        let took = begin.elapsed();
        match outcome {
            Ok((status, retry_after)) => {
                let problem = match status {
                    200..=299 => None,
                    300..=399 => Some(format!("the receiver answered {status}, and redirects are not followed")),
                    _ => Some(format!("the receiver answered {status}")),
                };
                Attempted { status: Some(status), problem, retry_after, took }
            }
            Err(error) => Attempted { status: None, problem: Some(described(&error)), retry_after: None, took },
        }
    }

    fn try_send(
        &self,
        webhook: &WebhookRow,
        message: Message<'_>,
        now: Instant,
    ) -> Result<(u16, Option<Duration>), ureq::Error> {
        let seconds = now.micros() / 1_000_000;
        let signatures = secret::signatures(webhook, message.id, seconds, message.body.as_bytes())?;
        let agent = if webhook.may_be_private == 0 { &self.public } else { &self.any };
        let request = agent
            .post(&webhook.url)
            .header("content-type", CONTENT_TYPE)
            .header("webhook-id", message.id)
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", signatures);
        let mut answer = request.send(message.body)?;
        let status = answer.status().as_u16();
        let header = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let retry_after = header.and_then(|text| read_retry_after(text, now));
        // The head has decided; a body that is cut, endless or slow changes nothing.
        let _ = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        Ok((status, retry_after))
    }
}

/// Why there is no answer, without the words of the client.
fn described(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "the receiver took too long".to_owned(),
        ureq::Error::HostNotFound => "the host is not found".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}
