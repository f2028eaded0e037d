//! What the controller manager would do: makes controllers, the sets between them and their pods.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::demo::objects::{
    ClaimRetentionPolicy, CronJob, CronJobSpec, CronJobStatus, DaemonSet, DaemonSetSpec, DaemonSetStatus,
    DaemonSetUpdateStrategy, Deployment, DeploymentSpec, DeploymentStatus, DeploymentStrategy, IntOrString,
    Job, JobSpec, JobStatus, JobTemplateSpec, LabelSelector, Namespace, NamespaceSpec, NamespaceStatus,
    Object, ObjectMeta, OwnerReference, Pod, PodTemplateSpec, ReplicaSet, ReplicaSetSpec, ReplicaSetStatus,
    ReplicationController, ReplicationControllerSpec, ReplicationControllerStatus, RollingUpdateDeployment,
    StatefulSet, StatefulSetSpec, StatefulSetStatus, StatefulSetUpdateStrategy, Time,
};
use crate::demo::store::Store;
use crate::model::Kind;

use super::names::{hash, suffix};
use super::pods::PodMaker;
use super::template::{NAME_LABEL, labels, map, selector, template};
use super::workload::Workload;

/// The minute since 1970 of a night in which cron jobs ran: their jobs are named for it.
const NIGHT: u64 = 29_401_920;
const MINUTES_A_NIGHT: u64 = 480;

/// Makes a namespace.
pub(super) fn make_namespace(store: &Store, name: &str, now: Timestamp) {
    let metadata = ObjectMeta {
        name: name.to_owned(),
        labels: map([
            ("kubernetes.io/metadata.name", name),
            ("pod-security.kubernetes.io/enforce", "privileged"),
        ]),
        ..ObjectMeta::default()
    };
    let spec = NamespaceSpec { finalizers: vec!["kubernetes".to_owned()] };
    store.put(Namespace { metadata, spec, status: NamespaceStatus { phase: "Active".to_owned() } }, now);
}

/// Declares the workload, or declares it anew, and starts the pods of it that are missing. Pods of an earlier
/// template go on running.
pub(in crate::demo) fn roll_out(store: &Store, workload: &Workload, now: Timestamp) {
    let plan = Plan::new(workload);
    let owner = plan.make_controllers(store, now);
    let maker = PodMaker::new(&workload.namespace, &plan.template, owner, Time::new(now));
    for name in plan.pod_names() {
        if store.get::<Pod>(&workload.namespace, &name).is_none() {
            store.put(maker.make(&name), now);
        }
    }
}

/// Ends the rollout: pods that are not of the workload as it is now are gone, those that kept their name are
/// made anew, earlier replica sets are scaled down and earlier jobs deleted.
pub(in crate::demo) fn retire_old(store: &Store, workload: &Workload, now: Timestamp) {
    let plan = Plan::new(workload);
    let wanted: BTreeSet<String> = plan.pod_names().collect();
    for pod in of_workload::<Pod>(store, workload) {
        let current = pod.metadata.labels.get(template_label(workload.kind)) == Some(&plan.hash);
        if !current || !wanted.contains(&pod.metadata.name) {
            store.delete(Kind::Pod, &workload.namespace, &pod.metadata.name);
        }
    }
    for job in of_workload::<Job>(store, workload) {
        if job.metadata.name != plan.owner_name() {
            store.delete(Kind::Job, &workload.namespace, &job.metadata.name);
        }
    }
    for mut set in of_workload::<ReplicaSet>(store, workload) {
        if set.metadata.name != plan.owner_name() && set.spec.replicas != Some(0) {
            set.spec.replicas = Some(0);
            set.status = ReplicaSetStatus { replicas: Some(0), observed_generation: 2, ..Default::default() };
            store.put(set, now);
        }
    }
    roll_out(store, workload, now);
}

/// Deletes the workload and everything it owns, the owner first.
pub(in crate::demo) fn remove(store: &Store, workload: &Workload) {
    let namespace = &workload.namespace;
    store.delete(workload.kind, namespace, &workload.name);
    for set in of_workload::<ReplicaSet>(store, workload) {
        store.delete(Kind::ReplicaSet, namespace, &set.metadata.name);
    }
    for job in of_workload::<Job>(store, workload) {
        store.delete(Kind::Job, namespace, &job.metadata.name);
    }
    for pod in of_workload::<Pod>(store, workload) {
        store.delete(Kind::Pod, namespace, &pod.metadata.name);
    }
}

fn of_workload<T: Object>(store: &Store, workload: &Workload) -> Vec<T> {
    let mut objects = store.all::<T>();
    objects.retain(|object| {
        let metadata = object.metadata();
        metadata.namespace == workload.namespace && metadata.labels.get(NAME_LABEL) == Some(&workload.name)
    });
    objects
}

/// The label in which a controller names the template of a pod.
fn template_label(kind: Kind) -> &'static str {
    if kind == Kind::Deployment { "pod-template-hash" } else { "controller-revision-hash" }
}

