//! What a pod's spec says in each encoding: sources of volumes, profiles of annotations, nothing of wrong types.

use bytes::Bytes;

use super::proto::{field, number};
use super::spec_of;
use crate::model::Kind;
use crate::wire::pod::Pod;
use crate::wire::{
    Container, EnvFromSource, Object, Outline, PodSpec, decode_json, decode_protobuf, decode_written_json,
};

/// Kubernetes' numbers of the fields of `v1.VolumeSource`.
const SOURCES: [(u32, &str); 30] = [
    (1, "hostPath"),
    (2, "emptyDir"),
    (3, "gcePersistentDisk"),
    (4, "awsElasticBlockStore"),
    (5, "gitRepo"),
    (6, "secret"),
    (7, "nfs"),
    (8, "iscsi"),
    (9, "glusterfs"),
    (10, "persistentVolumeClaim"),
    (11, "rbd"),
    (12, "flexVolume"),
    (13, "cinder"),
    (14, "cephfs"),
    (15, "flocker"),
    (16, "downwardAPI"),
    (17, "fc"),
    (18, "azureFile"),
    (19, "configMap"),
    (20, "vsphereVolume"),
    (21, "quobyte"),
    (22, "azureDisk"),
    (23, "photonPersistentDisk"),
    (24, "portworxVolume"),
    (25, "scaleIO"),
    (26, "projected"),
    (27, "storageos"),
    (28, "csi"),
    (29, "ephemeral"),
    (30, "image"),
];

