//! A workload as its team declares it, in a few words.

use crate::model::{Kind, ObjectKey, ObjectKind};

/// A controller, or a pod without one, and what its pods are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Any kind but a namespace, a `ReplicaSet` or a `Job`, which others make.
    pub kind: Kind,
    pub namespace: String,
    pub name: String,
    /// How many pods run.
    pub replicas: usize,
    pub init_containers: Vec<ContainerShape>,
    pub containers: Vec<ContainerShape>,
}

/// What tells one container from another. The rest is the same for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerShape {
    pub name: String,
    pub image: String,
    pub privileged: bool,
}

impl Workload {
    /// A workload of containers of these names, none of them privileged.
    pub fn new(kind: Kind, namespace: &str, name: &str, replicas: usize, containers: &[&str]) -> Self {
        let containers =
            containers.iter().map(|container| ContainerShape::new(namespace, container)).collect();
        Self {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            replicas,
            init_containers: Vec::new(),
            containers,
        }
    }

    /// The same with a container that runs before the others.
    pub fn with_init(mut self, container: &str) -> Self {
        self.init_containers.push(ContainerShape::new(&self.namespace, container));
        self
    }

    /// The same with the container of this name privileged.
    pub fn privileged(mut self, container: &str) -> Self {
        for shape in self.init_containers.iter_mut().chain(&mut self.containers) {
            shape.privileged |= shape.name == container;
        }
        self
    }

    /// The same with so many pods.
    pub fn scaled(self, replicas: usize) -> Self {
        Self { replicas, ..self }
    }

    /// What its deviations are about.
    pub fn object(&self) -> ObjectKey {
        ObjectKey {
            kind: ObjectKind::Watched(self.kind),
            namespace: self.namespace.as_str().into(),
            name: self.name.as_str().into(),
        }
    }
}

impl ContainerShape {
    fn new(namespace: &str, name: &str) -> Self {
        let image = format!("registry.harbourline.example/{namespace}/{name}:1.27.{}", name.len());
        Self { name: name.to_owned(), image, privileged: false }
    }
}
