//! The only way a problem is told to a user.
//!
//! Admission denials and warnings, the agent's status and probe output all render a
//! [`Diagnostic`]; its [`Code`] is stable and explained in `docs/errors.md`, which is generated
//! from the same table.

mod code;

use std::fmt;

pub use code::Code;

/// One problem: what it is about, what is wrong, and what to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    /// What the problem is about: `annotation vouchsafe.dev/role`, `container web`.
    pub subject: String,
    /// What is wrong, with the offending value: a lower-case fragment without a final dot.
    pub message: String,
    /// What to do about it, in the same style.
    pub help: String,
    /// Lines that show the place, for where there is room for more than one line.
    pub excerpt: Vec<String>,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Doubtful, but the pod works: shown and let through.
    Warning,
    /// The pod would not do what was asked: denied.
    Error,
}

impl Diagnostic {
    pub fn error(
        code: Code,
        subject: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity: Severity::Error,
            subject: subject.into(),
            message: message.into(),
            help: help.into(),
            excerpt: Vec::new(),
        }
    }

    #[must_use]
    pub fn with_excerpt(mut self, lines: Vec<String>) -> Self {
        self.excerpt = lines;
        self
    }

    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

/// In one line, without the excerpt:
/// `VS1009 annotation vouchsafe.dev/mode-db: "0888": not a file mode (help: …)`
impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {}: {} (help: {})",
            self.code, self.subject, self.message, self.help
        )
    }
}
