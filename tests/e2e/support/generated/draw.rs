//! Drawing by lot, the same from the same seed.

use fastrand::Rng;

/// How often a field strays from the standards: pods that keep to them, pods with a fault or two, and worse.
const BOLDNESS: [f64; 5] = [0.0, 0.01, 0.03, 0.1, 0.5];

pub(crate) struct Draw {
    random: Rng,
    boldness: f64,
}

impl Draw {
    pub(crate) fn from_seed(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let boldness = BOLDNESS[random.usize(..BOLDNESS.len())];
        Self { random, boldness }
    }

    /// A value with which the newest version of the restricted standard is kept, or, as boldness has it, another.
    pub(super) fn field<T: Clone>(&mut self, keeping: &[T], straying: &[T]) -> T {
        let from = if self.random.f64() < self.boldness { straying } else { keeping };
        self.one_of(from)
    }

    pub(crate) fn one_of<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.random.usize(..from.len())].clone()
    }

    pub(crate) fn half(&mut self) -> bool {
        self.random.bool()
    }

    pub(crate) fn up_to(&mut self, most: usize) -> usize {
        self.random.usize(..=most)
    }

    /// So many of these, in any order.
    pub(crate) fn some_of<T: Clone>(&mut self, from: &[T], count: usize) -> Vec<T> {
        self.random.choose_multiple(from.iter().cloned(), count)
    }
}
