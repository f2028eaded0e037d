//! Ports of a rule, as they are written.

use std::collections::BTreeSet;

use crate::network::fault::{Faults, Field, Told};
use crate::network::policy::RulePorts;
use crate::network::{PortSet, Protocol};
use crate::wire::{IntOrString, NetworkPolicyPort};

/// How long the name of a port may be.
const NAME_MAX: usize = 15;

pub(super) fn compile(ports: &[NetworkPolicyPort], field: Field<'_>, faults: &mut Faults) -> RulePorts {
    if ports.is_empty() {
        return RulePorts { numbers: PortSet::all(), names: Box::default() };
    }
    let mut numbers = Vec::new();
    let mut names = BTreeSet::new();
    for (place, port) in ports.iter().enumerate() {
        let field = field.entry("ports", place);
        let protocol = compile_protocol(port.protocol.as_deref(), field.child("protocol"), faults);
        match &port.port {
            None => {
                if port.end_port.is_some() {
                    faults.add(
                        field.child("endPort"),
                        "an endPort without port, expected the first port as port",
                    );
                }
                numbers.extend(protocol.map(PortSet::all_of));
            }
            Some(IntOrString { kind: 0, int, .. }) => {
                let range = compile_range(*int, port.end_port, field, faults);
                let ports = |protocol, (first, last)| PortSet::range(protocol, first, last);
                numbers.extend(protocol.zip(range).map(|(protocol, range)| ports(protocol, range)));
            }
            Some(IntOrString { string: name, .. }) => {
                if port.end_port.is_some() {
                    faults.add(
                        field.child("endPort"),
                        "an endPort beside a named port, expected a number as port",
                    );
                }
                if !is_name(name) {
                    let expected = "expected at most 15 of a-z, 0-9 and single -, among them a letter";
                    let message = format!("{} is no name of a port, {expected}", Told(name));
                    faults.add(field.child("port"), message);
                }
                names.extend(protocol.map(|it| (it, name.as_str().into())));
            }
        }
    }
    RulePorts { numbers: PortSet::of_all(&numbers), names: names.into_iter().collect() }
}

/// The protocol, which is TCP where none is written; none where it is none, which is told.
fn compile_protocol(written: Option<&str>, field: Field<'_>, faults: &mut Faults) -> Option<Protocol> {
    let written = written.unwrap_or(Protocol::Tcp.as_str());
    let protocol = Protocol::parse(written);
    if protocol.is_none() {
        faults.add(field, format!("{} is none of TCP, UDP and SCTP", Told(written)));
    }
    protocol
}

/// The first and the last port; none where one of them is none, which is told.
fn compile_range(first: i32, last: Option<i32>, field: Field<'_>, faults: &mut Faults) -> Option<(u16, u16)> {
    let mut number = |port: i32, name: &'static str| {
        let number = u16::try_from(port).ok().filter(|it| *it != 0);
        if number.is_none() {
            faults.add(field.child(name), format!("{port} is no port, expected 1 to 65535"));
        }
        number
    };
    let (start, end) = (number(first, "port"), last.map(|it| number(it, "endPort")));
    if let Some(last) = last.filter(|it| *it < first) {
        faults.add(field.child("endPort"), format!("{last} is less than port {first}"));
    }
    Some((start?, end.unwrap_or(start)?))
}

/// Whether it is a name of IANA (RFC 6335), as names of ports have to be.
fn is_name(name: &str) -> bool {
    let allowed = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    (1..=NAME_MAX).contains(&name.len())
        && name.bytes().all(allowed)
        && name.bytes().any(|it| it.is_ascii_lowercase())
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_named_as_iana_names_ports() {
        for name in ["a", "http", "0a", "a-1-b", "abcdefghijklmno"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "80", "-a", "a-", "a--b", "A", "a_b", "é", "abcdefghijklmnop"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
