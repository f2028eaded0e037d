//! Equal values held once.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

use dashmap::DashSet;
use foldhash::quality::RandomState;

/// A table of values that many share. What nobody holds any more is freed by [`Interner::sweep`].
#[derive(Debug)]
pub struct Interner<T: ?Sized + Eq + Hash> {
    table: DashSet<Arc<T>, RandomState>,
}

impl<T: ?Sized + Eq + Hash> Default for Interner<T> {
    fn default() -> Self {
        Self { table: DashSet::default() }
    }
}

impl<T: ?Sized + Eq + Hash> Interner<T> {
    /// The one shared value equal to `value`. It allocates only where there is none yet.
    pub fn intern<Q>(&self, value: Q) -> Arc<T>
    where
        Q: Borrow<T> + Into<Arc<T>>,
    {
        if let Some(found) = self.table.get(value.borrow()) {
            return Arc::clone(&found);
        }
        let shared = value.into();
        // Two threads may miss at once; the loser's value lives beside the table's, which costs memory
        // until it is dropped and nothing else: values are compared by content.
        self.table.insert(Arc::clone(&shared));
        shared
    }

    /// Frees what nobody holds but the table. It costs in proportion to the distinct values.
    pub fn sweep(&self) {
        self.table.retain(|value| Arc::strong_count(value) > 1);
        if self.table.capacity() > 4 * self.table.len() {
            self.table.shrink_to_fit();
        }
    }

    /// How many distinct values are held.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }
}
