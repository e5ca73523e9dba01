//! Variables in settings, as Kubernetes has them in the variables of a container.

use std::ffi::OsString;

use vouchsafe_shared::config::AgentConfig;

/// The original injector has the proxy in a variable, where the kubelet expands it; it is how an
/// agent gets to a proxy on its own node.
pub(crate) fn expand_proxies(
    config: &mut AgentConfig,
    variable: impl Fn(&str) -> Option<OsString>,
) {
    for store in &mut config.stores {
        if let Some(proxy) = &mut store.connection.proxy {
            *proxy = expanded(proxy, &variable);
        }
    }
}

/// `$(NAME)` becomes what `variable` gives and stays where that is nothing, and `$$` becomes `$`.
/// Source: <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables>.
fn expanded(text: &str, variable: impl Fn(&str) -> Option<OsString>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        result.push('$');
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            rest = after;
        } else if let Some((name, after)) =
            rest.strip_prefix('(').and_then(|rest| rest.split_once(')'))
            && let Some(value) = variable(name).and_then(|value| value.into_string().ok())
        {
            result.pop();
            result.push_str(&value);
            rest = after;
        }
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn variable(name: &str) -> Option<OsString> {
        match name {
            "HOST_IP" => Some("10.0.0.7".into()),
            "EMPTY" => Some("".into()),
            "ODD" => Some("$(HOST_IP)$$".into()),
            _ => None,
        }
    }

    #[test]
    fn variables_are_expanded_as_the_kubelet_does() {
        for (text, expected) in [
            ("http://proxy:3128", "http://proxy:3128"),
            ("http://$(HOST_IP):3128", "http://10.0.0.7:3128"),
            ("$(HOST_IP)$(HOST_IP)$(EMPTY)", "10.0.0.710.0.0.7"),
            ("$(NOBODY)/$(HOST_IP)", "$(NOBODY)/10.0.0.7"),
            ("$(ODD)", "$(HOST_IP)$$"),
            ("$$(HOST_IP)", "$(HOST_IP)"),
            ("$$$(HOST_IP)", "$10.0.0.7"),
            ("$$$$", "$$"),
            ("$HOST_IP", "$HOST_IP"),
            ("$(HOST_IP", "$(HOST_IP"),
            ("$($(HOST_IP))", "$(10.0.0.7)"),
            ("$", "$"),
            ("", ""),
        ] {
            assert_eq!(expanded(text, variable), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_has_no_dollar_stays_and_nothing_panics(text in ".*", more in "[$()HOST_IP]*") {
            let _ = expanded(&more, variable);
            if !text.contains('$') {
                prop_assert_eq!(expanded(&text, variable), text);
            }
        }
    }
}
