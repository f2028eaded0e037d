//! From the bytes of a file to its documents.

use std::sync::Arc;

use super::compose::compose;
use super::field::{Table, required};
use super::node::{Content, Node, Position};
use super::object::{self, DeclaredObject, Identity, group};
use super::reader::{Reader, Value};
use super::{Baseline, Problem, spec};
use crate::model::{Declaration, nearest, sha256_hex};
use crate::wire;

/// How many bytes a file may have.
pub const FILE_BYTES_MAX: usize = 8 << 20;

/// How many documents a file may have, and how many items a list of them.
const DOCUMENTS_MAX: usize = 10_000;

/// How deep lists of objects may be nested.
const LISTS_MAX: usize = 4;

const GROUP: &str = "plimsoll.dev";
const API_VERSION: &str = "plimsoll.dev/v1alpha1";
const KIND: &str = "Baseline";

/// A document of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    Baseline(Box<Baseline>),
    Object(DeclaredObject),
    /// It cannot be taken as it was meant; a problem says why. None where not even its name can be read.
    Broken(Option<Identity>),
}

impl Document {
    /// What it is known by.
    pub fn identity(&self) -> Option<Identity> {
        match self {
            Self::Baseline(baseline) => Some(baseline_identity(&baseline.declaration.name)),
            Self::Object(object) => Some(object.identity()),
            Self::Broken(identity) => identity.clone(),
        }
    }

    /// Where it begins: file and line; none for one that is broken.
    pub(super) fn place(&self) -> Option<(Arc<str>, u32)> {
        match self {
            Self::Baseline(it) => Some((Arc::clone(&it.declaration.file), it.declaration.line)),
            Self::Object(object) => Some((Arc::clone(&object.file), object.line)),
            Self::Broken(_) => None,
        }
    }
}

pub(super) static TABLE: Table = Table {
    path: "",
    fields: &[
        required("apiVersion", API_VERSION, "Always `plimsoll.dev/v1alpha1`."),
        required("kind", KIND, "Always `Baseline`."),
        required("metadata", "a mapping such as {name: production}", "What the document is called."),
        required("spec", "a mapping", "What is declared."),
    ],
};

pub(super) static METADATA: Table = Table {
    path: "metadata",
    fields: &[required(
        "name",
        "a name of lower-case letters, digits, - and .",
        "The name, which metrics and events carry. No two documents may have the same.",
    )],
};

/// The documents of a file, and every problem in them. `known_checks` are the ids that waivers may name.
///
/// One document that is malformed takes no other with it.
pub fn parse(file: &str, text: &[u8], known_checks: &[&str]) -> (Vec<Document>, Vec<Problem>) {
    let file: Arc<str> = file.into();
    let mut reader = Reader::new(Arc::clone(&file));
    let mut documents = Vec::new();
    match checked_text(text) {
        Ok(text) => {
            let mut source =
                FileReader { file, known_checks, reader: &mut reader, documents: &mut documents };
            source.read_file(text);
        }
        Err((at, message)) => {
            reader.refuse(at, "", &message);
            documents.push(Document::Broken(None));
        }
    }
    (documents, reader.finish())
}

fn checked_text(bytes: &[u8]) -> Result<&str, (Position, String)> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err((Position::START, format!("the file has more than {FILE_BYTES_MAX} bytes")));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let lines = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        let line = u32::try_from(lines).unwrap_or(u32::MAX);
        (Position { line, column: 1 }, "not UTF-8".to_owned())
    })
}

/// A file while it is read.
struct FileReader<'a> {
    file: Arc<str>,
    known_checks: &'a [&'a str],
    reader: &'a mut Reader,
    documents: &'a mut Vec<Document>,
}

