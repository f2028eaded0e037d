//! What is wrong with a field, in the words of those who write manifests.

/// The words of the decoder, and those that stand for them.
const WORDS: [(&str, &str); 15] = [
    ("sequence", "a list"),
    ("a sequence", "a list"),
    ("map", "a mapping"),
    ("a map", "a mapping"),
    ("null", "null"),
    ("unit value", "null"),
    ("a string", "text"),
    ("a borrowed string", "text"),
    ("a boolean", "true or false"),
    ("i32", "a whole number"),
    ("i64", "a whole number"),
    ("u64", "a whole number"),
    ("a string or a number", "text or a number"),
    ("a volume", "a mapping"),
    ("a map of annotations", "a mapping"),
];

/// How the decoder begins what it says of a value of another type, of another size, and of a wrong value.
const BEGINNINGS: [&str; 2] = ["invalid type: ", "invalid value: "];

/// The text of a decoder's error, as in `expected a mapping, found a list`; other texts as they are.
pub(super) fn in_plain_words(text: &str) -> String {
    let rest = BEGINNINGS.iter().find_map(|beginning| text.strip_prefix(beginning));
    // What was found may be text that holds anything; what was expected never does.
    match rest.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, expected)) => format!("expected {}, found {}", word(expected), found_word(found)),
        None => text.to_owned(),
    }
}

fn word(text: &str) -> &str {
    WORDS.iter().find(|(decoder, _)| *decoder == text).map_or(text, |(_, plain)| plain)
}

fn found_word(text: &str) -> String {
    let told = [("string ", "the text "), ("integer ", ""), ("floating point ", ""), ("boolean ", "")];
    let told =
        told.iter().find_map(|(decoder, plain)| Some(format!("{plain}{}", text.strip_prefix(decoder)?)));
    told.unwrap_or_else(|| word(text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_called_as_manifests_have_them() {
        for (decoder, plain) in [
            ("invalid type: sequence, expected a mapping", "expected a mapping, found a list"),
            ("invalid type: map, expected a sequence", "expected a list, found a mapping"),
            ("invalid type: string \"x\", expected i32", "expected a whole number, found the text \"x\""),
            ("invalid type: integer `7`, expected a string", "expected text, found `7`"),
            ("invalid value: integer `-1`, expected u64", "expected a whole number, found `-1`"),
            (
                "invalid type: string \"a, expected b\", expected a boolean",
                "expected true or false, found the text \"a, expected b\"",
            ),
            ("duplicate field `kind`", "duplicate field `kind`"),
        ] {
            assert_eq!(in_plain_words(decoder), plain);
        }
    }
}
