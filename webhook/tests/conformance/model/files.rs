//! Which files there are, and which directories.

use std::collections::{BTreeMap, BTreeSet};

use super::{Model, values};
use crate::{
    causes,
    effective::{Content, Effective, File, Lines},
    pod::{below, clean, items, path_of},
};

const DIRECTORY: &str = "secret-volume-path";

/// By where they are.
pub(crate) struct Files {
    pub(crate) files: BTreeMap<String, BTreeSet<String>>,
    roots: BTreeSet<String>,
}

impl Files {
    pub(super) fn resolve(model: &mut Model<'_>) -> Self {
        let default = model.get(DIRECTORY).unwrap_or("/vault/secrets");
        let mut files = Self {
            files: BTreeMap::new(),
            roots: [clean(default)].into(),
        };
        let template = default_template(model);
        for name in names(model) {
            let directory = model.get(&format!("{DIRECTORY}-{name}")).unwrap_or(default);
            files.roots.insert(clean(directory));
            let below = match model.get(&format!("agent-inject-file-{name}")) {
                Some(file) => file.to_owned(),
                None if preserves_case(model, name) => name.to_owned(),
                None => name.to_lowercase(),
            };
            if model.is_ours() && leaves(&below) {
                model.deny(causes::LEAVES_VOLUME);
            }
            let file = file(model, name, template);
            files.add(model, clean(&format!("{directory}/{below}")), &file);
        }
        if model.boolean("agent-inject-token", false) {
            let file = File {
                content: Content::Token,
                mode: 0o640,
                command: None,
            };
            files.add(model, clean(&format!("{default}/token")), &file);
        }
        files
    }

    fn add(&mut self, model: &mut Model<'_>, path: String, file: &File) {
        let clashes =
            |other: &String| below(other, &path).is_some() || below(&path, other).is_some();
        // The original has two templates write one file by turns.
        if model.is_ours() && self.files.keys().any(clashes) {
            model.deny(causes::FILES_CLASH);
        }
        self.files.entry(path).or_default().insert(file.to_string());
    }

    /// Where volumes are: with us none lies within another, whose files it would hide.
    fn mounts(&self, model: &Model<'_>) -> Vec<&String> {
        let within = |root: &String| {
            let mut others = self.roots.iter();
            others.any(|other| other != root && below(other, root).is_some())
        };
        let roots = self.roots.iter();
        roots
            .filter(|root| !(model.is_ours() && within(root)))
            .collect()
    }
}

/// What makes a secret: the name after each of these, where the value says something.
fn names<'m>(model: &Model<'m>) -> BTreeSet<&'m str> {
    let prefixes = [
        "agent-inject-secret-",
        "agent-inject-template-file-",
        "agent-inject-template-",
    ];
    let mut names = BTreeSet::new();
    for prefix in prefixes {
        for (name, value) in model.named(prefix) {
            // The path of a template's file is not the text of another template.
            let is_other = prefix == prefixes[2] && name.starts_with("file-");
            if !value.trim().is_empty() && !is_other {
                names.insert(name);
            }
        }
    }
    names
}

