//! `plimsoll can-i` and `plimsoll who-can`, as their users run them, say what the API server says.

mod custom;

use std::collections::BTreeSet;
use std::io::{Write, stderr};
use std::path::Path;
use std::process::{Command, Output};

use futures::{StreamExt, stream};
use plimsoll::model::ObjectKey;
use plimsoll::rbac::{MASTERS, group, implied_groups, user};
use serde_json::Value;

use crate::support::access::{AT_ONCE, About, Granted, Question, Reviews, Subject, Tally};
use crate::support::access::{furnish, requests};
use crate::support::control_plane::ControlPlane;
use crate::support::generated::Draw;
use crate::support::identity::Identity;
use crate::support::web;

const SEED: u64 = 5;

/// How many questions are drawn for `can-i`. Those that no words can ask are left out.
const QUESTIONS: usize = 60;

/// Of what is drawn, this part is enough here: the commands list all of it for every question.
const ONE_IN: usize = 3;

/// A member of this group may not even ask for itself.
const UNAUTHENTICATED: &str = "system:unauthenticated";

#[test]
fn the_commands_say_what_the_api_server_says() {
    let plane = ControlPlane::start("rights-commands");
    let mut draw = Draw::from_seed(SEED);
    furnish(&plane, &mut draw, ONE_IN);
    let identity = Identity::create(&plane, "commands");
    let granted = Granted::read(&plane);
    let drawn = granted.drawn().giving();
    let questions: Vec<_> = (0..QUESTIONS).map(|_| asked_as(drawn.question(&mut draw))).collect();
    let tally = check_can_i(&plane, &identity, &questions);
    tell(&format!("can-i: {tally}"));
    tally.check_agreement();
    let namespaces =
        plane.kubectl(&["get", "namespaces", "--output", "jsonpath={.items[*].metadata.name}"], "");
    let namespaces: Vec<&str> = namespaces.split(' ').collect();
    let named = web::runtime().block_on(check_who_can(&plane, &identity, &granted.subjects(), &namespaces));
    tell(&format!("who-can: {named}"));
    custom::check(&plane, &identity);
}

/// Past what captures the output of a test that passes.
fn tell(what: &str) {
    writeln!(stderr(), "{what}").expect("stderr takes it");
}

/// The question with the groups alone that the user does not have by itself.
fn asked_as(mut question: Question) -> Question {
    let implied = implied_groups(&user(&question.user));
    question.groups.retain(|name| !implied.contains(&group(name)));
    question
}

/// Asks the command, and the API server about what the command understood.
fn check_can_i(plane: &ControlPlane, identity: &Identity<'_>, questions: &[Question]) -> Tally {
    let runtime = web::runtime();
    let server = runtime.block_on(Reviews::new(plane));
    let may_ask = |it: &&Question| !it.groups.iter().any(|name| name == UNAUTHENTICATED);
    let mut tally = Tally::default();
    for question in questions.iter().filter(may_ask) {
        let output = can_i(identity.kubeconfig(), question);
        let answer = json(&output);
        let understood = understood(question, &answer["question"]);
        // No words are about `deployments` of the core group, or about a subresource that is none.
        if understood.about == question.about {
            let allowed = answer["allowed"] == true;
            assert_eq!(output.status.code(), Some(i32::from(!allowed)), "{question}");
            tally =
                tally.with(&understood, runtime.block_on(server.allows_impersonated(&understood)), allowed);
        }
    }
    tally
}

fn can_i(kubeconfig: &Path, question: &Question) -> Output {
    let mut args = vec!["can-i".to_owned(), format!("--as={}", question.user)];
    args.extend(question.groups.iter().map(|name| format!("--as-group={name}")));
    args.extend(words(question));
    plimsoll(kubeconfig, &args)
}