impl FileReader<'_> {
    fn read_file(&mut self, text: &str) {
        for (index, document) in wire::documents(text).into_iter().enumerate() {
            let start = Position { line: document.line, column: 1 };
            if index == DOCUMENTS_MAX {
                let message = format!("the file has more than {DOCUMENTS_MAX} documents");
                self.refuse_all(start, &message);
                return;
            }
            match compose(document.text, document.line) {
                Ok(Some(node)) => self.read(&node, "", document.text, 0),
                Ok(None) => {}
                Err(malformed) => self.refuse_all(malformed.at, &malformed.message),
            }
        }
    }

    /// Says that there is a document of which nothing is known.
    fn refuse_all(&mut self, at: Position, message: &str) {
        self.reader.refuse(at, "", message);
        self.documents.push(Document::Broken(None));
    }

    /// Reads what stands at `path` of the document whose text it is.
    fn read(&mut self, node: &Node, path: &str, text: &str, lists: usize) {
        if let (Some(Content::List(items)), true) = (node.get("items").map(|it| &it.content), is_list(node)) {
            if lists == LISTS_MAX || items.len() > DOCUMENTS_MAX {
                let message = format!("a list of more than {DOCUMENTS_MAX} items, or nested too deep");
                return self.refuse_all(node.at, &message);
            }
            let within = if path.is_empty() { String::new() } else { format!("{path}.") };
            for (index, item) in items.iter().enumerate() {
                self.read(item, &format!("{within}items[{index}]"), text, lists + 1);
            }
            return;
        }
        let value = Value { node, path: path.to_owned(), expects: "a mapping with apiVersion and kind" };
        let identity = identity(node);
        let read = self.reader.apart(|reader| match meant(node) {
            Meant::Object => object::read(&value, reader, &self.file).map(Document::Object),
            Meant::Baseline => {
                let declaration = declaration(node, text, &self.file);
                let baseline = read_baseline(&value, reader, &declaration, self.known_checks);
                baseline.map(|baseline| Document::Baseline(Box::new(baseline)))
            }
        });
        self.documents.push(read.unwrap_or(Document::Broken(identity)));
    }
}

/// Whether it is a list of objects, such as `kubectl get` gives.
fn is_list(node: &Node) -> bool {
    node.get("kind").and_then(Node::text).is_some_and(|kind| kind.ends_with("List"))
}

enum Meant {
    Baseline,
    Object,
}

/// What a document is meant to be. A `Baseline` with a misspelt group would be passed over as an object.
fn meant(node: &Node) -> Meant {
    let text = |key| node.get(key).and_then(Node::text).unwrap_or_default();
    let group = group(text("apiVersion"));
    let baseline =
        group == GROUP || text("kind") == KIND && (group.is_empty() || nearest(group, [GROUP]).is_some());
    if baseline { Meant::Baseline } else { Meant::Object }
}

fn identity(node: &Node) -> Option<Identity> {
    let text = |node: Option<&Node>| node.and_then(Node::text).map(str::to_owned);
    let metadata = node.get("metadata")?;
    let name = text(metadata.get("name"))?;
    match meant(node) {
        Meant::Baseline => Some(baseline_identity(&name)),
        Meant::Object => Some(Identity {
            group: group(node.get("apiVersion")?.text()?).to_owned(),
            kind: text(node.get("kind"))?,
            namespace: text(metadata.get("namespace")).unwrap_or_default(),
            name,
        }),
    }
}

fn baseline_identity(name: &str) -> Identity {
    Identity { group: GROUP.into(), kind: KIND.into(), namespace: String::new(), name: name.into() }
}

fn declaration(node: &Node, text: &str, file: &Arc<str>) -> Declaration {
    let name = node.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Node::text);
    Declaration {
        name: name.unwrap_or_default().into(),
        digest: sha256_hex(text.as_bytes()).into(),
        file: Arc::clone(file),
        line: node.at.line,
    }
}

fn read_baseline(
    value: &Value<'_>,
    reader: &mut Reader,
    declaration: &Declaration,
    known_checks: &[&str],
) -> Option<Baseline> {
    let fields = value.fields(reader, &TABLE)?;
    let api_version = fields.get("apiVersion").and_then(|it| it.word(reader, &[API_VERSION]));
    let kind = fields.get("kind").and_then(|it| it.word(reader, &[KIND]));
    let metadata = fields.get("metadata").and_then(|it| it.fields(reader, &METADATA));
    let name = metadata.and_then(|it| it.get("name")).and_then(|it| it.text_if(reader, is_name));
    let baseline = spec::read(&fields.get("spec")?, reader, declaration, known_checks);
    api_version.and(kind).and(name).and(baseline)
}

/// Whether it is a subdomain of DNS, as the names of most objects are (RFC 1123).
fn is_name(text: &str) -> bool {
    let ends = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    text.len() <= 253
        && text.starts_with(ends)
        && text.ends_with(ends)
        && text.chars().all(|it| ends(it) || it == '-' || it == '.')
}
