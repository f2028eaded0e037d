//! Documents of YAML, each read through and passed on as JSON.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_saphyr::{Options, Spanned, alias_limits, budget, from_str_with_options, options};

use super::fault::reason;
use super::type_meta::{Sort, TypeMeta};
use super::{Fault, ITEMS_ARE_NO_LIST, Manifests, NO_OBJECT};
use crate::wire::Document;

/// The longest document that is read, in bytes. Reading YAML takes a multiple of it.
const DOCUMENT_MAX: usize = 64 << 20;

/// How many parts of a document may be repeated by aliases.
const REPEATED_MAX: usize = 100_000;

/// Where the items of a list begin.
#[derive(Deserialize)]
struct Listed {
    items: Vec<Spanned<IgnoredAny>>,
}

/// Takes the objects of a document.
pub(super) fn cut(document: Document<'_>, found: &mut Manifests<'_>) {
    let line_of = |it: u64| document.line.saturating_add(u32::try_from(it).unwrap_or(u32::MAX).max(1) - 1);
    if document.text.len() > DOCUMENT_MAX {
        let message = format!("a document of YAML is longer than {DOCUMENT_MAX} bytes; JSON may be longer");
        return found.faults.push(Fault::new(document.line, message));
    }
    let whole = match read_whole(document.text) {
        Ok(whole) => whole,
        Err(error) => return found.faults.push(Fault::of_yaml(&error, document.line)),
    };
    let line = line_of(whole.referenced.line());
    let lines = if whole.value.get("items").is_some_and(Value::is_array) {
        let items = read::<Listed>(document.text).map(|it| it.items).unwrap_or_default();
        items.iter().map(|item| line_of(item.referenced.line())).collect()
    } else {
        Vec::new()
    };
    take(whole.value, None, line, &lines, 0, found);
}

/// Takes an object and what it lists, where it lists anything: the items begin at `lines`, where these are known.
fn take(
    mut value: Value,
    of: Option<&TypeMeta>,
    line: u32,
    lines: &[u32],
    depth: u32,
    found: &mut Manifests<'_>,
) {
    let (meta, sort) = match sort(&value, of) {
        Ok(sorted) => sorted,
        Err(message) => return found.refuse(line, message),
    };
    let items = match value.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => items,
        None | Some(Value::Null) => Vec::new(),
        Some(_) if sort == Sort::List => return found.refuse(line, ITEMS_ARE_NO_LIST),
        Some(_) => Vec::new(),
    };
    let holds_objects = items.iter().any(Value::is_object);
    if !found.enter(sort, holds_objects, line, depth, || value.to_string().into()) {
        return;
    }
    let of = meta.of_items();
    for (at, item) in items.into_iter().enumerate() {
        let line = lines.get(at).copied().unwrap_or(line);
        take(item, of.as_ref(), line, &[], depth + 1, found);
    }
}

/// The type of an object and what it is to us, or what is wrong with it.
fn sort(value: &Value, of: Option<&TypeMeta>) -> Result<(TypeMeta, Sort), String> {
    if !value.is_object() {
        return Err(NO_OBJECT.to_owned());
    }
    let meta = TypeMeta::deserialize(value).map_err(|error| reason(&error))?.or(of);
    let sort = meta.sort()?;
    Ok((meta, sort))
}

/// Reads YAML as Kubernetes does: with the booleans and octal numbers of YAML 1.1. A document may have as many parts
/// as its length allows.
/// The document, in which single letters are themselves.
fn read_whole(text: &str) -> Result<Spanned<Value>, serde_saphyr::Error> {
    let mut whole: Spanned<Value> = read(text)?;
    if text.split(|it: char| it.is_whitespace() || ",[]{}".contains(it)).any(is_letter) {
        let mut strict = options();
        strict.strict_booleans = true;
        let strict: Value = from_str_with_options(text, strict)?;
        restore_letters(&mut whole.value, &strict);
    }
    Ok(whole)
}

/// Whether YAML 1.1 takes the word for a boolean, which nobody means who calls something by a letter.
fn is_letter(word: &str) -> bool {
    matches!(word, "y" | "Y" | "n" | "N")
}

/// Puts back the letters that were taken for booleans, from the same document read with those of YAML 1.2 alone.
fn restore_letters(value: &mut Value, strict: &Value) {
    match (value, strict) {
        (Value::Object(fields), Value::Object(strict)) => {
            let read_twice = fields.iter_mut().filter_map(|(key, field)| Some((field, strict.get(key)?)));
            read_twice.for_each(|(field, strict)| restore_letters(field, strict));
        }
        (Value::Array(items), Value::Array(strict)) => {
            items.iter_mut().zip(strict).for_each(|(item, strict)| restore_letters(item, strict));
        }
        (value @ Value::Bool(_), Value::String(text)) if is_letter(text) => {
            *value = Value::String(text.clone());
        }
        _ => {}
    }
}

fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, serde_saphyr::Error> {
    from_str_with_options(text, options())
}

fn options() -> Options {
    options! {
        budget: budget! {
            max_events: DOCUMENT_MAX,
            max_nodes: DOCUMENT_MAX,
            max_total_scalar_bytes: DOCUMENT_MAX,
        },
        alias_limits: alias_limits! { max_total_replayed_events: REPEATED_MAX },
        legacy_octal_numbers: true,
        with_snippet: false,
        emit_comments: false,
    }
}
