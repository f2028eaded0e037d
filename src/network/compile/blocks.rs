//! Blocks of addresses, as they are written.

use ipnet::IpNet;

use crate::network::Block;
use crate::network::fault::{Faults, Field, Told};
use crate::wire::IpBlock;

/// The block; none where its range of addresses is none, which is told.
pub(super) fn compile(block: &IpBlock, field: Field<'_>, faults: &mut Faults) -> Option<Block> {
    let cidr = compile_net(&block.cidr, field.child("cidr"), faults)?;
    let mut except = Vec::with_capacity(block.except.len());
    for (place, written) in block.except.iter().enumerate() {
        let field = field.entry("except", place);
        let Some(net) = compile_net(written, field, faults) else { continue };
        if !cidr.contains(&net) || net == cidr {
            faults.add(field, format!("{} is not a part of {cidr}", Told(written)));
        }
        except.push(net);
    }
    Some(Block::new(cidr, except.into()))
}

fn compile_net(written: &str, field: Field<'_>, faults: &mut Faults) -> Option<IpNet> {
    let net = parse_net(written);
    if net.is_none() {
        let message = format!("{} is no range of addresses, expected such as 10.0.0.0/8", Told(written));
        faults.add(field, message);
    }
    net
}

/// A range as any API server has taken it, since what an older one took stays where it is: numbers of IPv4 and lengths
/// may have zeros before them, and bits after the length count for nothing.
pub fn parse_net(written: &str) -> Option<IpNet> {
    let (address, length) = written.split_once('/')?;
    let length = if is_digits(length) { length.parse().ok()? } else { return None };
    if address.contains(':') {
        let address: std::net::Ipv6Addr = address.parse().ok()?;
        // Whether a network takes such a range for one of IPv4 or of IPv6 is not defined.
        let is_mapped = address.to_ipv4_mapped().is_some();
        return IpNet::new(address.into(), length).ok().filter(|_| !is_mapped).map(|it| it.trunc());
    }
    let mut numbers = address.split('.');
    let mut number = || numbers.next().filter(|it| is_digits(it))?.parse::<u8>().ok();
    let octets = [number()?, number()?, number()?, number()?];
    let net = IpNet::new(octets.into(), length).ok()?;
    numbers.next().is_none().then_some(net.trunc())
}

/// Whether it is a number without a sign.
fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_it_may_be_stored() {
        for (written, expected) in [
            ("10.0.0.0/8", Some("10.0.0.0/8")),
            ("10.1.2.3/8", Some("10.0.0.0/8")),
            ("010.001.0.0/016", Some("10.1.0.0/16")),
            ("FD00:0:0::/8", Some("fd00::/8")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("::ffff:10.0.0.0/104", None),
            ("10.0.0.0", None),
            ("10.0.0.0/33", None),
            ("10.0.0.0/+8", None),
            ("10.0.0.0/", None),
            ("10.0.0/8", None),
            ("10.0.0.0.0/8", None),
            ("10.0.0.256/8", None),
            ("10..0.0/8", None),
            ("fd00::/129", None),
            ("fd00::%eth0/8", None),
            ("", None),
        ] {
            let expected = expected.map(|it| it.parse::<IpNet>().unwrap());
            assert_eq!(parse_net(written), expected, "{written}");
        }
    }
}
