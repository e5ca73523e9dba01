//! Values for each kind of annotation.

use vouchsafe_shared::annotations::{Annotation, Kind, Name};

/// For any annotation.
pub(super) const ODD: &[&str] = &[
    "",
    " ",
    "nonsense",
    "Not A Name!",
    "-1",
    "0",
    "true",
    "../../etc/passwd",
    "/",
    "ß\u{202e}…",
    "$(HOST_IP) $$",
    "a:b",
    "99999999999999999999",
];

pub(super) fn of(row: &Annotation) -> &'static [&'static str] {
    match row.kind {
        Kind::Address => &["https://vault.example:8200", "http://10.0.0.1:8200"],
        Kind::Backoff => &["500ms", "2s", "1m"],
        Kind::Boolean | Kind::LooseBoolean => &["true", "false"],
        Kind::Count | Kind::Integer => &["0", "4"],
        Kind::DefaultTemplate => &["map", "json"],
        Kind::Directory => &[
            "/app",
            "/app/env",
            "/vault/secrets/deep",
            "/data/secrets",
            "/home/vault",
        ],
        Kind::Duration => &["30s", "5m", "1h30m"],
        Kind::FileName => &["db.env", "conf/db.env", ".env"],
        Kind::Format => &["raw", "env", "json", "yaml", "properties"],
        Kind::Grace => &["5", "30"],
        Kind::JsonPatch => &[
            r#"[{"op":"add","path":"/env/-","value":{"name":"X","value":"1"}}]"#,
            r#"[{"op":"replace","path":"/name","value":"renamed"}]"#,
            r#"[{"op":"add","path":"/resources/limits","value":{"memory":"1Gi"}}]"#,
            r#"[{"op":"remove","path":"/env"}]"#,
            "[]",
        ],
        Kind::Lifetime => &["10m", "1h"],
        Kind::LogFormat => &["text", "json", "standard"],
        Kind::LogLevel => &["error", "warn", "info", "debug", "trace"],
        Kind::Mode => &["0400", "0440", "0644"],
        Kind::Mount => &["auth/kubernetes", "kubernetes", "auth/team/jwt"],
        Kind::Names => &["app", "metrics", "app,metrics", "migrate", "app, metrics"],
        Kind::Parts => &["auto-auth", "caching,templating"],
        Kind::Placement => &["first", "last", "before:migrate", "after:proxy"],
        Kind::Port => &["8200", "8300"],
        Kind::ProxyToken => &["true", "force", "false"],
        Kind::Quantity if row.short.starts_with("cpu") => &["1", "50m", "0.5"],
        Kind::Quantity => &["64Mi", "128Mi", "1Gi"],
        Kind::Range => &["15s..5m", "1m..1m"],
        Kind::Reference => &[
            "secret/data/db",
            "secret/data/db#user",
            "database/creds/app",
        ],
        Kind::Headers => &["X-Reload: now"],
        Kind::Statuses => &["204", "200-299,304"],
        Kind::Reload => &[
            "http:8080/reload",
            "signal:SIGHUP",
            "signal:SIGUSR1@app",
            "signal:SIGHUP@process:app",
            "touch:/vault/secrets/.reloaded\nexec:true",
            "http:PUT:unix:/data/app.sock:/reload",
        ],
        Kind::Share => &["0.5", "0.8"],
        Kind::Size => &["1Mi", "64Mi"],
        Kind::User => &["0", "2000", "10001"],
        Kind::Filled | Kind::Text => text(row.name),
    }
}

fn text(name: Name) -> &'static [&'static str] {
    match name {
        Name::AuthType => &["kubernetes", "jwt", "approle", "cert", "token_file", "aws"],
        Name::AuthConfig => &["web", "/vault/custom/x"],
        Name::CopyVolumeMounts => &["app", "metrics", "migrate", "nobody"],
        Name::Image => &["registry.example/agent:9", "hashicorp/vault:2.0.4"],
        Name::Template => &[
            "{{ with secret \"secret/data/db\" }}{{ .Data.data.user }}{{ end }}",
            "$(HOST_IP) {{ env \"NAMESPACE\" }}",
            "{{ if }}",
        ],
        Name::TemplateFile | Name::CaCertificate | Name::ClientCertificate | Name::ClientKey => {
            &["/vault/tls/x", "/vault/custom/x"]
        }
        Name::LeftDelimiter => &["{{", "[["],
        Name::RightDelimiter => &["}}", "]]"],
        Name::TokenVolume => &["token", "data"],
        Name::ConfigMap | Name::ExtraSecret | Name::TlsSecret => &["some-name", "some.name"],
        Name::Proxy => &["http://proxy.example:3128"],
        _ => &["text", "other"],
    }
}
