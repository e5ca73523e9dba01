//! What the agent's containers are like.

use super::{
    number,
    reader::Reader,
    spec::{Asked, ContainerSpec, Override},
    table::Name,
    values,
};
use crate::{diagnostic::Code, value::Quantity};

impl Reader<'_, '_> {
    pub(super) fn container(&mut self) -> ContainerSpec {
        let mut container = ContainerSpec {
            image: self.asked_text(Name::Image),
            user: self.asked(Name::RunAsUser, number::user),
            group: self.asked(Name::RunAsGroup, number::user),
            same_user: self.asked(Name::RunAsSameUser, values::boolean),
            set_security_context: self.asked(Name::SetSecurityContext, values::boolean),
            cpu_request: self.quantity(Name::CpuRequest),
            cpu_limit: self.quantity(Name::CpuLimit),
            memory_request: self.quantity(Name::MemoryRequest),
            memory_limit: self.quantity(Name::MemoryLimit),
            ephemeral_storage_request: self.quantity(Name::EphemeralRequest),
            ephemeral_storage_limit: self.quantity(Name::EphemeralLimit),
            copy_volume_mounts: self.asked_text(Name::CopyVolumeMounts),
            extra_secret: self.asked_text(Name::ExtraSecret),
            json_patch: self.json_patch(Name::JsonPatch),
            init_json_patch: self.json_patch(Name::InitJsonPatch),
        };
        let same_user = container.same_user.as_ref().is_some_and(|same| same.value);
        if let (true, Some(user), Some(same)) = (
            same_user,
            self.get(Name::RunAsUser),
            self.get(Name::RunAsSameUser),
        ) {
            self.conflict(
                Code::RunAsConflict,
                [user, same],
                format!("is passed over in favour of {}", same.label()),
                "remove one of the two",
            );
            container.user = None;
        }
        container
    }

    fn quantity(&self, name: Name) -> Override<Quantity> {
        self.read(name, values::quantity).unwrap_or_default()
    }

    /// One with nothing to do is none.
    fn json_patch(&self, name: Name) -> Option<Asked<String>> {
        self.read(name, values::json_patch)
            .unwrap_or(false)
            .then(|| self.asked_text(name))?
    }
}
