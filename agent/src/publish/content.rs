//! What stands in each file.

use vouchsafe_shared::{
    config::{FileConfig, SecretSource, SourceConfig},
    diagnostic::Code,
    secret::{ExposeSecret, SecretBuffer},
};

use super::{Attempt, Material, Publisher};
use crate::{
    answer::Answer,
    fault::{Fault, Retry, Whose},
    lifecycle::Prospect,
    plan::{FileIndex, PlannedFile, SecretIndex, StoreIndex, VolumeIndex},
    render,
    template::Write,
};

/// What came of making the content of one file.
pub(super) enum Made {
    /// And what its template wants written beside it.
    Content(SecretBuffer, Vec<Write>),
    /// Something is still to come.
    Waits,
    /// The file may lack its secret, and there is none.
    Absent,
    Failed(Fault),
}

impl Publisher {
    pub(super) fn make(
        &self,
        material: &Material<'_>,
        volumes: &[VolumeIndex],
        attempt: &mut Attempt,
    ) -> Vec<(FileIndex, Made)> {
        let mut all = Vec::new();
        for volume in volumes {
            for (index, planned) in material.demand.plan().files_in(*volume) {
                let file = &self.files[index.0];
                let made = match &file.source {
                    SourceConfig::Secret(source) => plain(file, source, index, material),
                    SourceConfig::Token(_) => token(planned.store, material),
                    SourceConfig::Template(_) => self.run(file, index, planned, material, attempt),
                };
                all.push((index, with_fallback(file, made)));
            }
        }
        all
    }

    fn run(
        &self,
        file: &FileConfig,
        index: FileIndex,
        planned: &PlannedFile,
        material: &Material<'_>,
        attempt: &mut Attempt,
    ) -> Made {
        let Material {
            demand,
            prospect,
            answers,
            ..
        } = *material;
        let may_be_nil =
            |secret: SecretIndex| planned.may_lack && prospect(secret) == Prospect::Absent;
        let run = self
            .templates
            .run(index, planned.store, demand, answers, &may_be_nil);
        let awaits = run.missing.iter().any(|missing| {
            let secret = demand.find(planned.store, missing);
            secret.is_none_or(|secret| prospect(secret) == Prospect::Awaited)
        });
        attempt.asked.push(run.asked);
        match (run.content, run.missing.first()) {
            // The fallback stands for all that such a template can say.
            (Some(_), _) if run.lacks && file.fallback.is_some() => Made::Absent,
            (Some(Ok(content)), _) => {
                attempt.rendered += 1;
                Made::Content(content, run.writes)
            }
            (Some(Err(_)), _) if run.lacks => Made::Absent,
            (Some(Err(fault)), _) => {
                attempt.template_failed(index, &fault);
                Made::Failed(fault)
            }
            _ if awaits && (material.is_endless)(index) => Made::Failed(endless(file)),
            _ if awaits => Made::Waits,
            (None, _) if planned.may_lack => Made::Absent,
            (None, Some(secret)) => Made::Failed(missing(file, &secret.to_string())),
            (None, None) => Made::Failed(missing(file, "its template")),
        }
    }

    /// A file is made only when all that its template wants written beside it is.
    pub(super) fn carry_out_writes(&self, made: &mut [(FileIndex, Made)], attempt: &mut Attempt) {
        for (index, made) in made {
            let Made::Content(_, writes) = made else {
                continue;
            };
            if let Err(reason) = writes.iter().try_for_each(Write::carry_out) {
                let message = format!("file {}: {reason}", self.files[index.0].name);
                let fault = Fault::new(Code::WriteFailed, Whose::User, Retry::Rarely, message);
                attempt.rendered -= 1;
                attempt.template_failed(*index, &fault);
                *made = Made::Failed(fault);
                if self.files[index.0].source.is_error_fatal() {
                    return;
                }
            }
        }
    }

    /// What one file of a bundle cannot have, none has.
    pub(super) fn fail_bundles(&self, made: &mut [(FileIndex, Made)]) {
        let bundle_of = |index: FileIndex| self.files[index.0].bundle.as_deref();
        let failed: Vec<(&str, FileIndex, Fault)> = made
            .iter()
            .filter_map(|(index, made)| match made {
                Made::Failed(fault) => Some((bundle_of(*index)?, *index, fault.clone())),
                _ => None,
            })
            .collect();
        for (index, made) in made {
            let mut faults = failed.iter();
            let of_bundle = faults.find(|(bundle, ..)| bundle_of(*index) == Some(bundle));
            if let Some((bundle, other, fault)) = of_bundle
                && !matches!(made, Made::Failed(_))
            {
                let message = format!(
                    "file {}: file {} of its bundle {bundle} failed: {}",
                    self.files[index.0].name, self.files[other.0].name, fault.message
                );
                *made = Made::Failed(Fault {
                    message,
                    ..fault.clone()
                });
            }
        }
    }
}

fn with_fallback(file: &FileConfig, made: Made) -> Made {
    match (made, &file.fallback) {
        (Made::Absent, Some(text)) => {
            let mut content = SecretBuffer::default();
            content.push_str(text);
            Made::Content(content, Vec::new())
        }
        (made, _) => made,
    }
}

/// A secret or one value of it.
fn plain(
    file: &FileConfig,
    source: &SecretSource,
    index: FileIndex,
    material: &Material<'_>,
) -> Made {
    let secret = material.demand.needs(index).next();
    let answer: Option<&Answer> =
        secret.and_then(|secret| material.answers.get(secret.0)?.as_ref());
    let Some(answer) = answer else {
        let prospect = secret.map_or(Prospect::Awaited, material.prospect);
        return match prospect {
            Prospect::Awaited => Made::Waits,
            Prospect::Absent if file.may_lack_its_secret() => Made::Absent,
            Prospect::Absent | Prospect::GivenUp => {
                Made::Failed(missing(file, &source.secret.to_string()))
            }
        };
    };
    match render::render(source.format, source.key.as_ref(), &answer.data()) {
        Ok(content) => Made::Content(content, Vec::new()),
        Err(error) if error.code() == Code::KeyNotFound && file.may_lack_its_secret() => {
            Made::Absent
        }
        Err(error) => {
            let message = format!("file {} from {}: {error}", file.name, source.secret);
            let code = error.code();
            Made::Failed(Fault::new(code, Whose::User, Retry::Rarely, message))
        }
    }
}

fn token(store: StoreIndex, material: &Material<'_>) -> Made {
    match material.tokens.get(store.0).copied().flatten() {
        Some(token) => {
            let mut content = SecretBuffer::default();
            content.push_str(token.expose_secret());
            Made::Content(content, Vec::new())
        }
        None => Made::Waits,
    }
}

fn endless(file: &FileConfig) -> Fault {
    let message = format!(
        "file {}: its template asks for something else whenever it runs",
        file.name
    );
    Fault::new(Code::TemplateFailed, Whose::User, Retry::Rarely, message)
}

fn missing(file: &FileConfig, what: &str) -> Fault {
    let message = format!("file {}: {what} is not there", file.name);
    Fault::new(Code::SecretNotFound, Whose::User, Retry::Rarely, message)
}
