//! The authorizer allows exactly what the API server's own does, and names exactly those who may.

use std::collections::BTreeSet;
use std::env;
use std::io::{Write, stderr};

use futures::{StreamExt, stream};
use plimsoll::model::ObjectKey;
use plimsoll::rbac::{Grants, MASTERS, group, user};

use crate::support::access::{AT_ONCE, Granted, Question, Reviews, Subject, Tally};
use crate::support::access::{furnish, requests, snapshot};
use crate::support::control_plane::ControlPlane;
use crate::support::generated::Draw;
use crate::support::web;

/// How many questions are drawn about the roles and bindings that are drawn, and about Kubernetes' own.
const QUESTIONS: usize = 4_000;
const BOOTSTRAP_QUESTIONS: usize = 1_000;

/// Where the drawing starts, unless the environment says otherwise.
const SEED: u64 = 2;

#[test]
fn the_authorizer_allows_what_the_api_server_allows() {
    let plane = ControlPlane::start("rbac-agreement");
    let seed = env::var("PLIMSOLL_SEED").map_or(SEED, |seed| seed.parse().expect("the seed is a number"));
    let mut draw = Draw::from_seed(seed);
    let (drawn, refused) = furnish(&plane, &mut draw, 1);
    tell(&format!("roles and bindings, seed {seed}: {drawn} drawn, {refused} refused"));
    assert!(refused > 0 && drawn - refused >= 400, "{refused} of {drawn} are refused");

    let snapshot = snapshot(&plane);
    let grants = snapshot.grants();
    let granted = Granted::read(&plane);
    for (about, granted, count) in [
        ("what is drawn", granted.drawn(), QUESTIONS),
        ("Kubernetes' own subjects", granted.bootstrap(), BOOTSTRAP_QUESTIONS),
    ] {
        let questions: Vec<_> = (0..count).map(|_| granted.question(&mut draw)).collect();
        let tally = web::runtime().block_on(ask(&plane, &grants, &questions));
        tell(&format!("{about}, seed {seed}: {tally}"));
        tally.check_agreement();
    }
    let named = web::runtime().block_on(check_who_can(&plane, &grants, &granted.subjects()));
    tell(&format!("who can, seed {seed}: {named}"));
}

/// Past what captures the output of a test that passes: the count is what this test is for.
fn tell(what: &str) {
    writeln!(stderr(), "{what}").expect("stderr takes it");
}

async fn ask(plane: &ControlPlane, grants: &Grants, questions: &[Question]) -> Tally {
    let server = Reviews::new(plane).await;
    let asked = stream::iter(questions).map(async |question| (question, server.allows(question).await));
    let answers = asked.buffer_unordered(AT_ONCE);
    answers
        .fold(Tally::default(), async |tally, (question, allowed)| {
            tally.with(question, allowed, can(grants, question))
        })
        .await
}

fn can(grants: &Grants, question: &Question) -> bool {
    let groups: Vec<ObjectKey> = question.groups.iter().map(|name| group(name)).collect();
    grants.can(&user(&question.user), &groups, &question.request()).is_some()
}

/// Asks for each of the subjects whether it may, and compares those who may with those who are named. Gives the counts.
async fn check_who_can(plane: &ControlPlane, grants: &Grants, subjects: &[Subject]) -> String {
    let server = Reviews::new(plane).await;
    let requests = requests();
    let mut named = 0;
    for request in &requests {
        let asked = stream::iter(subjects)
            .map(async |subject| server.allows(&request.of(subject)).await.then(|| subject.key()));
        let may: BTreeSet<ObjectKey> =
            asked.buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await;
        let mut ours: BTreeSet<ObjectKey> = grants.who_can(&request.request()).into_keys().collect();
        ours.remove(&group(MASTERS));
        assert_eq!(may, ours, "who the server and who we say can do {request}");
        assert!(may.len() < subjects.len(), "everyone can do {request}");
        named += may.len();
    }
    assert!(named > requests.len(), "{named} named for {} requests", requests.len());
    format!("{} requests, {} subjects, {named} named", requests.len(), subjects.len())
}
