//! What is asked of everyone whom a binding names.

use super::objects::NAMESPACES;
use super::{About, Question};

/// What is asked for each subject: above all, reading secrets.
pub(crate) fn requests() -> Vec<Question> {
    let mut requests = Vec::new();
    for namespace in [&NAMESPACES[..2], &[""]].concat() {
        for verb in ["get", "list", "watch"] {
            requests.push(request(verb, namespace, About::resource("", "secrets", "")));
        }
        requests.push(request("get", namespace, About::resource("", "secrets", "db")));
        requests.push(request("create", namespace, About::resource("", "pods", "")));
        requests.push(request("create", namespace, About::resource("", "pods/exec", "web")));
        requests.push(request("update", namespace, About::resource("apps", "deployments/scale", "web")));
    }
    requests.push(request("bind", "", About::resource("rbac.authorization.k8s.io", "clusterroles", "")));
    requests.push(request("get", "", About::Path("/metrics".to_owned())));
    requests.push(request("get", "", About::Path("/x/y".to_owned())));
    requests
}

/// Of nobody yet.
fn request(verb: &str, namespace: &str, about: About) -> Question {
    let [verb, namespace] = [verb, namespace].map(str::to_owned);
    Question { user: String::new(), groups: Vec::new(), verb, namespace, about }
}
