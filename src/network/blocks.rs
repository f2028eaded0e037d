//! The blocks of addresses that rules name, with the policies that let them through.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use foldhash::quality::RandomState;
use ipnet::IpNet;

use super::Block;
use super::addresses::Family;
use super::counts::Counts;
use super::policy::Direction;
use super::uses::{Use, Uses};
use crate::model::ObjectKey;

/// Blocks, findable by the addresses in them.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    uses: Uses<Block>,
    by_cidr: HashMap<IpNet, Vec<Arc<Block>>, RandomState>,
    /// How many blocks have a range of so many leading bits. There are few such lengths, so that each is looked up.
    lengths: Counts<(Family, u8)>,
}

impl Blocks {
    pub(super) fn add(&mut self, block: &Arc<Block>, direction: Direction, policy: &ObjectKey) {
        if self.uses.add(block, direction, policy) {
            self.by_cidr.entry(block.cidr).or_default().push(Arc::clone(block));
            self.lengths.add(&length(block.cidr));
        }
    }

    pub(super) fn remove(&mut self, block: &Arc<Block>, direction: Direction, policy: &ObjectKey) {
        if self.uses.remove(block, direction, policy)
            && let Some(blocks) = self.by_cidr.get_mut(&block.cidr)
        {
            blocks.retain(|it| it != block);
            if blocks.is_empty() {
                self.by_cidr.remove(&block.cidr);
            }
            self.lengths.remove(&length(block.cidr));
        }
    }

    /// Every block, once.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Block> {
        self.by_cidr.values().flatten().map(|it| &**it)
    }

    /// The blocks that hold the address.
    pub(super) fn with(&self, address: IpAddr) -> impl Iterator<Item = &Arc<Block>> {
        let family = Family::of(address);
        let lengths = self.lengths.keys().filter(move |it| it.0 == family).map(|it| it.1);
        let nets = lengths.filter_map(move |it| IpNet::new(address, it).ok()).map(|it| it.trunc());
        let blocks = nets.filter_map(|it| self.by_cidr.get(&it)).flatten();
        blocks.filter(move |it| it.addresses.contains(address))
    }

    /// The policies that name the block.
    pub(super) fn uses(&self, block: &Block) -> impl Iterator<Item = &Use> {
        self.uses.of(block)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.uses.is_empty() && self.by_cidr.is_empty() && self.lengths.is_empty()
    }
}

fn length(net: IpNet) -> (Family, u8) {
    (Family::of(net.addr()), net.prefix_len())
}
