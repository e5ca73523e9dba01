//! What the agent's containers request and may use.

use serde_json::{Map, Value, json};
use vouchsafe_shared::{
    annotations::{InjectSpec, Override},
    diagnostic::{Code, Diagnostic},
    value::Quantity,
};

use crate::mutate::Settings;

/// `None` when there is nothing to say.
pub(super) fn resolve(
    spec: &InjectSpec,
    settings: &Settings,
    problems: &mut Vec<Diagnostic>,
) -> Option<Value> {
    let (asked, default) = (&spec.container, &settings.resources);
    let (mut requests, mut limits) = (Map::new(), Map::new());
    for (name, request, limit) in [
        (
            "cpu",
            effective(&asked.cpu_request, default.cpu_request.as_ref()),
            effective(&asked.cpu_limit, default.cpu_limit.as_ref()),
        ),
        (
            "memory",
            effective(&asked.memory_request, default.memory_request.as_ref()),
            effective(&asked.memory_limit, default.memory_limit.as_ref()),
        ),
        (
            "ephemeral-storage",
            effective(
                &asked.ephemeral_storage_request,
                default.ephemeral_storage_request.as_ref(),
            ),
            effective(
                &asked.ephemeral_storage_limit,
                default.ephemeral_storage_limit.as_ref(),
            ),
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
                members.insert(name.to_owned(), json!(quantity));
            }
        }
    }
    let parts = [("requests", requests), ("limits", limits)];
    let said: Map<_, _> = parts
        .into_iter()
        .filter(|(_, members)| !members.is_empty())
        .map(|(name, members)| (name.to_owned(), Value::Object(members)))
        .collect();
    (!said.is_empty()).then_some(Value::Object(said))
}

fn effective<'q>(
    asked: &'q Override<Quantity>,
    default: Option<&'q Quantity>,
) -> Option<&'q Quantity> {
    match asked {
        Override::Inherit => default,
        Override::Unset => None,
        Override::Value(quantity) => Some(quantity),
    }
}
