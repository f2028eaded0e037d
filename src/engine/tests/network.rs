//! The checks of the network: what is unknown is neither opened nor resolved, and each change touches whatever it may
//! turn.

use super::*;
use crate::baseline::{Document, parse};
use crate::wire::manifests;

/// One under a baseline whose `spec.network` is this, in which every kind was listed.
fn cluster(network: &str) -> Cluster {
    under(&format!("network: {{{network}}}"))
}

/// One under a baseline whose `spec` is this, in which every kind was listed.
fn under(spec: &str) -> Cluster {
    let text = format!(
        "{{apiVersion: plimsoll.dev/v1alpha1, kind: Baseline, metadata: {{name: b}}, spec: {{{spec}}}}}"
    );
    let (mut documents, problems) = parse("b.yaml", text.as_bytes(), &checks::ids());
    assert_eq!(problems, []);
    let Some(Document::Baseline(baseline)) = documents.pop() else { panic!("it is a baseline") };
    let declared = Arc::new(Declared { baselines: vec![*baseline], ..Declared::default() });
    let engine = Engine::new(CHECKS, declared, Arc::new(Snapshot::default()), RETENTION);
    let mut cluster = Cluster { intake: Intake::default(), engine, second: 0 };
    cluster.sync();
    assert_eq!(cluster.settle(), [] as [&str; 0]);
    cluster
}

impl Cluster {
    fn apply(&mut self, manifest: &str) -> &mut Self {
        for object in manifests(manifest).objects {
            let change = self.intake.seen(Item::Object(object.decode().unwrap()));
            self.absorb([change]);
        }
        self
    }

    fn gone(&mut self, kind: Kind, namespace: &str, name: &str) -> &mut Self {
        self.absorb([Change::Deleted { kind, namespace: namespace.into(), name: name.into() }]);
        self
    }

    /// The kinds by which the check is blind.
    fn blind(&mut self, check: &str) -> Vec<Kind> {
        let view = self.engine.view(at(self.second));
        view.checks.into_iter().find(|it| it.check.id == check).unwrap().blind
    }

    /// Everything that stands, with its evidence.
    fn evidence(&mut self) -> Vec<String> {
        let view = self.engine.view(at(self.second));
        let standing = view.standing.values().map(|it| {
            let (check, Finding { object, key, actual, path, count, .. }) = (it.check.id, &it.finding);
            format!("{check} {} {key}: {actual} {path} {count}", object.key)
        });
        let mut standing: Vec<String> = standing.collect();
        standing.sort();
        standing
    }
}

fn pod(name: &str, labels: &str) -> String {
    object("v1", "Pod", "shop", name, &format!("labels: {{{labels}}}"), "containers: [{name: app}]")
}

fn policy(name: &str, spec: &str) -> String {
    object("networking.k8s.io/v1", "NetworkPolicy", "shop", name, "", spec)
}

fn object(version: &str, kind: &str, namespace: &str, name: &str, metadata: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: {version}, kind: {kind}, metadata: {{namespace: '{namespace}', name: {name}, {metadata}}}, \
         spec: {{{spec}}}}}"
    )
}

const DENY: &str = "podSelector: {}, policyTypes: [Ingress]";
const ID: &str = "network/not-isolated";

/// What hides a namespace, by which kind, and how it goes again.
fn hiding() -> [(String, Kind, &'static str, &'static str); 3] {
    let cilium = object("cilium.io/v2", "CiliumNetworkPolicy", "shop", "c", "", "");
    let calico = object("crd.projectcalico.org/v1", "GlobalNetworkPolicy", "", "g", "", "");
    let unreadable = policy("u", "podSelector: {}, policyTypes: [Sideways]");
    [
        (cilium, Kind::CiliumNetworkPolicy, "shop", "c"),
        (calico, Kind::CalicoGlobalNetworkPolicy, "", "g"),
        (unreadable, Kind::NetworkPolicy, "shop", "u"),
    ]
}

#[test]
fn what_is_unknown_neither_opens_nor_resolves() {
    for (hiding, kind, namespace, name) in hiding() {
        let mut cluster = cluster("defaultDeny: [Ingress]");
        cluster.apply(&pod("web", "")).apply(&policy("deny", DENY)).settle();
        cluster.apply(&hiding).settle();
        assert_eq!(cluster.blind(ID), [kind]);
        cluster.gone(Kind::NetworkPolicy, "shop", "deny").apply(&pod("new", "")).settle();
        let stands = |cluster: &mut Cluster| {
            let ours = cluster.standing().into_iter().filter(|it| it.starts_with("network/"));
            ours.collect::<Vec<_>>()
        };
        assert_eq!(stands(&mut cluster), [""; 0], "{kind}: nothing opens");
        cluster.gone(kind, namespace, name).settle();
        assert_eq!(cluster.blind(ID), []);
        let both = [format!("{ID} Pod/shop/new Ingress"), format!("{ID} Pod/shop/web Ingress")];
        assert_eq!(stands(&mut cluster), both, "{kind}");

        cluster.apply(&hiding).apply(&policy("deny", DENY)).settle();
        assert_eq!(stands(&mut cluster), both, "{kind}: nothing resolves");
        cluster.gone(kind, namespace, name).settle();
        assert_eq!(stands(&mut cluster), [""; 0], "{kind}");
    }
}

