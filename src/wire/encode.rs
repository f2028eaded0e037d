//! Objects as Kubernetes writes them in JSON, with the fields that are read and no others.
//!
//! What is written is what was decoded, so that nothing can come out that was skipped on the way in.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    AggregationRule, Binding, Content, NetworkPolicySpec, Object, ObjectMeta, PodSpec, PodStatus, Pods,
    PolicyRule, Role, RoleRef, Subject,
};
use crate::model::Kind;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    api_version: String,
    kind: &'static str,
    metadata: Meta<'a>,
    #[serde(flatten)]
    body: Body<'a>,
}

#[derive(Serialize)]
struct Meta<'a> {
    #[serde(flatten)]
    common: &'a ObjectMeta,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<&'a BTreeMap<String, String>>,
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Body<'a> {
    Nothing {},
    Pod {
        spec: &'a PodSpec,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<&'a PodStatus>,
    },
    MakesPods {
        spec: Makes<'a>,
        /// Of a Job that makes no more pods.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<EndedStatus>,
    },
    CronJob {
        spec: CronJobSpec<'a>,
    },
    Role {
        rules: &'a [PolicyRule],
        #[serde(skip_serializing_if = "Option::is_none")]
        aggregation_rule: Option<&'a AggregationRule>,
    },
    Binding {
        subjects: &'a [Subject],
        role_ref: &'a RoleRef,
    },
    Policy {
        spec: &'a NetworkPolicySpec,
    },
    Node {
        spec: NodeSpec<'a>,
        status: NodeStatus<'a>,
    },
    ServiceCidr {
        spec: ServiceCidrSpec<'a>,
    },
}

#[derive(Serialize)]
struct Makes<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ordinals: Option<Ordinals>,
    template: Template<'a>,
}

#[derive(Serialize)]
struct Ordinals {
    start: u16,
}

#[derive(Serialize)]
struct EndedStatus {
    conditions: [Condition; 1],
}

#[derive(Serialize)]
struct Condition {
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
}

/// What a Job says that is over, whether it came to its end or failed.
const ENDED: EndedStatus = EndedStatus { conditions: [Condition { kind: "Complete", status: "True" }] };

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CronJobSpec<'a> {
    job_template: JobTemplate<'a>,
}

#[derive(Serialize)]
struct JobTemplate<'a> {
    spec: Makes<'a>,
}

#[derive(Serialize)]
struct Template<'a> {
    metadata: TemplateMeta<'a>,
    spec: &'a PodSpec,
}

#[derive(Serialize)]
struct TemplateMeta<'a> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct NodeSpec<'a> {
    #[serde(rename = "podCIDRs")]
    pod_cidrs: Vec<&'a str>,
}

#[derive(Serialize)]
struct NodeStatus<'a> {
    addresses: Vec<NodeAddress<'a>>,
}

#[derive(Serialize)]
struct NodeAddress<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    address: &'a str,
}

#[derive(Serialize)]
struct ServiceCidrSpec<'a> {
    cidrs: &'a [String],
}

/// The object in JSON. Decoded again it is the same.
pub fn encode_json(object: &Object) -> String {
    let Object { kind, metadata, content } = object;
    let annotations = match content {
        Content::Pods(pods) if *kind == Kind::Pod => Some(&pods.profile_annotations),
        _ => None,
    };
    let metadata = Meta { common: metadata, annotations: annotations.filter(|it| !it.is_empty()) };
    let written =
        Written { api_version: kind.api_version(), kind: kind.name(), metadata, body: body(*kind, content) };
    serde_json::to_string(&written).expect("an object has only string keys")
}

fn body(kind: Kind, content: &Content) -> Body<'_> {
    match content {
        Content::Nothing => Body::Nothing {},
        Content::Pods(pods) => pods_of(kind, pods),
        Content::Role(Role { rules, aggregation }) => {
            Body::Role { rules, aggregation_rule: aggregation.as_ref() }
        }
        Content::Binding(binding) => {
            let Binding { role_ref, subjects } = &**binding;
            Body::Binding { subjects, role_ref }
        }
        Content::Policy(spec) => Body::Policy { spec },
        Content::Ranges(ranges) if kind == Kind::Node => node(ranges),
        Content::Ranges(cidrs) => Body::ServiceCidr { spec: ServiceCidrSpec { cidrs } },
    }
}

fn pods_of(kind: Kind, pods: &Pods) -> Body<'_> {
    let Pods { replicas, first_ordinal, is_over, spec, profile_annotations, labels, status } = pods;
    let makes = || {
        let metadata = TemplateMeta { labels, annotations: profile_annotations };
        let ordinals = (*first_ordinal > 0).then_some(Ordinals { start: *first_ordinal });
        Makes { replicas: *replicas, ordinals, template: Template { metadata, spec } }
    };
    match kind {
        Kind::Pod => Body::Pod { spec, status: status.as_deref() },
        Kind::CronJob => Body::CronJob { spec: CronJobSpec { job_template: JobTemplate { spec: makes() } } },
        _ => Body::MakesPods { spec: makes(), status: is_over.then_some(ENDED) },
    }
}

/// The ranges stand before the single addresses, as they do where a node is decoded.
fn node(ranges: &[String]) -> Body<'_> {
    let (pod_cidrs, addresses): (Vec<&str>, Vec<&str>) =
        ranges.iter().map(String::as_str).partition(|it| it.contains('/'));
    let addresses = addresses.into_iter().map(|address| NodeAddress { kind: "InternalIP", address });
    Body::Node { spec: NodeSpec { pod_cidrs }, status: NodeStatus { addresses: addresses.collect() } }
}
