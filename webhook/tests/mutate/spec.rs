//! What can be asked for beside the least, as changes to the least.

use serde_json::{Value, json};
use vouchsafe_shared::{
    annotations::{
        Asked, ContainerSelection, Dialect, FileSource, FileSpec, InitContainerSelection,
        InjectSpec, Intent, Override, Phases, Placement, ReloadOptions, ReloadSpec, parse,
    },
    config::ProxyToken,
};

pub(crate) type Change = fn(&mut InjectSpec);

/// Two files, under our own prefix.
pub(crate) fn base() -> InjectSpec {
    let annotations = [
        ("vouchsafe.dev/inject", "true"),
        ("vouchsafe.dev/role", "web"),
        ("vouchsafe.dev/secret-db", "secret/data/db"),
        ("vouchsafe.dev/secret-key", "secret/data/key"),
    ];
    let Ok(Intent::Inject { spec, .. }) = parse(annotations) else {
        panic!("the least that a pod can ask for");
    };
    *spec
}

/// The least with changes.
pub(crate) fn with(changes: &[Change]) -> InjectSpec {
    let mut spec = base();
    for change in changes {
        change(&mut spec);
    }
    spec
}

/// Two containers of the app, the second with a volume and a configuration, and one before them.
pub(crate) fn pod() -> Value {
    let token = json!({
        "name": "kube-api-access-x1",
        "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
        "readOnly": true,
    });
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "generateName": "web-", "annotations": { "vouchsafe.dev/inject": "true" } },
        "spec": {
            "initContainers": [
                { "name": "migrate", "image": "example/migrate:1", "volumeMounts": [token] },
            ],
            "containers": [
                {
                    "name": "web",
                    "image": "example/web:1",
                    "securityContext": { "runAsUser": 2000 },
                    "volumeMounts": [token],
                },
                {
                    "name": "log",
                    "image": "example/log:1",
                    "volumeMounts": [
                        token,
                        { "name": "data", "mountPath": "/data" },
                        { "name": "vault-token", "mountPath": "/var/run/tokens" },
                    ],
                },
            ],
            "volumes": [
                { "name": "kube-api-access-x1", "projected": { "sources": [
                    { "serviceAccountToken": { "path": "token" } },
                ] } },
                { "name": "data", "emptyDir": {} },
                { "name": "vault-token", "projected": { "sources": [
                    { "configMap": { "name": "kube-root-ca.crt" } },
                    { "serviceAccountToken": { "path": "vt", "audience": "vault" } },
                ] } },
            ],
        },
    })
}

