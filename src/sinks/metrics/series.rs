//! Samples of a family, kept as text from scrape to scrape in the order of their keys. What did not change is
//! neither rendered nor copied again: a page shares it.

use std::iter::Peekable;

use bytes::Bytes;

/// How many lines a chunk has at most, and below how many it is joined with the next. A change copies the chunk
/// that it falls into, some twenty kilobytes.
const LINES_MAX: usize = 128;
const LINES_MIN: usize = 32;

/// Lines by their keys.
#[derive(Debug)]
pub(super) struct Series<K> {
    chunks: Vec<Chunk<K>>,
    len: usize,
}

/// A row of lines that are shared as one; never empty.
#[derive(Debug)]
struct Chunk<K> {
    keys: Vec<K>,
    /// Where the line of each key ends.
    ends: Vec<usize>,
    text: Bytes,
}

impl<K> Default for Series<K> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<K: Ord> Series<K> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn last_key(&self) -> Option<&K> {
        self.chunks.last().and_then(|chunk| chunk.keys.last())
    }

    /// The text in its order.
    pub(super) fn parts(&self) -> impl Iterator<Item = Bytes> {
        self.chunks.iter().map(|chunk| chunk.text.clone())
    }

    /// Sets, or with none removes, the lines of keys that come in ascending order. `render` appends a line with its
    /// end. Costs the chunks that are touched, and a step for each other chunk.
    pub(super) fn apply<V>(
        &mut self,
        changes: impl Iterator<Item = (K, Option<V>)>,
        render: impl Fn(&K, &V, &mut String),
    ) {
        let mut changes = changes.peekable();
        if changes.peek().is_none() {
            return;
        }
        let mut builder = Builder { chunks: Vec::new(), open: Open::default(), render, line: String::new() };
        for chunk in std::mem::take(&mut self.chunks) {
            let touched = |(key, _): &(K, Option<V>)| chunk.keys.last().is_some_and(|last| key <= last);
            if changes.peek().is_some_and(touched) {
                builder.merge(chunk, &mut changes);
            } else {
                builder.chunk(chunk);
            }
        }
        for (key, value) in changes {
            builder.set(key, value);
        }
        self.chunks = builder.finish();
        self.len = self.chunks.iter().map(|chunk| chunk.keys.len()).sum();
    }

    /// Removes the last line, and gives its key.
    pub(super) fn pop(&mut self) -> Option<K> {
        let chunk = self.chunks.last_mut()?;
        let key = chunk.keys.pop();
        chunk.ends.pop();
        chunk.text.truncate(chunk.ends.last().copied().unwrap_or(0));
        if chunk.keys.is_empty() {
            self.chunks.pop();
        }
        self.len -= 1;
        key
    }
}

/// Chunks while they are put together anew.
struct Builder<K, R> {
    chunks: Vec<Chunk<K>>,
    open: Open<K>,
    render: R,
    /// The line that is rendered.
    line: String,
}

/// A chunk that still grows.
struct Open<K> {
    keys: Vec<K>,
    ends: Vec<usize>,
    text: Vec<u8>,
}

impl<K> Default for Open<K> {
    fn default() -> Self {
        Self { keys: Vec::new(), ends: Vec::new(), text: Vec::new() }
    }
}

impl<K: Ord, R> Builder<K, R> {
    /// Takes a chunk over as it is.
    fn chunk(&mut self, chunk: Chunk<K>) {
        if (1..LINES_MIN).contains(&self.open.keys.len()) {
            return self.lines(chunk);
        }
        self.seal();
        self.chunks.push(chunk);
    }

    /// Takes over the lines of a chunk.
    fn lines(&mut self, chunk: Chunk<K>) {
        let mut start = 0;
        for (key, end) in chunk.keys.into_iter().zip(chunk.ends) {
            self.put(key, &chunk.text[start..end]);
            start = end;
        }
    }

