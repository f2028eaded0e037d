//! Everything that is known at one moment, for whoever shows or sends it.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;
use jiff::Timestamp;

use super::{CheckInfo, Declaration, Deviation, DeviationId, Direction, Finding, Kind, Severity, Waiver};

/// How well a kind is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Its first list, or a list anew, is under way.
    Syncing,
    Synced,
    /// It cannot be seen.
    Lost(Loss),
}

/// Why a kind cannot be seen. A fixed set, because it labels metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Loss {
    /// The API server cannot be reached, or it ended the connection.
    Unreachable,
    /// The credentials were refused.
    Unauthorized,
    /// The right to list or watch the kind is missing.
    Forbidden,
    /// The server does not serve the kind.
    NotServed,
    /// The server answered with an error of its own, or asks for patience.
    ServerError,
    /// What the server sent could not be decoded.
    Undecodable,
}

impl Loss {
    pub const ALL: [Self; 6] = [
        Self::Unreachable,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotServed,
        Self::ServerError,
        Self::Undecodable,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotServed => "not-served",
            Self::ServerError => "server-error",
            Self::Undecodable => "undecodable",
        }
    }
}

/// What the view says of one watched kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindView {
    pub kind: Kind,
    pub sight: Sight,
    /// How many objects of the kind are held.
    pub objects: usize,
}

/// What the view says of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckView {
    pub check: &'static CheckInfo,
    /// The kinds that it reads and cannot see, or cannot judge before it is known what is declared. It is blind while
    /// there is one.
    pub blind: Vec<Kind>,
}

/// By what standing deviations are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CountKey {
    /// The check's id.
    pub check: &'static str,
    pub severity: Severity,
    pub direction: Direction,
    pub namespace: Arc<str>,
}

/// Everything that is known at one moment, for whoever shows or sends it.
///
/// Its maps share their parts with the views before, so that a new view costs what changed since.
#[derive(Debug, Clone)]
pub struct View {
    /// When it was made.
    pub time: Timestamp,
    /// The sequence number of the last transition; 0 before the first.
    pub seq: u64,
    /// The deviations that stand.
    pub standing: OrdMap<DeviationId, Arc<Deviation>>,
    /// The deviations that stand and those lately resolved, by the sequence number of their last
    /// transition: what changed after a number is the range beyond it.
    pub by_seq: OrdMap<u64, Arc<Deviation>>,
    /// How many deviations stand. A count that fell to 0 is not kept.
    pub counts: OrdMap<CountKey, u64>,
    pub kinds: Vec<KindView>,
    pub checks: Vec<CheckView>,
    /// The documents that are in force.
    pub baselines: Arc<[Arc<Declaration>]>,
    /// Something is declared that has never been readable, so that nothing is held against it.
    pub incomplete: bool,
    /// What is excused.
    pub waived: OrdMap<DeviationId, Arc<Waived>>,
    /// How many waivers there are of each state.
    pub waivers: WaiverCounts,
}

impl View {
    /// Whether every kind is synced.
    pub fn synced(&self) -> bool {
        self.kinds.iter().all(|kind| kind.sight == Sight::Synced)
    }
}

/// What a check found and a waiver excuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    pub check: &'static CheckInfo,
    pub finding: Finding,
    /// Those that excuse it; at least one.
    pub waivers: Vec<Arc<Waiver>>,
}

impl Waived {
    /// It as a deviation, found at this moment; nobody has seen it open.
    pub fn deviation(&self, id: DeviationId, found: Timestamp) -> Deviation {
        Deviation {
            id,
            check: self.check,
            severity: self.check.severity,
            finding: self.finding.clone(),
            seq: 0,
            since: found,
            opened_at: found,
            resolved_at: None,
            initial: true,
            actor: None,
        }
    }

    /// The waiver that excuses it longest.
    pub fn waiver(&self) -> &Arc<Waiver> {
        let longest = self.waivers.iter().max_by_key(|waiver| waiver.expires);
        longest.expect("what nothing excuses is not waived")
    }
}

/// How many waivers there are of each state. Each is in one of them, and the expiring ones are counted once more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WaiverCounts {
    /// They excuse something.
    pub used: usize,
    /// They excuse nothing that is seen.
    pub unused: usize,
    pub expired: usize,
    /// They expire too far ahead.
    pub invalid: usize,
    /// They are in force, and will not be for long.
    pub expiring: usize,
    /// When the next waiver expires, by the check or family that it is about.
    pub ends: Arc<BTreeMap<String, Timestamp>>,
}
