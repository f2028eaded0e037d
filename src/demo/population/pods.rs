//! Pods as they run: a template, and what scheduler, kubelet and admission add to it.

use serde_json::json;

use crate::demo::objects::{
    ConfigMapProjection, Container, ContainerState, ContainerStateRunning, ContainerStatus,
    DownwardApiProjection, DownwardApiVolumeFile, FieldsV1, HostIp, KeyToPath, LocalObjectReference,
    ManagedFieldsEntry, ObjectFieldSelector, ObjectMeta, OwnerReference, Pod, PodCondition, PodIp, PodSpec,
    PodStatus, PodTemplateSpec, ProjectedVolumeSource, ServiceAccountTokenProjection, Time, Toleration,
    Volume, VolumeProjection, VolumeSource,
};

use super::fields::fields_of;
use super::names::{digest, hash, suffix};
use super::nodes::{node_address, node_name, node_of, pod_address};
use super::template::mount;

/// Makes the pods of one template.
///
/// What all of them share is worked out once, so that a hundred thousand pods are made in seconds.
#[derive(Debug)]
pub(super) struct PodMaker {
    /// The pod as the first writer made it, without name.
    blank: Pod,
    kubelet: ManagedFieldsEntry,
}

impl PodMaker {
    /// `owner` is the controller that makes the pods, none for a pod made by hand; `created` is when.
    pub(super) fn new(
        namespace: &str,
        template: &PodTemplateSpec,
        owner: Option<OwnerReference>,
        created: Time,
    ) -> Self {
        let manager = if owner.is_some() { "kube-controller-manager" } else { "kubectl-create" };
        let metadata = ObjectMeta {
            namespace: namespace.to_owned(),
            generation: 1,
            creation_timestamp: created,
            labels: template.metadata.labels.clone(),
            annotations: template.metadata.annotations.clone(),
            owner_references: owner.into_iter().collect(),
            ..ObjectMeta::default()
        };
        let mut blank = Pod { metadata, spec: template.spec.clone(), status: PodStatus::default() };
        let written = json!({
            "metadata": {
                "annotations": blank.metadata.annotations,
                "labels": blank.metadata.labels,
                "ownerReferences": blank.metadata.owner_references,
            },
            "spec": blank.spec,
        });
        blank.metadata.managed_fields = vec![entry(manager, "", created, &written)];
        admit(&mut blank.spec, namespace);
        let status = status(&blank.spec, created, 0);
        let kubelet = entry("kubelet", "status", settled(created), &json!({ "status": status }));
        Self { blank, kubelet }
    }

    /// The pod of this name, running.
    pub(super) fn make(&self, name: &str) -> Pod {
        let mut pod = self.blank.clone();
        let hash = hash(&[&pod.metadata.namespace, name]);
        name.clone_into(&mut pod.metadata.name);
        if let (true, Some((base, _))) = (!pod.metadata.owner_references.is_empty(), name.rsplit_once('-')) {
            pod.metadata.generate_name = format!("{base}-");
        }
        pod.metadata.managed_fields.push(self.kubelet.clone());
        pod.spec.node_name = node_name(node_of(hash));
        pod.status = status(&pod.spec, pod.metadata.creation_timestamp, hash);
        pod
    }
}

fn entry(manager: &str, subresource: &str, time: Time, written: &serde_json::Value) -> ManagedFieldsEntry {
    ManagedFieldsEntry {
        manager: manager.to_owned(),
        operation: "Update".to_owned(),
        api_version: "v1".to_owned(),
        time: Some(time),
        fields_type: "FieldsV1".to_owned(),
        fields_v1: Some(FieldsV1 { raw: fields_of(written) }),
        subresource: subresource.to_owned(),
    }
}

/// When the kubelet last wrote the status. No other time of the pod is the same, so that a touch moves this
/// one alone.
fn settled(created: Time) -> Time {
    created.plus_secs(7)
}

