//! `/api/v1/deviations`: what stands, or was lately resolved, filtered and in pages.

use std::ops::Bound;
use std::sync::Arc;

use axum::extract::{RawQuery, State as Extract};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::answer::Refusal;
use super::query::Query;
use super::{Shared, State};
use crate::model::{Deviation, DeviationId, Severity, View};
use crate::sinks::event::{Context, Record, WaivedRecord};

const PARAMETERS: [&str; 9] =
    ["check", "namespace", "severity", "kind", "name", "id", "state", "limit", "after"];
const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1000;

/// Which deviations are asked for.
#[derive(Debug, Default)]
struct Filter {
    check: Option<&'static str>,
    namespace: Option<String>,
    severity: Option<Severity>,
    kind: Option<String>,
    name: Option<String>,
    id: Option<DeviationId>,
    life: Life,
    limit: usize,
    after: Option<DeviationId>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Life {
    #[default]
    Standing,
    Resolved,
    Waived,
}

#[derive(Serialize)]
struct Page<R> {
    schema: &'static str,
    deviations: Vec<R>,
    /// What to give as `after` for the page that follows; null on the last one.
    next: Option<String>,
}

pub(super) async fn list(
    Extract(shared): Extract<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let view = shared.state.latest();
    let filter = Filter::parse(query.as_deref(), &view)?;
    Ok(match filter.life {
        Life::Waived => waived_page(&shared.state, &view, &filter),
        Life::Standing | Life::Resolved => page(&shared.state, &view, &filter),
    })
}

fn page(state: &State, view: &View, filter: &Filter) -> Response {
    let mut found = filter.find(view);
    let more = found.len() > filter.limit;
    found.truncate(filter.limit);
    let context = Context { cluster: &state.cluster };
    let page = Page {
        schema: "plimsoll.dev/deviations/v1",
        deviations: found.iter().map(|deviation| Record::of_deviation(deviation, &context)).collect(),
        next: found.last().filter(|_| more).map(|last| last.id.to_string()),
    };
    axum::Json(page).into_response()
}

/// What is waived, with the waivers.
fn waived_page(state: &State, view: &View, filter: &Filter) -> Response {
    let waived = view.waived.range((filter.beyond(), Bound::Unbounded));
    let deviations = waived.map(|(id, waived)| (waived.deviation(*id, view.time), waived.waiver()));
    let mut found: Vec<_> = deviations.filter(|(it, _)| filter.takes(it)).take(filter.limit + 1).collect();
    let more = found.len() > filter.limit;
    found.truncate(filter.limit);
    let context = Context { cluster: &state.cluster };
    let record = |(deviation, waiver)| WaivedRecord::new(Record::of_deviation(deviation, &context), waiver);
    let page = Page {
        schema: "plimsoll.dev/deviations/v1",
        deviations: found.iter().map(|(deviation, waiver)| record((deviation, waiver))).collect(),
        next: found.last().filter(|_| more).map(|(last, _)| last.id.to_string()),
    };
    axum::Json(page).into_response()
}

impl Filter {
    fn parse(raw: Option<&str>, view: &View) -> Result<Self, Refusal> {
        let query = Query::parse(raw, &PARAMETERS)?;
        let checks: Vec<_> = view.checks.iter().map(|check| check.check.id).collect();
        let text = |name| query.text(name).map(str::to_owned);
        let id = "32 lower-case hexadecimal digits";
        let limit = format!("a number from 1 to {LIMIT_MAX}");
        let within = |text: &str| text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
        Ok(Self {
            check: query.word("check", &checks, |check| check)?,
            namespace: text("namespace"),
            severity: query.word("severity", &Severity::ALL, Severity::as_str)?,
            kind: text("kind"),
            name: text("name"),
            id: query.value("id", id, DeviationId::parse)?,
            life: query
                .word("state", &[Life::Standing, Life::Resolved, Life::Waived], Life::as_str)?
                .unwrap_or_default(),
            limit: query.value("limit", &limit, within)?.unwrap_or(LIMIT),
            after: query.value("after", id, DeviationId::parse)?,
        })
    }

    /// Where the page begins.
    fn beyond(&self) -> Bound<DeviationId> {
        self.after.map_or(Bound::Unbounded, Bound::Excluded)
    }

    /// One more than the page holds, in the order of ids, so that a page goes on where the last one ended
    /// whatever came and went between.
    fn find<'a>(&self, view: &'a View) -> Vec<&'a Deviation> {
        match self.life {
            Life::Standing => {
                let range =
                    view.standing.range((self.beyond(), Bound::Unbounded)).map(|(_, deviation)| &**deviation);
                range.filter(|deviation| self.takes(deviation)).take(self.limit + 1).collect()
            }
            Life::Waived => Vec::new(),
            Life::Resolved => {
                let all = view.by_seq.values().map(|deviation| &**deviation);
                let resolved =
                    all.filter(|deviation| deviation.resolved_at.is_some() && self.takes(deviation));
                let mut found: Vec<_> =
                    resolved.filter(|known| self.after.is_none_or(|id| known.id > id)).collect();
                found.sort_unstable_by_key(|deviation| deviation.id);
                found.truncate(self.limit + 1);
                found
            }
        }
    }

    fn takes(&self, deviation: &Deviation) -> bool {
        let key = &deviation.finding.object.key;
        let is = |wanted: &Option<String>, text: &str| wanted.as_deref().is_none_or(|wanted| wanted == text);
        self.check.is_none_or(|check| check == deviation.check.id)
            && self.severity.is_none_or(|severity| severity == deviation.severity)
            && self.id.is_none_or(|id| id == deviation.id)
            && is(&self.namespace, deviation.finding.namespace())
            && is(&self.kind, key.kind.name())
            && is(&self.name, &key.name)
    }
}

impl Life {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Standing => "standing",
            Self::Resolved => "resolved",
            Self::Waived => "waived",
        }
    }
}
