//! Which encoding an answer has, by the request's `Accept`, as `goautoneg` and the API server read it.

use crate::demo::store::Encoding;

const JSON: &str = "json";
const PROTOBUF: &str = "vnd.kubernetes.protobuf";

/// One entry of `Accept`.
struct Clause<'a> {
    main: &'a str,
    sub: &'a str,
    quality: f32,
    /// It asks for a form that we do not have, such as a table.
    unknown_form: bool,
}

/// The best encoding that `accept` allows, or none.
pub(super) fn negotiate(accept: Option<&str>, served: &[Encoding]) -> Option<Encoding> {
    let Some(accept) = accept.filter(|accept| !accept.is_empty()) else {
        return served.first().copied();
    };
    let mut clauses: Vec<Clause> = accept.split(',').filter_map(clause).collect();
    // What is named goes before what is meant by a star; entries of one quality stay in their order.
    clauses.sort_by(|a, b| b.quality.total_cmp(&a.quality).then((a.sub == "*").cmp(&(b.sub == "*"))));
    clauses.iter().find_map(|clause| served.iter().copied().find(|encoding| clause.allows(*encoding)))
}

impl Clause<'_> {
    fn allows(&self, encoding: Encoding) -> bool {
        let sub = match encoding {
            Encoding::Json => JSON,
            Encoding::Protobuf => PROTOBUF,
        };
        let main_fits = self.main == "application" || (self.main == "*" && self.sub == "*");
        main_fits && (self.sub == sub || self.sub == "*") && !self.unknown_form
    }
}

fn clause(entry: &str) -> Option<Clause<'_>> {
    let mut parts = entry.split(';').map(str::trim);
    let media = parts.next()?;
    let (main, sub) = media.split_once('/').unwrap_or((media, "*"));
    let mut clause = Clause { main: main.trim(), sub: sub.trim(), quality: 1.0, unknown_form: false };
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        match name.trim() {
            "q" => clause.quality = value.trim().parse().unwrap_or(0.0),
            "as" | "g" | "v" => clause.unknown_form = true,
            "stream" => clause.unknown_form |= value.trim() != "watch",
            _ => {}
        }
    }
    Some(clause)
}

/// The content type of one object, a list or a status.
pub(super) fn content_type(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Json => "application/json",
        Encoding::Protobuf => "application/vnd.kubernetes.protobuf",
    }
}

/// The content type of a watch.
pub(super) fn stream_content_type(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Json => "application/json",
        Encoding::Protobuf => "application/vnd.kubernetes.protobuf;stream=watch",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Encoding; 2] = [Encoding::Json, Encoding::Protobuf];

    fn check(accept: &str, expected: Option<Encoding>) {
        assert_eq!(negotiate(Some(accept), &BOTH), expected, "{accept}");
    }

    #[test]
    fn takes_the_best_that_is_served() {
        check("", Some(Encoding::Json));
        check("*/*", Some(Encoding::Json));
        check("application/*", Some(Encoding::Json));
        check("application/vnd.kubernetes.protobuf", Some(Encoding::Protobuf));
        check("application/vnd.kubernetes.protobuf, application/json", Some(Encoding::Protobuf));
        check("application/json, application/vnd.kubernetes.protobuf", Some(Encoding::Json));
        check("application/json;q=0.5, application/vnd.kubernetes.protobuf;q=0.9", Some(Encoding::Protobuf));
        check("*/*, application/vnd.kubernetes.protobuf;stream=watch", Some(Encoding::Protobuf));
        check("application/json;as=Table;v=v1;g=meta.k8s.io, application/json", Some(Encoding::Json));
        check("application/json;as=Table;v=v1;g=meta.k8s.io", None);
        check("text/html", None);
        check("application/cbor", None);
    }

    #[test]
    fn leaves_out_what_is_refused() {
        let accept = Some("application/vnd.kubernetes.protobuf, application/json");
        assert_eq!(negotiate(accept, &[Encoding::Json]), Some(Encoding::Json));
        assert_eq!(negotiate(Some("application/vnd.kubernetes.protobuf"), &[Encoding::Json]), None);
        assert_eq!(negotiate(None, &BOTH), Some(Encoding::Json));
    }
}
