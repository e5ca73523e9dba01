//! Diagnostics as `kubectl` shows them.

use vouchsafe_shared::{
    annotations::Rejection,
    diagnostic::{Diagnostic, Severity},
};

/// Nobody reads further, and an event holds 1024 characters only.
const LIMIT: usize = 50;

/// Why a pod is denied: a heading, then a line for each problem; a problem that is alone shows the
/// place too. Warnings are told apart from it.
pub fn denial(rejection: &Rejection) -> String {
    let problems: Vec<_> = of_severity(&rejection.0, Severity::Error).collect();
    let heading = match problems.len() {
        1 => "vouchsafe: 1 problem in this pod's annotations:".to_owned(),
        count => format!("vouchsafe: {count} problems in this pod's annotations:"),
    };
    let excerpt = match problems.as_slice() {
        [only] => only.excerpt.iter().map(|line| one_line(line)).collect(),
        _ => Vec::new(),
    };
    let more = problems.len().saturating_sub(LIMIT);
    let more = (more > 0).then(|| format!("and {more} more"));
    let lines = problems
        .into_iter()
        .take(LIMIT)
        .map(|problem| one_line(&problem.to_string()));
    let lines: Vec<_> = [heading]
        .into_iter()
        .chain(lines)
        .chain(excerpt)
        .chain(more)
        .collect();
    lines.join("\n")
}

/// The warnings among the problems of a pod.
pub fn warnings(problems: &[Diagnostic]) -> Vec<String> {
    of_severity(problems, Severity::Warning)
        .take(LIMIT)
        .map(warning)
        .collect()
}

/// One warning, in at most 256 characters: without its help when it is too long, and cut when it is
/// still too long. The API server may cut longer ones, and leave out those that come later.
/// Source: <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response>.
fn warning(diagnostic: &Diagnostic) -> String {
    const LIMIT: usize = 256;
    let whole = one_line(&diagnostic.to_string());
    if whole.chars().count() <= LIMIT {
        return whole;
    }
    let Diagnostic {
        code,
        severity: _,
        subject,
        message,
        help: _,
        excerpt: _,
    } = diagnostic;
    let brief = one_line(&format!("{code} {subject}: {message}"));
    match brief.char_indices().nth(LIMIT) {
        None => brief,
        // ASCII: a warning travels in an HTTP header.
        Some(_) => brief
            .chars()
            .take(LIMIT - "...".len())
            .chain("...".chars())
            .collect(),
    }
}

fn of_severity(problems: &[Diagnostic], severity: Severity) -> impl Iterator<Item = &Diagnostic> {
    problems
        .iter()
        .filter(move |diagnostic| diagnostic.severity == severity)
}

/// The API server checks names only after the webhooks: one with a line break must not look like
/// another problem.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}