/// A question in the words of a command line.
fn words(question: &Question) -> Vec<String> {
    let place = match question.namespace.as_str() {
        "" => "--all-namespaces".to_owned(),
        namespace => format!("--namespace={namespace}"),
    };
    let mut words = vec![place, "--".to_owned(), question.verb.clone()];
    match &question.about {
        About::Path(path) => words.push(path.clone()),
        About::Resource { group, resource, subresource, name } => {
            let group = if group.is_empty() { String::new() } else { format!(".{group}") };
            let subresource = if subresource.is_empty() { String::new() } else { format!("/{subresource}") };
            words.push(format!("{resource}{group}{subresource}"));
            words.extend((!name.is_empty()).then(|| name.clone()));
        }
    }
    words
}

/// Runs the program, which asks the cluster of the kubeconfig and answers in JSON.
fn plimsoll(kubeconfig: &Path, args: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let (first, rest) = args.split_first().expect("there is a command");
    command.arg(first).args(["--output", "json", "--kubeconfig"]).arg(kubeconfig).args(rest);
    command.output().expect("the program is built with the tests")
}

fn json(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"))
}

/// The question as the answer says that it was understood.
fn understood(question: &Question, asked: &Value) -> Question {
    let text = |field: &str| asked[field].as_str().unwrap_or_default().to_owned();
    let about = match asked["path"].as_str() {
        Some(path) => About::Path(path.to_owned()),
        None => About::Resource {
            group: text("group"),
            resource: text("resource"),
            subresource: text("subresource"),
            name: text("name"),
        },
    };
    let namespace = text("namespace").trim_matches('*').to_owned();
    Question { verb: text("verb"), namespace, about, ..question.clone() }
}

/// Asks the API server for each of the subjects whether it may, and compares those who may with those whom the command
/// names. Gives the counts.
async fn check_who_can(
    plane: &ControlPlane,
    identity: &Identity<'_>,
    subjects: &[Subject],
    namespaces: &[&str],
) -> String {
    let server = Reviews::new(plane).await;
    let requests: Vec<Question> = requests().into_iter().step_by(ONE_IN).collect();
    let mut named = 0;
    for request in &requests {
        let mut args = vec!["who-can".to_owned()];
        args.extend(words(request));
        let answer = json(&plimsoll(identity.kubeconfig(), &args));
        // What is in no namespace is asked of the cluster.
        let anywhere = request.namespace.is_empty() && !answer["question"]["namespace"].is_null();
        let places = if anywhere { [namespaces, &[""]].concat() } else { vec![&*request.namespace] };
        let asked = stream::iter(subjects).map(async |subject| {
            may_in_any(&server, &request.of(subject), &places).await.then(|| name_of(&subject.key()))
        });
        let may: BTreeSet<String> =
            asked.buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await;
        let mut ours = named_by(&answer);
        ours.remove(&name_of(&group(MASTERS)));
        assert_eq!(may, ours, "who the server and who the command says can do {request}");
        named += may.len();
    }
    assert!(named > requests.len(), "{named} named for {} requests", requests.len());
    format!("{} requests, {} subjects, {named} named", requests.len(), subjects.len())
}

/// Whether the API server allows it in any of the places.
async fn may_in_any(server: &Reviews, question: &Question, places: &[&str]) -> bool {
    for place in places {
        let namespace = (*place).to_owned();
        if server.allows(&Question { namespace, ..question.clone() }).await {
            return true;
        }
    }
    false
}

/// Everyone whom the answer names, wherever they may.
fn named_by(answer: &Value) -> BTreeSet<String> {
    let subjects = answer["subjects"].as_array().expect("the answer names subjects");
    subjects.iter().map(|it| format!("{} {} {}", it["kind"], it["namespace"], it["name"])).collect()
}

/// A subject as the answer names it.
fn name_of(key: &ObjectKey) -> String {
    let namespace = if key.namespace.is_empty() { Value::Null } else { (*key.namespace).into() };
    format!("{} {namespace} {}", Value::from(key.kind.name()), Value::from(&*key.name))
}
