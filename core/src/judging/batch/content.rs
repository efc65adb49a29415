//! The content of a row, as each kind of request fills it in.

use crate::facts::{Actor, Description, Instant, Key, Metadata, TransferId, TransferKind};
use crate::judging::batch::origin::Origin;
use crate::money::Amount;
use crate::requests::Expiry;

/// What a row says, apart from its accounts and their history.
pub(super) struct Content<'a> {
    /// Who asked for it, if not the actor of the request.
    pub(super) actor: Option<&'a Actor>,
    pub(super) id: TransferId,
    pub(super) key: Option<&'a Key>,
    pub(super) origin: Origin,
    pub(super) kind: TransferKind,
    pub(super) amount: Amount,
    pub(super) effective_at: Option<Instant>,
    pub(super) hold_id: Option<TransferId>,
    pub(super) reversed_id: Option<TransferId>,
    pub(super) expiry: Expiry,
    pub(super) up_to: Option<Amount>,
    pub(super) description: Option<&'a Description>,
    pub(super) metadata: &'a Metadata,
}

impl<'a> Content<'a> {
    /// What every row says; the rest is for some rows only.
    pub(super) fn new(id: TransferId, kind: TransferKind, amount: Amount, metadata: &'a Metadata) -> Self {
        Self {
            actor: None,
            id,
            key: None,
            origin: Origin::default(),
            kind,
            amount,
            effective_at: None,
            hold_id: None,
            reversed_id: None,
            expiry: Expiry::Never,
            up_to: None,
            description: None,
            metadata,
        }
    }
}
