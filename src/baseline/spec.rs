//! What a `Baseline` declares: `spec`.

use std::sync::Arc;

use super::field::{Table, optional};
use super::reader::{Reader, Value};
use super::{Baseline, behaviour, namespaces, network, pod_security, rbac, secrets, waivers, workloads};
use crate::model::Declaration;

const SECTION: &str = "a mapping";

pub(super) static TABLE: Table = Table {
    path: "spec",
    fields: &[
        optional(
            "namespaces",
            "a mapping such as {exclude: [kube-system]}",
            "The namespaces that are protected; all of them where it is left out.",
        ),
        optional("secrets", SECTION, "Who may read secrets."),
        optional(
            "rbac",
            SECTION,
            "Who may have which rights. Wherever it stands, bindings of what is not there, rights of the service \
             accounts `default` and roles that widen `admin`, `edit` or `view` are deviations too.",
        ),
        optional(
            "network",
            SECTION,
            "Who may talk to whom. Wherever it stands, policies that select nothing and pods in the network of their host are deviations too.",
        ),
        optional("podSecurity", "a mapping such as {level: restricted}", "What is asked of pods."),
        optional("workloads", SECTION, "What is asked of images and controllers. Kept for checks to come."),
        optional("behaviour", SECTION, "What running pods may do. Kept for checks to come."),
        optional("waivers", "a list of waivers", "Declared exceptions."),
    ],
};

pub(super) fn read(
    value: &Value<'_>,
    reader: &mut Reader,
    declaration: &Declaration,
    known_checks: &[&str],
) -> Option<Baseline> {
    let fields = value.fields(reader, &TABLE)?;
    let namespaces = fields.get("namespaces").and_then(|it| namespaces::read(&it, reader));
    let secrets = fields.get("secrets").and_then(|it| secrets::read(&it, reader));
    let rbac = fields.get("rbac").and_then(|it| rbac::read(&it, reader));
    let network = fields.get("network").and_then(|it| network::read(&it, reader));
    let pod_security = fields.get("podSecurity").and_then(|it| pod_security::read(&it, reader));
    let workloads = fields.get("workloads").and_then(|it| workloads::read(&it, reader));
    let behaviour = fields.get("behaviour").and_then(|it| behaviour::read(&it, reader));
    let waivers = fields.get("waivers").and_then(|it| waivers::read(&it, reader, declaration, known_checks));
    Some(Baseline {
        declaration: Arc::new(declaration.clone()),
        namespaces: namespaces.unwrap_or_default(),
        secrets,
        rbac,
        network,
        pod_security,
        workloads,
        behaviour,
        waivers: waivers.unwrap_or_default(),
    })
}
