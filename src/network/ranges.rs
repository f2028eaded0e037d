//! Sets of numbers, as ranges: of ports, and of addresses.

/// A whole number that ranges are made of.
pub(super) trait Number: Copy + Ord {
    const MAX: Self;
    /// The number after this one; none after the last.
    fn next(self) -> Option<Self>;
    /// The number before this one; none before the first.
    fn previous(self) -> Option<Self>;
}

impl Number for u32 {
    const MAX: Self = Self::MAX;

    fn next(self) -> Option<Self> {
        self.checked_add(1)
    }

    fn previous(self) -> Option<Self> {
        self.checked_sub(1)
    }
}

impl Number for u128 {
    const MAX: Self = Self::MAX;

    fn next(self) -> Option<Self> {
        self.checked_add(1)
    }

    fn previous(self) -> Option<Self> {
        self.checked_sub(1)
    }
}

/// A set of numbers: ranges, with both ends, in order and with gaps between them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Ranges<T>(Vec<(T, T)>);

impl<T> Default for Ranges<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Number> Ranges<T> {
    /// The numbers from `first` to `last`, with both; none where they are in the wrong order.
    pub(super) fn of(first: T, last: T) -> Self {
        Self(if first <= last { vec![(first, last)] } else { Vec::new() })
    }

    /// Whatever is in any of these ranges.
    pub(super) fn of_all(mut ranges: Vec<(T, T)>) -> Self {
        ranges.sort_unstable();
        let mut joined: Vec<(T, T)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match joined.last_mut() {
                Some(before) if before.1.next().is_none_or(|next| first <= next) => {
                    before.1 = before.1.max(last);
                }
                _ => joined.push((first, last)),
            }
        }
        Self(joined)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (T, T)> + Clone {
        self.0.iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, number: T) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < number);
        self.0.get(at).is_some_and(|(first, _)| *first <= number)
    }

    /// Whether nothing of the other set is missing.
    pub(super) fn covers(&self, other: &Self) -> bool {
        other.iter().all(|(first, last)| {
            let at = self.0.partition_point(|(_, end)| *end < first);
            self.0.get(at).is_some_and(|(start, end)| *start <= first && last <= *end)
        })
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        match (self.is_empty(), other.is_empty()) {
            (_, true) => self.clone(),
            (true, _) => other.clone(),
            _ => Self::of_all(self.iter().chain(other.iter()).collect()),
        }
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.iter().peekable(), other.iter().peekable());
        let mut shared = Vec::new();
        while let (Some(a), Some(b)) = (left.peek().copied(), right.peek().copied()) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                shared.push((first, last));
            }
            if a.1 < b.1 {
                left.next();
            } else {
                right.next();
            }
        }
        Self(shared)
    }

    /// What is in this set and not in the other.
    pub(super) fn without(&self, other: &Self) -> Self {
        let mut rest = Vec::new();
        let mut holes = other.iter().peekable();
        for (first, last) in self.iter() {
            let mut from = Some(first);
            while let Some((start, end)) = holes.peek().copied() {
                let Some(at) = from.filter(|_| start <= last) else { break };
                if at < start {
                    // There is a number before it, because `at` is one.
                    rest.extend(start.previous().map(|before| (at, before)));
                }
                if end >= at {
                    from = end.next().filter(|next| *next <= last);
                }
                if end >= last {
                    // It may reach into the next range as well.
                    from = None;
                    break;
                }
                holes.next();
            }
            rest.extend(from.map(|at| (at, last)));
        }
        Self(rest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// The numbers of a set, one by one.
    fn numbers(set: &Ranges<u32>) -> Vec<u32> {
        set.iter().flat_map(|(first, last)| first..=last).collect()
    }

    fn set() -> impl Strategy<Value = Ranges<u32>> {
        let range = (0u32..40, 0u32..6).prop_map(|(first, length)| (first, first + length));
        vec(range, 0..5).prop_map(Ranges::of_all)
    }

    proptest! {
        #[test]
        fn sets_do_what_their_numbers_do(a in set(), b in set()) {
            let (left, right) = (numbers(&a), numbers(&b));
            let kept = |it: &dyn Fn(u32) -> bool| (0..50).filter(|n| it(*n)).collect::<Vec<_>>();
            let (in_left, in_right) = (|n| left.contains(&n), |n| right.contains(&n));
            prop_assert_eq!(numbers(&a.union(&b)), kept(&|n| in_left(n) || in_right(n)));
            prop_assert_eq!(numbers(&a.intersection(&b)), kept(&|n| in_left(n) && in_right(n)));
            prop_assert_eq!(numbers(&a.without(&b)), kept(&|n| in_left(n) && !in_right(n)));
            prop_assert_eq!(a.covers(&b), right.iter().all(|n| in_left(*n)));
            prop_assert_eq!((0..50).filter(|n| a.contains(*n)).collect::<Vec<_>>(), left);
            for result in [a.union(&b), a.intersection(&b), a.without(&b)] {
                let ranges: Vec<_> = result.iter().collect();
                prop_assert!(ranges.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "no gap in {ranges:?}");
            }
        }
    }

    #[test]
    fn the_last_number_has_none_after_it() {
        let all = Ranges::of(0u32, u32::MAX);
        assert_eq!(all.without(&Ranges::of(5, u32::MAX)), Ranges::of(0, 4));
        assert_eq!(all.without(&all), Ranges::default());
        assert_eq!(Ranges::of(7u32, u32::MAX).union(&Ranges::of(0, 6)), all);
    }
}
