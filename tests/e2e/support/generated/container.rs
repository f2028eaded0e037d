//! Containers.

use serde_json::{Value, json};

use super::shape::Shape;
use super::{Draw, handlers, security_context};

/// Each container's ports begin a hundred above those of the one before.
const FIRST_PORT: usize = 8000;

pub(super) fn regular(draw: &mut Draw, shape: &Shape, number: usize) -> Value {
    let mut container = any(draw, shape, &format!("main-{number}"), FIRST_PORT + number * 100);
    handlers::add(draw, &mut container);
    container
}

/// One that runs to its end before the next, or a sidecar, which alone may have probes.
pub(super) fn initial(draw: &mut Draw, shape: &Shape, number: usize) -> Value {
    let mut container = any(draw, shape, &format!("init-{number}"), FIRST_PORT + 1000 + number * 100);
    if draw.half() {
        container["restartPolicy"] = json!("Always");
        handlers::add(draw, &mut container);
    }
    container
}

fn any(draw: &mut Draw, shape: &Shape, name: &str, first_port: usize) -> Value {
    let ports: Vec<Value> = (0..draw.up_to(2)).map(|number| port(draw, shape, first_port + number)).collect();
    json!({
        "name": name,
        "image": "registry.example.com/shop/web:1.0",
        "ports": ports,
        "securityContext": security_context::of_container(draw, shape),
    })
}

/// In the host's network, a port of the host can only be the container's own, and is so by default.
fn port(draw: &mut Draw, shape: &Shape, number: usize) -> Value {
    let on_host = if shape.host_network == Some(true) { number } else { number + 20_000 };
    json!({"containerPort": number, "hostPort": draw.field(&[None, Some(0)], &[Some(on_host)])})
}
