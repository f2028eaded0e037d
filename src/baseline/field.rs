//! What may stand where: the tables of fields, which the readers and the reference page share.

/// A field of a mapping.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) need: Need,
    /// What its value must be, as it goes on after "expected".
    pub(super) expects: &'static str,
    /// What it declares, in whole sentences of Markdown.
    pub(super) doc: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
}

/// A mapping of a `Baseline`: the path at which it stands, and its fields.
#[derive(Debug)]
pub(super) struct Table {
    /// Such as `spec.waivers[]`; empty for the document.
    pub(super) path: &'static str,
    pub(super) fields: &'static [Field],
}

pub(super) const fn required(name: &'static str, expects: &'static str, doc: &'static str) -> Field {
    Field { name, need: Need::Required, expects, doc }
}

pub(super) const fn optional(name: &'static str, expects: &'static str, doc: &'static str) -> Field {
    Field { name, need: Need::Optional, expects, doc }
}

impl Table {
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|field| field.name)
    }
}
