//! The nearest valid word to one that is not.

/// Below this likeness (Jaro-Winkler, 0 to 1) a suggestion misleads more than it helps.
const LIKENESS_MIN: f64 = 0.8;

/// The candidate most like `word`, where one is like it at all.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}
