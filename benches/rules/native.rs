//! The controls as Plimsoll has them.

use std::sync::Arc;

use plimsoll::baseline::{Level, Version};
use plimsoll::checks::pod_security::{Violation, judge};
use plimsoll::model::Kind;
use plimsoll::snapshot::{Change, Intake, PodTemplate};
use plimsoll::wire::{Item, decode_json};
use serde_json::Value;

use crate::Verdict;

/// The facts of a pod.
pub fn template(pod: &Value) -> Arc<PodTemplate> {
    let object = decode_json(Kind::Pod, pod.to_string().as_bytes()).expect("the pod is well-formed");
    match Intake::default().seen(Item::Object(object)) {
        Change::Seen(facts) => facts.template.expect("a pod has a spec"),
        change => panic!("a pod came in as {change:?}"),
    }
}

pub fn violations(template: &PodTemplate) -> Vec<(&'static str, Violation)> {
    judge(template, Level::Restricted, Version::LATEST)
}

pub fn verdict(template: &PodTemplate) -> Verdict {
    let ids = violations(template).into_iter().map(|(id, _)| id);
    ids.map(|id| id.trim_start_matches("pod-security/").to_owned()).collect()
}
