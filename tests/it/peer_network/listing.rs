//! Another tool's listings of what is open, and of what differs.

use std::collections::BTreeMap;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;

use serde_json::Value;

use super::manifests::plain;
use super::{cases, document};

/// By the ends, as in `default/web[Deployment]`, and what is said of them: the addresses outside, as ranges that are
/// joined where they meet, none where both ends are inside.
type Told = BTreeMap<(String, String, String), Vec<(u32, u32)>>;

const OUTSIDE: &str = "[External]";

#[test]
fn every_listing_is_as_expected() {
    let Some(directory) = cases() else {
        println!("left out: PLIMSOLL_PEER_TESTS is not set");
        return;
    };
    let folder = directory.join("connectivity");
    let (mut listings, mut lines) = (0, 0);
    for entry in fs::read_dir(folder.join("expected")).unwrap() {
        let file = entry.unwrap().path();
        let expected = expected(&fs::read_to_string(&file).unwrap());
        let manifests = plain(&folder.join(file.file_stem().unwrap()));
        let found = found(&document(&[], &[manifests.path()], &[0])["connections"], connection);
        assert_eq!(found, expected, "{}", file.display());
        listings += 1;
        lines += expected.len();
    }
    assert!(lines > 0, "nothing is listed");
    println!("{lines} connections of {listings} listings agree");
}

#[test]
fn every_difference_is_as_expected() {
    let Some(directory) = cases() else {
        println!("left out: PLIMSOLL_PEER_TESTS is not set");
        return;
    };
    let table = fs::read_to_string(directory.join("connectivity-diff.tsv")).unwrap();
    let folder = directory.join("connectivity");
    let mut lines = 0;
    for line in table.lines().skip(1) {
        let [file, before, after] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let expected = fs::read_to_string(directory.join("connectivity-diff").join(file)).unwrap();
        let expected = expected_differences(&expected);
        assert_eq!(differences(&folder, before, after), expected, "{file}");
        lines += expected.len();
    }
    assert!(lines > 0, "nothing differs");
    println!("{lines} differences agree");
}

fn differences(folder: &Path, before: &str, after: &str) -> Told {
    let (before, after) = (plain(&folder.join(before)), plain(&folder.join(after)));
    let document = document(&["diff"], &[before.path(), after.path()], &[0, 1]);
    let mut all = Told::new();
    let none = "No Connections".to_owned();
    all.extend(found(&document["added"], |it| format!("added: {none} > {}", ports(&it["ports"]))));
    all.extend(found(&document["removed"], |it| format!("removed: {} > {none}", ports(&it["ports"]))));
    let changed = |it: &Value| format!("changed: {} > {}", ports(&it["before"]), ports(&it["after"]));
    all.extend(found(&document["changed"], changed));
    all
}

fn connection(record: &Value) -> String {
    ports(&record["ports"])
}

fn found(records: &Value, said: impl Fn(&Value) -> String) -> Told {
    let mut told = Told::new();
    for record in records.as_array().unwrap() {
        let ends = [&record["from"], &record["to"]];
        let names = ends.map(|it| match it["kind"].as_str().unwrap() {
            "External" => OUTSIDE.to_owned(),
            kind => format!("{}/{}[{kind}]", it["namespace"].as_str().unwrap(), it["name"].as_str().unwrap()),
        });
        let ranges = ends.into_iter().filter_map(|it| it["ranges"].as_array()).flatten();
        enter(&mut told, names, said(record), ranges.map(|it| range(it.as_str().unwrap())));
    }
    joined(told)
}

/// Ports as the other tool writes them.
fn ports(ports: &Value) -> String {
    let ports = ports.as_object().unwrap();
    if ports.len() == 3 && ports.values().all(|it| it == "*") {
        return "All Connections".to_owned();
    }
    let told = ports
        .iter()
        .map(|(protocol, it)| format!("{protocol} {}", it.as_str().unwrap().replace('*', "1-65535")));
    told.collect::<Vec<_>>().join(",")
}

fn expected(listing: &str) -> Told {
    let mut told = Told::new();
    for line in listing.lines().filter(|it| is_modelled(it)) {
        let (ends, ports) = line.split_once(" : ").unwrap();
        let (from, to) = ends.split_once(" => ").unwrap();
        enter_line(&mut told, from, to, ports.to_owned());
    }
    joined(told)
}

fn expected_differences(listing: &str) -> Told {
    let mut told = Told::new();
    for line in listing.lines().filter(|it| it.starts_with("diff-type: ") && is_modelled(it)) {
        let after = |name: &str| {
            let rest = line.split_once(name).unwrap().1;
            // Ports are parted by commas without a space.
            rest.split_once(", ").map_or(rest, |it| it.0)
        };
        let said = format!("{}: {} > {}", after("diff-type: "), after("ref1: "), after("ref2: "));
        enter_line(&mut told, after("source: "), after("destination: "), said);
    }
    joined(told)
}

/// What Services and Ingresses add is no matter of policies.
fn is_modelled(line: &str) -> bool {
    !line.trim().is_empty() && !line.contains("{ingress-controller}")
}

fn enter_line(told: &mut Told, from: &str, to: &str, said: String) {
    let ends = [from, to];
    let names = ends.map(|it| if it.ends_with(OUTSIDE) { OUTSIDE } else { it }.to_owned());
    let ranges = ends.into_iter().filter_map(|it| it.strip_suffix(OUTSIDE)).map(range);
    enter(told, names, said, ranges);
}

fn enter(told: &mut Told, [from, to]: [String; 2], said: String, ranges: impl Iterator<Item = (u32, u32)>) {
    told.entry((from, to, said)).or_default().extend(ranges);
}

fn range(text: &str) -> (u32, u32) {
    let (first, last) = text.split_once('-').unwrap();
    let number = |text: &str| text.parse::<Ipv4Addr>().unwrap().to_bits();
    (number(first), number(last))
}

/// With ranges that meet made one: the other tool splits them where any policy does.
fn joined(told: Told) -> Told {
    let join = |mut ranges: Vec<(u32, u32)>| {
        ranges.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::new();
        for (first, last) in ranges {
            match joined.last_mut() {
                Some(before) if before.1.checked_add(1) == Some(first) => before.1 = last,
                _ => joined.push((first, last)),
            }
        }
        joined
    };
    told.into_iter().map(|(key, ranges)| (key, join(ranges))).collect()
}
