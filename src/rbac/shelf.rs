//! Values that are known by the key of an object and, while they are there, by a small number.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use slab::Slab;

use crate::model::ObjectKey;

/// The table has the numbers alone, so that it is small enough to stay in the caches of a processor where there are a
/// hundred thousand keys: these stand beside what is looked for.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    numbers: HashTable<u32>,
    hashes: RandomState,
    held: Slab<(ObjectKey, T)>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { numbers: HashTable::new(), hashes: RandomState::default(), held: Slab::new() }
    }
}

impl<T> Shelf<T> {
    /// Puts a value there whose key is not there yet.
    pub(super) fn put(&mut self, key: &ObjectKey, value: T) -> u32 {
        let number = self.held.insert((key.clone(), value));
        let number = u32::try_from(number).expect("fewer than four billion objects fit into memory");
        let Self { numbers, hashes, held } = self;
        let hash_of = |number: &u32| hashes.hash_one(&held[*number as usize].0);
        numbers.insert_unique(hashes.hash_one(key), number, hash_of);
        number
    }

    /// The number of what has this key, which is put there if it is not.
    pub(super) fn enter(&mut self, key: &ObjectKey) -> u32
    where
        T: Default,
    {
        self.number_of(key).unwrap_or_else(|| self.put(key, T::default()))
    }

    pub(super) fn get(&self, key: &ObjectKey) -> Option<&T> {
        self.number_of(key).map(|number| self.at(number))
    }

    /// What has this number, which is there.
    pub(super) fn at(&self, number: u32) -> &T {
        &self.held[number as usize].1
    }

    /// The key of what has this number, which is there.
    pub(super) fn key(&self, number: u32) -> &ObjectKey {
        &self.held[number as usize].0
    }

    pub(super) fn at_mut(&mut self, number: u32) -> &mut T {
        &mut self.held[number as usize].1
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &ObjectKey> {
        self.held.iter().map(|(_, (key, _))| key)
    }

    /// The number of what has this key.
    pub(super) fn number_of(&self, key: &ObjectKey) -> Option<u32> {
        let is = |number: &u32| self.held[*number as usize].0 == *key;
        self.numbers.find(self.hashes.hash_one(key), is).copied()
    }

    /// Takes what has this number, which is there. The number may be given to another from here on.
    pub(super) fn release(&mut self, number: u32) -> T {
        let (key, value) = self.held.remove(number as usize);
        if let Ok(entry) = self.numbers.find_entry(self.hashes.hash_one(&key), |it| *it == number) {
            entry.remove();
        }
        value
    }
}