#[test]
fn what_is_unknown_about_a_namespace_says_nothing_of_others() {
    let [(hiding, ..), ..] = hiding();
    let mut cluster = cluster("defaultDeny: [Ingress]");
    cluster.apply(&hiding).settle();
    cluster.apply(&pod("web", "").replace("'shop'", "'bank'"));
    assert_eq!(cluster.settle(), [format!("opened {ID} Pod/bank/web Ingress")]);
}

#[test]
fn what_is_gone_is_resolved_though_its_namespace_is_unknown() {
    for (hiding, kind, ..) in hiding() {
        let mut cluster = cluster("defaultDeny: [Ingress]");
        cluster.apply(&pod("web", ""));
        assert_eq!(cluster.settle(), [format!("opened {ID} Pod/shop/web Ingress")], "{kind}");
        cluster.apply(&hiding).settle();
        cluster.gone(Kind::Pod, "shop", "web");
        assert_eq!(cluster.settle(), [format!("resolved {ID} Pod/shop/web Ingress")], "{kind}");
    }
}

#[test]
fn a_plugin_that_comes_or_goes_settles_what_is_said_of_another() {
    let set = |namespace: &str, name: &str| {
        let template = "template: {spec: {containers: [{name: agent}]}}";
        object("apps/v1", "DaemonSet", namespace, name, "", template)
    };
    let mut cluster = cluster("defaultDeny: [Ingress]");
    cluster.apply(&set("kube-flannel", "kube-flannel-ds")).settle();
    let told = format!("{ID} DaemonSet/kube-flannel/kube-flannel-ds enforcement");
    assert!(cluster.standing().contains(&told));
    cluster.apply(&set("kube-system", "calico-node"));
    assert!(cluster.settle().contains(&format!("resolved {told}")));
    cluster.gone(Kind::DaemonSet, "kube-system", "calico-node");
    assert!(cluster.settle().contains(&format!("opened {told}")));
}

#[test]
fn a_policy_is_judged_anew_with_the_namespaces_that_it_names() {
    let named = |labels: &str| object("v1", "Namespace", "", "bank", &format!("labels: {{{labels}}}"), "");
    let mut cluster = cluster("within: namespace");
    let entry = "{namespaceSelector: {matchLabels: {team: bank}}, podSelector: {matchLabels: {app: api}}}";
    cluster.apply(&policy("in", &format!("podSelector: {{}}, ingress: [{{from: [{entry}]}}]"))).settle();
    let mut actual = |manifest: &str| {
        cluster.apply(manifest).settle();
        cluster
            .evidence()
            .into_iter()
            .find(|it| it.starts_with("network/selects-nothing"))
            .unwrap_or_default()
    };
    let at = "network/selects-nothing NetworkPolicy/shop/in spec.ingress[0].from[0]";
    let no_namespace =
        format!("{at}: namespaceSelector team=bank selects no namespace spec.ingress[0].from[0] 1");
    let no_pod = format!(
        "{at}: podSelector app=api selects no pod in a namespace with team=bank spec.ingress[0].from[0] 1"
    );
    assert_eq!(actual(&named("team: shop")), no_namespace);
    assert_eq!(actual(&named("team: bank")), no_pod);
    assert_eq!(actual(&named("")), no_namespace);
    assert_eq!(actual(&named("team: bank")), no_pod);
    assert_eq!(actual(&pod("api", "app: api").replace("'shop'", "'bank'")), "");
}

#[test]
fn a_policy_is_judged_anew_when_its_namespace_is_governed() {
    let labelled = |labels: &str| object("v1", "Namespace", "", "shop", &format!("labels: {{{labels}}}"), "");
    let mut cluster = under("namespaces: {matchLabels: {tier: prod}}, network: {}");
    cluster.apply(&labelled("")).apply(&pod("web", "app: web")).apply(&pod("api", "app: api"));
    cluster.apply(&policy("db", "podSelector: {matchLabels: {app: db}}"));
    assert_eq!(cluster.settle(), [""; 0]);
    let told = "network/selects-nothing NetworkPolicy/shop/db spec.podSelector";
    assert_eq!(cluster.apply(&labelled("tier: prod")).settle(), [format!("opened {told}")]);
    assert_eq!(cluster.apply(&labelled("")).settle(), [format!("resolved {told}")]);
}

/// A change to a small cluster, by numbers.
#[derive(Debug, Clone)]
enum Step {
    Namespace(usize, Option<usize>),
    Pod(usize, usize, Option<usize>),
    Policy(usize, usize, Option<usize>),
    Node(bool),
    Plugin(usize, bool),
    Hide(usize, bool),
}

const NAMESPACES: [&str; 2] = ["shop", "bank"];
const LABELS: [&str; 4] = ["", "team: shop", "team: bank", "app: web, egress: internet"];
const PODS: [&str; 3] =
    ["containers: [{name: app}]", "hostNetwork: true, containers: [{name: app}]", "containers: []"];
