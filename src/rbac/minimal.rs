//! Pieces put together again into few rules, so that the same rights read the same in whatever form they were written.

use std::collections::{BTreeMap, BTreeSet};

use super::piece::{Budget, Granted, Piece, Sort, without};
use super::request::ALL;
use crate::wire::PolicyRule;

/// Up to how many single rights are put together anew. What is more stays in the pieces in which it was found.
const RIGHTS_MAX: usize = 4_096;

/// How many lists a piece has at most.
const LISTS: usize = 4;

/// Few rules that grant what the pieces do, in order. Rights that differ in their verbs alone become one rule, then
/// those that differ in their resources or paths alone, then in their groups, then in their names.
pub(super) fn minimal(pieces: Vec<Piece<'_>>, budget: &mut Budget) -> Vec<PolicyRule> {
    let mut pieces: Vec<Piece<'_>> = pieces.into_iter().map(shortened).collect();
    // What one grants goes from all the others, but never from the last that grants it.
    for _ in 0..2 {
        pieces = without_later(pieces, budget);
    }
    let rights = pieces.iter().map(rights).fold(0, usize::saturating_add);
    if rights <= RIGHTS_MAX {
        pieces = pieces.into_iter().flat_map(taken_apart).collect();
    }
    for at in 0..LISTS {
        pieces = merged(pieces, at);
    }
    let mut rules: Vec<PolicyRule> = pieces.iter().map(Piece::to_rule).collect();
    rules.sort_unstable();
    rules
}

/// The piece without the words of a list that an asterisk in the same list stands for. What `*/scale` and `/apis/*`
/// stand for stays beside them, if one rule has it so.
fn shortened(mut piece: Piece<'_>) -> Piece<'_> {
    // Names are what they are.
    let starred = if piece.sort == Sort::Named { 3 } else { LISTS };
    for list in piece.lists.iter_mut().take(starred).filter(|list| list.contains(&ALL)) {
        *list = vec![ALL];
    }
    piece
}

/// The pieces in the opposite order, each without what those after it grant, as far as the budget reaches.
fn without_later<'a>(mut pieces: Vec<Piece<'a>>, budget: &mut Budget) -> Vec<Piece<'a>> {
    let mut kept = Vec::new();
    let rules: Vec<PolicyRule> = pieces.iter().map(Piece::to_rule).collect();
    let mut granted: Vec<Granted<'_>> = rules.iter().rev().map(Granted::by).collect();
    pieces.reverse();
    while let (Some(piece), Some(_)) = (pieces.pop(), granted.pop()) {
        // What is too large to compare stays as it is.
        kept.push(without(vec![piece.clone()], &granted, budget).unwrap_or_else(|_| vec![piece]));
    }
    kept.into_iter().rev().flatten().collect()
}

/// How many single rights the piece is.
fn rights(piece: &Piece<'_>) -> usize {
    piece.lists.iter().map(Vec::len).fold(1, usize::saturating_mul)
}

/// The single rights of a piece.
fn taken_apart(piece: Piece<'_>) -> Vec<Piece<'_>> {
    let mut apart = vec![piece];
    for at in 0..LISTS {
        apart = apart.into_iter().flat_map(|piece| by_word(piece, at)).collect();
    }
    apart
}

/// A piece for each word of the list of this number.
fn by_word(piece: Piece<'_>, at: usize) -> Vec<Piece<'_>> {
    let Some(list) = piece.lists.get(at) else { return vec![piece] };
    let with = |word: &_| {
        let mut piece = piece.clone();
        piece.lists[at] = vec![*word];
        piece
    };
    list.iter().map(with).collect()
}

/// The pieces, with those made one that differ in the list of this number alone.
fn merged(pieces: Vec<Piece<'_>>, at: usize) -> Vec<Piece<'_>> {
    let mut alike: BTreeMap<Piece<'_>, BTreeSet<&str>> = BTreeMap::new();
    for mut piece in pieces {
        let words = piece.lists.get_mut(at).map(std::mem::take).unwrap_or_default();
        alike.entry(piece).or_default().extend(words);
    }
    let mut pieces = Vec::with_capacity(alike.len());
    for (mut piece, words) in alike {
        if let Some(list) = piece.lists.get_mut(at) {
            *list = words.into_iter().collect();
        }
        pieces.push(piece);
    }
    pieces
}