/// What admission fills in: the service account with its token, and the tolerations of a failing node.
fn admit(spec: &mut PodSpec, namespace: &str) {
    "default".clone_into(&mut spec.service_account_name);
    "default".clone_into(&mut spec.service_account);
    spec.priority = Some(0);
    spec.enable_service_links = Some(true);
    spec.preemption_policy = Some("PreemptLowerPriority".to_owned());
    let volume = format!("kube-api-access-{}", suffix(hash(&[namespace, "token"]), 5));
    for container in spec.init_containers.iter_mut().chain(&mut spec.containers) {
        let path = "/var/run/secrets/kubernetes.io/serviceaccount";
        container.volume_mounts.push(mount(&volume, path, true));
    }
    spec.volumes.push(token_volume(volume));
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        spec.tolerations.push(Toleration {
            key: key.to_owned(),
            operator: "Exists".to_owned(),
            effect: "NoExecute".to_owned(),
            toleration_seconds: Some(300),
            ..Toleration::default()
        });
    }
}

fn token_volume(name: String) -> Volume {
    let token = ServiceAccountTokenProjection {
        expiration_seconds: Some(3607),
        path: "token".to_owned(),
        ..ServiceAccountTokenProjection::default()
    };
    let authority = ConfigMapProjection {
        local_object_reference: LocalObjectReference { name: "kube-root-ca.crt".to_owned() },
        items: vec![KeyToPath { key: "ca.crt".to_owned(), path: "ca.crt".to_owned(), mode: None }],
        optional: None,
    };
    let field =
        ObjectFieldSelector { api_version: "v1".to_owned(), field_path: "metadata.namespace".to_owned() };
    let namespace = DownwardApiProjection {
        items: vec![DownwardApiVolumeFile { path: "namespace".to_owned(), field_ref: Some(field) }],
    };
    let sources = vec![
        VolumeProjection { service_account_token: Some(token), ..VolumeProjection::default() },
        VolumeProjection { config_map: Some(authority), ..VolumeProjection::default() },
        VolumeProjection { downward_api: Some(namespace), ..VolumeProjection::default() },
    ];
    let projected = Some(ProjectedVolumeSource { sources, default_mode: Some(0o644) });
    Volume { name, volume_source: VolumeSource { projected, ..VolumeSource::default() } }
}

/// The status of a pod that runs. The hash stands for what the kubelet draws at random.
fn status(spec: &PodSpec, created: Time, hash: u64) -> PodStatus {
    let node = node_of(hash);
    let (host_ip, pod_ip) = (node_address(node), pod_address(node, hash));
    PodStatus {
        phase: "Running".to_owned(),
        conditions: conditions(created),
        host_ips: vec![HostIp { ip: host_ip.clone() }],
        host_ip,
        pod_ips: vec![PodIp { ip: pod_ip.clone() }],
        pod_ip,
        start_time: Some(created.plus_secs(1)),
        container_statuses: spec
            .containers
            .iter()
            .map(|container| container_status(container, created, hash))
            .collect(),
        qos_class: "Burstable".to_owned(),
        observed_generation: 1,
        ..PodStatus::default()
    }
}

fn conditions(created: Time) -> Vec<PodCondition> {
    let times = [
        ("PodReadyToStartContainers", created.plus_secs(3)),
        ("Initialized", created.plus_secs(1)),
        ("Ready", settled(created)),
        ("ContainersReady", settled(created)),
        ("PodScheduled", created.plus_secs(1)),
    ];
    let condition = |(name, time): (&str, Time)| PodCondition {
        r#type: name.to_owned(),
        status: "True".to_owned(),
        // A real server writes `null` here, not nothing.
        last_probe_time: Some(Time::default()),
        last_transition_time: time,
        observed_generation: 1,
        ..PodCondition::default()
    };
    times.into_iter().map(condition).collect()
}

fn container_status(container: &Container, created: Time, hash: u64) -> ContainerStatus {
    let running = ContainerStateRunning { started_at: created.plus_secs(5) };
    let repository = container.image.rsplit_once(':').map_or(container.image.as_str(), |(name, _)| name);
    let image = super::names::hash(&[&container.image]);
    ContainerStatus {
        name: container.name.clone(),
        state: ContainerState { running: Some(running), ..ContainerState::default() },
        last_state: Some(ContainerState::default()),
        ready: Some(true),
        restart_count: Some(0),
        image: container.image.clone(),
        image_id: format!("{repository}@sha256:{}", digest(image)),
        container_id: format!("containerd://{}", digest(hash ^ image)),
        started: Some(true),
    }
}
