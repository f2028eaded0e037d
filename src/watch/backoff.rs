//! How long to wait before the next try.

use std::time::Duration;

/// Exponential backoff with jitter.
#[derive(Debug)]
pub(super) struct Backoff {
    min: Duration,
    max: Duration,
    failures: u32,
}

impl Backoff {
    pub(super) fn new(min: Duration, max: Duration) -> Self {
        Self { min, max, failures: 0 }
    }

    /// Something worked.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// Something failed: how long to wait. `random` is between 0 and 1; the wait is between half of the
    /// nominal one and all of it, so that many watchers do not come back at once.
    pub(super) fn next(&mut self, random: f64) -> Duration {
        let doubled = 2u32.saturating_pow(self.failures);
        self.failures = self.failures.saturating_add(1);
        let nominal = self.min.saturating_mul(doubled).min(self.max);
        nominal.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: Duration = Duration::from_millis(200);
    const MAX: Duration = Duration::from_secs(30);

    #[test]
    fn waits_double_up_to_the_bound_and_begin_anew() {
        let mut backoff = Backoff::new(MIN, MAX);
        let waits: Vec<u128> = (0..9).map(|_| backoff.next(1.0).as_millis()).collect();
        assert_eq!(waits, [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000]);
        backoff.reset();
        assert_eq!(backoff.next(1.0), MIN);
    }

    #[test]
    fn years_of_failures_wait_no_longer_than_the_bound() {
        let mut backoff = Backoff { failures: u32::MAX - 1, ..Backoff::new(MIN, MAX) };
        assert_eq!([backoff.next(1.0), backoff.next(1.0), backoff.next(1.0)], [MAX; 3]);
    }

    #[test]
    fn a_wait_is_between_half_and_all_of_the_nominal_one() {
        let wait = |random| Backoff::new(MIN, MAX).next(random).as_millis();
        assert_eq!([wait(-1.0), wait(0.0), wait(0.5), wait(1.0), wait(2.0)], [100, 100, 150, 200, 200]);
    }
}
