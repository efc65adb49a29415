//! How far consumers and webhooks have come, and which monitors are raised, as numbers for Prometheus. They are read when they are asked for, so that every server of a book tells the
//! same. The names of consumers and monitors and a webhook's id are labels; URLs and accounts never are.

use std::sync::atomic::{AtomicI64, Ordering};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::ledger::EventCursor;
use crate::wire::{ConsumerRecord, MonitorRecord, WebhookRecord};

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct ConsumerLabels {
    consumer: String,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct WebhookLabels {
    webhook: String,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct MonitorLabels {
    monitor: String,
}

type OfConsumers = Family<ConsumerLabels, Gauge<i64, AtomicI64>>;
type OfWebhooks = Family<WebhookLabels, Gauge<i64, AtomicI64>>;

#[derive(Default)]
pub(super) struct FeedMetrics {
    consumer_lag: OfConsumers,
    consumer_held: OfConsumers,
    consumer_foreign: OfConsumers,
    delivered: Family<WebhookLabels, Counter>,
    failed: OfWebhooks,
    dead: OfWebhooks,
    webhook_lag: OfWebhooks,
    monitors_raised: Family<MonitorLabels, Gauge<i64, AtomicI64>>,
}

impl FeedMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        self.register_consumers(registry);
        let Self { delivered, failed, dead, webhook_lag, monitors_raised, .. } = self;
        registry.register("teller_webhook_delivered", "Events that a webhook's receiver took", delivered.clone());
        registry.register("teller_webhook_failed_events", "Events that failed and are tried again", failed.clone());
        registry.register("teller_webhook_dead_events", "Events that failed for good", dead.clone());
        registry.register(
            "teller_webhook_lag_events",
            "How far a webhook is behind the newest event",
            webhook_lag.clone(),
        );
        registry.register(
            "teller_monitor_raised",
            "1 where the condition of the monitor is true",
            monitors_raised.clone(),
        );
    }

    fn register_consumers(&self, registry: &mut Registry) {
        registry.register(
            "teller_consumer_lag_events",
            "How far a consumer is behind the newest event",
            self.consumer_lag.clone(),
        );
        registry.register("teller_consumer_held", "1 where somebody reads as the consumer", self.consumer_held.clone());
        registry.register(
            "teller_consumer_foreign",
            "1 where the book does not have the event up to which the consumer has acknowledged",
            self.consumer_foreign.clone(),
        );
    }

    pub(super) fn set_monitors(&self, monitors: Vec<MonitorRecord>) {
        self.monitors_raised.clear();
        for record in monitors {
            let labels = MonitorLabels { monitor: record.name };
            self.monitors_raised.get_or_create(&labels).set(i64::from(record.raised));
        }
    }

    pub(super) fn set(&self, consumers: Vec<ConsumerRecord>, webhooks: Vec<WebhookRecord>, newest: i64) {
        for family in [&self.consumer_lag, &self.consumer_held, &self.consumer_foreign] {
            family.clear();
        }
        for family in [&self.failed, &self.dead, &self.webhook_lag] {
            family.clear();
        }
        self.delivered.clear();
        for record in consumers {
            let labels = ConsumerLabels { consumer: record.name };
            if let Some(behind) = record.behind {
                self.consumer_lag.get_or_create(&labels).set(behind);
            }
            self.consumer_foreign.get_or_create(&labels).set(i64::from(record.behind.is_none()));
            self.consumer_held.get_or_create(&labels).set(i64::from(record.holder.is_some()));
        }
        for record in webhooks {
            let come = record.cursor.and_then(|cursor| cursor.parse::<EventCursor>().ok());
            let labels = WebhookLabels { webhook: record.id };
            let lag = newest.saturating_sub(come.map_or(0, |cursor| cursor.sequence.0)).max(0);
            self.webhook_lag.get_or_create(&labels).set(lag);
            self.failed.get_or_create(&labels).set(record.waiting);
            self.dead.get_or_create(&labels).set(record.dead);
            let delivered = u64::try_from(record.delivered).unwrap_or_default();
            self.delivered.get_or_create(&labels).inner().store(delivered, Ordering::Relaxed);
        }
    }
}
