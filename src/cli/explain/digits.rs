//! The beginning of a deviation's id.

use anyhow::bail;

/// At least eight of the 32 digits of an id.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Digits(String);

/// How many digits an id has.
const ALL: usize = 32;

/// With fewer digits than this one would too often mean another deviation some day.
const MIN: usize = 8;

impl Digits {
    /// The digits that the text consists of; none where it is something else.
    pub(super) fn parse(text: &str) -> Option<anyhow::Result<Self>> {
        let hexadecimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        hexadecimal.then(|| match text.len() {
            MIN..=ALL => Ok(Self(text.to_ascii_lowercase())),
            count => bail!("an id has {ALL} digits, of which at least {MIN} are to be given; found {count}"),
        })
    }

    /// Whether the id begins with them.
    pub(super) fn begin(&self, id: &str) -> bool {
        id.starts_with(&self.0)
    }

    /// The id right before all those that begin with the digits; none where there is none.
    pub(super) fn before(&self) -> Option<String> {
        let first = u128::from_str_radix(&format!("{:0<ALL$}", self.0), 16).ok()?;
        first.checked_sub(1).map(|id| format!("{id:032x}"))
    }

    /// The only one of what was found under ids that begin with the digits.
    pub(super) fn only<T>(&self, mut found: Vec<T>) -> anyhow::Result<T> {
        match (found.pop(), found.len()) {
            (Some(only), 0) => Ok(only),
            (None, _) => bail!("no deviation has an id that begins with {}", self.0),
            (Some(_), _) => bail!("more than one deviation has an id that begins with {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_told_from_the_names_of_checks() {
        assert!(Digits::parse("pod-security/privileged").is_none());
        assert!(Digits::parse("").is_none());
        assert!(Digits::parse("abcdef1").is_some_and(|it| it.is_err()));
        assert!(Digits::parse(&"a".repeat(33)).is_some_and(|it| it.is_err()));
        assert_eq!(Digits::parse("ABCDEF12").unwrap().unwrap(), Digits("abcdef12".to_owned()));
    }

    #[test]
    fn ids_before_the_digits_are_the_greatest_below() {
        let before = |text: &str| Digits(text.to_owned()).before();
        assert_eq!(before("00000000"), None);
        assert_eq!(before("00000001").unwrap(), format!("00000000{}", "f".repeat(24)));
        assert_eq!(before("ffffffff").unwrap(), format!("fffffffe{}", "f".repeat(24)));
        assert_eq!(before(&"1".repeat(32)).unwrap(), format!("{}0", "1".repeat(31)));
    }

    #[test]
    fn only_one_may_be_meant() {
        let digits = Digits("00000000".to_owned());
        assert_eq!(digits.only(vec![1]).unwrap(), 1);
        assert!(digits.only(Vec::<u8>::new()).unwrap_err().to_string().starts_with("no deviation"));
        assert!(digits.only(vec![1, 2]).unwrap_err().to_string().starts_with("more than one"));
    }
}