pub(crate) fn asked<T>(name: &str, value: T) -> Asked<T> {
    Asked {
        annotation: format!("vouchsafe.dev/{name}"),
        value,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as the fields are that it is for")]
pub(crate) fn text(name: &str, value: &str) -> Option<Asked<String>> {
    Some(asked(name, value.to_owned()))
}

pub(crate) fn named(name: &str, containers: &[&str]) -> ContainerSelection {
    ContainerSelection::Named {
        annotation: format!("vouchsafe.dev/{name}"),
        names: containers.iter().map(|&name| name.to_owned()).collect(),
    }
}

pub(crate) fn file(spec: &mut InjectSpec, index: usize) -> &mut FileSpec {
    &mut spec.files[index]
}

fn token_file(spec: &InjectSpec) -> FileSpec {
    FileSpec {
        annotation: "vouchsafe.dev/token".to_owned(),
        name: "token".parse().unwrap(),
        mode: "0440".parse().unwrap(),
        source: FileSource::Token,
        ..spec.files[0].clone()
    }
}

/// Of the pod's first container, which runs as user 2000.
pub(crate) fn signal() -> ReloadSpec {
    ReloadSpec {
        annotation: "vouchsafe.dev/reload".to_owned(),
        on: vec![0],
        request: "signal:SIGHUP@web".parse().unwrap(),
        options: ReloadOptions::default(),
    }
}

pub(crate) fn method(spec: &mut InjectSpec, method: &str, parameters: &[(&str, &str)]) {
    spec.auth.method = text("auth-type", method);
    for (name, value) in parameters {
        let annotation = format!("auth-config-{}", name.replace('_', "-"));
        let value = asked(&annotation, (*value).to_owned());
        spec.auth.parameters.insert((*name).to_owned(), value);
    }
}

/// What makes sense in every pod and with everything else.
pub(crate) const FEATURES: &[(&str, Change)] = &[
    ("original-dialect", |spec| spec.dialect = Dialect::Original),
    ("directory", |spec| {
        spec.directory = "/app/secrets".parse().unwrap();
        for file in &mut spec.files {
            file.directory = spec.directory.clone();
        }
    }),
    ("directory-of-a-file", |spec| {
        file(spec, 1).directory = "/keys".parse().unwrap();
    }),
    ("directory-in-another", |spec| {
        file(spec, 1).directory = "/vault/secrets/keys".parse().unwrap();
    }),
    ("containers", |spec| {
        spec.containers = named("containers", &["web"]);
    }),
    ("containers-of-a-file", |spec| {
        file(spec, 1).containers = Some(named("containers-key", &["web"]));
    }),
    ("containers-of-each-file", |spec| {
        file(spec, 0).containers = Some(named("containers-db", &["log"]));
        file(spec, 1).containers = Some(named("containers-key", &["web"]));
    }),
    ("init-containers-none", |spec| {
        spec.init_containers = InitContainerSelection::Named(asked("init-containers", Vec::new()));
    }),
    ("mounts-writable", |spec| spec.mounts_read_only = false),
    ("volume-size", |spec| {
        spec.volume_size = Some("32Mi".parse().unwrap());
    }),
    ("token-file", |spec| spec.files.push(token_file(spec))),
    ("command", |spec| {
        file(spec, 0).command = text("command-db", "kill -HUP $(pidof app)");
    }),
    ("before-the-app", |spec| spec.phases = Phases::Init),
    ("beside-the-app", |spec| spec.phases = Phases::Run),
    ("no-native-sidecar", |spec| {
        spec.native_sidecar = Some(false);
    }),
    ("placement-last", |spec| spec.placement = Placement::Last),
    ("token-of-the-pod", |spec| {
        spec.identity_token.volume = text("service-account-token-volume-name", "vault-token");
    }),
    ("token-expiration", |spec| {
        spec.identity_token.expiration = Some(asked("token-expiration", "1h".parse().unwrap()));
        spec.identity_token.audience = Some("vault".to_owned());
    }),
    ("run-as", |spec| {
        spec.container.user = Some(asked("run-as-user", 1234));
        spec.container.group = Some(asked("run-as-group", 5678));
    }),
    ("run-as-root", |spec| {
        spec.container.user = Some(asked("run-as-user", 0));
    }),
    ("no-security-context", |spec| {
        spec.container.set_security_context = Some(asked("set-security-context", false));
    }),
    ("resources", |spec| {
        spec.container.cpu_request = Override::Value("0.1".parse().unwrap());
        spec.container.cpu_limit = Override::Value("1".parse().unwrap());
        spec.container.memory_limit = Override::Unset;
        spec.container.ephemeral_storage_limit = Override::Value("1Gi".parse().unwrap());
    }),
    ("resources-none", |spec| {
        spec.container.cpu_request = Override::Unset;
        spec.container.memory_request = Override::Unset;
        spec.container.memory_limit = Override::Unset;
    }),
    ("image", |spec| {
        spec.container.image = text("image", "registry.example/agent:9");
    }),
    ("image-of-the-original", |spec| {
        spec.container.image = text("image", "hashicorp/vault:2.0.4");
    }),
    ("copied-mounts", |spec| {
        spec.container.copy_volume_mounts = text("copy-volume-mounts", "log");
    }),
    ("copied-mounts-unknown", |spec| {
        spec.container.copy_volume_mounts = text("copy-volume-mounts", "zzz");
    }),
    ("extra-secret", |spec| {
        spec.container.extra_secret = text("extra-secret", "more");
    }),
    ("tls", |spec| {
        let connection = &mut spec.connection;
        connection.tls_secret = text("tls-secret", "vault-tls");
        connection.ca_file = Some("/vault/tls/ca.crt".to_owned());
        connection.client_certificate_file = Some("/vault/tls/tls.crt".to_owned());
        connection.client_key_file = Some("/vault/tls/tls.key".to_owned());
        connection.server_name = Some("vault.example".to_owned());
    }),
    ("connection", |spec| {
        let connection = &mut spec.connection;
        connection.proxy = Some("http://proxy:3128".to_owned());
        connection.timeout = Some("10s".parse().unwrap());
        connection.retries = Some(4);
        connection.close_after_answer = Some(true);
        connection.ca_directory = Some("/vault/tls".to_owned());
        connection.skip_verify = true;
    }),
    ("login", |spec| {
        spec.auth.min_backoff = Override::Value("2s".parse().unwrap());
        spec.auth.max_backoff = Override::Value("1m".parse().unwrap());
        spec.auth.exit_on_error = true;
    }),
    ("lifetime", |spec| {
        spec.lease_renewal_threshold = Some(0.8);
        spec.exit_on_retry_failure = Some(true);
        spec.revoke_on_shutdown = Some(true);
        spec.revoke_grace = Some("30s".parse().unwrap());
        spec.refresh.interval = Some("30s".parse().unwrap());
        spec.events = true;
    }),
    ("api", |spec| {
        spec.api.port = 8300;
        spec.api.quit = true;
        spec.api.proxy = Some(ProxyToken::Offer);
        spec.api.metrics = true;
    }),
    ("api-before-the-app", |spec| {
        spec.api.quit = true;
        spec.api.proxy = Some(ProxyToken::Offer);
        spec.phases = Phases::Init;
    }),
    ("own-configuration", |spec| {
        spec.config_map = text("configmap", "agent-conf");
    }),
    ("own-configuration-tls", |spec| {
        spec.config_map = text("configmap", "agent-conf");
        spec.connection.skip_verify = true;
        spec.connection.ca_file = Some("/vault/tls/ca.crt".to_owned());
        spec.connection.tls_secret = text("tls-secret", "vault-tls");
    }),
    ("json-patch", |spec| {
        spec.container.json_patch = text(
            "json-patch",
            r#"[{"op":"add","path":"/env/-","value":{"name":"X","value":"1"}}]"#,
        );
    }),
    ("json-patch-of-the-name", |spec| {
        spec.container.json_patch = text(
            "json-patch",
            r#"[{"op":"replace","path":"/name","value":"renamed"}]"#,
        );
    }),
    ("init-json-patch", |spec| {
        spec.container.init_json_patch = text(
            "init-json-patch",
            r#"[{"op":"add","path":"/workingDir","value":"/tmp"},{"op":"remove","path":"/resources"}]"#,
        );
    }),
    ("shared-processes", |spec| {
        spec.share_process_namespace = Some(asked("share-process-namespace", true));
    }),
    ("auth-jwt", |spec| {
        method(spec, "jwt", &[("path", "/x/token")]);
    }),
    ("auth-jwt-own-token", |spec| {
        spec.auth.role = None;
        method(spec, "jwt", &[]);
    }),
    ("auth-approle", |spec| {
        method(
            spec,
            "approle",
            &[
                ("role_id_file_path", "/vault/custom/role"),
                ("secret_id_file_path", "/vault/custom/secret"),
                (
                    "secret_id_response_wrapping_path",
                    "auth/approle/role/x/secret-id",
                ),
            ],
        );
    }),
    ("auth-cert", |spec| {
        method(
            spec,
            "cert",
            &[
                ("name", "web"),
                ("ca_cert", "/c/ca.crt"),
                ("client_cert", "/c/tls.crt"),
                ("client_key", "/c/tls.key"),
            ],
        );
    }),
    ("auth-token-file", |spec| {
        method(spec, "token_file", &[("token_file_path", "/x")]);
    }),
    ("auth-parameters", |spec| {
        method(
            spec,
            "kubernetes",
            &[
                ("token_path", "/x/token"),
                ("role", "other"),
                ("tokn_path", "/y"),
            ],
        );
    }),
    ("reload", |spec| {
        spec.reloads.push(ReloadSpec {
            annotation: "vouchsafe.dev/reload-key".to_owned(),
            on: vec![1],
            request: "http:8080/reload".parse().unwrap(),
            options: ReloadOptions::default(),
        });
    }),
];
