//! What belongs to the server and not to the book: keys of the API, webhooks and their deliveries, consumers, monitors. No export and no hash knows of it.
//!
//! On PostgreSQL it is in a schema of its own, the book's name with `_server` behind it. On SQLite it is in a file of its own beside the
//! book, with `-server` behind its name. Nothing is made before there is something to keep. What belongs here: the place, and a file a table.

mod api_keys;
mod consumers;
mod deliveries;
mod examined;
mod leases;
mod monitors;
mod of_book;
mod place;
mod sessions;
mod table_indexes;
mod tables;
mod webhooks;

pub(crate) use crate::store::operational::api_keys::{ApiKeyRow, ApiKeys, KeyTime};
pub(crate) use crate::store::operational::consumers::{Acknowledged, ConsumerRow, ConsumerRows};
pub(crate) use crate::store::operational::deliveries::{
    CROSSINGS_BEHIND, Deliveries, DeliveryRow, DeliveryState, Failed,
};
pub(crate) use crate::store::operational::leases::latest_end;
pub(crate) use crate::store::operational::monitors::{
    CLEARED, Judged, MonitorEventRow, MonitorRow, MonitorRows, RAISED, SubjectRow,
};
pub(crate) use crate::store::operational::place::ServerStore;
pub(crate) use crate::store::operational::sessions::SessionRow;
pub(crate) use crate::store::operational::webhooks::{Moved, WebhookRow, WebhookRows, WebhookState};
