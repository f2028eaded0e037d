//! What is declared is kept as it was meant.

use jiff::{SignedDuration, Timestamp};

use super::{EXAMPLE, FULL, baseline};
use crate::baseline::page::{TABLES, render_page};
use crate::baseline::{
    Binding, BindingKind, ForbiddenGrant, HostPath, Ids, Images, InEnvironment, Indirect, Level, Party,
    Range, Restarts, SecretReader, Secrets, Subject, Version, Workloads,
};
use crate::model::{Checks, Matches};
use crate::network::{Direction, Pods, PortSet, Protocol, Selector};

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn ids(ranges: &[(i64, i64)]) -> Ids {
    Ids { ranges: ranges.iter().map(|&(min, max)| Range { min, max }).collect() }
}

fn masters() -> Subject {
    Subject::Group("system:masters".to_owned())
}

#[test]
fn the_example_is_read_in_full() {
    let read = baseline(EXAMPLE);
    assert_eq!(&*read.declaration.name, "production");
    assert_eq!(read.declaration.line, 1);
    assert_eq!(read.namespaces.exclude, ["kube-system"]);

    let secrets = read.secrets.unwrap();
    let service_account =
        Subject::ServiceAccount { namespace: "cert-manager".to_owned(), name: "cert-manager".to_owned() };
    let binding = Binding { kind: BindingKind::ClusterRoleBinding, name: "cert-manager".to_owned() };
    let (verbs, namespaces) = (owned(&["get", "list", "watch"]), owned(&["*"]));
    let listed = SecretReader {
        subject: service_account,
        verbs: verbs.clone(),
        namespaces: namespaces.clone(),
        via: Some(vec![binding]),
    };
    let group = SecretReader { subject: masters(), verbs, namespaces, via: None };
    assert_eq!(secrets.readers, Some(vec![listed, group]));
    assert_eq!((secrets.indirect, secrets.in_environment), (Indirect::Report, InEnvironment::Forbid));

    let rbac = read.rbac.unwrap();
    assert_eq!(rbac.cluster_admins, Some(vec![masters()]));
    assert_eq!(rbac.forbid, ForbiddenGrant::ALL);
    assert!(rbac.declared_grants);

    let network = read.network.unwrap();
    let labels = |key: &str, value: &str| Selector::of_labels(&[(key.to_owned(), value.to_owned())]);
    let pods = |namespace: &str, app: &str| {
        Party::Pods(Pods { namespace: Some(namespace.into()), labels: labels("app", app) })
    };
    assert_eq!(network.default_deny, [Direction::Ingress, Direction::Egress]);
    assert!(network.within_namespace);
    assert_eq!(network.internet, Some(labels("egress", "internet")));
    let flow = &network.allow.unwrap()[0];
    assert_eq!((&flow.from, &flow.to), (&pods("shop", "web"), &pods("payments", "api")));
    assert_eq!(flow.ports, PortSet::range(Protocol::Tcp, 8443, 8443));
    let dns = Selector::of_labels(&[("k8s-app".to_owned(), "kube-dns".to_owned())]);
    assert_eq!(network.dns, Pods { namespace: Some("kube-system".into()), labels: dns });

    let pods = read.pod_security.unwrap();
    assert_eq!((pods.level, pods.version), (Level::Restricted, Version::LATEST));
    assert!(pods.namespace_label);
    let profile = pods.profile.unwrap();
    assert!(profile.read_only_root_filesystem);
    assert_eq!(profile.run_as_user, Some(ids(&[(1000, 65535)])));
    assert_eq!(profile.allowed_host_paths, Some(Vec::new()));
    assert_eq!(profile.volumes, None);

    let images = Images { registries: Some(owned(&["registry.example.com/"])), require_digest: true };
    assert_eq!(read.workloads, Some(Workloads { images, forbid_naked: true }));
    let behaviour = read.behaviour.unwrap();
    let within = SignedDuration::from_mins(10);
    assert_eq!(behaviour.restarts, Some(Restarts { max: 5, within }));
    assert!(behaviour.forbid_exec && behaviour.forbid_ephemeral_containers);

    let [waiver] = &read.waivers[..] else { panic!("there is one waiver") };
    assert_eq!(waiver.checks, Checks::One("pod-security/host-path-volumes".into()));
    let (namespace, name) = (Some("monitoring".into()), Some("node-exporter".into()));
    let matches = Matches { namespace, name, ..Matches::default() };
    assert_eq!(waiver.matches, matches);
    assert_eq!((&*waiver.owner, &*waiver.reason), ("sre@example.com", "reads host metrics"));
    assert_eq!(waiver.expires, "2027-04-01T00:00:00Z".parse::<Timestamp>().unwrap());
    let line = EXAMPLE.lines().position(|line| line.contains("- check:")).unwrap() + 1;
    assert_eq!(
        (usize::try_from(waiver.declaration.line).unwrap(), &*waiver.declaration.name),
        (line, "production")
    );
}

