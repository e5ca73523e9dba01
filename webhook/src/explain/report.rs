use std::fmt::Write as _;

use serde_json::{Value, json};
use vouchsafe_shared::{
    annotations::Explanation,
    diagnostic::{Diagnostic, Severity},
};

use crate::mutate::{Outcome, Rejection};

/// What admission would do with a pod, and why.
#[derive(Debug)]
pub(super) struct Report {
    /// The object that the pod is of, for people.
    pub(super) object: String,
    pub(super) explanation: Explanation,
    pub(super) result: Result<Outcome, Rejection>,
}

impl Report {
    pub(super) fn admitted(&self) -> bool {
        self.result.is_ok()
    }

    fn verdict(&self) -> &'static str {
        match &self.result {
            Err(_) => "denied",
            Ok(outcome) if outcome.injected => "injected",
            Ok(_) => "left alone",
        }
    }

    fn problems(&self) -> &[Diagnostic] {
        match &self.result {
            Err(rejection) => &rejection.0,
            Ok(outcome) => &outcome.warnings,
        }
    }

    pub(super) fn table(&self) -> String {
        let mut text = String::new();
        // Writing to a string never fails.
        let meaning = match self.verdict() {
            "injected" => "would be admitted and get an agent",
            "denied" => "would be denied",
            _ => "would be admitted as it is: it asks for nothing",
        };
        let _ = writeln!(text, "{}: {meaning}", self.object);
        if !self.explanation.settings.is_empty() {
            let _ = write!(text, "\n{}", self.explanation);
        }
        for (severity, heading) in [(Severity::Error, "Errors"), (Severity::Warning, "Warnings")] {
            let found: Vec<_> = self
                .problems()
                .iter()
                .filter(|problem| problem.severity == severity)
                .collect();
            if found.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n{heading}:");
            for problem in found {
                let _ = writeln!(text, "  {problem}");
                for line in &problem.excerpt {
                    let _ = writeln!(text, "      {line}");
                }
            }
        }
        text
    }

    pub(super) fn json(&self) -> Value {
        let problems = |severity| -> Vec<Value> {
            self.problems()
                .iter()
                .filter(|problem| problem.severity == severity)
                .map(problem)
                .collect()
        };
        json!({
            "object": self.object,
            "verdict": self.verdict().replace(' ', "-"),
            "settings": self.explanation.settings,
            "errors": problems(Severity::Error),
            "warnings": problems(Severity::Warning),
        })
    }

    /// An empty one for a pod that is denied or left alone.
    pub(super) fn patch(&self) -> String {
        let patch = match &self.result {
            Ok(outcome) => json!(outcome.patch.operations()),
            Err(_) => json!([]),
        };
        format!("{patch:#}\n")
    }
}

fn problem(problem: &Diagnostic) -> Value {
    json!({
        "code": problem.code.to_string(),
        "subject": problem.subject,
        "message": problem.message,
        "help": problem.help,
        "excerpt": problem.excerpt,
    })
}
