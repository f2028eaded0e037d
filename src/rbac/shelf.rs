//! Values that are known by the key of an object and, while they are there, by a small number.

use std::collections::HashMap;

use foldhash::quality::RandomState;
use slab::Slab;

use crate::model::ObjectKey;

#[derive(Debug)]
pub(super) struct Shelf<T> {
    numbers: HashMap<ObjectKey, u32, RandomState>,
    held: Slab<(ObjectKey, T)>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { numbers: HashMap::default(), held: Slab::new() }
    }
}

impl<T> Shelf<T> {
    /// Puts a value there. Another one of the same key keeps its own number, and is no longer found by the key.
    pub(super) fn put(&mut self, key: &ObjectKey, value: T) -> u32 {
        let number = self.held.insert((key.clone(), value));
        let number = u32::try_from(number).expect("fewer than four billion objects fit into memory");
        self.numbers.insert(key.clone(), number);
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
        self.numbers.get(key).map(|number| self.at(*number))
    }

    /// What has this number, which is there.
    pub(super) fn at(&self, number: u32) -> &T {
        &self.held[number as usize].1
    }

    pub(super) fn at_mut(&mut self, number: u32) -> &mut T {
        &mut self.held[number as usize].1
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &ObjectKey> {
        self.numbers.keys()
    }

    /// The number of what has this key.
    pub(super) fn number_of(&self, key: &ObjectKey) -> Option<u32> {
        self.numbers.get(key).copied()
    }

    /// Takes what has this number, which is there. The number may be given to another from here on.
    pub(super) fn release(&mut self, number: u32) -> T {
        let (key, value) = self.held.remove(number as usize);
        if self.number_of(&key) == Some(number) {
            self.numbers.remove(&key);
        }
        value
    }
}
