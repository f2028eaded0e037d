//! The parameters of a request, each known by name and given at most once.

use std::borrow::Cow;

use super::answer::Refusal;

/// The parameters that were given.
#[derive(Debug)]
pub(super) struct Query<'a> {
    given: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Query<'a> {
    /// Takes a URL's query apart. A parameter that is not among `names`, or given twice, is refused: a filter
    /// with a slip in its name must not look as if it had filtered.
    pub(super) fn parse(raw: Option<&'a str>, names: &[&str]) -> Result<Self, Refusal> {
        let mut given: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
        for (name, value) in form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            if !names.contains(&&*name) {
                return Err(Refusal::word(&name, "there is no such parameter", &name, names));
            }
            if given.iter().any(|(known, _)| *known == name) {
                return Err(Refusal::parameter(&name, "it is given more than once", Vec::new()));
            }
            given.push((name, value));
        }
        Ok(Self { given })
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The value among `all` that the parameter names.
    pub(super) fn word<T: Copy>(
        &self,
        name: &str,
        all: &[T],
        as_str: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let found = all.iter().copied().find(|value| as_str(*value) == text);
        let refused = || {
            let valid: Vec<_> = all.iter().map(|value| as_str(*value)).collect();
            Refusal::word(name, "there is no such value", text, &valid)
        };
        found.map(Some).ok_or_else(refused)
    }

    /// What the parameter says when `parse` reads it; `expected` tells people what that is.
    pub(super) fn value<T>(
        &self,
        name: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let refused = || Refusal::parameter(name, "its value is not valid", vec![expected.to_owned()]);
        parse(text).map(Some).ok_or_else(refused)
    }
}
