//! The original injector's own installation, with nothing changed but the image.

use serde_json::{Value, json};
use vouchsafe_tests::{
    app,
    cluster::{self, Namespace, PATIENCE},
    vault::Vault,
    wait,
};

use super::{API_SERVER, container, names};

/// The variables that the original's chart (0.34) renders for a release whose name is the
/// namespace's here, so that nothing else is touched.
fn environment(namespace: &str, vault: &Vault) -> Vec<Value> {
    let service = format!("{namespace}-agent-injector-svc");
    let configuration = format!("{namespace}-agent-injector-cfg");
    let authority = std::fs::read_to_string(&vault.ca_file).unwrap();
    let hosts = format!("{service},{service}.{namespace},{service}.{namespace}.svc");
    let variables = [
        ("AGENT_INJECT_LISTEN", ":8080"),
        ("AGENT_INJECT_LOG_LEVEL", "info"),
        ("AGENT_INJECT_VAULT_ADDR", &vault.address),
        ("AGENT_INJECT_VAULT_AUTH_PATH", "auth/kubernetes"),
        ("AGENT_INJECT_VAULT_CACERT_BYTES", &authority),
        ("AGENT_INJECT_VAULT_IMAGE", "hashicorp/vault:2.0.4"),
        ("AGENT_INJECT_TLS_AUTO", &configuration),
        ("AGENT_INJECT_TLS_AUTO_HOSTS", &hosts),
        ("AGENT_INJECT_LOG_FORMAT", "standard"),
        ("AGENT_INJECT_REVOKE_ON_SHUTDOWN", "false"),
        ("AGENT_INJECT_CPU_REQUEST", "250m"),
        ("AGENT_INJECT_CPU_LIMIT", "500m"),
        ("AGENT_INJECT_MEM_REQUEST", "64Mi"),
        ("AGENT_INJECT_MEM_LIMIT", "128Mi"),
        ("AGENT_INJECT_DEFAULT_TEMPLATE", "map"),
        ("AGENT_INJECT_TEMPLATE_CONFIG_EXIT_ON_RETRY_FAILURE", "true"),
        // The chart's extraEnvironmentVars: where our agent is to be had.
        ("VOUCHSAFE_AGENT_IMAGE", "vouchsafe.test/agent:1"),
    ];
    let fields = [
        ("POD_NAME", "metadata.name"),
        ("NAMESPACE", "metadata.namespace"),
    ];
    let said = variables.map(|(name, value)| json!({ "name": name, "value": value }));
    let taken = fields.map(
        |(name, field)| json!({ "name": name, "valueFrom": { "fieldRef": { "fieldPath": field } } }),
    );
    said.into_iter().chain(taken).collect()
}

/// What it applies.
fn installation(namespace: &str, vault: &Vault) -> Vec<Value> {
    let configuration = format!("{namespace}-agent-injector-cfg");
    let service = format!("{namespace}-agent-injector-svc");
    let account = format!("{namespace}-agent-injector");
    let labels = json!({ "app.kubernetes.io/name": "vault-agent-injector", "app.kubernetes.io/instance": namespace });
    let environment = environment(namespace, vault);
    let probe = |failures: u32| {
        json!({
            "httpGet": { "path": "/health/ready", "port": 8080, "scheme": "HTTPS" },
            "failureThreshold": failures, "initialDelaySeconds": 5, "periodSeconds": 2,
            "successThreshold": 1, "timeoutSeconds": 5,
        })
    };
    vec![
        json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": account } }),
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": { "name": format!("{account}-clusterrole") },
            "rules": [
                { "apiGroups": ["admissionregistration.k8s.io"], "resources": ["mutatingwebhookconfigurations"],
                  "verbs": ["get", "list", "watch", "patch"] },
                { "apiGroups": [""], "resources": ["nodes"], "verbs": ["get"] },
            ],
        }),
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
            "metadata": { "name": format!("{account}-binding") },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": format!("{account}-clusterrole") },
            "subjects": [{ "kind": "ServiceAccount", "name": account, "namespace": namespace }],
        }),
        json!({
            "apiVersion": "v1", "kind": "Service", "metadata": { "name": service },
            "spec": { "ports": [{ "name": "https", "port": 443, "targetPort": 8080 }], "selector": labels },
        }),
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": account },
            "spec": {
                "replicas": 1,
                "selector": { "matchLabels": labels },
                "template": {
                    "metadata": { "labels": labels },
                    "spec": {
                        "serviceAccountName": account,
                        "securityContext": {
                            "runAsNonRoot": true, "runAsGroup": 1000, "runAsUser": 100, "fsGroup": 1000,
                            "seccompProfile": { "type": "RuntimeDefault" },
                        },
                        "containers": [{
                            "name": "sidecar-injector",
                            "image": "vouchsafe.test/webhook:1",
                            "imagePullPolicy": "IfNotPresent",
                            "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
                            "args": ["agent-inject", "2>&1"],
                            "env": environment,
                            "livenessProbe": probe(2),
                            "readinessProbe": probe(2),
                            "startupProbe": probe(12),
                        }],
                    },
                },
            },
        }),
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
            "metadata": { "name": configuration },
            "webhooks": [{
                "name": "vault.hashicorp.com",
                "failurePolicy": "Fail",
                "matchPolicy": "Exact",
                "sideEffects": "None",
                "timeoutSeconds": 30,
                "admissionReviewVersions": ["v1", "v1beta1"],
                "clientConfig": { "service": { "name": service, "namespace": namespace, "path": "/mutate" }, "caBundle": "" },
                "rules": [{ "operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "scope": "Namespaced" }],
                "namespaceSelector": { "matchLabels": { "drop-in": namespace } },
                // The chart's own: never the injector itself. And no pod twice: the test bed's
                // other webhook hears of pods with this annotation as well.
                "objectSelector": { "matchExpressions": [{ "key": "app.kubernetes.io/name", "operator": "NotIn", "values": ["vault-agent-injector"] }] },
            }],
        }),
    ]
}

