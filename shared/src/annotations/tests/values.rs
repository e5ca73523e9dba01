//! Which texts are values, under the original prefixes and under ours.

use super::*;
use crate::{
    config::{LogFormat, LogLevel, ProxyToken},
    value::HumanDuration,
};

fn with(prefix: Prefix, name: &str, value: &str) -> Result<InjectSpec, String> {
    let keys = ["agent-inject", "role", "agent-inject-secret-db", name]
        .map(|name| format!("{prefix}{name}"));
    let values = ["true", "web", "secret/data/db", value];
    let pairs = keys.iter().map(String::as_str).zip(values);
    match parse(pairs) {
        Ok(Intent::Inject { spec, .. }) => Ok(*spec),
        Ok(Intent::LeaveAlone { .. }) => panic!("left alone"),
        Err(Rejection(problems)) => Err(problems
            .iter()
            .map(Diagnostic::to_string)
            .collect::<Vec<_>>()
            .join("\n")),
    }
}

fn original(name: &str, value: &str) -> Result<InjectSpec, String> {
    with(Prefix::Vault, name, value)
}

fn own(name: &str, value: &str) -> Result<InjectSpec, String> {
    with(Prefix::Vouchsafe, name, value)
}

#[test]
fn booleans_are_gos_and_nothing_is_false_under_the_original_prefixes() {
    let name = "agent-set-security-context";
    let read = |spec: InjectSpec| spec.container.set_security_context.unwrap().value;
    for (text, expected) in [
        ("1", true),
        ("t", true),
        ("T", true),
        ("TRUE", true),
        ("true", true),
        ("True", true),
        ("0", false),
        ("f", false),
        ("F", false),
        ("FALSE", false),
        ("false", false),
        ("False", false),
        ("", false),
    ] {
        assert_eq!(original(name, text).map(read), Ok(expected), "{text}");
    }
    for text in ["tRuE", "yes", "on", " true", "2"] {
        let error = original(name, text).unwrap_err();
        assert!(
            error.contains("cannot be parsed as bool, invalid syntax"),
            "{error}"
        );
    }
    assert_eq!(own(name, "true").map(read), Ok(true));
    let error = own(name, "").unwrap_err();
    assert!(
        error.contains("is blank (help: expected true or false)"),
        "{error}"
    );
}

#[test]
fn the_empty_text_means_no_as_in_the_original() {
    assert_eq!(
        original("agent-pre-populate", "").unwrap().phases,
        Phases::Run
    );
    let spec = original("template-config-exit-on-retry-failure", "").unwrap();
    assert_eq!(spec.exit_on_retry_failure, Some(false));
    let user = original("agent-run-as-user", "").unwrap().container.user;
    assert_eq!(user.unwrap().value, 0);
}

#[test]
fn numbers_are_gos() {
    let name = "agent-run-as-user";
    let user = |spec: InjectSpec| spec.container.user.unwrap().value;
    for (text, expected) in [("0", 0), ("2000", 2000), ("+5", 5), ("007", 7)] {
        assert_eq!(original(name, text).map(user), Ok(expected), "{text}");
    }
    for text in [
        "root",
        "1.5",
        " 1",
        "-1",
        "2147483648",
        "99999999999999999999",
    ] {
        assert!(original(name, text).is_err(), "{text}");
    }
    for (text, expected) in [("0", 0), ("01", 1), ("30", 30)] {
        let grace = original("agent-revoke-grace", text).unwrap().revoke_grace;
        assert_eq!(grace, Some(HumanDuration::from_secs(expected)), "{text}");
    }
    for text in ["", "-1", "+1", "5s", "1.5"] {
        let error = original("agent-revoke-grace", text).unwrap_err();
        assert!(
            error.contains("cannot be parsed as a number of seconds, invalid syntax"),
            "{error}"
        );
    }
    let grace = own("revoke-grace", "1m").unwrap().revoke_grace;
    assert_eq!(grace, Some(HumanDuration::from_secs(60)));
    assert_eq!(
        original("client-max-retries", "")
            .unwrap()
            .connection
            .retries,
        None
    );
    assert_eq!(
        original("agent-cache-listener-port", "").unwrap().api.port,
        8200
    );
    for text in ["0", "65536", "http"] {
        assert!(
            original("agent-cache-listener-port", text).is_err(),
            "{text}"
        );
    }
    assert!(original("template-max-connections-per-host", "many").is_err());
}

