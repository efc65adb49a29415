use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

/// A map for look-ups by the million. Seeded anew in each program, so that nobody can choose ids or names that collide.
pub(crate) type FastMap<K, V> = HashMap<K, V, RandomState>;

/// As [`FastMap`].
pub(crate) type FastSet<K> = HashSet<K, RandomState>;
