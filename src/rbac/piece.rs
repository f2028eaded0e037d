//! Rights that are alike, held as the lists that they are combined from, so that a rule of a thousand verbs on a
//! thousand resources is two lists and not a million rights.

use super::request::{ALL, is_path};
use crate::wire::PolicyRule;

/// Every combination of one word from each of the lists, none of which is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Piece<'a> {
    pub(super) sort: Sort,
    /// Each in order and without a word that stands twice: verbs; resources or paths; API groups; names.
    pub(super) lists: Vec<Vec<&'a str>>,
}

/// What rights are about, and so which lists they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// Resources of any name: verbs, resources, API groups.
    Resources,
    /// Resources of certain names: verbs, resources, API groups, names.
    Named,
    /// Verbs, paths.
    Paths,
}

/// How many more words may be looked up and kept.
#[derive(Debug)]
pub(super) struct Budget(pub(super) usize);

/// The budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl Budget {
    fn take(&mut self, words: usize) -> Result<(), TooLarge> {
        self.0 = self.0.checked_sub(words).ok_or(TooLarge)?;
        Ok(())
    }
}

impl<'a> Piece<'a> {
    /// All that the rule grants.
    pub(super) fn of(rule: &'a PolicyRule) -> impl Iterator<Item = Self> {
        let PolicyRule { verbs, api_groups, resources, resource_names, non_resource_urls } = rule;
        let on_resources = if resource_names.is_empty() {
            Self::combined(Sort::Resources, &[verbs, resources, api_groups])
        } else {
            Self::combined(Sort::Named, &[verbs, resources, api_groups, resource_names])
        };
        let on_paths = Self::combined(Sort::Paths, &[verbs, non_resource_urls]);
        on_resources.into_iter().chain(on_paths)
    }

    /// None where a list is empty, so that there is nothing to combine.
    fn combined(sort: Sort, lists: &[&'a Vec<String>]) -> Option<Self> {
        let lists: Vec<_> = lists.iter().map(|list| in_order(list)).collect();
        lists.iter().all(|list| !list.is_empty()).then_some(Self { sort, lists })
    }

    /// Adds to `left` what is left of it without what the rule grants, in pieces that have nothing in common.
    pub(super) fn without(
        mut self,
        rule: &Granted<'_>,
        budget: &mut Budget,
        left: &mut Vec<Self>,
    ) -> Result<(), TooLarge> {
        for (at, list) in self.lists.iter().enumerate() {
            budget.take(list.len() * rule.cost(self.sort, at))?;
            if !list.iter().any(|word| rule.grants(self.sort, at, word)) {
                left.push(self);
                return Ok(());
            }
        }
        for at in 0..self.lists.len() {
            let words = std::mem::take(&mut self.lists[at]);
            let (granted, rest): (Vec<_>, Vec<_>) =
                words.into_iter().partition(|word| rule.grants(self.sort, at, word));
            if !rest.is_empty() {
                let mut outside = self.clone();
                outside.lists[at] = rest;
                budget.take(outside.lists.iter().map(Vec::len).sum())?;
                left.push(outside);
            }
            self.lists[at] = granted;
        }
        Ok(())
    }

    /// The rule that grants this and no more.
    pub(super) fn to_rule(&self) -> PolicyRule {
        let list = |at: usize| self.lists.get(at).into_iter().flatten().map(|word| (*word).to_owned());
        let verbs = list(0).collect();
        match self.sort {
            Sort::Paths => {
                PolicyRule { verbs, non_resource_urls: list(1).collect(), ..PolicyRule::default() }
            }
            Sort::Resources | Sort::Named => PolicyRule {
                verbs,
                resources: list(1).collect(),
                api_groups: list(2).collect(),
                resource_names: list(3).collect(),
                non_resource_urls: Vec::new(),
            },
        }
    }
}

/// A rule, made ready to be asked what it grants.
#[derive(Debug)]
pub(super) struct Granted<'a> {
    verbs: Vec<&'a str>,
    resources: Vec<&'a str>,
    groups: Vec<&'a str>,
    names: Vec<&'a str>,
    paths: Vec<&'a str>,
}

impl<'a> Granted<'a> {
    pub(super) fn by(rule: &'a PolicyRule) -> Self {
        Self {
            verbs: in_order(&rule.verbs),
            resources: in_order(&rule.resources),
            groups: in_order(&rule.api_groups),
            names: in_order(&rule.resource_names),
            paths: in_order(&rule.non_resource_urls),
        }
    }

    /// Whether it grants the word, which stands in a piece's list of this number.
    fn grants(&self, sort: Sort, at: usize, word: &str) -> bool {
        match (sort, at) {
            (_, 0) => has_or_all(&self.verbs, word),
            (Sort::Paths, _) => self.paths.iter().any(|path| is_path(path, word)),
            (_, 1) => has_or_all(&self.resources, word) || self.has_subresource(word),
            // A rule that lists names grants nothing for all names.
            (Sort::Resources, _) => self.names.is_empty() && has_or_all(&self.groups, word),
            (Sort::Named, 2) => has_or_all(&self.groups, word),
            (Sort::Named, _) => self.names.is_empty() || has(&self.names, word),
        }
    }

    /// Whether it grants the subresource of every resource, as `*/scale` does that of `deployments/scale`.
    fn has_subresource(&self, resource: &str) -> bool {
        resource.split_once('/').is_some_and(|(_, sub)| has(&self.resources, &format!("{ALL}/{sub}")))
    }

    /// How many words a word of a piece's list of this number is held against.
    fn cost(&self, sort: Sort, at: usize) -> usize {
        if sort == Sort::Paths && at == 1 { self.paths.len() } else { 1 }
    }
}

/// What is left of the pieces without what any of the rules grants.
pub(super) fn without<'a>(
    mut pieces: Vec<Piece<'a>>,
    rules: &[Granted<'_>],
    budget: &mut Budget,
) -> Result<Vec<Piece<'a>>, TooLarge> {
    for rule in rules {
        let mut left = Vec::new();
        for piece in pieces {
            piece.without(rule, budget, &mut left)?;
        }
        pieces = left;
    }
    Ok(pieces)
}

fn in_order(list: &[String]) -> Vec<&str> {
    let mut words: Vec<&str> = list.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn has(words: &[&str], word: &str) -> bool {
    words.binary_search(&word).is_ok()
}

fn has_or_all(words: &[&str], word: &str) -> bool {
    has(words, ALL) || has(words, word)
}