/// A workload with what is worked out from it.
struct Plan<'a> {
    workload: &'a Workload,
    /// The template of the pods, labelled with its own hash.
    template: PodTemplateSpec,
    hash: String,
    replicas: i32,
}

impl<'a> Plan<'a> {
    fn new(workload: &'a Workload) -> Self {
        let mut template = template(workload);
        let shape = format!("{:?}{:?}", workload.init_containers, workload.containers);
        let hash = suffix(hash(&[&workload.name, &shape]), 10);
        template.metadata.labels.insert(template_label(workload.kind).to_owned(), hash.clone());
        let replicas = i32::try_from(workload.replicas).unwrap_or(i32::MAX);
        Self { workload, template, hash, replicas }
    }

    /// What the object that owns the pods is called.
    fn owner_name(&self) -> String {
        let name = &self.workload.name;
        match self.workload.kind {
            Kind::Deployment => format!("{name}-{}", self.hash),
            // A job's template cannot change, so another template is another job.
            Kind::CronJob => format!("{name}-{}", NIGHT + hash(&[&self.hash]) % MINUTES_A_NIGHT),
            _ => name.clone(),
        }
    }

    fn pod_names(&self) -> impl Iterator<Item = String> {
        let (kind, owner) = (self.workload.kind, self.owner_name());
        (0..self.workload.replicas).map(move |ordinal| match kind {
            Kind::Pod => owner.clone(),
            Kind::StatefulSet => format!("{owner}-{ordinal}"),
            _ => format!("{owner}-{}", suffix(hash(&[&owner, &ordinal.to_string()]), 5)),
        })
    }

    /// Puts the controllers, and gives a reference to the one that owns the pods.
    fn make_controllers(&self, store: &Store, now: Timestamp) -> Option<OwnerReference> {
        match self.workload.kind {
            Kind::Deployment => {
                let owner = put(store, self.deployment(), now);
                Some(put(store, self.replica_set(owner), now))
            }
            Kind::CronJob => {
                let owner = put(store, self.cron_job(now), now);
                Some(put(store, self.job(owner, now), now))
            }
            Kind::StatefulSet => Some(put(store, self.stateful_set(), now)),
            Kind::DaemonSet => Some(put(store, self.daemon_set(), now)),
            Kind::ReplicationController => Some(put(store, self.replication_controller(), now)),
            // A pod is made by hand, and nothing else is a workload of its own.
            _ => None,
        }
    }

    fn metadata(&self, name: String, owner: Option<OwnerReference>) -> ObjectMeta {
        ObjectMeta {
            name,
            namespace: self.workload.namespace.clone(),
            generation: 1,
            labels: labels(self.workload),
            annotations: map([("deployment.kubernetes.io/revision", "1")]),
            owner_references: owner.into_iter().collect(),
            ..ObjectMeta::default()
        }
    }

    fn selector(&self) -> LabelSelector {
        LabelSelector { match_labels: selector(self.workload), match_expressions: Vec::new() }
    }

    /// The template as the team wrote it: only the controllers below know its hash.
    fn declared_template(&self) -> PodTemplateSpec {
        let mut template = self.template.clone();
        template.metadata.labels.remove(template_label(self.workload.kind));
        template
    }

    fn deployment(&self) -> Deployment {
        let quarter = Some(IntOrString::string("25%"));
        let rolling_update = RollingUpdateDeployment { max_unavailable: quarter.clone(), max_surge: quarter };
        Deployment {
            metadata: self.metadata(self.workload.name.clone(), None),
            spec: DeploymentSpec {
                replicas: Some(self.replicas),
                selector: Some(self.selector()),
                template: self.declared_template(),
                strategy: DeploymentStrategy {
                    r#type: "RollingUpdate".to_owned(),
                    rolling_update: Some(rolling_update),
                },
                revision_history_limit: Some(10),
                progress_deadline_seconds: Some(600),
                ..DeploymentSpec::default()
            },
            status: DeploymentStatus {
                observed_generation: 1,
                replicas: self.replicas,
                updated_replicas: self.replicas,
                ready_replicas: self.replicas,
                available_replicas: self.replicas,
                ..DeploymentStatus::default()
            },
        }
    }

    fn replica_set(&self, owner: OwnerReference) -> ReplicaSet {
        let mut selector = selector(self.workload);
        selector.insert(template_label(self.workload.kind).to_owned(), self.hash.clone());
        ReplicaSet {
            metadata: self.metadata(self.owner_name(), Some(owner)),
            spec: ReplicaSetSpec {
                replicas: Some(self.replicas),
                selector: Some(LabelSelector { match_labels: selector, match_expressions: Vec::new() }),
                template: self.template.clone(),
                ..ReplicaSetSpec::default()
            },
            status: ReplicaSetStatus {
                replicas: Some(self.replicas),
                fully_labeled_replicas: self.replicas,
                ready_replicas: self.replicas,
                available_replicas: self.replicas,
                observed_generation: 1,
            },
        }
    }