#[test]
fn every_field_of_pod_security_is_read() {
    let pods = baseline(FULL).pod_security.unwrap();
    assert_eq!((pods.level, pods.version), (Level::Baseline, Version::minor(28)));
    assert_eq!(
        (pods.exempt.namespaces, pods.exempt.runtime_classes),
        (owned(&["legacy"]), owned(&["gvisor"]))
    );
    let profile = pods.profile.unwrap();
    assert_eq!(profile.run_as_group, Some(ids(&[(0, 0), (10, 20)])));
    assert_eq!(profile.fs_group, Some(ids(&[(1, 1)])));
    assert_eq!(profile.supplemental_groups, Some(ids(&[])));
    let path = |prefix: &str, read_only| HostPath { prefix: prefix.to_owned(), read_only };
    assert_eq!(profile.allowed_host_paths, Some(vec![path("/var/log", true), path("/dev", false)]));
    assert_eq!(profile.volumes, Some(owned(&["configMap", "*"])));
    assert_eq!(profile.host_ports, Some(vec![Range { min: 8000, max: 8080 }]));
    assert_eq!(profile.allowed_capabilities, Some(owned(&["NET_ADMIN", "*"])));
    assert_eq!(profile.required_drop_capabilities, owned(&["ALL"]));
    assert_eq!(profile.seccomp_profiles, Some(owned(&["RuntimeDefault", "Localhost/*"])));
    assert_eq!(profile.app_armor_profiles, Some(owned(&["Localhost/web"])));
    let se_linux = profile.se_linux.unwrap();
    let options = [se_linux.user, se_linux.role, se_linux.kind, se_linux.level].map(Option::unwrap);
    assert_eq!(options, ["system_u", "system_r", "container_t", "s0:c1"]);
    assert_eq!(profile.forbidden_sysctls, owned(&["kernel.*"]));
    assert_eq!(profile.allowed_sysctls, Some(owned(&["net.ipv4.tcp_syncookies", "net.core.*"])));
    assert_eq!(profile.allowed_csi_drivers, Some(owned(&["csi.example.com"])));
    assert_eq!(profile.runtime_classes, Some(owned(&["kata"])));
}

#[test]
fn what_is_asked_of_secrets_beside_their_readers_has_a_default() {
    let secrets = |fields: &str| {
        let text =
            "apiVersion: plimsoll.dev/v1alpha1\nkind: Baseline\nmetadata: {name: s}\nspec:\n  secrets: ";
        baseline(&format!("{text}{{{fields}}}\n")).secrets.unwrap()
    };
    assert_eq!(secrets(""), Secrets::default());
    assert_eq!(Secrets::default().indirect, Indirect::Ignore);
    assert_eq!(Secrets::default().in_environment, InEnvironment::Forbid);
    assert_eq!(secrets("indirect: ignore").indirect, Indirect::Ignore);
    assert_eq!(secrets("indirect: forbid").indirect, Indirect::Forbid);
    assert_eq!(secrets("inEnvironment: ignore").in_environment, InEnvironment::Ignore);
}

#[test]
fn a_subject_is_looked_up_as_bindings_name_it() {
    let service_account = Subject::ServiceAccount { namespace: "shop".to_owned(), name: "ci".to_owned() };
    assert_eq!(service_account.key().to_string(), "ServiceAccount/shop/ci");
    let user = Subject::User("system:serviceaccount:shop:ci".to_owned());
    assert_eq!(user.key(), service_account.key());
    assert!(user.is(&service_account.key()) && service_account.is(&user.key()));
    assert!(!Subject::User("ci".to_owned()).is(&user.key()) && !masters().is(&user.key()));
    assert_eq!(Subject::User("jo".to_owned()).key().to_string(), "User/jo");
    assert_eq!(masters().key().to_string(), "Group/system:masters");
}

#[test]
fn namespaces_are_selected_by_name_and_labels() {
    let namespaces = baseline(FULL).namespaces;
    let label = |key: &str| match key {
        "team" => Some("web"),
        "tier" => Some(""),
        _ => None,
    };
    assert!(namespaces.select("shop", label));
    assert!(!namespaces.select("other", label));
    assert!(!namespaces.select("shop", |key| label(key).filter(|value| !value.is_empty())));
    assert_eq!(namespaces.named().unwrap().collect::<Vec<_>>(), ["shop", "payments"]);
    assert!(baseline(EXAMPLE).namespaces.named().is_none());
}

#[test]
fn a_waiver_may_end_at_a_time() {
    let waivers = baseline(FULL).waivers;
    assert_eq!(waivers[0].expires, "2027-03-31T12:00:00Z".parse::<Timestamp>().unwrap());
    assert_eq!(waivers[0].matches.kind.as_deref(), Some("Deployment"));
}

#[test]
fn a_waiver_may_have_a_ticket_labels_and_a_family_of_checks() {
    let waivers = baseline(FULL).waivers;
    assert_eq!(waivers[0].ticket.as_deref(), Some("https://tickets.example.com/7"));
    assert_eq!(waivers[1].ticket, None);
    assert_eq!(waivers[1].matches.pod_labels, [("app".into(), "edge".into())]);
    let family = baseline(&FULL.replace("check: pod-security/privileged", "check: pod-security/*")).waivers;
    assert_eq!(family[0].checks, Checks::Family("pod-security".into()));
}

/// The page and the test of all fields know of every field because the readers read by the same tables.
#[test]
fn every_table_is_on_the_page_and_every_field_in_the_full_document() {
    let page = render_page();
    for table in TABLES {
        assert!(
            page.contains(&format!("### `{}`", if table.path.is_empty() { "document" } else { table.path }))
        );
        for name in table.names() {
            assert!(FULL.contains(&format!("{name}:")), "{}: {name}", table.path);
        }
    }
}

#[test]
fn json_is_read_too() {
    let json = r#"{"apiVersion": "plimsoll.dev/v1alpha1", "kind": "Baseline", "metadata": {"name": "j"},
	"spec": {"podSecurity": {"level": "baseline", "version": "v1.30"}}}"#;
    assert_eq!(baseline(json).pod_security.unwrap().version, Version::minor(30));
}

#[test]
fn what_an_alias_repeats_is_read_in_its_place() {
    let text = EXAMPLE.replace("{app: web}", "&labels {app: web}").replace("{egress: internet}", "*labels");
    let internet = baseline(&text).network.unwrap().internet.unwrap();
    assert_eq!(internet, Selector::of_labels(&[("app".to_owned(), "web".to_owned())]));
}