/// The parts that belong to no namespace.
#[derive(Debug)]
struct Installed(String);

impl Drop for Installed {
    fn drop(&mut self) {
        let name = &self.0;
        for object in [
            format!("mutatingwebhookconfiguration/{name}-agent-injector-cfg"),
            format!("clusterrolebinding/{name}-agent-injector-binding"),
            format!("clusterrole/{name}-agent-injector-clusterrole"),
        ] {
            let _ = cluster::kubectl().args(["delete", &object]).output();
        }
    }
}

#[test]
fn the_originals_installation_serves_its_pods_with_another_image() {
    let injector = Namespace::new("injector");
    let vault = Vault::shared();
    let _installed = Installed(injector.name.clone());
    for object in installation(&injector.name, &vault) {
        injector.apply(&object);
    }
    let deployment = format!("deployment/{}-agent-injector", injector.name);
    wait::until(PATIENCE, "the injector to be ready", || {
        injector
            .try_kubectl(&["rollout", "status", &deployment, "--timeout=2s"])
            .map_err(|error| {
                let log = injector
                    .try_kubectl(&["logs", &deployment])
                    .unwrap_or_default();
                format!("{error}\n{log}\n{}", injector.kubectl(&["get", "events"]))
            })
    });

    let namespace = Namespace::new("drop-in");
    let role = namespace.name.as_str();
    vault.role(role, role, &json!({ "audience": API_SERVER }));
    vault.put(role, &json!({ "user": "app" }));
    // The test bed's other webhook leaves these pods to this one.
    namespace.kubectl(&[
        "label",
        "namespace",
        role,
        &format!("drop-in={}", injector.name),
        "vouchsafe.dev/ignore=true",
    ]);
    let path = format!("secret/data/{role}");
    let pod = app::pod(
        "web",
        &[
            ("vault.hashicorp.com/agent-inject", "true"),
            ("vault.hashicorp.com/role", role),
            ("vault.hashicorp.com/agent-inject-secret-db", &path),
        ],
        app::STAY,
    );
    wait::until(PATIENCE, "the injector's certificate to be known", || {
        namespace.try_apply(&pod)
    });
    namespace.wait_ready("web");
    let found = namespace.shell("web", "app", "cat /vault/secrets/db");
    assert!(found.starts_with("data: map[user:app]\n"), "{found}");
    let object = namespace.get("pod", "web");
    assert_eq!(names(&object, "initContainers"), ["vouchsafe-agent"]);
    let agent = container(&object, "vouchsafe-agent");
    assert_eq!(agent["image"], "vouchsafe.test/agent:1");
    assert_eq!(
        agent["resources"]["requests"],
        json!({ "cpu": "250m", "memory": "64Mi" })
    );
    assert_eq!(
        agent["resources"]["limits"],
        json!({ "cpu": "500m", "memory": "128Mi" })
    );
    assert_eq!(agent["securityContext"]["runAsUser"], 100);
    let status = &object["metadata"]["annotations"]["vault.hashicorp.com/agent-inject-status"];
    assert_eq!(status, "injected");
}
