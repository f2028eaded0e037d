//! The controls as one policy of Rego, compiled once.

use regorus::{CompiledPolicy, Engine, Value as RegoValue};
use serde_json::{Value, json};

use crate::Verdict;
use crate::pods::containers;

pub struct Rules(CompiledPolicy);

/// What the policy reads of a pod.
pub fn input(pod: &Value) -> RegoValue {
    let input = json!({
        "spec": pod["spec"],
        "annotations": pod["metadata"]["annotations"],
        "containers": containers(pod),
    });
    RegoValue::from_json_str(&input.to_string()).expect("JSON is a value of Rego")
}

impl Rules {
    pub fn new() -> Self {
        let mut engine = Engine::new();
        let policy = include_str!("controls.rego").to_owned();
        engine.add_policy("controls.rego".to_owned(), policy).expect("the policy is well-formed");
        let entry = "data.controls.violated".into();
        Self(engine.compile_with_entrypoint(&entry).expect("the policy compiles"))
    }

    /// The set of the controls that are violated.
    pub fn run(&self, input: RegoValue) -> RegoValue {
        self.0.eval_with_input(input).expect("the policy evaluates")
    }

    pub fn verdict(&self, input: RegoValue) -> Verdict {
        let violated = self.run(input);
        let ids = violated.as_set().expect("the rule makes a set").iter();
        ids.map(|id| id.as_string().expect("it holds ids").to_string()).collect()
    }
}
