//! Whom the agent tells when files changed.

use super::{
    reader::{Reader, read},
    setting::Setting,
    spec::{FileSpec, ReloadSpec},
    table::Name,
};
use crate::value::{FileName, ReloadRequest};

impl Reader<'_, '_> {
    pub(super) fn reloads(&self, files: &[(&str, FileSpec)]) -> Vec<ReloadSpec> {
        let mut reloads: Vec<ReloadSpec> = Vec::new();
        let mut add = |setting: &Setting<'_>, on: Vec<FileName>, request: ReloadRequest| {
            // Files with the same request are told of together, once.
            match reloads.iter_mut().find(|reload| reload.request == request) {
                Some(reload) => reload.on.extend(
                    on.into_iter()
                        .filter(|name| !reload.on.contains(name))
                        .collect::<Vec<_>>(),
                ),
                None => reloads.push(ReloadSpec {
                    annotation: setting.label.clone(),
                    on,
                    request,
                }),
            }
        };
        if let Some(setting) = self.get(Name::Reload)
            && let Some(request) = read(setting, |_, text| text.parse())
        {
            let all = files.iter().map(|(_, file)| file.name.clone());
            add(setting, all.collect(), request);
        }
        for (secret, settings) in &self.settings.secrets {
            if let Some(setting) = settings.get(&Name::ReloadFile)
                && let Some(request) = read(setting, |_, text| text.parse())
                && let Some((_, file)) = files.iter().find(|(name, _)| name == secret)
            {
                add(setting, vec![file.name.clone()], request);
            }
        }
        reloads
    }
}
