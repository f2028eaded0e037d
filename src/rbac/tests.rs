//! The index of rights, kept in step with changes, says what going through everything says.

mod brute_force;
mod drawn;
mod together;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use self::brute_force::{Cluster, Written};
use self::drawn::{About, GROUPS, Question, Step, USERS, questions, steps};
use super::{Allowed, Binding, Effective, Grants, Path, Request, Role, Target, group, user};
use crate::model::{Labels, ObjectKey, ObjectKind};
use crate::wire::{self, Content};

impl Question {
    fn request(&self) -> Request<'_> {
        let target = match self.about {
            About::Resource { group, resource, subresource, name } => {
                Target::Resource { group, resource, subresource, name }
            }
            About::Path(path) => Target::Path(path),
        };
        Request { verb: self.verb, namespace: self.namespace, target }
    }
}

impl Cluster {
    fn take(&mut self, step: &Step) {
        match step.clone() {
            Step::Role(key, Some(role)) => drop(self.roles.insert(key, role)),
            Step::Role(key, None) => drop(self.roles.remove(&key)),
            Step::Binding(key, Some(binding)) => drop(self.bindings.insert(key, binding)),
            Step::Binding(key, None) => drop(self.bindings.remove(&key)),
        }
    }

    /// The index of all that is written, bindings before roles and the last before the first.
    fn grants(&self) -> Grants {
        let bindings =
            self.bindings.iter().rev().map(|(key, it)| Step::Binding(key.clone(), Some(it.clone())));
        let roles = self.roles.iter().rev().map(|(key, it)| Step::Role(key.clone(), Some(it.clone())));
        let mut grants = Grants::default();
        for step in bindings.chain(roles) {
            take(&mut grants, &step);
        }
        grants
    }

    /// Whether the way leads through what is written, and to a rule that allows the request.
    fn holds(&self, path: &Path, request: &Request<'_>) -> bool {
        let binding = &self.bindings[&path.binding.key];
        let rule = &self.roles[&path.rule.role].role.rules[path.rule.number - 1];
        *path.binding == Binding::new(path.binding.key.clone(), binding)
            && path.binding.role.as_ref() == Some(&path.role)
            && *rule == path.rule.rule
            && super::allows(rule, request)
    }
}

/// Takes the step, and gives what it touched.
fn take(grants: &mut Grants, step: &Step) -> BTreeSet<ObjectKey> {
    let mut touched = Vec::new();
    match step.clone() {
        Step::Role(key, written) => {
            let role = written.map(|Written { role, labels }| {
                let labels: Labels = labels.iter().map(|(key, value)| (&**key, &**value)).map(pair).collect();
                (Arc::new(Role::new(&key, role)), Arc::new(labels))
            });
            grants.set_role(&key, role, &mut touched);
        }
        Step::Binding(key, binding) => {
            let binding = binding.map(|it| Arc::new(Binding::new(key.clone(), &it)));
            grants.set_binding(&key, binding.as_ref(), &mut touched);
        }
    }
    touched.into_iter().collect()
}

fn pair((key, value): (&str, &str)) -> (Arc<str>, Arc<str>) {
    (key.into(), value.into())
}

/// A role that a subject has: by which binding, which role, what that comes to, and whether it is Kubernetes' own.
type Granted = (ObjectKey, ObjectKey, Arc<Effective>, bool);

/// All that an index knows, in an order that does not hang on how it came to know it.
#[derive(Debug, PartialEq)]
struct Known {
    roles: BTreeMap<ObjectKey, Arc<Effective>>,
    gathered_into: BTreeMap<ObjectKey, BTreeSet<ObjectKey>>,
    bindings: BTreeSet<ObjectKey>,
    granted: BTreeMap<ObjectKey, Vec<Granted>>,
    bound: BTreeMap<ObjectKey, Vec<Arc<Binding>>>,
    of_roles: BTreeMap<ObjectKey, Vec<Arc<Binding>>>,
    of_namespaces: BTreeMap<Arc<str>, Vec<Arc<Binding>>>,
}

impl Known {
    fn of(grants: &Grants) -> Self {
        let roles = || grants.roles().map(|(key, _)| key.clone());
        let subjects = || grants.subjects().cloned();
        let bindings = || grants.bindings().filter_map(|key| grants.binding(key));
        let granted = |subject: &ObjectKey| {
            let granted = grants.grants_of(subject);
            granted
                .into_iter()
                .map(|it| (it.binding.key.clone(), it.key.clone(), it.role, it.is_bootstrap))
                .collect()
        };
        Self {
            roles: grants.roles().map(|(key, role)| (key.clone(), Arc::clone(role))).collect(),
            gathered_into: roles().map(|key| (key.clone(), grants.gathered_into(&key))).collect(),
            bindings: grants.bindings().cloned().collect(),
            granted: subjects().map(|key| (key.clone(), granted(&key))).collect(),
            bound: subjects().map(|key| (key.clone(), grants.bindings_to(&key))).collect(),
            of_roles: bindings()
                .filter_map(|binding| binding.role.clone())
                .map(|role| (role.clone(), grants.bindings_of(&role)))
                .collect(),
            of_namespaces: bindings()
                .map(|binding| Arc::clone(binding.scope()))
                .map(|namespace| (Arc::clone(&namespace), grants.bindings_in(&namespace)))
                .collect(),
        }
    }

