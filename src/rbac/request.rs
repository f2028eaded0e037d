//! What is asked of the authorizer, and whether one rule allows it: the matching of Kubernetes' own RBAC authorizer
//! (`pkg/apis/rbac/v1/evaluation_helpers.go`).

use crate::wire::PolicyRule;

/// What stands for every verb, group, resource or path.
pub const ALL: &str = "*";

/// A request as the authorizer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    pub verb: &'a str,
    /// Empty for a request that is not within a namespace.
    pub namespace: &'a str,
    pub target: Target<'a>,
}

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    Resource {
        /// Empty for the core group.
        group: &'a str,
        resource: &'a str,
        /// Empty where none is asked for.
        subresource: &'a str,
        /// Empty where no object is named.
        name: &'a str,
    },
    /// A path that is no resource's, such as `/healthz`.
    Path(&'a str),
}

/// Whether the rule allows the request, wherever it is granted.
pub fn allows(rule: &PolicyRule, request: &Request<'_>) -> bool {
    has(&rule.verbs, request.verb)
        && match request.target {
            Target::Resource { group, resource, subresource, name } => {
                has(&rule.api_groups, group)
                    && rule.resources.iter().any(|it| is_resource(it, resource, subresource))
                    && (rule.resource_names.is_empty() || rule.resource_names.iter().any(|it| it == name))
            }
            Target::Path(path) => rule.non_resource_urls.iter().any(|it| is_path(it, path)),
        }
}

/// Whether the rule allows anything at all of this resource, or of one object of it.
pub fn allows_any(rule: &PolicyRule, group: &str, resource: &str) -> bool {
    !rule.verbs.is_empty()
        && has(&rule.api_groups, group)
        && rule.resources.iter().any(|it| is_resource(it, resource, ""))
}

/// Whether the list holds the word, or what stands for all.
fn has(list: &[String], word: &str) -> bool {
    list.iter().any(|it| it == ALL || it == word)
}

/// Whether `granted`, as a rule has it, is this resource: `pods/exec` with its subresource, `*` with any, `*/exec` for
/// that subresource of any resource. `pods/*` is none.
fn is_resource(granted: &str, resource: &str, subresource: &str) -> bool {
    if granted == ALL {
        return true;
    }
    if subresource.is_empty() {
        return granted == resource;
    }
    let of = granted.strip_suffix(subresource).and_then(|it| it.strip_suffix('/'));
    of.is_some_and(|of| of == ALL || of == resource)
}

/// Whether `granted` is this path: exactly, or as far as an asterisk at its end.
pub(super) fn is_path(granted: &str, path: &str) -> bool {
    granted == path || (granted.ends_with('*') && path.starts_with(granted.trim_end_matches('*')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn rule(verbs: &[&str], groups: &[&str], resources: &[&str], names: &[&str]) -> PolicyRule {
        PolicyRule {
            verbs: list(verbs),
            api_groups: list(groups),
            resources: list(resources),
            resource_names: list(names),
            non_resource_urls: Vec::new(),
        }
    }

    fn request<'a>(verb: &'a str, group: &'a str, resource: &'a str, name: &'a str) -> Request<'a> {
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        Request { verb, namespace: "", target: Target::Resource { group, resource, subresource, name } }
    }

    #[test]
    fn verbs_groups_and_resources_match_exactly_or_by_an_asterisk() {
        let get = rule(&["get"], &[""], &["pods"], &[]);
        assert!(allows(&get, &request("get", "", "pods", "web")));
        assert!(!allows(&get, &request("list", "", "pods", "")));
        assert!(!allows(&get, &request("get", "apps", "pods", "")));
        assert!(!allows(&get, &request("GET", "", "pods", "")));
        assert!(allows(&rule(&["*"], &["*"], &["*"], &[]), &request("use", "x.y", "z/status", "n")));
    }

    #[test]
    fn a_subresource_is_not_covered_by_its_resource() {
        let exec = request("create", "", "pods/exec", "web");
        for (resource, granted) in [
            ("pods", false),
            ("pods/*", false),
            ("pods/exec", true),
            ("*/exec", true),
            ("*", true),
            ("*/log", false),
        ] {
            assert_eq!(allows(&rule(&["create"], &[""], &[resource], &[]), &exec), granted, "{resource}");
        }
        assert!(!allows(
            &rule(&["create"], &[""], &["*/exec", "pods/exec"], &[]),
            &request("create", "", "pods", "")
        ));
    }

    #[test]
    fn names_limit_a_rule_to_requests_that_name_them() {
        let named = rule(&["get", "list"], &[""], &["secrets"], &["db"]);
        assert!(allows(&named, &request("get", "", "secrets", "db")));
        assert!(!allows(&named, &request("get", "", "secrets", "tls")));
        assert!(!allows(&named, &request("list", "", "secrets", "")));
    }

    #[test]
    fn paths_match_exactly_or_by_their_beginning() {
        let allowed = |url: &str, path| {
            let rule = PolicyRule {
                verbs: list(&["get"]),
                non_resource_urls: list(&[url]),
                ..PolicyRule::default()
            };
            allows(&rule, &Request { verb: "get", namespace: "", target: Target::Path(path) })
        };
        assert!(allowed("/healthz", "/healthz") && !allowed("/healthz", "/healthz/etcd"));
        assert!(allowed("*", "/metrics") && allowed("/apis/*", "/apis/apps"));
        assert!(!allowed("/apis/*", "/apis") && !allowed("/a*s", "/apis"));
    }

    #[test]
    fn a_rule_without_lists_allows_nothing() {
        assert!(!allows(&PolicyRule::default(), &request("get", "", "pods", "")));
        assert!(!allows(&rule(&["get"], &[], &["pods"], &[]), &request("get", "", "pods", "")));
    }
}
