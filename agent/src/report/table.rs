//! The status as people read it in a terminal.

use std::{fmt::Write, time::Duration};

use super::{LastError, Next, Report, Time};

/// What is not known, or does not apply.
const NOTHING: &str = "-";

pub(super) fn of(report: &Report) -> String {
    let mut text = String::new();
    let state = if report.ready { "ready" } else { "not ready" };
    let up = seconds(report.up_seconds);
    let _ = writeln!(text, "vouchsafe-agent {}, {state}, up {up}", report.agent);
    let age = |time: Option<Time>| {
        let age = time.map(|time| format!("{} ago", seconds(report.at.since(time).as_secs())));
        age.unwrap_or_else(nothing)
    };
    let error = |error: Option<&LastError>| {
        let told = error.map(|error| {
            let (at, code, message) = (age(Some(error.at)), &error.code, &error.message);
            format!("{at}: {code} {message}")
        });
        told.unwrap_or_else(nothing)
    };

    let mut rows = vec![row(["STORE", "TOKEN", "LEFT", "NEXT", "LAST ERROR"])];
    for store in &report.stores {
        rows.push(vec![
            store.name.clone(),
            if store.logged_in { "yes" } else { "no" }.to_owned(),
            store.token_seconds_left.map_or_else(nothing, seconds),
            next(store.next.as_ref()),
            error(store.last_error.as_ref()),
        ]);
    }
    write_rows(&mut text, &rows);

    let titles = [
        "SECRET",
        "STORE",
        "VERSION",
        "READ",
        "LEASE",
        "NEXT",
        "FAILING SINCE",
        "LAST ERROR",
    ];
    let mut rows = vec![row(titles)];
    for secret in &report.secrets {
        rows.push(vec![
            secret.path.clone(),
            secret.store.clone().unwrap_or_else(nothing),
            secret
                .version
                .map_or_else(nothing, |version| version.to_string()),
            age(secret.last_read),
            secret.lease_seconds_left.map_or_else(nothing, seconds),
            next(secret.next.as_ref()),
            age(secret.failing_since),
            error(secret.last_error.as_ref()),
        ]);
    }
    write_rows(&mut text, &rows);

    let mut rows = vec![row(["FILE", "CHANGED", "GENERATION", "LAST ERROR"])];
    for file in &report.files {
        rows.push(vec![
            file.path.clone(),
            file.age_seconds
                .map_or_else(nothing, |age| format!("{} ago", seconds(age))),
            file.generation.clone().unwrap_or_else(nothing),
            error(file.last_error.as_ref()),
        ]);
    }
    write_rows(&mut text, &rows);

    let mut rows = vec![row(["RELOAD OF", "LAST", "RESULT"])];
    for reload in &report.reloads {
        let last = reload.last.as_ref();
        rows.push(vec![
            reload.files.join(","),
            age(last.map(|last| last.at)),
            last.map_or_else(nothing, |last| {
                let result = match (last.success, last.given_up) {
                    (true, _) => "sent",
                    (false, false) => "failed",
                    (false, true) => "given up",
                };
                format!("{result}: {}", last.message)
            }),
        ]);
    }
    write_rows(&mut text, &rows);
    text
}

/// With spaces so that columns are straight. Nothing where there is only the heading.
fn write_rows(text: &mut String, rows: &[Vec<String>]) {
    if rows.len() < 2 {
        return;
    }
    text.push('\n');
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            // What a store or a template wrote may hold anything.
            let cell = cell.replace(char::is_control, " ");
            let _ = write!(line, "{cell:<width$}  ", width = width(column));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn next(next: Option<&Next>) -> String {
    next.map_or_else(nothing, |next| {
        format!("{} in {}", next.step, seconds(next.in_seconds))
    })
}

fn seconds(seconds: u64) -> String {
    humantime::format_duration(Duration::from_secs(seconds)).to_string()
}

fn nothing() -> String {
    NOTHING.to_owned()
}

fn row<const N: usize>(titles: [&str; N]) -> Vec<String> {
    titles.map(ToOwned::to_owned).to_vec()
}