fn from_json(spec: &str) -> PodSpec {
    spec_of(&decode_json(Kind::Pod, format!(r#"{{"spec": {spec}}}"#).as_bytes()).unwrap())
}

fn from_yaml(spec: &str) -> Result<PodSpec, String> {
    let pod = serde_saphyr::from_str::<Pod>(&format!(r#"{{"spec": {spec}}}"#));
    pod.map(|pod| *pod.spec.unwrap()).map_err(|error| error.to_string())
}

fn from_protobuf(spec: &[u8]) -> PodSpec {
    spec_of(&decode_protobuf(Kind::Pod, field(2, spec).into()).unwrap())
}

/// Which source the volume of this JSON has, in JSON and in YAML.
fn source(volume: &str) -> &'static str {
    let spec = format!(r#"{{"volumes": [{volume}]}}"#);
    let json = from_json(&spec);
    assert_eq!(from_yaml(&spec).unwrap(), json, "{volume}");
    json.volumes[0].source.field()
}

#[test]
fn every_source_of_a_volume_is_told_by_its_field() {
    for (number, name) in SOURCES {
        assert_eq!(source(&format!(r#"{{"name": "it", "{name}": {{}}}}"#)), name);
        let volume = [field(1, "it"), field(2, field(number, ""))].concat();
        let spec = from_protobuf(&field(1, volume));
        assert_eq!((spec.volumes[0].name.as_str(), spec.volumes[0].source.field()), ("it", name));
        assert_eq!(spec, from_json(&format!(r#"{{"volumes": [{{"name": "it", "{name}": {{}}}}]}}"#)));
    }
}

#[test]
fn the_golden_volume_names_no_source_that_is_unknown() {
    let golden = include_str!("../../../tests/cases/wire/Pod.yaml");
    let pod: serde_json::Value = serde_saphyr::from_str(golden).unwrap();
    let volume = pod["spec"]["volumes"][0].as_object().unwrap();
    let known = SOURCES.map(|(_, name)| name);
    let fields = volume.keys().filter(|field| *field != "name");
    assert_eq!(fields.clone().count(), known.len());
    assert_eq!(fields.filter(|field| !known.contains(&field.as_str())).count(), 0);
}

#[test]
fn a_volume_without_a_source_is_an_empty_dir() {
    for volume in [r#"{"name": "it"}"#, r#"{"name": null, "nfs": null, "csi": null, "later": null}"#] {
        assert_eq!(source(volume), "emptyDir");
    }
    for message in [field(1, "it"), field(2, ""), Vec::new()] {
        assert_eq!(from_protobuf(&field(1, message)).volumes[0].source.field(), "emptyDir");
    }
}

#[test]
fn a_source_of_a_later_kubernetes_is_unknown() {
    assert_eq!(source(r#"{"name": "it", "later": {"deep": [1]}}"#), "unknown");
    for later in [field(31, ""), field(900, "x"), number(31, 1)] {
        let volume = field(2, later.clone());
        assert_eq!(from_protobuf(&field(1, volume)).volumes[0].source.field(), "unknown");
        // Beside one that is known it is nothing to be told.
        let volume = field(2, [later, field(19, "")].concat());
        assert_eq!(from_protobuf(&field(1, volume)).volumes[0].source.field(), "configMap");
    }
    assert_eq!(source(r#"{"later": {}, "configMap": {}}"#), "configMap");
}

#[test]
fn what_decides_of_a_source_is_read() {
    let spec = from_json(
        r#"{"volumes": [{"hostPath": {"path": "/", "type": "Directory"}}, {"csi": {"driver": "d"}}]}"#,
    );
    let [host, csi] = [&spec.volumes[0].source, &spec.volumes[1].source];
    assert_eq!(host.host_path.as_ref().unwrap().path, "/");
    assert_eq!(csi.csi.as_ref().unwrap().driver, "d");
    let host = field(1, field(2, field(1, [field(1, "/"), field(2, "Directory")].concat())));
    let csi = field(1, field(2, field(28, field(1, "d"))));
    assert_eq!(from_protobuf(&[host, csi].concat()), spec);
}

#[test]
fn encoding_a_spec_gives_what_was_decoded() {
    use prost::Message;
    let spec = spec_of(&super::filled::filled(Kind::Pod));
    assert_eq!(from_protobuf(&spec.encode_to_vec()), spec);
    let unknown = from_json(r#"{"volumes": [{"name": "it", "later": {}}]}"#);
    assert_eq!(from_protobuf(&unknown.encode_to_vec()), unknown);
}

/// What stands in JSON, which is YAML as well, and in protobuf.
fn read(json: &str, protobuf: &[u8]) -> PodSpec {
    let spec = from_json(json);
    assert_eq!(from_yaml(json).unwrap(), spec, "{json} in YAML");
    assert_eq!(from_protobuf(protobuf), spec, "{json} in protobuf");
    spec
}

#[test]
fn the_service_account_has_an_older_name_too() {
    for (json, protobuf, account) in [
        ("{}", Vec::new(), ""),
        (r#"{"serviceAccountName": "new"}"#, field(8, "new"), "new"),
        (r#"{"serviceAccount": "old"}"#, field(9, "old"), "old"),
        (r#"{"serviceAccount": "old", "serviceAccountName": null}"#, field(9, "old"), "old"),
        (
            r#"{"serviceAccount": "old", "serviceAccountName": "new"}"#,
            [field(8, "new"), field(9, "old")].concat(),
            "new",
        ),
    ] {
        assert_eq!(read(json, &protobuf).service_account(), account, "{json}");
    }
}

#[test]
fn the_secrets_of_volumes_are_known_by_their_names() {
    let json = r#"{"volumes": [{"secret": {"secretName": "a", "items": [{"key": "k", "path": "p"}]}},
        {"projected": {"sources": [{"secret": {"name": "b", "items": []}}, {"configMap": {"name": "c"}},
            {"secret": null}, {"secret": {"name": "d", "optional": true}}]}},
        {"csi": {"driver": "x", "nodePublishSecretRef": {"name": "e"}}}, {"projected": {"sources": null}}]}"#;
    let of_secret = [field(1, "a"), field(2, field(1, "k"))].concat();
    let reference = |name: &str| field(1, [field(1, field(1, name)), number(4, 1)].concat());
    let sources = [reference("b"), field(3, field(1, field(1, "c"))), Vec::new(), reference("d")];
    let sources = sources.map(|source| field(1, source)).concat();
    let of_csi = [field(1, "x"), field(5, field(1, "e"))].concat();
    let volumes = [field(6, of_secret), field(26, sources), field(28, of_csi), field(26, "")];
    let spec = read(json, &volumes.map(|source| field(1, field(2, source))).concat());
    let sources = spec.volumes.iter().map(|volume| &volume.source);
    let names: Vec<Vec<&str>> = sources
        .map(|source| {
            let whole = source.secret.iter().map(|it| it.secret_name.as_str());
            let parts = source.projected.iter().flat_map(|it| &it.sources);
            whole.chain(parts.filter_map(|it| Some(it.secret.as_ref()?.to.name.as_str()))).collect()
        })
        .collect();
    assert_eq!(names, [vec!["a"], vec!["b", "d"], vec![], vec![]]);
}

#[test]
fn of_the_environment_nothing_is_read_but_names() {
    let json = r#"{"containers": [{"env": [{"name": "A", "value": "s3cret"},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "b", "key": "s3cret"}}},
        {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "s3cret"}}}, {"valueFrom": null}],
        "envFrom": [{"prefix": "s3cret", "secretRef": {"name": "d"}}, {"configMapRef": {"name": "e"}}]}]}"#;
    let of_key = |field_number, name: &str| {
        field(3, field(field_number, [field(1, field(1, name)), field(2, "s3cret")].concat()))
    };
    let env = [
        [field(1, "A"), field(2, "s3cret")].concat(),
        // The order of the fields makes no difference.
        [of_key(4, "b"), field(1, "B")].concat(),
        [field(1, "C"), of_key(3, "c")].concat(),
        Vec::new(),
    ];
    let env_from =
        [[field(1, "s3cret"), field(3, field(1, field(1, "d")))].concat(), field(2, field(1, field(1, "e")))];
    let container = [env.map(|it| field(7, it)).concat(), env_from.map(|it| field(19, it)).concat()].concat();
    let spec = read(json, &field(2, &container));
    let Container { env, env_from, .. } = &spec.containers[0];
    let variables: Vec<_> = env.iter().map(|it| (it.name.as_str(), it.secret())).collect();
    assert_eq!(variables, [("A", None), ("B", Some("b")), ("C", None), ("", None)]);
    assert_eq!(env_from.iter().map(EnvFromSource::secret).collect::<Vec<_>>(), [Some("d"), None]);
    assert!(!format!("{spec:?}").contains("s3cret"));

    let of_every_role = format!(
        r#"{{"initContainers": {0}, "ephemeralContainers": {0}}}"#,
        json.strip_prefix(r#"{"containers": "#).unwrap().strip_suffix('}').unwrap()
    );
    let of_every_role =
        read(&of_every_role, &[field(20, &container), field(34, field(1, &container))].concat());
    assert_eq!(of_every_role.init_containers, spec.containers);
    assert_eq!(of_every_role.ephemeral_containers[0].common, spec.containers[0]);
}

const SECCOMP: &str = "seccomp.security.alpha.kubernetes.io/pod";
const CONTAINER_SECCOMP: &str = "container.seccomp.security.alpha.kubernetes.io/web";
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/web";
const OTHERS: [&str; 3] = ["kubectl.kubernetes.io/last-applied-configuration", "seccomp", "xseccomp/pod"];

fn entry(key: &str, value: &str) -> Vec<u8> {
    field(12, [field(1, key), field(2, value)].concat())
}

fn profiles(object: &Object) -> Vec<(&str, &str)> {
    let annotations = &object.pods().unwrap().profile_annotations;
    annotations.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

#[test]
fn of_annotations_those_that_set_profiles_are_kept() {
    let others = OTHERS.map(|key| format!(r#""{key}": "s3cret""#)).join(",");
    let json = format!(r#"{{"{SECCOMP}": "a", {others}, "{CONTAINER_SECCOMP}": null, "{APP_ARMOR}": "c"}}"#);
    let protobuf = [
        OTHERS.map(|key| entry(key, "s3cret")).concat(),
        entry(SECCOMP, "a"),
        entry(CONTAINER_SECCOMP, ""),
        entry(APP_ARMOR, "c"),
    ]
    .concat();
    let expected = [(APP_ARMOR, "c"), (CONTAINER_SECCOMP, ""), (SECCOMP, "a")];

    let pod = format!(r#"{{"metadata": {{"annotations": {json}}}}}"#);
    let from_json = decode_json(Kind::Pod, pod.as_bytes()).unwrap();
    assert_eq!(profiles(&from_json), expected);
    let from_yaml = serde_saphyr::from_str::<Pod>(&pod).unwrap().into_object(Kind::Pod);
    assert_eq!(from_yaml, from_json);
    let from_protobuf = decode_protobuf(Kind::Pod, field(1, &protobuf).into()).unwrap();
    assert_eq!(from_protobuf, from_json);
    assert!(!format!("{from_protobuf:?}").contains("s3cret"));

    // Of a workload those of its template count, and not its own.
    let template = field(2, field(3, field(1, &protobuf)));
    let from_protobuf = decode_protobuf(Kind::Deployment, template.into()).unwrap();
    assert_eq!(profiles(&from_protobuf), expected);
    let own = decode_protobuf(Kind::Deployment, field(1, &protobuf).into()).unwrap();
    assert_eq!(profiles(&own), []);
    assert!(!format!("{own:?}").contains("s3cret"));
    let job =
        r#"{"spec": {"jobTemplate": {"metadata": {"annotations": {}}, "spec": {"template": {"metadata":"#;
    let json = format!(r#"{job}{{"annotations": {json}}}}}}}}}}}}}"#);
    assert_eq!(profiles(&decode_json(Kind::CronJob, json.as_bytes()).unwrap()), expected);
}

#[test]
fn no_annotations_are_no_error_and_a_wrong_type_is_one() {
    for json in [r#"{"metadata": {"annotations": null}}"#, r#"{"metadata": {"annotations": {}}}"#] {
        let object = decode_json(Kind::Pod, json.as_bytes()).unwrap();
        assert_eq!(profiles(&object), []);
        assert_eq!(serde_saphyr::from_str::<Pod>(json).unwrap().into_object(Kind::Pod), object);
    }
    let number = format!(r#"{{"metadata": {{"annotations": {{"{SECCOMP}": 1}}}}}}"#);
    decode_json(Kind::Pod, number.as_bytes()).unwrap_err();
    decode_json(Kind::Pod, br#"{"metadata": {"annotations": []}}"#).unwrap_err();
}

#[test]
fn of_annotations_those_that_set_profiles_decide_the_fingerprint() {
    let hashes = foldhash::quality::RandomState::default();
    let fingerprint = |annotations: &[u8]| {
        let pod = field(1, [&field(1, "web"), annotations].concat());
        Outline::of(&Bytes::from(pod)).unwrap().fingerprint(&hashes)
    };
    let plain = fingerprint(&[]);
    assert_eq!(fingerprint(&entry("control-plane.alpha.kubernetes.io/leader", "x")), plain);
    let mut seen = vec![plain];
    for annotations in [
        entry(SECCOMP, "a"),
        entry(SECCOMP, "b"),
        entry(CONTAINER_SECCOMP, "a"),
        entry(APP_ARMOR, "a"),
        [entry(SECCOMP, "a"), entry(APP_ARMOR, "a")].concat(),
    ] {
        let fingerprint = fingerprint(&annotations);
        assert!(!seen.contains(&fingerprint), "{}", annotations.escape_ascii());
        seen.push(fingerprint);
    }
}

/// Values of a wrong type, each in a field of its own.
const WRONG: [&str; 21] = [
    r#"{"serviceAccountName": {}}"#,
    r#"{"volumes": [{"secret": {"secretName": {}}}]}"#,
    r#"{"volumes": [{"projected": {"sources": {}}}]}"#,
    r#"{"containers": [{"env": [{"valueFrom": {"secretKeyRef": "x"}}]}]}"#,
    r#"{"containers": [{"envFrom": {}}]}"#,
    r#"{"hostNetwork": 1}"#,
    r#"{"hostUsers": {}}"#,
    r#"{"runtimeClassName": []}"#,
    r#"{"os": "windows"}"#,
    r#"{"securityContext": {"runAsUser": 9223372036854775808}}"#,
    r#"{"securityContext": {"fsGroup": {}}}"#,
    r#"{"securityContext": {"supplementalGroups": [true]}}"#,
    r#"{"securityContext": {"sysctls": {}}}"#,
    r#"{"volumes": {}}"#,
    r#"{"volumes": [{"name": {}}]}"#,
    r#"{"volumes": [{"hostPath": {"path": []}}]}"#,
    r#"{"containers": [{"ports": [{"hostPort": 2147483648}]}]}"#,
    r#"{"containers": [{"volumeMounts": [{"readOnly": 1}]}]}"#,
    r#"{"containers": [{"securityContext": {"capabilities": {"add": "ALL"}}}]}"#,
    r#"{"containers": [{"livenessProbe": {"httpGet": {"host": {}}}}]}"#,
    r#"{"containers": [{"lifecycle": {"preStop": "x"}}]}"#,
];

#[test]
fn a_value_of_a_wrong_type_is_an_error_in_every_field() {
    for spec in WRONG {
        decode_json(Kind::Pod, format!(r#"{{"spec": {spec}}}"#).as_bytes()).unwrap_err();
        from_yaml(spec).unwrap_err();
    }
}

#[test]
fn what_is_wrong_with_what_was_written_names_the_field() {
    let written = |json: &str| decode_written_json(Kind::Deployment, json.as_bytes());
    let spec = |user: &str| {
        format!(
            r#"{{"spec": {{"template": {{"spec": {{"containers": [{{}}, {{"securityContext": {{
            "runAsUser": {user}}}}}]}}}}}}}}"#
        )
    };
    let error = written(&spec(r#""1000""#)).unwrap_err().to_string();
    let path = "spec.template.spec.containers[1].securityContext.runAsUser";
    assert_eq!(
        error,
        format!(
            r#"failed to decode JSON: {path}: expected a whole number, found the text "1000" at line 2 column 31"#
        )
    );
    let well = spec("1000");
    assert_eq!(written(&well).unwrap(), decode_json(Kind::Deployment, well.as_bytes()).unwrap());
    let rootless = written("[1, {}]").unwrap_err().to_string();
    assert!(rootless.starts_with("failed to decode JSON: expected a mapping, found a list"), "{rootless}");
    let error = written("{} {}").unwrap_err().to_string();
    assert_eq!(error, "failed to decode JSON: trailing characters at line 1 column 4");
}
