//! The resources that are known by name are those that an API server serves, in its order.

use std::collections::BTreeSet;

use plimsoll::rbac::{RESOURCES, Resource};
use serde::Deserialize;

use crate::support::control_plane::ControlPlane;

/// What kubectl asks for too.
const DISCOVERY: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

#[derive(Deserialize)]
struct Groups {
    items: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    metadata: Metadata,
    versions: Vec<Version>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    /// Absent for the core group.
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Version {
    resources: Vec<Served>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Served {
    #[serde(default)]
    group: String,
    resource: String,
    singular_resource: String,
    #[serde(default)]
    short_names: BTreeSet<String>,
    scope: String,
    #[serde(default)]
    subresources: BTreeSet<Subresource>,
}

#[derive(Deserialize, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Subresource {
    subresource: String,
}

#[test]
fn the_resources_of_the_table_are_those_that_are_served() {
    let plane = ControlPlane::shared();
    let mut groups = groups(&plane, "/api");
    groups.extend(self::groups(&plane, "/apis"));
    let served: Vec<_> = groups.into_iter().flat_map(merged).collect();
    let known: Vec<_> = RESOURCES.iter().map(known).collect();
    for (served, known) in served.iter().zip(&known) {
        assert_eq!(served, known);
    }
    assert_eq!(served.len(), known.len());
}

fn groups(plane: &ControlPlane, path: &str) -> Vec<Group> {
    let (_, body) = plane.get(path, DISCOVERY);
    let groups: Groups = serde_json::from_slice(&body).expect("the server lists its groups");
    groups.items
}

/// The resources of a group over all its versions.
fn merged(group: Group) -> Vec<Served> {
    let mut merged: Vec<Served> = Vec::new();
    for served in group.versions.into_iter().flat_map(|version| version.resources) {
        match merged.iter_mut().find(|known| known.resource == served.resource) {
            Some(known) => known.subresources.extend(served.subresources),
            None => merged.push(Served { group: group.metadata.name.clone(), ..served }),
        }
    }
    merged
}

fn known(resource: &Resource) -> Served {
    let subresource = |name: &&str| Subresource { subresource: (*name).to_owned() };
    Served {
        group: resource.group.to_owned(),
        resource: resource.plural.to_owned(),
        singular_resource: resource.singular.to_owned(),
        short_names: resource.short_names.iter().map(ToString::to_string).collect(),
        scope: if resource.namespaced { "Namespaced" } else { "Cluster" }.to_owned(),
        subresources: resource.subresources.iter().map(subresource).collect(),
    }
}
