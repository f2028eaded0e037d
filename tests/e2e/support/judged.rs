//! What the product itself says of pods, from the bytes of an object on.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use plimsoll::checks::pod_security::judge;
use plimsoll::model::Kind;
use plimsoll::snapshot::{Change, Intake, PodTemplate};
use plimsoll::wire::Encoding;
use prost::Message;

use super::standard::Standard;

/// The facts of a pod, or of a workload's template.
pub(crate) fn template(kind: Kind, encoding: Encoding, object: Bytes) -> Arc<PodTemplate> {
    match Intake::default().admit(kind, encoding, bare(encoding, object)) {
        Ok(Change::Seen(facts)) => facts.template.expect("it has a spec"),
        other => panic!("{other:?}"),
    }
}

/// The object itself, of one that the API server served by itself.
pub(crate) fn bare(encoding: Encoding, served: Bytes) -> Bytes {
    match encoding {
        Encoding::Json => served,
        Encoding::Protobuf => Envelope::open(&served),
    }
}

/// `runtime.Unknown`, in which the API server wraps an object that it serves by itself in protobuf.
#[derive(Clone, PartialEq, prost::Message)]
struct Envelope {
    #[prost(bytes = "bytes", tag = "2")]
    raw: Bytes,
}

impl Envelope {
    fn open(served: &Bytes) -> Bytes {
        let enveloped = served.strip_prefix(b"k8s\0").map(|rest| served.slice_ref(rest));
        Self::decode(enveloped.expect("it begins so")).expect("it is an envelope").raw
    }
}

/// The controls of a standard that it fails.
pub(crate) fn failed_controls(template: &PodTemplate, standard: Standard) -> BTreeSet<&'static str> {
    let Standard { level, version } = standard;
    judge(template, level, version).into_iter().map(|(control, _)| control).collect()
}
