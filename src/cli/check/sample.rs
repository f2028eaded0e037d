//! Verdicts to try reports with.

use std::sync::Arc;

use jiff::Timestamp;

use super::verdict::{Excused, Verdict};
use crate::checks::CHECKS;
use crate::cli::manifests::Place;
use crate::cli::problem::Problem;
use crate::model::{
    Checks, Declaration, Deviation, DeviationId, Direction, Finding, Kind, Matches, ObjectKey, ObjectKind,
    ObjectRef, Severity, Waiver,
};

/// What a name may hold where nobody looks at it: markup of every language that a report is written in.
pub(super) const HOSTILE: &str =
    "web\u{1b}[31m\u{0}\u{fffe}\n| @team #1 `<img src=x>` ]]> [a](https://evil.example) & \u{202e}\\";

/// A deviation of a Deployment of this name.
pub(super) fn deviation(name: &str, severity: Severity) -> Deviation {
    let check =
        CHECKS.iter().map(|it| &it.info).find(|it| it.severity == severity).unwrap_or(&CHECKS[0].info);
    let key = ObjectKey {
        kind: ObjectKind::Watched(Kind::Deployment),
        namespace: "shop".into(),
        name: name.into(),
    };
    let finding = Finding {
        object: ObjectRef {
            key: key.clone(),
            version: "v1".into(),
            uid: "".into(),
            resource_version: "".into(),
        },
        exposed: None,
        key: format!("{name}/privileged"),
        direction: Direction::Loosened,
        count: 1,
        message: format!("container {name} is privileged"),
        expected: "false".to_owned(),
        actual: "true".to_owned(),
        path: format!("spec.containers[{name}].securityContext.privileged"),
        remedy: String::new(),
        declaration: None,
    };
    Deviation {
        id: DeviationId::new(check.id, &key, &finding.key),
        check,
        severity,
        finding,
        seq: 1,
        since: Timestamp::UNIX_EPOCH,
        opened_at: Timestamp::UNIX_EPOCH,
        resolved_at: None,
        initial: true,
        actor: None,
    }
}

/// A verdict on files without anything in it.
pub(super) fn empty() -> Verdict {
    Verdict { input: Some("deploy/".into()), ..Verdict::default() }
}

/// A verdict on files with this many deviations.
pub(super) fn with(deviations: usize) -> Verdict {
    let name = |number: usize| format!("web-{number}");
    let deviations = (0..deviations).map(|it| Arc::new(deviation(&name(it), Severity::Critical)));
    Verdict { deviations: deviations.collect(), ..empty() }
}

/// A verdict on files in which whatever somebody else may have chosen is hostile.
pub(super) fn hostile() -> Verdict {
    let deviation = deviation(HOSTILE, Severity::High);
    let file: Arc<str> = format!("{HOSTILE}.yaml").into();
    let place = Place { file: Arc::clone(&file), line: 7 };
    let declaration =
        Declaration { name: HOSTILE.into(), digest: "0f".into(), file: Arc::clone(&file), line: 3 };
    let waiver = Waiver {
        checks: Checks::One(deviation.check.id.into()),
        matches: Matches::default(),
        owner: HOSTILE.into(),
        reason: HOSTILE.into(),
        ticket: None,
        expires: Timestamp::UNIX_EPOCH,
        declaration: Arc::new(declaration),
    };
    let key = deviation.finding.object.key.clone();
    Verdict {
        waived: vec![Excused { deviation: deviation.clone(), waiver: Arc::new(waiver) }],
        deviations: vec![Arc::new(deviation)],
        problems: vec![Problem::of_line(&file, 2, HOSTILE.to_owned())],
        places: [(key, place)].into(),
        objects: 1,
        ..empty()
    }
}