    /// Takes over the lines of a chunk, with those changes that fall among them.
    fn merge<V>(&mut self, chunk: Chunk<K>, changes: &mut Peekable<impl Iterator<Item = (K, Option<V>)>>)
    where
        R: Fn(&K, &V, &mut String),
    {
        let mut start = 0;
        for (key, end) in chunk.keys.into_iter().zip(chunk.ends) {
            while let Some((new, value)) = changes.next_if(|(changed, _)| *changed < key) {
                self.set(new, value);
            }
            match changes.next_if(|(changed, _)| *changed == key) {
                Some((key, value)) => self.set(key, value),
                None => self.put(key, &chunk.text[start..end]),
            }
            start = end;
        }
    }

    fn set<V>(&mut self, key: K, value: Option<V>)
    where
        R: Fn(&K, &V, &mut String),
    {
        let Some(value) = value else { return };
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        (self.render)(&key, &value, &mut line);
        self.put(key, line.as_bytes());
        self.line = line;
    }

    fn put(&mut self, key: K, line: &[u8]) {
        self.open.text.extend_from_slice(line);
        self.open.keys.push(key);
        self.open.ends.push(self.open.text.len());
        if self.open.keys.len() == LINES_MAX {
            self.seal();
        }
    }

    fn seal(&mut self) {
        let Open { mut keys, mut ends, text } = std::mem::take(&mut self.open);
        if !keys.is_empty() {
            keys.shrink_to_fit();
            ends.shrink_to_fit();
            // A box has no room to spare, which would be held for as long as the lines stand.
            let text = Bytes::from(text.into_boxed_slice());
            self.chunks.push(Chunk { keys, ends, text });
        }
    }

    fn finish(mut self) -> Vec<Chunk<K>> {
        self.seal();
        self.chunks
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn text(series: &Series<u32>) -> String {
        series.parts().map(|part| String::from_utf8(part.to_vec()).expect("UTF-8")).collect()
    }

    fn shown(key: u32, value: u32) -> String {
        format!("{key} {value}\n")
    }

    fn apply(series: &mut Series<u32>, changes: &BTreeMap<u32, Option<u32>>) {
        let changes = changes.iter().map(|(key, value)| (*key, *value));
        series.apply(changes, |key, value, line| *line += &shown(*key, *value));
    }

    #[test]
    fn what_did_not_change_is_shared() {
        let mut series = Series::default();
        apply(&mut series, &(0..10_000).map(|key| (key, Some(0))).collect());
        let before: Vec<Bytes> = series.parts().collect();
        apply(&mut series, &[(5000, Some(1)), (10_000, Some(0))].into());
        let shared = series.parts().filter(|part| before.iter().any(|old| old.as_ptr() == part.as_ptr()));
        assert_eq!(shared.count(), before.len() - 1);
    }

    #[test]
    fn small_chunks_are_joined() {
        let mut series = Series::default();
        apply(&mut series, &(0..10_000).map(|key| (key, Some(0))).collect());
        apply(&mut series, &(0..10_000).filter(|key| key % 100 != 0).map(|key| (key, None)).collect());
        assert_eq!((series.len(), series.chunks.len()), (100, 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever is set and removed, the text is that of what is left, and chunks stay within their bounds.
        #[test]
        fn the_text_is_that_of_a_map(
            batches in prop::collection::vec(
                prop::collection::btree_map(0..2000u32, prop::option::of(0..3u32), 0..900),
                1..6,
            ),
            pops in 0..400usize,
        ) {
            let mut series = Series::default();
            let mut model = BTreeMap::new();
            for batch in &batches {
                apply(&mut series, batch);
                for (key, value) in batch {
                    match value {
                        Some(value) => drop(model.insert(*key, *value)),
                        None => drop(model.remove(key)),
                    }
                }
            }
            for _ in 0..pops {
                prop_assert_eq!(series.pop(), model.pop_last().map(|(key, _)| key));
            }
            let expected: String = model.iter().map(|(key, value)| shown(*key, *value)).collect();
            prop_assert_eq!(text(&series), expected);
            prop_assert_eq!(series.len(), model.len());
            prop_assert_eq!(series.last_key(), model.keys().last());
            for chunk in &series.chunks {
                prop_assert!((1..=LINES_MAX).contains(&chunk.keys.len()));
            }
        }
    }
}
