//! Numbers as Grafana's units put them, near enough for a picture.

/// The value in a unit that a dashboard uses.
pub(super) fn value(value: f64, unit: &str) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    match unit {
        "s" => duration(value),
        "percentunit" => format!("{} %", rounded(value * 100.0)),
        "bytes" => format!("{} MiB", rounded(value / f64::from(1 << 20))),
        "eps" => format!("{}/s", rounded(value)),
        _ => rounded(value),
    }
}

fn duration(secs: f64) -> String {
    let units = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs")];
    let (size, unit) = units.into_iter().find(|(size, _)| secs >= *size).unwrap_or((1.0, "s"));
    format!("{} {unit}", rounded(secs / size))
}

/// Three digits or so.
fn rounded(value: f64) -> String {
    let digits = match value.abs() {
        _ if value.fract() == 0.0 => 0,
        100.0.. => 0,
        10.0.. => 1,
        0.1.. => 2,
        _ => 4,
    };
    format!("{value:.digits$}")
}
