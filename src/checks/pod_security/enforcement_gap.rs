//! No pod may run that its own namespace would refuse.
//!
//! Reads the labels `pod-security.kubernetes.io/enforce` and `pod-security.kubernetes.io/enforce-version` of
//! the namespace, as Kubernetes takes them, and every pod that runs. Such a pod is older than the label, came
//! while it was exempt, or came while admission was off; admission never looks at it again. The level that is
//! declared plays no part, but a baseline with `podSecurity` must govern the namespace. Namespaces and
//! runtime classes that admission is declared to exempt are not judged, nor is a template that no pod runs.
//! <https://kubernetes.io/docs/concepts/security/pod-security-admission/>

use std::collections::BTreeSet;
use std::sync::Arc;

use super::control::is_exempt;
use super::findings::number_of_pods;
use super::violation::list;
use super::{enforced, judge};
use crate::baseline::{Baseline, Level, Version};
use crate::checks::{Check, Facts, GOVERNED_PODS, Governed, Rule};
use crate::model::{CheckInfo, Direction, Finding, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "pod-security/enforcement-gap",
        severity: Severity::High,
        title: "pod that its own namespace would refuse",
        why: "The label of the namespace promises that no such pod is there. Labelling a namespace evicts \
              nobody, and what was let in while admission was off or the pod exempt stays for as long as it \
              runs.",
        mend: "Mend the template of the workload, then delete the pods, so that they are made anew and \
               admitted; as the template is, the API server would refuse them.",
        references: &["https://kubernetes.io/docs/concepts/security/pod-security-admission/"],
    },
    reads: GOVERNED_PODS,
    rule: Rule::Workload(evaluate),
};

fn evaluate(_: &Facts<'_>, subject: &Governed<'_>) -> Vec<Finding> {
    let Some(policy) = enforced::policy(&subject.namespace_labels) else { return Vec::new() };
    if subject.governing.iter().all(|baseline| baseline.pod_security.is_none()) {
        return Vec::new();
    }
    let refused = refused(subject, policy);
    subject.governing.iter().filter_map(|baseline| find(subject, baseline, policy, &refused)).collect()
}

/// A template that pods run and the namespace would refuse.
struct Refused<'a> {
    template: &'a PodTemplate,
    pods: u64,
    /// The ids of the checks that it fails.
    checks: BTreeSet<&'static str>,
}

/// What runs and would be refused. It is the same for every baseline: they differ in what they exempt.
fn refused<'a>(subject: &'a Governed<'_>, (level, version): (Level, Version)) -> Vec<Refused<'a>> {
    let running = subject.workload.templates.iter().filter(|(_, pods)| *pods > 0);
    let judged = running.map(|(template, pods)| {
        let checks = judge(template, level, version).into_iter().map(|(check, _)| check).collect();
        Refused { template, pods: *pods, checks }
    });
    judged.filter(|it| !it.checks.is_empty()).collect()
}

