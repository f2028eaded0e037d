//! The layer of the environment: `PLIMSOLL_…`.

use std::ffi::OsString;

use super::draft::Draft;
use super::setting::settings;
use super::{Fault, Origin};
use crate::model::nearest;

/// Names the configuration file, where the flag `--config` does not.
pub const CONFIG_VARIABLE: &str = "PLIMSOLL_CONFIG";

const PREFIX: &str = "PLIMSOLL_";

/// Variables that are no settings and belong to us all the same: they steer the tests, which start the daemon with the
/// environment they run in.
const TESTS: [&str; 2] = ["PLIMSOLL_CACHE", "PLIMSOLL_PEER_TESTS"];
const TESTS_PREFIX: &str = "PLIMSOLL_TEST_";

/// Lays the variables that name a setting over `draft`. Those that look like ours and are not are problems: a
/// misspelled variable would otherwise leave its setting at the default, unnoticed.
pub(super) fn lay(draft: &mut Draft, environment: &[(OsString, OsString)]) {
    for (name, value) in environment {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        let origin = Origin::Variable(name.to_owned());
        let setting = settings().iter().find(|setting| setting.variable == name);
        match (setting, value.to_str()) {
            (Some(setting), Some(text)) => draft.lay_texts(setting, &[text.to_owned()], &origin),
            (Some(_), None) => draft.refuse(origin, Fault::NotUtf8),
            (None, _) if is_tolerated(name) => {}
            (None, _) => {
                let variables = settings().iter().map(|setting| setting.variable.as_str());
                let nearest = nearest(name, variables.chain([CONFIG_VARIABLE]));
                draft.refuse(origin, Fault::UnknownVariable { nearest });
            }
        }
    }
}

fn is_tolerated(name: &str) -> bool {
    name == CONFIG_VARIABLE
        || TESTS.contains(&name)
        || name.starts_with(TESTS_PREFIX)
        || is_service_link(name)
}

/// Whether Kubernetes sets `name` in every pod of a namespace with a Service called `plimsoll` or `plimsoll-…`
/// ("service links", <https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>).
fn is_service_link(name: &str) -> bool {
    let parts: Vec<&str> = name.split('_').skip(1).collect();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_link = |rest: &[&str]| match rest {
        ["PORT"] | ["SERVICE", "HOST"] | ["SERVICE", "PORT", ..] => true,
        ["PORT", number, "TCP" | "UDP" | "SCTP", part @ ..] => {
            is_number(number) && matches!(part, [] | ["PROTO" | "PORT" | "ADDR"])
        }
        _ => false,
    };
    (0..parts.len()).any(|start| is_link(&parts[start..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_links_are_told_from_settings() {
        let links = [
            "PLIMSOLL_PORT",
            "PLIMSOLL_SERVICE_HOST",
            "PLIMSOLL_SERVICE_PORT_METRICS",
            "PLIMSOLL_PORT_9478_TCP_ADDR",
            "PLIMSOLL_METRICS_PORT_9478_TCP",
        ];
        for name in links {
            assert!(is_service_link(name), "{name}");
        }
        assert!(!is_service_link("PLIMSOLL_PORT_TCP"));
        for setting in settings() {
            assert!(!is_service_link(&setting.variable), "{}", setting.variable);
        }
    }
}
