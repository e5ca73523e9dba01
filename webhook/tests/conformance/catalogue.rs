//! What a pod may say, for combinations that nobody wrote.

/// An annotation without its prefix, values of it that the original takes, and some that it does
/// not, or we do not.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) name: &'static str,
    pub(crate) good: &'static [&'static str],
    pub(crate) bad: &'static [&'static str],
}

const fn choice(
    name: &'static str,
    good: &'static [&'static str],
    bad: &'static [&'static str],
) -> Choice {
    Choice { name, good, bad }
}

const BOOLEANS: &[&str] = &["true", "false", "", "1", "F"];
const NO_BOOLEANS: &[&str] = &["yes", "tRuE", " true"];

/// Those of the pod.
pub(crate) const OF_POD: &[Choice] = &[
    choice("agent-inject-status", &["update", "", "injected"], &[]),
    choice(
        "agent-inject-containers",
        &["app", "metrics", "app,metrics", "web", "nope", ""],
        &["app, metrics"],
    ),
    choice(
        "agent-inject-default-template",
        &["map", "json", "JSON", "Map"],
        &["yaml", ""],
    ),
    choice("agent-inject-token", BOOLEANS, NO_BOOLEANS),
    choice(
        "secret-volume-path",
        &["/app/secrets", "/app/", "/tok//x", "/api"],
        &["/data", "/var/run/secrets"],
    ),
    choice("preserve-secret-case", BOOLEANS, NO_BOOLEANS),
    choice("agent-pre-populate", BOOLEANS, NO_BOOLEANS),
    choice("agent-pre-populate-only", BOOLEANS, NO_BOOLEANS),
    choice("agent-init-first", BOOLEANS, NO_BOOLEANS),
    choice("agent-share-process-namespace", BOOLEANS, NO_BOOLEANS),
    choice(
        "agent-copy-volume-mounts",
        &["metrics", "app", "migrate", "zzz", ""],
        &[],
    ),
    choice("agent-revoke-on-shutdown", BOOLEANS, NO_BOOLEANS),
    choice(
        "agent-revoke-grace",
        &["0", "5", "01", "30"],
        &["-1", "", "5s"],
    ),
    choice("agent-enable-quit", BOOLEANS, NO_BOOLEANS),
    choice("agent-cache-enable", BOOLEANS, NO_BOOLEANS),
    choice("agent-cache-listener-port", &["8300", "8200"], &[]),
    choice(
        "agent-cache-use-auto-auth-token",
        &["true", "force", "false"],
        &[],
    ),
    choice("agent-cache-exit-on-err", BOOLEANS, NO_BOOLEANS),
    choice(
        "agent-json-patch",
        &[
            "",
            "null",
            "[]",
            r#"[{"op":"add","path":"/env/-","value":{"name":"X","value":"1"}}]"#,
            r#"[{"op":"add","path":"/env/-","value":{"name":"X","value":"1"}},{"op":"replace","path":"/name","value":"agent2"}]"#,
        ],
        &[
            "{}",
            "nonsense",
            r#"[{"op":"nope","path":"/name"}]"#,
            r#"[{"op":"remove","path":"/nothing"}]"#,
        ],
    ),
    choice(
        "agent-init-json-patch",
        &[
            "",
            r#"[{"op":"add","path":"/env/-","value":{"name":"Y","value":"2"}}]"#,
        ],
        &["[1]", r#"[{"op":"remove","path":"/nothing"}]"#],
    ),
    choice("agent-configmap", &["agent-conf", ""], &[]),
    choice("agent-extra-secret", &["more", ""], &[]),
    choice(
        "agent-service-account-token-volume-name",
        &["vault-token", "kube-api-access-x1", ""],
        &["nope", "data"],
    ),
    choice("agent-image", &["registry.example/agent:9"], &[]),
    choice(
        "agent-run-as-user",
        &["2000", "0", "", "65535"],
        &["root", "1.5"],
    ),
    choice("agent-run-as-group", &["3000", "0", ""], &["wheel"]),
    choice("agent-run-as-same-user", BOOLEANS, NO_BOOLEANS),
    choice("agent-set-security-context", BOOLEANS, NO_BOOLEANS),
    choice(
        "agent-limits-cpu",
        &["1", "0.5", "750m", ""],
        &["1 core", "100m"],
    ),
    choice(
        "agent-limits-mem",
        &["256Mi", "1024Mi", "1G", ""],
        &["64mb", "16Mi"],
    ),
    choice("agent-limits-ephemeral", &["1Gi", ""], &["1gi"]),
    choice("agent-requests-cpu", &["0.1", "250m", ""], &["x", "2"]),
    choice(
        "agent-requests-mem",
        &["32Mi", "64Mi", ""],
        &["1.5.5", "4Gi"],
    ),
    choice("agent-requests-ephemeral", &["100Mi", ""], &["1.5.5"]),
    choice(
        "service",
        &[
            "http://vault.other:8200",
            "https://other",
            "https://other/vault/",
        ],
        &[""],
    ),
    choice("namespace", &["team/a", "team", ""], &[]),
    choice("role", &["web", "other", ""], &[]),
    choice(
        "auth-type",
        &["kubernetes", "jwt", "approle", "cert"],
        &["", "aws", "gcp", "nonsense"],
    ),
    choice(
        "auth-path",
        &["auth/k8s-prod", "auth/jwt", "auth/approle", "auth/cert"],
        &[""],
    ),
    choice("auth-config-role", &["x", "other"], &[]),
    choice("auth-config-token-path", &["/x/token"], &[]),
    choice("auth-config-path", &["/x/jwt"], &[]),
    choice("auth-config-name", &["web"], &[]),
    choice("auth-config-region", &["eu-west-1"], &[]),
    choice("auth-config-type", &["iam"], &[]),
    choice(
        "auth-config-role-id-file-path",
        &["/vault/custom/role"],
        &[],
    ),
    choice(
        "auth-config-secret-id-file-path",
        &["/vault/custom/secret"],
        &[],
    ),
    choice(
        "auth-config-remove-secret-id-file-after-reading",
        &["false", "true"],
        &[],
    ),
    choice(
        "auth-config-remove-jwt-after-reading",
        &["false", "true"],
        &[],
    ),
    choice("auth-min-backoff", &["2s", "500ms", ""], &["5", "x", "1d"]),
    choice("auth-max-backoff", &["1m", "1m30s", ""], &["-", "5"]),
    choice("agent-auto-auth-exit-on-err", BOOLEANS, NO_BOOLEANS),
    choice("proxy-address", &["http://proxy:3128", ""], &[]),
    choice("tls-skip-verify", BOOLEANS, NO_BOOLEANS),
    choice("tls-server-name", &["vault.example", ""], &[]),
    choice("tls-secret", &["vtls", ""], &[]),
    choice("ca-cert", &["/vault/tls/ca.crt", ""], &[]),
    choice("ca-key", &["/vault/tls/dir"], &[]),
    choice(
        "client-cert",
        &["/vault/tls/c.crt", "/vault/tls/tls.crt", ""],
        &[],
    ),
    choice(
        "client-key",
        &["/vault/tls/c.key", "/vault/tls/tls.key", ""],
        &[],
    ),
    choice("client-timeout", &["10s", "1m"], &[]),
    choice("client-max-retries", &["4", "0"], &[]),
    choice("go-max-procs", &["1", ""], &[]),
    choice(
        "log-level",
        &["debug", "trace", "warn", "error", "info"],
        &[],
    ),
    choice("log-format", &["json", "standard"], &[]),
    choice(
        "template-config-exit-on-retry-failure",
        BOOLEANS,
        NO_BOOLEANS,
    ),
    choice(
        "template-static-secret-render-interval",
        &["30s", "10m", ""],
        &[],
    ),
    choice("template-max-connections-per-host", &["4", ""], &["many"]),
    choice(
        "template-lease-renewal-threshold",
        &["0.8", "0.5"],
        &["one-third", ""],
    ),
    choice(
        "agent-disable-idle-connections",
        &["auto-auth,templating", ""],
        &[],
    ),
    choice(
        "agent-disable-keep-alives",
        &["auto-auth", "caching", "caching,templating", ""],
        &[],
    ),
    choice(
        "agent-telemetry-prometheus-retention-time",
        &["24h", "24"],
        &[],
    ),
    choice("agent-telemetry-disable-hostname", &["true"], &[]),
    choice("agent-inject-secrt-db", &["typo"], &[]),
    choice("agent-request-namespace", &["other"], &[]),
];

/// Those of a secret, without its name.
pub(crate) const OF_SECRET: &[Choice] = &[
    choice(
        "agent-inject-secret",
        &[
            "secret/data/db",
            "database/creds/app",
            "secret/data/a\"b",
            "kv/x?version=3",
            "s/m",
        ],
        &["", "  "],
    ),
    choice(
        "agent-inject-template",
        &[
            "{{ with secret \"a/b\" }}{{ .Data.x }}{{ end }}",
            "{{- with secret \"database/creds/app\" -}}\npostgres://{{ .Data.username }}@db\n{{- end }}",
            "[[ with secret \"a\" ]]x[[ end ]]",
            "text",
            "   ",
            "",
        ],
        &[],
    ),
    choice(
        "agent-inject-template-file",
        &["/etc/tpl/db.ctmpl", "/x/foo.tpl", ""],
        &[],
    ),
    choice("agent-template-left-delim", &["{{", "[[", "<<"], &[]),
    choice("agent-template-right-delim", &["}}", "]]", ">>"], &[]),
    choice(
        "agent-inject-file",
        &["config/db.env", "/abs/x", "a//b/./c", "x"],
        &["../up", "/../../x"],
    ),
    choice(
        "secret-volume-path",
        &[
            "/one",
            "/two",
            "/vault/secrets/sub",
            "/app/secrets/deep",
            "/app",
        ],
        &["/data"],
    ),
    choice(
        "agent-inject-perms",
        &["0400", "0440", "640", ""],
        &["rw", "0888", "99999"],
    ),
    choice("agent-inject-command", &["kill -HUP $(pidof app)", ""], &[]),
    choice("error-on-missing-key", BOOLEANS, NO_BOOLEANS),
    choice("preserve-secret-case", BOOLEANS, NO_BOOLEANS),
];

pub(crate) const SECRETS: &[&str] = &["db", "api", "MyKey", "mykey", "env.json"];

/// How the injector may be started.
pub(crate) const FLAGS: &[(&str, &str)] = &[
    ("DefaultTemplate", "\"json\""),
    ("SetSecurityContext", "false"),
    ("RevokeOnShutdown", "true"),
    ("VaultNamespace", "\"root-team\""),
    (
        "VaultCACertBytes",
        "\"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n\"",
    ),
];
