//! No container may take a secret as environment variables.
//!
//! Reads `env[*].valueFrom.secretKeyRef` and `envFrom[*].secretRef` of every container, init container and ephemeral
//! container, by the names alone. Asked wherever `spec.secrets` is declared, unless `inEnvironment` is `ignore`. All of
//! a container is one finding.
//! <https://kubernetes.io/docs/concepts/configuration/secret/>

use super::GOOD_PRACTICES;
use crate::baseline::{Baseline, InEnvironment};
use crate::checks::pod_security::{Remedy, Violation, findings, list};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::{Container, PodTemplate, SecretEnv};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "secrets/in-environment",
        severity: Severity::Low,
        title: "secret in the environment of a container",
        why: "An environment is handed on to every process that the container starts, is written into crash dumps, \
              debug pages and logs, can be read of a running process by whoever shares its user, and keeps the old \
              value when the secret is rotated.",
        mend: "Mount the secret as a file that the program reads. Where a program knows nothing but variables, set \
               `spec.secrets.inEnvironment: ignore`, or declare a waiver.",
        references: &["https://kubernetes.io/docs/concepts/configuration/secret/", GOOD_PRACTICES],
    },
    reads: GOVERNED_PODS,
    rule: Rule::Workload(|_, subject| findings(subject, judge)),
};

fn judge(baseline: &Baseline, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let Some(secrets) = &baseline.secrets else { return };
    if secrets.in_environment == InEnvironment::Forbid {
        violations.extend(template.containers.iter().filter_map(violation));
    }
}

fn violation(container: &Container) -> Option<Violation> {
    // The order of variables is no evidence.
    let first = container.secret_env.iter().min()?;
    let (role, name) = (container.role.field(), &container.name);
    let taken = list(container.secret_env.iter().map(taken));
    let secrets = list(container.secret_env.iter().map(|it| &it.secret));
    Some(Violation {
        key: name.to_string(),
        part: format!("container {name}"),
        what: format!("has secrets in its environment: {taken}"),
        path: format!("spec.{role}[{name}].{}", field(first)),
        expected: "no secret in the environment".into(),
        actual: taken,
        remedy: Remedy::Instead(format!("mount {secrets} as files")),
    })
}

/// What is taken of which secret.
fn taken(env: &SecretEnv) -> String {
    match &*env.variable {
        "" => format!("all of {}", env.secret),
        variable => format!("{variable} of {}", env.secret),
    }
}

/// The field of the container that takes it.
fn field(env: &SecretEnv) -> String {
    match &*env.variable {
        "" => format!("envFrom[{}].secretRef", env.secret),
        variable => format!("env[{variable}].valueFrom.secretKeyRef"),
    }
}
