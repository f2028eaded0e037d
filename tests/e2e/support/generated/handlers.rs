//! Probes and lifecycle handlers, which may name a host.

use serde_json::{Value, json};

use super::Draw;

pub(super) fn add(draw: &mut Draw, container: &mut Value) {
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        container[probe] = handler(draw, &json!({"grpc": {"port": 8080}}));
    }
    let sleep = json!({"sleep": {"seconds": 1}});
    container["lifecycle"] = json!({"postStart": handler(draw, &sleep), "preStop": handler(draw, &sleep)});
}

/// `other` is one of the kind that not every handler may be of.
fn handler(draw: &mut Draw, other: &Value) -> Value {
    draw.field(
        &[
            json!(null),
            json!(null),
            json!({"exec": {"command": ["true"]}}),
            json!({"httpGet": {"port": 8080}}),
            json!({"httpGet": {"port": 8080, "host": ""}}),
            json!({"tcpSocket": {"port": "http", "host": null}}),
            other.clone(),
        ],
        &[
            json!({"httpGet": {"port": 8080, "host": "127.0.0.1"}}),
            json!({"httpGet": {"port": "http", "host": "metadata.example.com"}}),
            json!({"tcpSocket": {"port": 8080, "host": "localhost"}}),
        ],
    )
}
