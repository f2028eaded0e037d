//! A setting that a container makes itself or leaves to its pod.

use super::remedy;
use crate::checks::pod_security::violation::{Part, UNSET, Violation, Wrong, list};
use crate::snapshot::{Container, PodTemplate};

/// A setting that a container makes itself or leaves to its pod.
pub(super) struct Setting<'a, T> {
    pub(super) template: &'a PodTemplate,
    /// The field of the pod's spec and of the container alike, such as `securityContext.runAsUser`.
    pub(super) field: &'static str,
    /// What it sets, such as `user`.
    pub(super) noun: &'static str,
    pub(super) of_pod: Option<T>,
    pub(super) of_container: fn(&'a PodTemplate, &'a Container) -> Option<T>,
}

impl<'a, T: Copy> Setting<'a, T> {
    /// Adds a violation for each value that applies to some container and is not allowed. What is mended in
    /// one place is one violation: containers that leave it to the pod are named in the pod's.
    pub(super) fn judge(
        &self,
        is_allowed: impl Fn(Option<T>) -> bool,
        render: impl Fn(T) -> String,
        expected: impl Fn() -> String,
        violations: &mut Vec<Violation>,
    ) {
        for (part, value) in self.effective().filter(|(_, value)| !is_allowed(*value)) {
            violations.push(self.violation(part, value.map(&render), expected()));
        }
    }

    /// What containers set, and what the pod sets for those that set nothing.
    fn effective(&self) -> impl Iterator<Item = (Part<'a>, Option<T>)> {
        let of_pod = self.heirs().next().map(|_| (Part::Pod, self.of_pod)).into_iter();
        let set = |container| Some((Part::Container(container), Some(self.own(container)?)));
        of_pod.chain(self.template.containers.iter().filter_map(set))
    }

    /// The containers that leave it to the pod.
    fn heirs(&self) -> impl Iterator<Item = &'a Container> {
        self.template.containers.iter().filter(|container| self.own(container).is_none())
    }

    /// What the container sets itself.
    fn own(&self, container: &'a Container) -> Option<T> {
        (self.of_container)(self.template, container)
    }

    fn violation(&self, part: Part<'_>, value: Option<String>, expected: String) -> Violation {
        let noun = self.noun;
        let given =
            value.as_ref().map_or_else(|| format!("no {noun}"), |value| format!("the {noun} {value}"));
        let what = match part {
            Part::Container(_) => format!("has {given}"),
            Part::Pod | Part::Metadata => {
                format!("gives {} {given}", list(self.heirs().map(|container| &container.name)))
            }
        };
        let actual = value.unwrap_or_else(|| UNSET.to_owned());
        let remedy = remedy(&expected);
        part.violation(self.field, Wrong { what, expected: expected.into(), actual, remedy })
    }
}