    /// Whose rights are not what they were, which roles come to something else or are gathered by others, and which
    /// bindings of roles that are there have none, or the other way round.
    fn changed(&self, before: &Self) -> BTreeSet<ObjectKey> {
        let mut changed = BTreeSet::new();
        let subjects = self.granted.keys().chain(before.granted.keys());
        changed.extend(subjects.filter(|it| self.grants(it) != before.grants(it)).cloned());
        let roles = self.roles.keys().chain(before.roles.keys());
        let other = |it: &&ObjectKey| {
            self.roles.get(*it) != before.roles.get(*it)
                || self.gathered_into.get(*it) != before.gathered_into.get(*it)
        };
        changed.extend(roles.filter(other).cloned());
        let bindings = self.of_roles.values().flatten();
        let dangles = |known: &Self, binding: &Binding| {
            binding.role.as_ref().is_none_or(|role| !known.roles.contains_key(role))
        };
        let changed_bindings = bindings.filter(|it| dangles(self, it) != dangles(before, it));
        changed.extend(changed_bindings.map(|it| it.key.clone()));
        changed
    }

    fn grants(&self, subject: &ObjectKey) -> &[Granted] {
        self.granted.get(subject).map_or(&[], Vec::as_slice)
    }
}

fn check_answers(cluster: &Cluster, grants: &Grants, question: &Question) -> Result<(), TestCaseError> {
    let request = question.request();
    let groups: Vec<ObjectKey> = question.groups.iter().map(|it| group(it)).collect();
    let allowed = grants.can(&user(question.user), &groups, &request);
    prop_assert_eq!(allowed.is_some(), cluster.can(question.user, &question.groups, &request));
    if let Some(Allowed::By(path)) = allowed {
        let is_theirs = |it: &ObjectKey| path.binding.subjects.iter().any(|bound| bound.key == *it);
        prop_assert!(is_theirs(&user(question.user)) || groups.iter().any(is_theirs), "{path}");
        prop_assert!(cluster.holds(&path, &request), "{path}");
    }
    let named = grants.who_can(&request);
    let users = USERS.into_iter().chain(ACCOUNTS).filter(|it| cluster.can(it, &[], &request)).map(user);
    let of_groups = GROUPS.into_iter().filter(|it| cluster.can("no one", &[it], &request)).map(group);
    prop_assert_eq!(named.keys().cloned().collect::<BTreeSet<_>>(), users.chain(of_groups).collect());
    for (subject, paths) in named {
        let are_its_own = paths.iter().all(|it| it.binding.subjects.iter().any(|bound| bound.key == subject));
        prop_assert!(are_its_own && paths.iter().all(|it| cluster.holds(it, &request)), "{subject}");
    }
    Ok(())
}

fn cluster_role(grants: &mut Grants, name: &str, labels: &str, yaml: &str) -> ObjectKey {
    let (key, role) = role_of(name, yaml);
    let labels: Labels = labels.split_whitespace().map(|label| pair((label, "true"))).collect();
    grants.set_role(&key, Some((Arc::new(role), Arc::new(labels))), &mut Vec::new());
    key
}

/// The cluster role of this name and content.
fn role_of(name: &str, yaml: &str) -> (ObjectKey, Role) {
    let manifest = format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: {name}}}, {yaml}}}"
    );
    let object = wire::manifests(&manifest).objects.remove(0).decode().expect("it is a role");
    let key = ObjectKey { kind: ObjectKind::Watched(object.kind), namespace: "".into(), name: name.into() };
    let Content::Role(role) = object.content else { panic!("{yaml}") };
    let role = Role::new(&key, role);
    (key, role)
}

#[test]
fn a_rule_that_a_controller_copied_is_told_of_where_it_was_written() {
    let rules = "rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]";
    let gathers =
        |label| format!("aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{{label}: 'true'}}}}]}}");
    let mut grants = Grants::default();
    let written = cluster_role(&mut grants, "more", "to-view", rules);
    let view = cluster_role(&mut grants, "view", "to-edit", &gathers("to-view"));
    let edit = cluster_role(&mut grants, "edit", "", &gathers("to-edit"));
    let before: Vec<_> = [&view, &edit].map(|key| grants.role(key).cloned().expect("it is there")).into();
    assert!(before.iter().all(|role| role.rules.iter().all(|it| it.role == written)), "{before:?}");

    cluster_role(&mut grants, "view", "to-edit", &format!("{}, {rules}", gathers("to-view")));
    cluster_role(&mut grants, "edit", "", &format!("{}, {rules}", gathers("to-edit")));
    let after: Vec<_> = [&view, &edit].map(|key| grants.role(key).cloned().expect("it is there")).into();
    assert_eq!(before, after);
    assert_eq!(before[1].rules.len(), 1);
}

/// The service account that no user of [`USERS`] is.
const ACCOUNTS: [&str; 1] = ["system:serviceaccount:payments:ci"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_index_answers_as_going_through_everything_does(steps in steps(), questions in questions()) {
        let (mut cluster, mut grants) = (Cluster::default(), Grants::default());
        for step in steps {
            cluster.take(&step);
            take(&mut grants, &step);
        }
        for question in questions {
            check_answers(&cluster, &grants, &question)?;
        }
    }

    #[test]
    fn an_index_that_changed_is_one_built_anew_and_tells_whom_it_touched(steps in steps()) {
        let (mut cluster, mut grants) = (Cluster::default(), Grants::default());
        for step in steps {
            let before = Known::of(&grants);
            cluster.take(&step);
            let touched = take(&mut grants, &step);
            let now = Known::of(&grants);
            let untold: Vec<_> = now.changed(&before).difference(&touched).cloned().collect();
            prop_assert_eq!(untold, [], "after {:?}", step);
            prop_assert_eq!(now, Known::of(&cluster.grants()));
        }
    }
}
