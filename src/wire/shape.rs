//! Whether lists and mappings stand where they belong in a network policy that somebody wrote.
//!
//! What is read by its fields can be given as a list of their values as well, as far as the decoder is concerned. An API
//! server refuses that, and a rule that is empty for it would let everyone through.

use serde_json::Value;

/// The fields of a policy's spec that are lists.
const LISTS: [&str; 9] =
    ["ingress", "egress", "policyTypes", "ports", "from", "to", "except", "values", "matchExpressions"];

/// Where a list stands in place of a mapping, such as `spec.ingress[0]`; none where none does.
pub(super) fn misplaced_list(policy: &Value) -> Option<String> {
    let spec = policy.get("spec")?;
    if spec.is_array() { Some("spec".to_owned()) } else { within(spec, "spec") }
}

fn within(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::Array(items) => items.iter().enumerate().find_map(|(at, item)| {
            let path = format!("{path}[{at}]");
            if item.is_array() { Some(path) } else { within(item, &path) }
        }),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let path = format!("{path}.{name}");
            if value.is_array() && !LISTS.contains(&name.as_str()) {
                Some(path)
            } else {
                within(value, &path)
            }
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode_written_json;
    use crate::model::Kind;

    fn fault(spec: &str) -> Option<String> {
        let json = format!(r#"{{"metadata": {{"labels": {{"a": "b"}}}}, "spec": {spec}}}"#);
        decode_written_json(Kind::NetworkPolicy, json.as_bytes()).err().map(|it| it.to_string())
    }

    #[test]
    fn a_list_in_place_of_a_mapping_is_refused() {
        assert_eq!(
            fault(
                r#"{"podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]},
                "policyTypes": ["Ingress"], "ingress": [{"from": [{"ipBlock": {"cidr": "a", "except": ["b"]}}],
                "ports": [{"port": 1}]}], "egress": [{"to": [{"podSelector": {}}]}, {}]}"#
            ),
            None
        );
        for (spec, path) in [
            ("[]", "spec"),
            (r#"{"podSelector": []}"#, "spec.podSelector"),
            (r#"{"ingress": [{}, []]}"#, "spec.ingress[1]"),
            (r#"{"egress": [[[{"podSelector": {}}]]]}"#, "spec.egress[0]"),
            (r#"{"egress": [{"to": [[]]}]}"#, "spec.egress[0].to[0]"),
            (r#"{"egress": [{"to": [{"ipBlock": ["10.0.0.0/8"]}]}]}"#, "spec.egress[0].to[0].ipBlock"),
        ] {
            let told = fault(spec).unwrap_or_default();
            assert!(told.contains(&format!("{path}: expected a mapping, found a list")), "{spec}: {told}");
        }
    }
}