#[test]
fn a_share_is_a_number_of_go_within_bounds() {
    let name = "template-lease-renewal-threshold";
    let share = |spec: InjectSpec| spec.lease_renewal_threshold;
    for (text, expected) in [
        ("0.8", Some(0.8)),
        (".5", Some(0.5)),
        ("5e-1", Some(0.5)),
        ("0x1.8p-2", Some(0.375)),
        ("0X1p-1", Some(0.5)),
        ("1", None),
        ("0", None),
        ("-0.5", None),
        ("90", None),
    ] {
        assert_eq!(original(name, text).map(share), Ok(expected), "{text}");
    }
    for text in [
        "",
        "one-third",
        "inf",
        "-Infinity",
        "NaN",
        "1e999",
        "0x1",
        "0.8 ",
        "0x.p1",
    ] {
        assert!(original(name, text).is_err(), "{text}");
    }
    for text in ["1", "0", "90"] {
        assert!(
            own(name, text).unwrap_err().contains("above 0 and below 1"),
            "{text}"
        );
    }
}

#[test]
fn durations_are_read_as_their_readers_read_them() {
    let backoff = |spec: InjectSpec| spec.auth.min_backoff;
    let seconds = |seconds| Override::Value(HumanDuration::from_secs(seconds));
    for (text, expected) in [
        ("2s", seconds(2)),
        ("1m30s", seconds(90)),
        ("+5s", seconds(5)),
        ("", Override::Unset),
        ("0", Override::Unset),
    ] {
        assert_eq!(
            original("auth-min-backoff", text).map(backoff),
            Ok(expected),
            "{text}"
        );
    }
    let error = original("auth-min-backoff", "5").unwrap_err();
    assert!(error.contains("missing unit in duration"), "{error}");
    for text in ["1d", "x", "-5s", " 5s", "5 s", "+"] {
        let error = original("auth-min-backoff", text).unwrap_err();
        assert!(error.contains("invalid duration"), "{text}: {error}");
    }
    assert_eq!(own("auth-min-backoff", "5").map(backoff), Ok(seconds(5)));

    let refresh = |spec: InjectSpec| spec.refresh.interval.map(|time| time.to_string());
    for (text, expected) in [("30", "30s"), ("2d", "48h"), ("", "5m"), ("0", "5m")] {
        let expected = Ok(Some(expected.to_owned()));
        let name = "template-static-secret-render-interval";
        assert_eq!(original(name, text).map(refresh), expected, "{text}");
    }
    assert!(original("client-timeout", "soon").is_err());
    assert!(
        own("refresh-interval", "0s")
            .unwrap_err()
            .contains("longer than zero")
    );
    assert!(
        own("token-expiration", "9m")
            .unwrap_err()
            .contains("10m or more")
    );
    assert!(own("token-expiration", "10m").is_ok());
}

#[test]
fn quantities_are_kubernetes_and_can_be_left_out() {
    let limit = |spec: InjectSpec| spec.container.memory_limit;
    assert_eq!(
        original("agent-limits-mem", "").map(limit),
        Ok(Override::Unset)
    );
    assert_eq!(own("memory-limit", "none").map(limit), Ok(Override::Unset));
    let value = Override::Value("64Mi".parse().unwrap());
    assert_eq!(
        original("agent-limits-mem", "64Mi").map(limit),
        Ok(value.clone())
    );
    assert_eq!(own("memory-limit", " 64Mi").map(limit), Ok(value));
    for text in ["64mb", "64mi", "1g", "none", " 64Mi"] {
        assert!(
            original("agent-limits-mem", text)
                .unwrap_err()
                .contains("quantity"),
            "{text}"
        );
    }
    assert!(own("memory-limit", "").unwrap_err().contains("is blank"));
}

