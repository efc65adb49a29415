//! What becomes of holds, reversals, journals and changes of accounts, told a second time and naively: a list of what was done, from
//! which everything else is counted anew. It shares no code with the rules that it is compared with, and its refusals are words.

/// How much, in cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Much {
    Exactly(i64),
    UpTo(i64),
    All,
}

/// What is asked for. Accounts are numbers, and ids those of requests; all accounts are in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Debits the first account and credits the second.
    Post {
        id: u32,
        debit: usize,
        credit: usize,
        much: Much,
    },
    /// The same, later; it ends after so many seconds.
    Hold {
        id: u32,
        debit: usize,
        credit: usize,
        much: Much,
        seconds: Option<u64>,
    },
    Capture {
        id: u32,
        hold: u32,
        much: Much,
        is_final: bool,
    },
    Release {
        id: u32,
        hold: u32,
    },
    Reverse {
        id: u32,
        of: u32,
        much: Much,
    },
    /// Debits, credits.
    Freeze {
        account: usize,
        sides: (bool, bool),
    },
    Unfreeze {
        account: usize,
        sides: (bool, bool),
    },
    Close {
        account: usize,
    },
}

impl Ask {
    pub fn id(&self) -> Option<u32> {
        match self {
            Self::Post { id, .. }
            | Self::Hold { id, .. }
            | Self::Capture { id, .. }
            | Self::Release { id, .. }
            | Self::Reverse { id, .. } => Some(*id),
            Self::Freeze { .. } | Self::Unfreeze { .. } | Self::Close { .. } => None,
        }
    }
}

/// An account that rises by debits or not, and never has less than its minimum.
#[derive(Clone, Debug)]
pub struct Place {
    pub is_debit_normal: bool,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub frozen: (bool, bool),
    pub is_closed: bool,
}

/// What was done, and when; `amount` is what it came to.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    pub(super) ask: Ask,
    pub(super) amount: i64,
    pub(super) debit: usize,
    pub(super) credit: usize,
    pub(super) at: u64,
    pub(super) journal: Option<u32>,
}

#[derive(Clone, Default)]
pub struct Naive {
    pub places: Vec<Place>,
    pub(super) deeds: Vec<Deed>,
    /// What was asked for as a journal, and as the reversal of one.
    pub(super) journals: Vec<(u32, Vec<Ask>)>,
    pub(super) undone: Vec<(u32, u32)>,
    pub now: u64,
}

impl Naive {
    pub(super) fn deed(&self, id: u32) -> Option<&Deed> {
        self.deeds.iter().find(|deed| deed.ask.id() == Some(id))
    }

    /// What was captured of a hold, and whether the rest was given up.
    pub(super) fn taken(&self, hold: u32) -> (i64, bool) {
        let mut taken = (0, false);
        for deed in &self.deeds {
            match deed.ask {
                Ask::Capture { hold: of, is_final, .. } if of == hold => {
                    taken = (taken.0 + deed.amount, taken.1 || is_final);
                }
                Ask::Release { hold: of, .. } if of == hold => taken.1 = true,
                _ => {}
            }
        }
        taken
    }

    pub(super) fn has_expired(&self, hold: &Deed) -> bool {
        matches!(hold.ask, Ask::Hold { seconds: Some(seconds), .. } if hold.at + seconds <= self.now)
    }

    /// What can still be captured.
    pub(super) fn left(&self, hold: &Deed) -> i64 {
        let (captured, is_given_up) = self.taken(hold.ask.id().unwrap());
        if is_given_up || self.has_expired(hold) { 0 } else { hold.amount - captured }
    }

    fn moves_value(deed: &Deed) -> bool {
        matches!(deed.ask, Ask::Post { .. } | Ask::Capture { .. } | Ask::Reverse { .. })
    }

    /// The posted balance, on the side on which the account is positive.
    pub fn posted(&self, account: usize) -> i64 {
        let moved = |side: fn(&Deed) -> usize| -> i64 {
            let deeds = self.deeds.iter().filter(|deed| Self::moves_value(deed) && side(deed) == account);
            deeds.map(|deed| deed.amount).sum()
        };
        let (debits, credits) = (moved(|deed| deed.debit), moved(|deed| deed.credit));
        if self.places[account].is_debit_normal { debits - credits } else { credits - debits }
    }

    /// What holds reserve on the side on which the account falls, or on the other.
    pub(super) fn reserved(&self, account: usize, is_debit: bool) -> i64 {
        let holds = self.deeds.iter().filter(|deed| matches!(deed.ask, Ask::Hold { .. }));
        let on_side = holds.filter(|deed| account == if is_debit { deed.debit } else { deed.credit });
        on_side.map(|hold| self.left(hold)).sum()
    }

    pub fn held(&self, account: usize) -> i64 {
        self.reserved(account, !self.places[account].is_debit_normal)
    }

    pub fn available(&self, account: usize) -> i64 {
        self.posted(account) - self.held(account)
    }

    /// How many rows touch an account: one for each deed, two for a final capture that left something. Expiries are not counted.
    pub fn rows(&self, account: usize) -> usize {
        let deeds = self.deeds.iter().filter(|deed| deed.ask.id().is_some());
        let of_account = deeds.filter(|deed| deed.debit == account || deed.credit == account);
        of_account.map(|deed| 1 + usize::from(self.has_given_up_rest(deed))).sum()
    }

    /// Whether a deed is a final capture that left something, which was released with it.
    pub(super) fn has_given_up_rest(&self, deed: &Deed) -> bool {
        let Ask::Capture { id, hold, is_final: true, .. } = deed.ask else { return false };
        let mut captured = 0;
        for other in &self.deeds {
            if matches!(other.ask, Ask::Capture { hold: of, .. } if of == hold) {
                captured += other.amount;
            }
            if other.ask.id() == Some(id) {
                break;
            }
        }
        captured < self.deed(hold).unwrap().amount
    }
}