const POLICIES: [&str; 6] = [
    "podSelector: {}, policyTypes: [Ingress, Egress]",
    "podSelector: {matchLabels: {team: shop}}, egress: [{}]",
    "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {team: bank}}}]}]",
    "podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: shop}}}, {namespaceSelector: {}, \
     podSelector: {matchLabels: {app: web}}}]}]",
    "podSelector: {}, egress: [{to: [{namespaceSelector: {matchExpressions: [{key: team, operator: Exists}]}, \
     podSelector: {matchLabels: {team: bank}}}, {namespaceSelector: {matchExpressions: [{key: team, operator: \
     DoesNotExist}]}}]}]",
    "podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/24}}, {ipBlock: {cidr: 192.0.2.0/24}}], ports: \
     [{port: 443}]}]",
];
const SETS: [(&str, &str); 2] = [("kube-flannel", "kube-flannel-ds"), ("kube-system", "cilium")];

impl Step {
    fn take(&self, cluster: &mut Cluster) {
        let (kind, namespace, name, there) = self.object();
        match there {
            Some(manifest) => cluster.apply(&manifest),
            None => cluster.gone(kind, &namespace, &name),
        };
    }

    /// The object that it is about, and what that becomes; none if it goes.
    fn object(&self) -> (Kind, String, String, Option<String>) {
        let place = |kind, at: usize, name: &str| (kind, NAMESPACES[at].to_owned(), name.to_owned());
        match *self {
            Self::Namespace(at, labels) => {
                let name = NAMESPACES[at];
                let of = |it: usize| {
                    object("v1", "Namespace", "", name, &format!("labels: {{{}}}", LABELS[it]), "")
                };
                (Kind::Namespace, String::new(), name.to_owned(), labels.map(of))
            }
            Self::Pod(at, which, labels) => {
                let (kind, namespace, name) = place(Kind::Pod, at, &format!("p{which}"));
                let metadata = |it: usize| format!("labels: {{{}}}", LABELS[it]);
                let of = |it| object("v1", "Pod", &namespace, &name, &metadata(it), PODS[which]);
                let there = labels.map(of);
                (kind, namespace, name, there)
            }
            Self::Policy(at, which, spec) => {
                let (kind, namespace, name) = place(Kind::NetworkPolicy, at, &format!("n{which}"));
                let of = |it: usize| policy(&name, POLICIES[it]).replace("'shop'", &namespace);
                let there = spec.map(of);
                (kind, namespace, name, there)
            }
            Self::Node(is) => {
                let node = || object("v1", "Node", "", "node", "", "podCIDR: 10.0.0.0/24");
                (Kind::Node, String::new(), "node".to_owned(), is.then(node))
            }
            Self::Plugin(at, is) => {
                let (namespace, name) = SETS[at];
                let template = "template: {spec: {containers: [{name: agent}]}}";
                let set = || object("apps/v1", "DaemonSet", namespace, name, "", template);
                (Kind::DaemonSet, namespace.to_owned(), name.to_owned(), is.then(set))
            }
            Self::Hide(at, is) => {
                let (manifest, kind, namespace, name) = hiding()[at].clone();
                (kind, namespace.to_owned(), name.to_owned(), is.then_some(manifest))
            }
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let maybe = |max: usize| prop::option::weighted(0.7, 0..max);
    prop_oneof![
        2 => (0..2usize, maybe(LABELS.len())).prop_map(|(at, it)| Step::Namespace(at, it)),
        4 => (0..2usize, 0..3usize, maybe(LABELS.len())).prop_map(|(at, pod, it)| Step::Pod(at, pod, it)),
        4 => (0..2usize, 0..2usize, maybe(POLICIES.len())).prop_map(|(at, name, it)| Step::Policy(at, name, it)),
        1 => any::<bool>().prop_map(Step::Node),
        1 => (0..2usize, any::<bool>()).prop_map(|(at, is)| Step::Plugin(at, is)),
        1 => (0..3usize, any::<bool>()).prop_map(|(at, is)| Step::Hide(at, is)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_came_before_the_verdict_is_that_of_what_is_there(steps in prop::collection::vec(step(), 1..25)) {
        let network = "defaultDeny: [Ingress], internet: {podLabels: {egress: internet}}";
        let shown = (0..3).map(|at| Step::Hide(at, false));
        let steps: Vec<Step> = steps.into_iter().chain(shown).collect();
        let mut known = cluster(network);
        for step in &steps {
            step.take(&mut known);
            known.settle();
        }
        let mut fresh = cluster(network);
        let name = |step: &Step| {
            let (kind, namespace, name, _) = step.object();
            (kind, namespace, name)
        };
        for (at, step) in steps.iter().enumerate() {
            if !steps[at + 1..].iter().any(|later| name(later) == name(step)) {
                step.take(&mut fresh);
            }
        }
        fresh.settle();
        prop_assert_eq!(known.evidence(), fresh.evidence());
    }
}