#[test]
fn words_have_few_meanings() {
    let token = |text| {
        let name = "agent-cache-use-auto-auth-token";
        original(name, text).map(|_| ())
    };
    assert!(token("force").is_ok() && token("").is_ok() && token("maybe").is_err());
    let keys = [
        "agent-inject",
        "agent-cache-enable",
        "agent-cache-use-auto-auth-token",
        "role",
    ]
    .map(|name| format!("vault.hashicorp.com/{name}"));
    for (text, expected) in [
        ("true", ProxyToken::Offer),
        ("force", ProxyToken::Force),
        ("false", ProxyToken::Own),
        ("", ProxyToken::Own),
    ] {
        let values = ["true", "true", text, "web"];
        let pairs: Vec<_> = keys.iter().map(String::as_str).zip(values).collect();
        assert_eq!(inject(&pairs).api.proxy, Some(expected), "{text}");
    }
    let spec = original("log-level", "").unwrap();
    assert_eq!(
        (spec.log_level, spec.log_format),
        (LogLevel::Info, LogFormat::Text)
    );
    assert!(
        original("log-level", "loud")
            .unwrap_err()
            .contains("unknown log level")
    );
    for (text, expected) in [
        ("auto-auth,templating", Some(true)),
        ("caching", Some(false)),
        ("", Some(false)),
        ("caching, templating", Some(true)),
    ] {
        let spec = original("agent-disable-keep-alives", text).unwrap();
        assert_eq!(spec.connection.close_after_answer, expected, "{text}");
    }
    assert!(original("agent-disable-keep-alives", "auth").is_err());
    assert!(original("agent-request-namespace", "").is_err());
}

#[test]
fn a_json_patch_is_a_list_of_objects_or_nothing() {
    let patch = |spec: InjectSpec| spec.container.json_patch.map(|patch| patch.value);
    for text in ["", "null", "[]"] {
        assert_eq!(
            original("agent-json-patch", text).map(patch),
            Ok(None),
            "{text}"
        );
    }
    let text = "[{\"op\":\"nope\",\"path\":\"/name\"}]";
    assert_eq!(
        original("agent-json-patch", text).map(patch),
        Ok(Some(text.to_owned()))
    );
    for text in ["{\"op\":\"add\"}", "[1]", "[", "text"] {
        let error = original("agent-json-patch", text).unwrap_err();
        assert!(error.contains("error parsing JSON patch"), "{error}");
    }
}

#[test]
fn nothing_is_no_default_where_the_original_looks_for_something() {
    for (name, cause) in [
        ("service", "no store address found"),
        ("auth-path", "no auth path found"),
        ("auth-type", "no auth type found"),
        ("agent-image", "is blank"),
        ("agent-request-namespace", "is blank"),
    ] {
        let error = original(name, "").unwrap_err();
        assert!(error.contains(cause), "{error}");
    }
    let pod = [
        ("vault.hashicorp.com/agent-inject", "true"),
        ("vault.hashicorp.com/agent-configmap", "mine"),
        ("vault.hashicorp.com/service", ""),
        ("vault.hashicorp.com/auth-path", ""),
        ("vault.hashicorp.com/auth-type", ""),
    ];
    assert_eq!(inject(&pod).connection.address, Override::Unset);
    assert_eq!(inject(&pod[..2]).connection.address, Override::Inherit);
    let address = ("vault.hashicorp.com/service", "https://other:8200");
    assert_eq!(
        inject(&[pod[0], pod[1], address]).connection.address,
        Override::Value("https://other:8200".parse().unwrap())
    );
    let own = [
        ("vouchsafe.dev/inject", "true"),
        ("vouchsafe.dev/configmap", "mine"),
        ("vouchsafe.dev/address", ""),
    ];
    assert!(!rejected(&own).is_empty(), "ours is to be left out instead");
}