    fn stateful_set(&self) -> StatefulSet {
        let revision = format!("{}-{}", self.workload.name, self.hash);
        StatefulSet {
            metadata: self.metadata(self.owner_name(), None),
            spec: StatefulSetSpec {
                replicas: Some(self.replicas),
                selector: Some(self.selector()),
                template: self.declared_template(),
                service_name: self.workload.name.clone(),
                pod_management_policy: "OrderedReady".to_owned(),
                update_strategy: StatefulSetUpdateStrategy {
                    r#type: "RollingUpdate".to_owned(),
                    rolling_update: None,
                },
                revision_history_limit: Some(10),
                persistent_volume_claim_retention_policy: Some(ClaimRetentionPolicy {
                    when_deleted: "Retain".to_owned(),
                    when_scaled: "Retain".to_owned(),
                }),
                ..StatefulSetSpec::default()
            },
            status: StatefulSetStatus {
                observed_generation: 1,
                replicas: Some(self.replicas),
                ready_replicas: self.replicas,
                current_replicas: self.replicas,
                updated_replicas: self.replicas,
                current_revision: revision.clone(),
                update_revision: revision,
                collision_count: Some(0),
                available_replicas: Some(self.replicas),
            },
        }
    }

    fn daemon_set(&self) -> DaemonSet {
        let everywhere = Some(self.replicas);
        DaemonSet {
            metadata: self.metadata(self.owner_name(), None),
            spec: DaemonSetSpec {
                selector: Some(self.selector()),
                template: self.declared_template(),
                update_strategy: DaemonSetUpdateStrategy {
                    r#type: "RollingUpdate".to_owned(),
                    rolling_update: None,
                },
                revision_history_limit: Some(10),
                ..DaemonSetSpec::default()
            },
            status: DaemonSetStatus {
                current_number_scheduled: everywhere,
                number_misscheduled: Some(0),
                desired_number_scheduled: everywhere,
                number_ready: everywhere,
                observed_generation: 1,
                updated_number_scheduled: self.replicas,
                number_available: self.replicas,
                ..DaemonSetStatus::default()
            },
        }
    }

    fn replication_controller(&self) -> ReplicationController {
        ReplicationController {
            metadata: self.metadata(self.owner_name(), None),
            spec: ReplicationControllerSpec {
                replicas: Some(self.replicas),
                selector: selector(self.workload),
                template: Some(self.declared_template()),
                ..ReplicationControllerSpec::default()
            },
            status: ReplicationControllerStatus {
                replicas: Some(self.replicas),
                ready_replicas: self.replicas,
                available_replicas: self.replicas,
                observed_generation: 1,
                ..ReplicationControllerStatus::default()
            },
        }
    }

    fn job_spec(&self) -> JobSpec {
        JobSpec {
            parallelism: Some(self.replicas),
            completions: Some(self.replicas),
            backoff_limit: Some(6),
            template: self.declared_template(),
            completion_mode: Some("NonIndexed".to_owned()),
            suspend: Some(false),
            ..JobSpec::default()
        }
    }

    fn cron_job(&self, now: Timestamp) -> CronJob {
        CronJob {
            metadata: self.metadata(self.workload.name.clone(), None),
            spec: CronJobSpec {
                schedule: "30 2 * * *".to_owned(),
                concurrency_policy: "Forbid".to_owned(),
                suspend: Some(false),
                job_template: JobTemplateSpec {
                    metadata: Some(ObjectMeta::default()),
                    spec: self.job_spec(),
                },
                successful_jobs_history_limit: Some(3),
                failed_jobs_history_limit: Some(1),
                ..CronJobSpec::default()
            },
            status: CronJobStatus { last_schedule_time: Some(Time::new(now)), ..CronJobStatus::default() },
        }
    }

    fn job(&self, owner: OwnerReference, now: Timestamp) -> Job {
        Job {
            metadata: self.metadata(self.owner_name(), Some(owner)),
            spec: JobSpec {
                selector: Some(self.selector()),
                // Else the server insists on a selector of its own making.
                manual_selector: Some(true),
                template: self.template.clone(),
                ..self.job_spec()
            },
            status: JobStatus {
                start_time: Some(Time::new(now)),
                active: self.replicas,
                ready: Some(self.replicas),
                ..JobStatus::default()
            },
        }
    }
}

/// Puts a controller, and gives the reference by which what it makes names it.
fn put<T: Object>(store: &Store, controller: T, now: Timestamp) -> OwnerReference {
    let ObjectMeta { namespace, name, .. } = controller.metadata().clone();
    store.put(controller, now);
    let uid = store.get::<T>(&namespace, &name).map_or_else(String::new, |made| made.metadata().uid.clone());
    OwnerReference {
        api_version: T::KIND.api_version(),
        kind: T::KIND.name().to_owned(),
        name,
        uid,
        controller: Some(true),
        block_owner_deletion: Some(true),
    }
}
