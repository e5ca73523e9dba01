//! Which files a pod asks for, and where the content of each comes from.

use std::collections::BTreeMap;

use super::{
    existence::Existence,
    file::preserves_case,
    layers::Source,
    reader::Reader,
    setting::Setting,
    spec::{Asked, DefaultTemplate, Dialect, FileSource, FileSpec},
    table::{Name, Prefix},
    values,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    value::DirectoryPath,
};

pub(super) type About<'a> = BTreeMap<Name, Setting<'a>>;

/// What holds for all secrets of a pod.
#[derive(Clone, Copy)]
pub(super) struct Defaults<'d> {
    pub(super) dialect: Dialect,
    pub(super) directory: &'d DirectoryPath,
    pub(super) preserve_case: bool,
    /// What the pod says, if it says something.
    pub(super) template: Option<DefaultTemplate>,
    /// Whether the pod asks for a default template under our own prefix too.
    is_template_asked: bool,
}

impl Defaults<'_> {
    /// Whether a secret with nothing but its path is rendered by a default template: where the pod
    /// asks for one, and where the original injector would have done so.
    pub(super) fn hold_for(self, reference: &Setting<'_>) -> bool {
        self.is_template_asked
            || self.dialect == Dialect::Original && reference.prefix != Prefix::Vouchsafe
    }
}

impl<'r> Reader<'r, '_> {
    pub(super) fn files(
        &mut self,
        directory: &DirectoryPath,
        config_map: Option<&Asked<String>>,
    ) -> Vec<(&'r str, FileSpec)> {
        let defaults = self.defaults(directory);
        let settings = self.settings;
        let mut files: Vec<(&str, FileSpec)> = Vec::new();
        let mut named = 0;
        for (secret, settings) in &settings.secrets {
            let (origin, first) = match Existence::of(settings) {
                Existence::Named(origin, first) => (origin, first),
                // A blank one of a stronger layer takes a default's file away.
                Existence::Blank(setting) if setting.shadows => continue,
                Existence::Blank(setting) => {
                    named += usize::from(defaults.dialect == Dialect::Own);
                    self.blank(defaults.dialect, setting);
                    continue;
                }
                Existence::No => {
                    self.orphans(secret, settings);
                    continue;
                }
            };
            named += 1;
            let Some(file) = self.file(defaults, secret, settings, &origin, first) else {
                continue;
            };
            self.add(&mut files, secret, file, first);
        }
        if let Some(file) = self.token(directory)
            && let Some(setting) = self.get(Name::Token)
        {
            named += 1;
            self.add(&mut files, "", file, setting);
        }
        match (named, config_map) {
            (0, None) => self.no_secrets(),
            (1.., Some(config_map)) => self.configured(&files, config_map),
            _ => {}
        }
        files
    }

    fn defaults<'d>(&self, directory: &'d DirectoryPath) -> Defaults<'d> {
        let dialect = self.dialect();
        Defaults {
            dialect,
            directory,
            preserve_case: self
                .get(Name::PreserveCase)
                .map_or(dialect == Dialect::Own, preserves_case),
            template: self.read(Name::DefaultTemplate, values::default_template),
            // One that is around the pod under an original prefix is meant for that dialect.
            is_template_asked: self.get(Name::DefaultTemplate).is_some_and(|setting| {
                setting.prefix == Prefix::Vouchsafe || setting.source == Source::Pod
            }),
        }
    }

    fn add<'s>(
        &mut self,
        files: &mut Vec<(&'s str, FileSpec)>,
        secret: &'s str,
        file: FileSpec,
        setting: &Setting<'_>,
    ) {
        match files.iter().find(|(_, other)| clash(other, &file)) {
            Some((other, present)) => {
                let problem = duplicate(setting, secret, other, present, &file);
                self.problems.push(problem);
            }
            None => files.push((secret, file)),
        }
    }
}

fn duplicate(
    setting: &Setting<'_>,
    secret: &str,
    other: &str,
    present: &FileSpec,
    file: &FileSpec,
) -> Diagnostic {
    let help = if secret.to_lowercase() == other.to_lowercase() {
        "write NAME alike if both are about one secret; else name the file with file-NAME"
    } else {
        "give one of them another name with vouchsafe.dev/file-NAME"
    };
    let name = if file.directory == DirectoryPath::secrets() {
        file.name.to_string()
    } else {
        path(file)
    };
    let writer = match present.source {
        FileSource::Token => "the store's token".to_owned(),
        _ => format!("secret {other}"),
    };
    Diagnostic::error(
        Code::DuplicateFile,
        format!("annotation {}", setting.label()),
        format!("writes the file {name} that {writer} writes too"),
        help,
    )
}

/// Two files that cannot both be there: the same path, or one where the other needs a directory.
fn clash(left: &FileSpec, right: &FileSpec) -> bool {
    let below = |file: &str, directory: &str| {
        file.strip_prefix(directory)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if left.directory == right.directory {
        let (left, right) = (left.name.as_str(), right.name.as_str());
        return below(left, right) || below(right, left);
    }
    let (left, right) = (path(left), path(right));
    below(&left, &right) || below(&right, &left)
}

fn path(file: &FileSpec) -> String {
    format!("{}/{}", file.directory, file.name)
}
