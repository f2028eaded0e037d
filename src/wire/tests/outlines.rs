//! What of a pod's status its outline sees.

use bytes::Bytes;
use foldhash::quality::RandomState;

use super::proto::{field, number, unknown_fields};
use crate::wire::Outline;

const NAME: &str = "web";

/// The fingerprint of a pod that differs from others in its status alone.
fn fingerprint(hashes: &RandomState, status: &[u8]) -> u64 {
    let pod = Bytes::from([field(1, field(1, NAME)), field(3, status)].concat());
    Outline::of(&pod).unwrap().fingerprint(hashes)
}

fn phase(phase: &str) -> Vec<u8> {
    field(1, phase)
}

fn address(ip: &str) -> Vec<u8> {
    field(12, field(1, ip))
}

#[test]
fn what_is_skipped_of_a_status_makes_no_difference() {
    let hashes = RandomState::default();
    let running = [phase("Running"), field(6, "10.1.2.3"), address("10.1.2.3")].concat();
    let plain = fingerprint(&hashes, &running);
    for skipped in [
        // Conditions, message and reason, the node's address, container states, and what is not known.
        field(2, [field(1, "Ready"), field(2, "True")].concat()),
        field(3, "message"),
        field(4, "reason"),
        field(5, "10.0.0.1"),
        field(8, field(1, "web")),
        number(17, 4),
        unknown_fields(),
    ] {
        for status in [[&running[..], &skipped].concat(), [&skipped[..], &running].concat()] {
            assert_eq!(fingerprint(&hashes, &status), plain, "{}", skipped.escape_ascii());
        }
    }
    let without = Bytes::from(field(1, field(1, NAME)));
    let nothing = Outline::of(&without).unwrap().fingerprint(&hashes);
    assert_eq!(fingerprint(&hashes, &phase("Pending")), nothing, "it has no address yet");
    let pending = [phase("Pending"), field(6, "10.1.2.3"), address("10.1.2.3")].concat();
    assert_eq!(fingerprint(&hashes, &pending), plain, "it may run yet, as it may now");
}

#[test]
fn every_end_and_every_address_makes_a_difference() {
    let hashes = RandomState::default();
    let mut seen = Vec::new();
    for status in [
        Vec::new(),
        phase("Failed"),
        field(6, "10.1.2.3"),
        field(6, "10.1.2.4"),
        address("10.1.2.3"),
        [address("10.1.2.3"), address("fd00::3")].concat(),
        [address("fd00::3"), address("10.1.2.3")].concat(),
        [phase("Succeeded"), address("10.1.2.3")].concat(),
    ] {
        let fingerprint = fingerprint(&hashes, &status);
        assert!(!seen.contains(&fingerprint), "{}", status.escape_ascii());
        seen.push(fingerprint);
    }
}

#[test]
fn a_status_in_two_pieces_is_one() {
    let hashes = RandomState::default();
    let pieces = [field(3, phase("Failed")), field(3, address("10.1.2.3"))].concat();
    let pod = Bytes::from([field(1, field(1, NAME)), pieces].concat());
    let whole = fingerprint(&hashes, &[phase("Failed"), address("10.1.2.3")].concat());
    assert_eq!(Outline::of(&pod).unwrap().fingerprint(&hashes), whole);
}

#[test]
fn a_status_that_cannot_be_read_has_no_outline() {
    for status in [number(1, 1), field(1, [0xff]), number(12, 1), vec![0x0a, 5]] {
        let pod = Bytes::from([field(1, field(1, NAME)), field(3, status)].concat());
        assert_eq!(Outline::of(&pod), None, "{}", pod.escape_ascii());
    }
}
