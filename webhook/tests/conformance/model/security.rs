//! As whom the agent runs, and what it may use.

use serde_json::Value;

use super::{Model, values};
use crate::{
    causes,
    effective::{Lines, amount},
};

/// The name in the pod, the annotation and the default of each amount.
const AMOUNTS: [(&str, &str, Option<&str>); 6] = [
    ("requests.cpu", "agent-requests-cpu", Some("250m")),
    ("requests.memory", "agent-requests-mem", Some("64Mi")),
    (
        "requests.ephemeral-storage",
        "agent-requests-ephemeral",
        None,
    ),
    ("limits.cpu", "agent-limits-cpu", Some("500m")),
    ("limits.memory", "agent-limits-mem", Some("128Mi")),
    ("limits.ephemeral-storage", "agent-limits-ephemeral", None),
];

/// What the agent's containers have in common.
pub(super) struct Security {
    user: i64,
    group: i64,
    is_said: bool,
}

impl Model<'_> {
    pub(super) fn check_amounts(&mut self) {
        for (_, annotation, _) in AMOUNTS {
            if let Some(text) = self.filled(annotation)
                && !values::is_quantity(text)
            {
                self.deny(causes::NO_QUANTITY);
            }
        }
        if !self.is_ours() {
            return;
        }
        // The API server refuses that.
        for ((_, request, default), (_, limit, most)) in AMOUNTS[..3].iter().zip(&AMOUNTS[3..]) {
            let thousandths = |name: &str, default: Option<&str>| {
                let text = self.get(name).or(default).filter(|text| !text.is_empty())?;
                amount(text).split(' ').next()?.parse::<u128>().ok()
            };
            if let (Some(request), Some(limit)) =
                (thousandths(request, *default), thousandths(limit, *most))
                && request > limit
            {
                self.deny(causes::ABOVE_LIMIT);
            }
        }
    }

    pub(super) fn say_amounts(&self, lines: &mut Lines<'_>) {
        for (line, annotation, default) in AMOUNTS {
            let text = self.get(annotation).or(default);
            lines.maybe(line, text.filter(|text| !text.is_empty()).map(amount));
        }
    }

    pub(super) fn security(&mut self) -> Security {
        let user = self.identity("agent-run-as-user", 100);
        let group = self.identity("agent-run-as-group", 1000);
        let same = self.boolean("agent-run-as-same-user", false);
        let user = if same { self.same_user() } else { user };
        let flag = self
            .flags
            .get("SetSecurityContext")
            .and_then(Value::as_bool);
        let says_user = ["user", "group", "same-user"]
            .iter()
            .any(|name| self.get(&format!("agent-run-as-{name}")).is_some());
        let default = flag.unwrap_or(true) || says_user;
        Security {
            user,
            group,
            is_said: self.boolean("agent-set-security-context", default),
        }
    }

    fn identity(&mut self, name: &str, default: i64) -> i64 {
        self.get(name).map_or(default, |text| {
            values::integer(text).unwrap_or_else(|| {
                self.deny(causes::NO_NUMBER);
                default
            })
        })
    }

    fn same_user(&mut self) -> i64 {
        let context = &self.pod["spec"]["containers"][0]["securityContext"];
        match (context.is_object(), context["runAsUser"].as_i64()) {
            (false, _) => self.deny(causes::NO_CONTEXT),
            (true, None) => self.deny(causes::NO_USER),
            (true, Some(0)) => self.deny(causes::ROOT),
            (true, Some(user)) => return user,
        }
        0
    }

    pub(super) fn say_security(&self, lines: &mut Lines<'_>, security: &Security) {
        if !security.is_said {
            lines.say("security_context", "none");
            return;
        }
        lines.say("user", security.user);
        lines.say("group", security.group);
        lines.flag(
            "must_not_be_root",
            security.user != 0 && security.group != 0,
        );
        lines.flag("root_is_read_only", true);
        lines.say("drops", r#"["ALL"]"#);
        // What Pod Security asks for at its strictest.
        lines.maybe("seccomp", self.is_ours().then_some("RuntimeDefault"));
    }
}