/// The finding of one baseline.
fn find(
    subject: &Governed<'_>,
    baseline: &Baseline,
    policy: (Level, Version),
    refused: &[Refused<'_>],
) -> Option<Finding> {
    let exempt = &baseline.pod_security.as_ref()?.exempt;
    let namespace = &subject.workload.object.key.namespace;
    let refused: Vec<_> = refused.iter().filter(|it| !is_exempt(exempt, namespace, it.template)).collect();
    if refused.is_empty() {
        return None;
    }
    let pods = refused.iter().map(|it| it.pods).sum();
    let enforced = format!("{}:{}", policy.0, policy.1);
    let checks = list(refused.iter().flat_map(|it| &it.checks));
    let object = &subject.workload.object;
    Some(Finding {
        object: object.clone(),
        exposed: None,
        key: "enforce".to_owned(),
        direction: Direction::Loosened,
        count: pods,
        message: format!(
            "the namespace of {} enforces {enforced}, which {} of it would fail: {checks}",
            object.key,
            number_of_pods(pods)
        ),
        expected: enforced,
        actual: checks,
        path: String::new(),
        remedy: String::new(),
        declaration: Some(Arc::clone(&baseline.declaration)),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use jiff::Timestamp;
    use tikv_jemalloc_ctl::thread::allocatedp;

    use super::*;
    use crate::baseline::{Declared, PodSecurity};
    use crate::checks::{Panics, Remembered};
    use crate::model::{Kind, ObjectKey, ObjectKind, ObjectRef};
    use crate::snapshot::{Container, Snapshot, Volume, VolumeSource, Workload};

    /// A pod that meets the level baseline and not restricted; it fails baseline where it is privileged.
    fn template(privileged: bool) -> PodTemplate {
        let web = Container { name: "web".into(), privileged, ..Container::default() };
        PodTemplate { containers: Box::new([web]), ..PodTemplate::default() }
    }

    fn findings(
        declared: &Declared,
        labels: &[(&str, &str)],
        templates: &[(PodTemplate, u64)],
    ) -> Vec<Finding> {
        let kind = ObjectKind::Watched(Kind::Deployment);
        let key = ObjectKey { kind, namespace: "shop".into(), name: "web".into() };
        let object = ObjectRef { key, version: "v1".into(), uid: "".into(), resource_version: "".into() };
        let templates =
            templates.iter().map(|(template, pods)| (Arc::new(template.clone()), *pods)).collect();
        let labels = labels.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let subject = Governed {
            workload: Workload { object, templates },
            namespace_labels: Arc::new(labels),
            governing: declared.baselines.iter().collect(),
        };
        let facts = Facts {
            declared,
            snapshot: &Snapshot::default(),
            panics: &Panics::new(),
            waiver_uses: &HashMap::new(),
            remembered: &Remembered::default(),
            now: Timestamp::UNIX_EPOCH,
        };
        evaluate(&facts, &subject)
    }

    const BASELINE: (&str, &str) = (enforced::LEVEL_LABEL, "baseline");

    #[test]
    fn pods_that_their_namespace_admits_are_clean() {
        let declared = Declared::hardened();
        assert_eq!(findings(&declared, &[BASELINE], &[(template(false), 3)]), []);
        assert_eq!(findings(&declared, &[], &[(template(true), 3)]), [], "nothing is enforced");
    }

    #[test]
    fn pods_that_their_namespace_would_refuse_are_one_finding() {
        let mut second = template(true);
        second.host_pid = true;
        let declared = Declared::hardened();
        let labels = [BASELINE, (enforced::VERSION_LABEL, "v1.29")];
        let templates = [(template(true), 2), (second, 1), (template(false), 4)];
        let [finding] = findings(&declared, &labels, &templates).try_into().unwrap();
        assert_eq!((finding.key.as_str(), finding.count), ("enforce", 3));
        assert_eq!(finding.expected, "baseline:v1.29");
        assert_eq!(finding.actual, "pod-security/host-namespaces, pod-security/privileged");
        let message = "the namespace of Deployment/shop/web enforces baseline:v1.29, which 3 pods of it \
                       would fail: pod-security/host-namespaces, pod-security/privileged";
        assert_eq!(finding.message, message);
        assert_eq!(finding.declaration.as_ref(), Some(&declared.baselines[0].declaration));
    }

    #[test]
    fn a_template_that_no_pod_runs_is_not_judged() {
        assert_eq!(findings(&Declared::hardened(), &[BASELINE], &[(template(true), 0)]), []);
    }

    #[test]
    fn bad_labels_are_taken_as_the_strictest() {
        let declared = Declared::hardened();
        let templates = [(template(false), 1)];
        let [finding] =
            findings(&declared, &[(enforced::LEVEL_LABEL, "basline")], &templates).try_into().unwrap();
        assert_eq!(finding.expected, "restricted:latest");
        let labels = [(enforced::LEVEL_LABEL, "restricted"), (enforced::VERSION_LABEL, "1.0")];
        let [finding] = findings(&declared, &labels, &templates).try_into().unwrap();
        assert_eq!(finding.expected, "restricted:latest");
    }

    #[test]
    fn the_declared_level_plays_no_part_and_exemptions_do() {
        type Mutation = fn(&mut Option<PodSecurity>);
        let mutations: [(Mutation, usize); 4] = [
            (|it| it.as_mut().unwrap().level = Level::Privileged, 1),
            (|it| it.as_mut().unwrap().exempt.namespaces.push("shop".to_owned()), 0),
            (|it| it.as_mut().unwrap().exempt.runtime_classes.push("kata".to_owned()), 0),
            (|it| *it = None, 0),
        ];
        for (mutate, found) in mutations {
            let mut declared = Declared::hardened();
            mutate(&mut declared.baselines[0].pod_security);
            let template = PodTemplate { runtime_class: Some("kata".into()), ..template(true) };
            assert_eq!(findings(&declared, &[BASELINE], &[(template, 1)]).len(), found);
        }
    }

    #[test]
    fn a_template_is_judged_once_for_all_baselines() {
        let volume =
            |at| Volume { name: format!("v{at}").into(), source: VolumeSource::HostPath("/".into()) };
        let volumes = (0..1000).map(volume).collect();
        let templates = [(PodTemplate { volumes, ..template(false) }, 1)];
        let allocated = |baselines: usize| {
            let baseline = Declared::hardened().baselines.remove(0);
            let declared = Declared { baselines: vec![baseline; baselines], ..Declared::default() };
            let before = allocatedp::read().unwrap().get();
            assert_eq!(findings(&declared, &[BASELINE], &templates).len(), baselines);
            allocatedp::read().unwrap().get() - before
        };
        assert!(allocated(8) < 2 * allocated(1));
    }
}
