//! What the checks of the daemon itself share.

use crate::model::{Direction, Finding, ObjectKey, ObjectRef};

/// A finding of the monitor as a whole. What is not given is to be filled in.
pub(super) fn of_cluster(key: &str) -> Finding {
    Finding {
        exposed: None,
        object: ObjectRef {
            key: ObjectKey::cluster(),
            version: "v1alpha1".into(),
            uid: "".into(),
            resource_version: "".into(),
        },
        key: key.to_owned(),
        direction: Direction::Loosened,
        count: 1,
        message: String::new(),
        expected: String::new(),
        actual: String::new(),
        path: String::new(),
        remedy: String::new(),
        declaration: None,
    }
}
