//! What the agent's containers request and may use.

use vouchsafe_shared::{
    annotations::InjectSpec,
    diagnostic::{Code, Diagnostic},
};

use crate::{
    json::{Json, Object},
    mutate::Settings,
};

/// `None` when there is nothing to say.
pub(super) fn resolve<'e>(
    spec: &InjectSpec,
    settings: &Settings,
    problems: &mut Vec<Diagnostic>,
) -> Option<Json<'e>> {
    let (asked, default) = (&spec.container, &settings.resources);
    let (mut requests, mut limits) = (Object::default(), Object::default());
    for (name, request, limit) in [
        (
            "cpu",
            asked.cpu_request.over(default.cpu_request.as_ref()),
            asked.cpu_limit.over(default.cpu_limit.as_ref()),
        ),
        (
            "memory",
            asked.memory_request.over(default.memory_request.as_ref()),
            asked.memory_limit.over(default.memory_limit.as_ref()),
        ),
        (
            "ephemeral-storage",
            asked
                .ephemeral_storage_request
                .over(default.ephemeral_storage_request.as_ref()),
            asked
                .ephemeral_storage_limit
                .over(default.ephemeral_storage_limit.as_ref()),
        ),
    ] {
        if let (Some(request), Some(limit)) = (request, limit)
            && request.thousandths() > limit.thousandths()
        {
            problems.push(Diagnostic::error(
                Code::AgentResources,
                format!("the agent's {name}"),
                format!("requests {request}, which is more than its limit of {limit}"),
                "the API server refuses that; raise the limit or lower the request by annotations",
            ));
        }
        for (members, quantity) in [(&mut requests, request), (&mut limits, limit)] {
            if let Some(quantity) = quantity {
                members.push(name, quantity.to_string().into());
            }
        }
    }
    let parts = [("requests", requests), ("limits", limits)];
    let parts = parts.into_iter();
    let said = Object::of(
        parts
            .filter(|(_, members)| !members.is_empty())
            .map(|(name, members)| (name, Json::Object(members))),
    );
    (!said.is_empty()).then_some(Json::Object(said))
}
