//! The controls of the Pod Security Standards at restricted, latest, judged of one pod: natively, and by the same
//! rules as CEL and as Rego.
//!
//! `cargo bench --manifest-path benches/rules/Cargo.toml`. Before anything is measured, all three must come to the
//! same verdict of some hundred pods. docs/performance.md says what the figures mean.

mod by_cel;
mod by_rego;
mod native;
mod pods;

use std::collections::BTreeSet;

use divan::Bencher;
use serde_json::Value;

/// The ids of the controls that a pod violates.
type Verdict = BTreeSet<String>;

/// As many pods must get the same verdict.
const PODS: usize = 500;

fn main() {
    let (mut violating, mut violations) = (0, 0);
    for pod in pods::random(PODS) {
        let verdict = native::verdict(&native::template(&pod));
        assert_eq!(by_cel::Rules::new().verdict(&by_cel::bind(&pod)), verdict, "CEL: {pod}");
        assert_eq!(by_rego::Rules::new().verdict(by_rego::input(&pod)), verdict, "Rego: {pod}");
        violating += usize::from(!verdict.is_empty());
        violations += verdict.len();
    }
    assert!(0 < violating && violating < PODS, "{violating} of {PODS} pods violate something");
    eprintln!("one verdict of {PODS} pods, {violating} of which violate {violations} controls");
    divan::main();
}

/// The pods whose judgement is measured.
const MEASURED: [&str; 2] = ["clean", "violating"];

fn pod(name: &str) -> Value {
    if name == "clean" { pods::clean() } else { pods::violating() }
}

// One evaluation is too short for the clock.
#[divan::bench(args = MEASURED, sample_size = 100)]
fn native(bencher: Bencher<'_, '_>, name: &str) {
    let template = native::template(&pod(name));
    bencher.bench(|| native::violations(divan::black_box(&template)));
}

#[divan::bench(args = MEASURED)]
fn cel(bencher: Bencher<'_, '_>, name: &str) {
    let rules = by_cel::Rules::new();
    let context = by_cel::bind(&pod(name));
    bencher.bench_local(|| rules.run(divan::black_box(&context)));
}

#[divan::bench(args = MEASURED)]
fn rego(bencher: Bencher<'_, '_>, name: &str) {
    let rules = by_rego::Rules::new();
    let input = by_rego::input(&pod(name));
    bencher.bench_local(|| rules.run(divan::black_box(input.clone())));
}
