//! Questions drawn from what is granted: about half of them ask for what some rule allows someone.

use plimsoll::model::Kind;
use plimsoll::rbac::{implied_groups, user};
use serde_json::Value;

use super::objects::NAMESPACES;
use super::reviews::listed;
use super::words::{GROUPS_ASKED, NAMES_ASKED, PATHS_ASKED, RESOURCES_ASKED, VERBS_ASKED};
use super::{About, Question, Subject};
use crate::support::control_plane::ControlPlane;
use crate::support::generated::Draw;

/// Those of whom more than RBAC decides.
const PRIVILEGED: [&str; 2] = ["system:masters", "system:nodes"];

/// Groups of which anyone may be a member as well.
const OTHER_GROUPS: [&str; 4] = ["dev", "ops", "system:serviceaccounts", "nobody"];

/// The bindings of a cluster with the rules that each grants, as the API server gives them.
pub(crate) struct Granted(Vec<Bound>);

/// One subject of a binding.
#[derive(Clone)]
struct Bound {
    subject: Subject,
    /// Where the binding is; empty for the whole cluster.
    namespace: String,
    rules: Vec<Value>,
    is_drawn: bool,
}

impl Granted {
    pub(crate) fn read(plane: &ControlPlane) -> Self {
        let roles: Vec<Value> =
            [Kind::Role, Kind::ClusterRole].into_iter().flat_map(|kind| listed(plane, kind)).collect();
        let bindings = [Kind::RoleBinding, Kind::ClusterRoleBinding].map(|kind| listed(plane, kind));
        Self(bindings.iter().flatten().flat_map(|binding| bound(binding, &roles)).collect())
    }

    /// Those that were drawn.
    pub(crate) fn drawn(&self) -> Self {
        Self(self.0.iter().filter(|it| it.is_drawn).cloned().collect())
    }

    /// Those that the API server itself made.
    pub(crate) fn bootstrap(&self) -> Self {
        Self(self.0.iter().filter(|it| !it.is_drawn).cloned().collect())
    }

    /// Those whose role is there and holds anything.
    pub(crate) fn giving(&self) -> Self {
        Self(self.0.iter().filter(|it| !it.rules.is_empty()).cloned().collect())
    }

    /// Everyone whom a binding names.
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let mut subjects: Vec<_> = self.0.iter().map(|it| it.subject.clone()).collect();
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }

    /// A question about someone who is granted something.
    pub(crate) fn question(&self, draw: &mut Draw) -> Question {
        let bound = draw.one_of(&self.0);
        let rule = if draw.half() { draw.some_of(&bound.rules, 1).pop() } else { None };
        let (verb, about) = match rule {
            Some(rule) => allowed_by(&rule, draw),
            None => (draw.one_of(&VERBS_ASKED).to_owned(), anything(draw)),
        };
        let elsewhere = bound.namespace.is_empty() || draw.up_to(4) == 0;
        let namespace = match about {
            About::Path(_) => String::new(),
            About::Resource { .. } if elsewhere => draw.one_of(&[&NAMESPACES[..], &[""]].concat()).to_owned(),
            About::Resource { .. } => bound.namespace.clone(),
        };
        let unasked = Question { user: String::new(), groups: Vec::new(), verb, namespace, about };
        let mut question = unasked.of(&bound.subject);
        let implied = implied_groups(&user(&question.user)).into_iter().map(|group| group.name.to_string());
        question.groups.extend(implied);
        if draw.half() {
            question.groups.push(draw.one_of(&OTHER_GROUPS).to_owned());
        }
        question
    }
}

/// The subjects of a binding, with what its role holds, if that is there.
fn bound(binding: &Value, roles: &[Value]) -> Vec<Bound> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let namespace = text(&binding["metadata"]["namespace"]);
    let role_ref = &binding["roleRef"];
    let named = |role: &&Value| {
        let here = role_ref["kind"] == "ClusterRole" || role["metadata"]["namespace"] == namespace.as_str();
        role["kind"] == role_ref["kind"] && role["metadata"]["name"] == role_ref["name"] && here
    };
    let written = roles.iter().find(named).and_then(|role| role["rules"].as_array()).cloned();
    let subjects = binding["subjects"].as_array().into_iter().flatten();
    let bound = subjects.map(|it| Bound {
        subject: subject(it, &namespace),
        namespace: namespace.clone(),
        rules: written.clone().unwrap_or_default(),
        is_drawn: text(&binding["metadata"]["name"]).starts_with("drawn-"),
    });
    let is_privileged =
        |it: &Bound| PRIVILEGED.map(|name| Subject::Group(name.to_owned())).contains(&it.subject);
    bound.filter(|it| !is_privileged(it)).collect()
}

/// A subject of a binding in this namespace. A service account is the user of its name.
fn subject(subject: &Value, namespace: &str) -> Subject {
    let name = subject["name"].as_str().expect("a subject has a name").to_owned();
    let namespace = subject["namespace"].as_str().filter(|it| !it.is_empty()).unwrap_or(namespace);
    match subject["kind"].as_str() {
        Some("User") => Subject::User(name),
        Some("Group") => Subject::Group(name),
        _ => Subject::User(format!("system:serviceaccount:{namespace}:{name}")),
    }
}

/// What the rule allows or, where it is drawn so, just misses.
fn allowed_by(rule: &Value, draw: &mut Draw) -> (String, About) {
    let verb = one(&rule["verbs"], &VERBS_ASKED, draw);
    if rule["nonResourceURLs"].is_array() {
        let url = one(&rule["nonResourceURLs"], &PATHS_ASKED, draw);
        let path = match url.strip_suffix('*') {
            Some(beginning) => format!("{beginning}{}", draw.one_of(&["", "y", "/y"])),
            None => url,
        };
        return (verb, About::Path(path));
    }
    let group = one(&rule["apiGroups"], &GROUPS_ASKED, draw);
    let mut resource = one(&rule["resources"], &RESOURCES_ASKED, draw);
    if let Some(subresource) = resource.strip_prefix("*/") {
        resource = format!("{}/{subresource}", draw.one_of(&["pods", "deployments", "secrets"]));
    }
    let name = match rule["resourceNames"].as_array() {
        Some(_) => one(&rule["resourceNames"], &NAMES_ASKED, draw),
        None => draw.one_of(&NAMES_ASKED).to_owned(),
    };
    if draw.up_to(30) == 0 {
        // As if the subresource were a part of the resource's name.
        return (verb, About::Resource { group, resource, subresource: String::new(), name });
    }
    (verb, About::resource(&group, &resource, &name))
}

/// One of the words of a rule, or what an asterisk among them may stand for; seldom something else.
fn one(words: &Value, asked: &[&str], draw: &mut Draw) -> String {
    let words: Vec<&str> = words.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let word = draw.one_of(&words);
    let other = draw.up_to(9) == 0 || word == "*";
    (if other { draw.one_of(asked) } else { word }).to_owned()
}

fn anything(draw: &mut Draw) -> About {
    if draw.up_to(5) == 0 {
        return About::Path(draw.one_of(&PATHS_ASKED).to_owned());
    }
    let (group, resource) = (draw.one_of(&GROUPS_ASKED), draw.one_of(&RESOURCES_ASKED));
    About::resource(group, resource, draw.one_of(&NAMES_ASKED))
}
