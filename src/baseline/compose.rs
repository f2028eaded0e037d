//! The text of one document, composed into a tree.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::node::{Content, Entry, Node, Position, Scalar};

/// How deep values may be nested, aliases included. The readers recurse as deep.
const DEPTH_MAX: usize = 64;

/// How many values a document may have, those that aliases repeat or may repeat included.
const NODES_MAX: usize = 200_000;

/// Why a document cannot be read at all.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) at: Position,
    pub(super) message: String,
}

/// The tree of a document that begins on `line` of its file; none where it holds nothing.
pub(super) fn compose(text: &str, line: u32) -> Result<Option<Node>, Malformed> {
    let options = granit_parser::options! { emit_comments: false };
    let parser = Parser::new_from_str_with_options(text, options);
    let mut composer = Composer { parser, line, anchors: HashMap::new(), nodes: 0 };
    loop {
        let (event, span) = composer.next()?;
        match event {
            Event::StreamEnd => return Ok(None),
            event if event.is_node() => return composer.node(event, span, 0).map(Some),
            _ => {}
        }
    }
}

struct Composer<'a> {
    parser: Parser<'a, StrInput<'a>>,
    /// The line of the file at which the document begins.
    line: u32,
    /// What aliases may repeat.
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl<'a> Composer<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Malformed> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(self.not_yaml(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Malformed> {
        let at = self.position(span.start.line(), span.start.col());
        if depth >= DEPTH_MAX {
            return Err(too_deep(at));
        }
        self.count(1, at)?;
        let (anchor, content) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let forced = is_text_tag(tag.as_deref(), at)?;
                let plain = style == ScalarStyle::Plain && !forced;
                (anchor, Content::Scalar(Scalar { text: text.into_owned(), plain }))
            }
            Event::SequenceStart(_, anchor, tag) => {
                is_text_tag(tag.as_deref(), at)?;
                (anchor, Content::List(self.list(depth)?))
            }
            Event::MappingStart(_, anchor, tag) => {
                is_text_tag(tag.as_deref(), at)?;
                (anchor, Content::Mapping(self.mapping(depth)?))
            }
            Event::Alias(anchor) => return self.alias(anchor, at, depth),
            _ => return Err(malformed(at, "not YAML: a value is missing")),
        };
        let node = Node { at, content };
        if anchor != 0 {
            // What is kept to be repeated takes memory too.
            self.count(measure(&node).0, at)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Malformed> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Vec<Entry>, Malformed> {
        let mut entries = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(entries);
            }
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            entries.push(Entry { at: key.at, key: key_text(key)?, value });
        }
    }

    /// What the alias stands for, as if it had been written out where the anchor is.
    fn alias(&mut self, anchor: usize, at: Position, depth: usize) -> Result<Node, Malformed> {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            return Err(malformed(at, "the alias stands within what it repeats"));
        };
        let (size, height) = measure(&node);
        self.count(size, at)?;
        if depth + height > DEPTH_MAX { Err(too_deep(at)) } else { Ok(node) }
    }

    fn count(&mut self, nodes: usize, at: Position) -> Result<(), Malformed> {
        self.nodes += nodes;
        let fits = self.nodes <= NODES_MAX;
        fits.then_some(()).ok_or_else(|| malformed(at, &format!("more than {NODES_MAX} values")))
    }

    /// `line` counts from 1 on within the document, `column` from 0 on.
    fn position(&self, line: usize, column: usize) -> Position {
        let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        let line = self.line.saturating_add(number(line.saturating_sub(1)));
        Position { line, column: number(column).saturating_add(1) }
    }

    fn not_yaml(&self, error: &ScanError) -> Malformed {
        let at = self.position(error.marker().line(), error.marker().col());
        malformed(at, &format!("not YAML: {}", error.info()))
    }
}

fn key_text(key: Node) -> Result<String, Malformed> {
    match key.content {
        // Merge keys belong to YAML 1.1; what they merge would be passed over.
        Content::Scalar(Scalar { text, plain: true }) if text == "<<" => {
            Err(malformed(key.at, "merge keys (`<<`) are not read: write out what they merge"))
        }
        Content::Scalar(scalar) => Ok(scalar.text),
        Content::List(_) | Content::Mapping(_) => Err(malformed(key.at, "a key must be a single value")),
    }
}

/// Whether the tag makes a text of what it stands before. Only the tags of YAML's own types are read.
fn is_text_tag(tag: Option<&Tag>, at: Position) -> Result<bool, Malformed> {
    match tag.map(|tag| (tag.is_yaml_core_schema(), tag.suffix())) {
        None | Some((true, "bool" | "int" | "float" | "null" | "map" | "seq")) => Ok(false),
        Some((true, "str")) => Ok(true),
        Some(_) => Err(malformed(at, "a tag that is not read: leave it out")),
    }
}

/// How many values a tree has, and how deep it is.
fn measure(node: &Node) -> (usize, usize) {
    let add = |(size, height): (usize, usize), child: &Node| {
        let (child_size, child_height) = measure(child);
        (size + child_size, height.max(child_height + 1))
    };
    match &node.content {
        Content::Scalar(_) => (1, 1),
        Content::List(items) => items.iter().fold((1, 1), add),
        Content::Mapping(entries) => entries.iter().map(|entry| &entry.value).fold((1, 1), add),
    }
}

fn too_deep(at: Position) -> Malformed {
    malformed(at, &format!("nested more than {DEPTH_MAX} deep"))
}

fn malformed(at: Position, message: &str) -> Malformed {
    Malformed { at, message: message.to_owned() }
}
