//! The reference page of the baseline, `docs/baseline.md`, made from the tables that the readers read by.

use std::fmt::Write;

use super::field::{Field, Need, Table};
use super::{
    behaviour, document, namespaces, network, pod_security, profile, rbac, secrets, spec, subject, waivers,
    workloads,
};

/// Every mapping of a `Baseline`, in the order of the page.
pub(super) const TABLES: [&Table; 25] = [
    &document::TABLE,
    &document::METADATA,
    &spec::TABLE,
    &namespaces::TABLE,
    &pod_security::TABLE,
    &pod_security::EXEMPT,
    &profile::TABLE,
    &profile::IDS,
    &profile::HOST_PATH,
    &profile::SE_LINUX,
    &waivers::TABLE,
    &waivers::MATCH,
    &secrets::TABLE,
    &secrets::READER,
    &rbac::TABLE,
    &subject::TABLE,
    &network::TABLE,
    &network::FLOW,
    &network::PEER,
    &network::INTERNET,
    &network::DNS,
    &workloads::TABLE,
    &workloads::IMAGES,
    &behaviour::TABLE,
    &behaviour::RESTARTS,
];

const HEAD: &str = "\
# The baseline

<!-- Made from the code: UPDATE_DOCS=1 cargo test --test it docs -->

The baseline says what a cluster is held against. It is a file or a directory of files (`baseline.path` in the
[settings](settings.md)), in YAML or JSON, each with one document or several. A document with `kind: Baseline` declares
what must hold; any other manifest declares an object. Without any of them the
[embedded default](../src/baseline/hardened.yaml) is in force.

Of a directory the files `*.yaml`, `*.yml` and `*.json` are read, in the order of their names. Hidden files and
directories within are passed over, so that a mounted ConfigMap can be named as it is. Changes are taken up as they
happen, also on SIGHUP.

Several `Baseline` documents may govern one namespace: all of them hold, each by itself.

## When something is wrong

A problem names file, line, column and field, what was expected, what was found and the nearest valid word:

```
baseline.yaml:7:12: spec.podSecurity.level: expected privileged, baseline or restricted, found \"restrcited\"; did you mean \"restricted\"?
```

- A document with a problem is not taken, and its last good version stays in force. It is recognized by its file, kind
  and name; of a file that is not YAML any more, and of one that cannot be read, all previous documents stay.
- An entry with a problem (a waiver, a reader of secrets, a cluster admin, a flow that is allowed) is left out. Its
  document stays.
- Of two documents of one kind and name the first, in the order of the files, is in force.
- At start, before there is any good version, the daemon is not ready while a document is broken.

## Exceptions

Exceptions are waivers, with an owner, a reason and an end. What a waiver excuses is waived: it is listed with who answers
for it, and is in no count, alert or exit status. When its waiver expires, or is taken away, it is a deviation again.

- A waiver lasts a year at most. It is in force from a year before its end on, by the clock of the daemon, and one that
  ends later excuses nothing: `waiver/invalid` tells of it. `waiver/expiring` tells two weeks ahead of the end, and
  `waiver/expired` from then on.
- A waiver that excuses nothing is told by `waiver/unused`, one that excuses too much by `waiver/too-broad`.
- A waiver excuses what its own document finds. What another document asks for as well is a deviation, as long as no waiver
  of that one excuses it too.

Waivers stand in the baseline alone: no annotation or label of Plimsoll's excuses anything, and no other name, kind or
namespace than those that a waiver has. Two things that a waiver matches are written by whoever writes the workload:

- A pod counts to the workload that its owner reference names, and whoever makes the pod writes that reference. A waiver of
  a workload excuses every pod that says it belongs there. For kinds that are not watched, which nobody but such pods may
  know, a waiver counts only where it names the kind.
- Whoever may write workloads in a namespace can give them the labels of a waiver's `podLabels`, and so excuse them from its
  check. A name is safer; where names are made up, as those of pods without a workload, labels are for namespaces whose
  writers may do what is excused.

## Example

";

/// The page, in Markdown: an example and every field.
pub fn render_page() -> String {
    let mut page = HEAD.to_owned();
    push(&mut page, format_args!("```yaml\n{}```\n\n## Fields\n", include_str!("example.yaml")));
    for table in TABLES {
        let path = if table.path.is_empty() { "document" } else { table.path };
        push(
            &mut page,
            format_args!("\n### `{path}`\n\n| field | value | what it declares |\n|---|---|---|\n"),
        );
        for field in table.fields {
            push_field(&mut page, field);
        }
    }
    page
}

fn push_field(page: &mut String, field: &Field) {
    let Field { name, need, expects, doc } = field;
    let need = match need {
        Need::Required => " (required)",
        Need::Optional => "",
    };
    push(page, format_args!("| `{name}`{need} | {expects} | {doc} |\n"));
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("writing to a string cannot fail");
}
