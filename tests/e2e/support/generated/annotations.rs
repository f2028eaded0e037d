//! The annotations in which seccomp and `AppArmor` profiles were once given. The API server refuses those that
//! say another thing than the field does.

use serde_json::{Map, Value, json};

use super::Draw;

const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
const SECCOMP_OF_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_OF_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

pub(super) fn of(draw: &mut Draw, spec: &Value) -> Map<String, Value> {
    let of_pod = &spec["securityContext"];
    let mut annotations = Map::new();
    annotations.insert("example.com/profile".to_owned(), json!("unconfined"));
    let mut annotate = |key: String, value: Option<&str>| {
        annotations.extend(value.map(|value| (key, json!(value))));
    };
    annotate(SECCOMP_OF_POD.to_owned(), seccomp(draw, &of_pod["seccompProfile"]));
    // That of no container counts for nothing.
    annotate(format!("{SECCOMP_OF_CONTAINER}nobody"), seccomp(draw, &Value::Null));
    for container in
        ["initContainers", "containers"].into_iter().filter_map(|it| spec[it].as_array()).flatten()
    {
        let name = container["name"].as_str().expect("each has a name");
        let own = &container["securityContext"];
        annotate(format!("{SECCOMP_OF_CONTAINER}{name}"), seccomp(draw, &own["seccompProfile"]));
        let app_armor_field =
            [own, of_pod].map(|it| &it["appArmorProfile"]).into_iter().find(|it| !it.is_null());
        annotate(format!("{APP_ARMOR}{name}"), app_armor(draw, app_armor_field.unwrap_or(&Value::Null)));
    }
    annotations
}

fn seccomp(draw: &mut Draw, field: &Value) -> Option<&'static str> {
    let other = [None, None, Some("runtime/default"), Some("docker/default"), Some("localhost/ours")];
    beside(draw, field, &other)
}

fn app_armor(draw: &mut Draw, field: &Value) -> Option<&'static str> {
    beside(draw, field, &[None, None, Some("runtime/default"), Some("localhost/ours"), Some("")])
}

/// What a field leaves to say: the same, or nothing; anything where there is no field.
fn beside(draw: &mut Draw, field: &Value, others: &[Option<&'static str>]) -> Option<&'static str> {
    let same = match field["type"].as_str() {
        None => return draw.field(others, &[Some("unconfined")]),
        Some("RuntimeDefault") => "runtime/default",
        Some("Localhost") => "localhost/profiles/ours",
        Some(_) => "unconfined",
    };
    draw.one_of(&[None, None, Some(same)])
}