fn default_template(model: &mut Model<'_>) -> &'static str {
    let flag = model
        .flags
        .get("DefaultTemplate")
        .and_then(|flag| flag.as_str());
    let asked = model.get("agent-inject-default-template");
    match asked.or(flag).unwrap_or("map").to_lowercase().as_str() {
        "map" => "{{ range $k, $v := .Data }}{{ $k }}: {{ $v }}\n{{ end }}{{ end }}",
        "json" => "{{ .Data | toJSON }}\n{{ end }}",
        _ => {
            model.deny(causes::DEFAULT_TEMPLATE);
            ""
        }
    }
}

fn preserves_case(model: &Model<'_>, name: &str) -> bool {
    let asked = model.get(&format!("preserve-secret-case-{name}"));
    let asked = asked.or_else(|| model.get("preserve-secret-case"));
    asked.and_then(values::boolean).unwrap_or(false)
}

/// Whether a relative path goes up further than down.
fn leaves(path: &str) -> bool {
    let mut depth = 0;
    path.split('/').any(|segment| {
        depth += match segment {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        depth < 0
    })
}

fn top(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

fn file(model: &mut Model<'_>, name: &str, default: &str) -> File {
    let get = |model: &Model<'_>, prefix: &str| {
        model.filled(&format!("{prefix}-{name}")).map(str::to_owned)
    };
    let template = get(model, "agent-inject-template");
    let source = get(model, "agent-inject-template-file");
    let is_file = template.is_none() && source.is_some();
    let text = template.or(source).unwrap_or_else(|| {
        let path = get(model, "agent-inject-secret").unwrap_or_default();
        let path = if model.is_ours() {
            // What would end the text of the template does not.
            path.replace('\\', "\\\\").replace('"', "\\\"")
        } else {
            path
        };
        format!("{{{{ with secret \"{path}\" }}}}{default}")
    });
    let mode = get(model, "agent-inject-perms").map(|text| values::mode(&text));
    if model.is_ours() && mode == Some(None) {
        // The original's agent would fail on it.
        model.deny(causes::NO_MODE);
    }
    let delimiter = |side: &str, usual: &str| {
        let asked = get(model, &format!("agent-template-{side}-delim"));
        asked.unwrap_or_else(|| usual.to_owned())
    };
    let (left, right) = (delimiter("left", "{{"), delimiter("right", "}}"));
    let opens = text.contains(&left) && !text.contains(&right);
    if model.is_ours() && !is_file && opens {
        // The original's agent would fail on it.
        model.deny(causes::NO_TEMPLATE);
    }
    let command = get(model, "agent-inject-command");
    File {
        content: Content::Template {
            text,
            is_file,
            left,
            right,
            error_on_missing_key: model.boolean(&format!("error-on-missing-key-{name}"), false),
        },
        mode: mode.map_or(0o644, |mode| mode.unwrap_or(u32::MAX)),
        command,
    }
}

impl Model<'_> {
    /// What the pod's own containers see.
    pub(super) fn say_views(
        &mut self,
        effective: &mut Effective,
        files: &Files,
        before: bool,
        has_agent: bool,
    ) {
        let selected: Option<Vec<_>> = self.get("agent-inject-containers").map(|names| {
            let names = names.split(',');
            // A blank after a comma is not part of a name.
            let trimmed = names.map(|name| if self.is_ours() { name.trim() } else { name });
            trimmed.collect()
        });
        for (list, prefix) in [("containers", "app"), ("initContainers", "before")] {
            for container in items(&self.pod["spec"], list) {
                let name = container["name"].as_str().unwrap();
                let sees = match (list, &selected) {
                    ("initContainers", _) => before,
                    (_, None) => true,
                    (_, Some(names)) => names.contains(&name),
                };
                if !sees {
                    continue;
                }
                let mut lines = Lines::new(effective, format!("{prefix}.{name}"));
                for root in files.mounts(self) {
                    lines.say(format!("mount.{root}"), "yes");
                    let mounts = items(container, "volumeMounts").map(path_of);
                    let within: Vec<_> = mounts
                        .filter_map(|path| Some(below(root, &path)?.to_owned()))
                        .collect();
                    // Where nothing of the pod's own needs a place in it.
                    let is_read_only = self.is_ours() && within.is_empty();
                    lines.flag(format!("is_read_only.{root}"), is_read_only);
                    let hides = |within: &String| {
                        let mut files = files.files.keys().filter_map(|file| below(root, file));
                        within.is_empty() || files.any(|file| top(file) == top(within))
                    };
                    // The API server refuses two mounts at one place, and a file that is hidden
                    // does not reach anybody.
                    if self.is_ours() && within.iter().any(hides) {
                        self.causes.push(causes::PATH_TAKEN);
                    }
                }
                if self.filled("agent-configmap").is_some() || !has_agent {
                    continue;
                }
                for path in files.files.keys() {
                    if files.roots.iter().any(|root| below(root, path).is_some()) {
                        lines.say(format!("file.{path}"), "yes");
                    }
                }
            }
        }
    }
}
