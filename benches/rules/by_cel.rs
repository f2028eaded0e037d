//! The controls as expressions of CEL, one each, compiled once.

use cel::{Context, Program, to_value};
use serde_json::Value;

use crate::Verdict;
use crate::pods::containers;

/// Compiled expressions, by the id of the control; each is true of a pod that violates it.
pub struct Rules(Vec<(&'static str, Program)>);

/// The variables of the expressions, bound to a pod.
pub fn bind(pod: &Value) -> Context<'static, 'static> {
    let mut context = Context::default();
    let variables = [
        ("spec", &pod["spec"]),
        ("annotations", &pod["metadata"]["annotations"]),
        ("containers", &containers(pod)),
    ];
    for (name, value) in variables {
        context.add_variable_from_value(name, to_value(value).expect("JSON is a value of CEL"));
    }
    context
}

impl Rules {
    /// The blocks of controls.cel: an id, a colon, and the expression on the lines that follow.
    pub fn new() -> Self {
        let blocks = include_str!("controls.cel").split("\n\n");
        let rule = |block: &'static str| {
            let (id, expression) = block.split_once(":\n").expect("each block begins with an id");
            (id.trim(), Program::compile(expression).expect(id))
        };
        Self(blocks.filter(|block| !block.starts_with("//")).map(rule).collect())
    }

    /// How many controls are violated.
    pub fn run(&self, context: &Context<'_, '_>) -> usize {
        self.violated(context).count()
    }

    pub fn verdict(&self, context: &Context<'_, '_>) -> Verdict {
        self.violated(context).map(str::to_owned).collect()
    }

    fn violated(&self, context: &Context<'_, '_>) -> impl Iterator<Item = &'static str> {
        let is_violated = |(id, program): &(&'static str, Program)| {
            let value = program.execute(context).expect(id);
            (value == cel::Value::Bool(true)).then_some(*id)
        };
        self.0.iter().filter_map(is_violated)
    }
}
