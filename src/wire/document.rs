//! A file of YAML, cut into its documents.
//!
//! A document that is malformed must not take the others with it, so that each is parsed by itself, and knows at
//! which line of the file it begins.

/// One document of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document<'a> {
    /// The line of the file at which the text begins, from 1 on.
    pub line: u32,
    /// With the marker `---` that opens it, where there is one.
    pub text: &'a str,
}

/// The documents of a file, without those that hold nothing but comments and directives.
///
/// `---` and `...` at the beginning of a line end a document wherever they stand, within a block scalar too
/// (YAML 1.2.2, section 9.1.2). JSON is YAML, so that a file of JSON is one document.
pub fn documents(file: &str) -> Vec<Document<'_>> {
    let mut documents = Vec::new();
    let (mut start, mut start_line) = (0, 1);
    let mut content = false;
    let mut offset = 0;
    for (line, number) in file.split_inclusive('\n').zip(1..) {
        let (opens, ends) = (is_marker(line, "---"), is_marker(line, "..."));
        if (opens || ends) && content {
            documents.push(Document { line: start_line, text: &file[start..offset] });
            content = false;
        }
        if opens && !holds_directives(&file[start..offset]) || ends {
            // Only directives belong to the document that follows them.
            (start, start_line) = (offset, number);
        }
        let rest = if opens { &line[3..] } else { line };
        content |= !ends && holds_content(rest);
        offset += line.len();
        if ends {
            (start, start_line) = (offset, number + 1);
        }
    }
    if content {
        documents.push(Document { line: start_line, text: &file[start..] });
    }
    documents
}

fn is_marker(line: &str, marker: &str) -> bool {
    let rest = line.strip_prefix(marker);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

fn holds_content(line: &str) -> bool {
    let text = line.trim_start_matches('\u{feff}').trim();
    !text.is_empty() && !text.starts_with('#') && !line.starts_with('%')
}

/// Whether directives stand there, with nothing but comments and blank lines between them.
fn holds_directives(text: &str) -> bool {
    !text.lines().any(holds_content) && text.lines().any(|line| line.starts_with('%'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, expected: &[(u32, &str)]) {
        let found: Vec<_> = documents(file).iter().map(|it| (it.line, it.text)).collect();
        assert_eq!(found, expected, "{file:?}");
    }

    #[test]
    fn a_file_is_cut_at_its_markers() {
        check("a: 1\n", &[(1, "a: 1\n")]);
        check("a: 1\n---\nb: 2\n--- {c: 3}\n", &[(1, "a: 1\n"), (2, "---\nb: 2\n"), (4, "--- {c: 3}\n")]);
        check("a: 1\n...\n# end\nb: 2", &[(1, "a: 1\n"), (3, "# end\nb: 2")]);
        check("a: 1\r\n---\r\nb: 2\r\n", &[(1, "a: 1\r\n"), (2, "---\r\nb: 2\r\n")]);
        check("text: |\n  x\n---\nb: 2", &[(1, "text: |\n  x\n"), (3, "---\nb: 2")]);
    }

    #[test]
    fn what_holds_nothing_is_no_document() {
        check("", &[]);
        check("# only a comment\n---\n\n---\n# and another\n...\n", &[]);
        check("# licence\n---\na: 1\n---\n", &[(2, "---\na: 1\n")]);
    }

    #[test]
    fn directives_belong_to_what_follows() {
        let first = (1, "# x\n%YAML 1.2\n---\na: 1\n");
        check("# x\n%YAML 1.2\n---\na: 1\n", &[first]);
        check("# x\n%YAML 1.2\n---\na: 1\n---\nb: 2\n", &[first, (5, "---\nb: 2\n")]);
        let three = "# x\n%YAML 1.2\n---\na: 1\n---\nb: 2\n...\n%YAML 1.2\n---\nc: 3\n";
        check(three, &[first, (5, "---\nb: 2\n"), (8, "%YAML 1.2\n---\nc: 3\n")]);
        check("%YAML 1.2\n---\n# none\n---\na: 1\n", &[(4, "---\na: 1\n")]);
    }

    #[test]
    fn a_longer_line_is_no_marker() {
        check("---a: 1\n----\n...b\n", &[(1, "---a: 1\n----\n...b\n")]);
    }
}
