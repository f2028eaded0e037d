//! A custom resource is what the cluster says that it is.

use super::{can_i, json, understood};
use crate::support::access::{About, Question, Reviews};
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::{poll, web};

/// What custom resources are of.
const GROUP: &str = "plants.example.com";

/// What kubectl asks for too.
const DISCOVERY: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// Two custom resources, and someone who may get each, as far as a binding in a namespace can give that.
const CUSTOM: &str = r"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: roses.plants.example.com}
spec:
  group: plants.example.com
  names: {plural: roses, singular: rose, kind: Rose, shortNames: [ros]}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gardens.plants.example.com}
spec:
  group: plants.example.com
  names: {plural: gardens, singular: garden, kind: Garden}
  scope: Cluster
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: gardener, namespace: rights-a}
rules: [{apiGroups: [plants.example.com], resources: [roses, gardens], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: gardener, namespace: rights-a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: gardener}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: gardener}]
";

/// A custom resource is known by every name, and with its place, as soon as it is served.
pub(super) fn check(plane: &ControlPlane, identity: &Identity<'_>) {
    plane.kubectl(&["apply", "--filename", "-"], CUSTOM);
    poll::eventually("custom resources are served", || {
        let (_, body) = plane.get("/apis", DISCOVERY);
        let text = String::from_utf8_lossy(&body);
        poll::holds(["\"roses\"", "\"gardens\""].iter().all(|name| text.contains(name)), "they are not")
    });
    let runtime = web::runtime();
    let server = runtime.block_on(Reviews::new(plane));
    let gardener = |resource: &str, group: &str| Question {
        user: "gardener".to_owned(),
        groups: Vec::new(),
        verb: "get".to_owned(),
        namespace: "rights-a".to_owned(),
        about: About::resource(group, resource, ""),
    };
    let (roses, gardens) = (gardener("roses", GROUP), gardener("gardens", GROUP));
    poll::eventually("the authorizer knows the gardener", || {
        poll::holds(runtime.block_on(server.allows(&roses)), "it does not")
    });
    let of_cluster = Question { namespace: String::new(), ..gardens };
    for (words, means) in [
        ("roses", &roses),
        ("Rose", &roses),
        ("ros", &roses),
        ("ros.plants", &roses),
        ("roses.plants.example.com", &roses),
        ("garden", &of_cluster),
        ("gardens.plants.example.com", &of_cluster),
    ] {
        let output = can_i(identity.kubeconfig(), &gardener(words, ""));
        let answer = json(&output);
        let allowed = runtime.block_on(server.allows_impersonated(means));
        assert_eq!(understood(means, &answer["question"]).to_string(), means.to_string(), "{words}");
        assert_eq!(answer["allowed"] == true, allowed, "{words}");
        assert_eq!(allowed, means.about == roses.about, "{words}");
    }
    let unknown = can_i(identity.kubeconfig(), &gardener("weeds", ""));
    let note = "note: weeds of the core group is none of the resources that the cluster serves";
    assert!(String::from_utf8_lossy(&unknown.stderr).starts_with(note), "{unknown:?}");
}
