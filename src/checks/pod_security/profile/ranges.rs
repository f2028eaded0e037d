//! Ranges of numbers.

use super::any_of;
use crate::baseline::Range;

/// Whether the number is in one of the ranges, ends included.
pub(super) fn hold(ranges: &[Range], number: i64) -> bool {
    ranges.iter().any(|range| range.min <= number && number <= range.max)
}

/// The ranges, as evidence.
pub(super) fn shown(ranges: &[Range]) -> String {
    any_of(ranges.iter().map(
        |Range { min, max }| {
            if min == max { min.to_string() } else { format!("{min}-{max}") }
        },
    ))
}
