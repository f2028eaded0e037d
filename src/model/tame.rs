//! Names that somebody chose freely, as they may go on to labels, alerts and terminals: what is no ordinary name is
//! escaped, cut, and told apart by its hash.

use std::borrow::Cow;

use super::sha256_hex;

/// The longest name that Kubernetes gives an object.
const NAME_MAX: usize = 253;

/// How much of the hash of a name stands at the end of what is made of it.
const HASH_DIGITS: usize = 16;

/// What an owner reference says. The API server only asks that it is not empty, so whoever makes a pod chooses it.
pub fn tame(text: &str) -> Cow<'_, str> {
    if text.len() <= NAME_MAX && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Cow::Borrowed(text);
    }
    tamed(text, text.escape_default())
}

/// What users, groups, roles and bindings are called. Where they come from, names have spaces and the letters of any
/// language, which stay as they are; what cannot be seen, or turns the direction of writing, does not.
pub fn tame_name(text: &str) -> Cow<'_, str> {
    if is_ordinary(text) && !ends_as_tamed(text) {
        return Cow::Borrowed(text);
    }
    tamed(text, text.escape_debug())
}

fn is_ordinary(text: &str) -> bool {
    // Nearly every name is of letters that need no closer look.
    if text.len() <= NAME_MAX && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return true;
    }
    let quotes = ['\\', '\'', '"'];
    let shows = |part: &str| part.escape_debug().eq(part.chars());
    text.chars().nth(NAME_MAX).is_none() && text.split(quotes).all(shows)
}

/// Nobody can have a name that another's is made into.
fn ends_as_tamed(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let hash = text.rsplit_once('~').map_or("", |(_, hash)| hash);
    hash.len() == HASH_DIGITS && hash.bytes().all(digit)
}

fn tamed(text: &str, escaped: impl Iterator<Item = char>) -> Cow<'static, str> {
    let hash = sha256_hex(text.as_bytes());
    let escaped: String = escaped.take(NAME_MAX / 2).collect();
    Cow::Owned(format!("{escaped}~{}", &hash[..HASH_DIGITS]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        let long = "x".repeat(NAME_MAX);
        for name in [
            "system:serviceaccounts:shop",
            "Jürgen Müller <j@example.com>",
            "管理者",
            "नमस्ते",
            r"CORP\o'neil",
            "a~b",
            &long,
            "",
        ] {
            assert_eq!(tame_name(name), name);
        }
    }

    #[test]
    fn what_steers_hides_or_is_too_long_is_escaped_and_told_apart() {
        let long = "x".repeat(90_000);
        let names =
            [&long, &long[1..], "\u{1b}[31mred", "\u{202e}nimda", "ad\u{200b}min", "admin\u{a0}", "a\nb"];
        let tamed = names.map(|name| tame_name(name).into_owned());
        for name in &tamed {
            assert!(name.len() <= NAME_MAX && name.bytes().all(|byte| byte.is_ascii_graphic()), "{name}");
        }
        assert!(tamed[3].starts_with(r"\u{202e}nimda~"), "{}", tamed[3]);
        assert_eq!(BTreeSet::from(tamed).len(), names.len());
    }

    #[test]
    fn nobody_has_the_name_that_another_is_made_into() {
        let hidden = tame_name("ad\u{200b}min").into_owned();
        assert_ne!(tame_name(&hidden), hidden);
    }
}
