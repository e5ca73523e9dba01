//! Which image do the agent's containers run?

use vouchsafe_shared::{
    annotations::InjectSpec,
    diagnostic::{Code, Diagnostic},
};

use crate::mutate::{Settings, wording::quoted};

/// The one that the pod asks for, if our agent can be in it.
pub(super) fn choose<'a>(
    spec: &'a InjectSpec,
    settings: &'a Settings,
    warnings: &mut Vec<Diagnostic>,
) -> &'a str {
    let Some(asked) = &spec.container.image else {
        return &settings.agent_image;
    };
    if !is_original_image(&asked.value) {
        return &asked.value;
    }
    let diagnostic = Diagnostic::error(
        Code::OtherProgram,
        format!("annotation {}", asked.annotation),
        format!(
            "{} has the original agent in it; {} is run",
            quoted(&asked.value),
            quoted(&settings.agent_image)
        ),
        "remove it",
    );
    warnings.push(diagnostic.as_warning());
    &settings.agent_image
}

/// Whether an image bears the name of one with the original injector's agent, which does not know
/// what ours is told: `hashicorp/vault:2.0.4`, `registry.example/openbao@sha256:…`.
pub fn is_original_image(image: &str) -> bool {
    let repository = image.trim().split('@').next().unwrap_or_default();
    let name = repository.rsplit('/').next().unwrap_or_default();
    let name = name.split(':').next().unwrap_or_default();
    ["vault", "vault-enterprise", "openbao", "bao"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_originals_images_are_known_by_their_last_name() {
        for image in [
            "hashicorp/vault:2.0.4",
            "vault",
            "hashicorp/vault-enterprise:1.20-ent",
            "registry.example:5000/mirror/openbao@sha256:00",
            "quay.io/openbao/openbao:2.1@sha256:00",
            "bao:1",
        ] {
            assert!(is_original_image(image), "{image}");
        }
        for image in [
            "registry.example/agent:9",
            "vault/agent:1",
            "registry.example/vault-agent:1",
            "vault:5000/agent",
            "",
        ] {
            assert!(!is_original_image(image), "{image}");
        }
    }
}
