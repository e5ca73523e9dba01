//! What pods are like without their annotations.

use fastrand::Rng;
use serde_json::{Value, json};

type Part = (&'static str, fn(&mut Value, &mut Rng));

/// Passes Pod Security at its strictest.
pub(super) fn plain(seed: u64) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": format!("generated-{seed}"), "annotations": {} },
        "spec": {
            "securityContext": { "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } },
            "containers": [container("app")],
        },
    })
}

fn container(name: &str) -> Value {
    json!({
        "name": name,
        "image": "registry.example/app:1",
        "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
    })
}

pub(super) const PARTS: &[Part] = &[
    ("second container", |pod, _| {
        let mut second = container("metrics");
        volume(pod, &json!({ "name": "data", "emptyDir": {} }));
        second["volumeMounts"] = json!([{ "name": "data", "mountPath": "/data" }]);
        push(&mut pod["spec"]["containers"], second);
    }),
    ("init container", |pod, _| {
        push(&mut pod["spec"]["initContainers"], container("migrate"));
    }),
    ("another sidecar", |pod, _| {
        let mut proxy = container("proxy");
        proxy["restartPolicy"] = json!("Always");
        push(&mut pod["spec"]["initContainers"], proxy);
    }),
    ("owner", |pod, _| {
        let metadata = &mut pod["metadata"];
        metadata["labels"] = json!({ "app": "web", "pod-template-hash": "7d9f" });
        metadata["annotations"]["prometheus.io/scrape"] = json!("true");
        metadata["finalizers"] = json!(["example.com/stays"]);
    }),
    ("service account without a token", |pod, _| {
        pod["spec"]["automountServiceAccountToken"] = json!(false);
        pod["spec"]["serviceAccountName"] = json!("default");
    }),
    ("token of its own", |pod, _| {
        let token = json!({ "path": "token", "audience": "vault", "expirationSeconds": 600 });
        let sources = json!([{ "serviceAccountToken": token }]);
        volume(
            pod,
            &json!({ "name": "token", "projected": { "sources": sources } }),
        );
        mount(
            pod,
            &json!({ "name": "token", "mountPath": "/var/run/tokens", "readOnly": true }),
        );
    }),
    ("volumes", |pod, rng| {
        volume(
            pod,
            &json!({ "name": "cache", "emptyDir": { "sizeLimit": "1Gi" } }),
        );
        volume(
            pod,
            &json!({ "name": "config", "configMap": { "name": "config", "optional": true } }),
        );
        let items = json!([{ "path": "labels", "fieldRef": { "fieldPath": "metadata.labels" } }]);
        volume(
            pod,
            &json!({ "name": "info", "downwardAPI": { "items": items } }),
        );
        mount(
            pod,
            &json!({ "name": "cache", "mountPath": "/cache", "subPath": "app" }),
        );
        let paths = ["/etc/config", "/app/config", "/vault/config", "/vault"];
        mount(
            pod,
            &json!({ "name": "config", "mountPath": paths[rng.usize(0..paths.len())] }),
        );
        mount(
            pod,
            &json!({ "name": "info", "mountPath": "/etc/info", "readOnly": true }),
        );
    }),
    ("a volume where secrets belong", |pod, rng| {
        volume(pod, &json!({ "name": "mine", "emptyDir": {} }));
        let paths = [
            "/vault/secrets",
            "/vault/secrets/mine",
            "/app",
            "/vault/secrets/",
        ];
        mount(
            pod,
            &json!({ "name": "mine", "mountPath": paths[rng.usize(0..paths.len())] }),
        );
    }),
    ("environment", |pod, _| {
        let app = &mut pod["spec"]["containers"][0];
        app["env"] = json!([
            { "name": "PORT", "value": "8080" },
            { "name": "URL", "value": "http://$(HOST):$(PORT)" },
            { "name": "POD_IP", "valueFrom": { "fieldRef": { "fieldPath": "status.podIP" } } },
        ]);
        app["envFrom"] = json!([{ "configMapRef": { "name": "settings", "optional": true } }]);
    }),
    ("ports and probes", |pod, _| {
        let app = &mut pod["spec"]["containers"][0];
        app["ports"] = json!([{ "name": "http", "containerPort": 8080, "protocol": "TCP" }]);
        app["readinessProbe"] = json!({ "httpGet": { "path": "/ready", "port": "http" } });
        app["lifecycle"] = json!({ "preStop": { "exec": { "command": ["sleep", "5"] } } });
    }),
    ("resources", |pod, _| {
        let app = &mut pod["spec"]["containers"][0];
        app["resources"] =
            json!({ "requests": { "cpu": "0.1", "memory": "64Mi" }, "limits": { "memory": "1G" } });
        app["resizePolicy"] = json!([{ "resourceName": "cpu", "restartPolicy": "NotRequired" }]);
    }),
    ("user of the container", |pod, rng| {
        let users = [1000, 10_001, 65_532];
        let user = users[rng.usize(0..users.len())];
        pod["spec"]["containers"][0]["securityContext"]["runAsUser"] = json!(user);
    }),
    ("user of the pod", |pod, _| {
        let context = &mut pod["spec"]["securityContext"];
        context["runAsUser"] = json!(1000);
        context["runAsGroup"] = json!(1000);
        context["fsGroup"] = json!(2000);
        context["supplementalGroups"] = json!([3000]);
    }),
    ("root", |pod, _| {
        pod["spec"]["securityContext"] = json!({ "runAsUser": 0 });
    }),
    ("shared processes", |pod, rng| {
        pod["spec"]["shareProcessNamespace"] = json!(rng.bool());
    }),
    ("scheduling", |pod, _| {
        let spec = &mut pod["spec"];
        spec["nodeSelector"] = json!({ "kubernetes.io/os": "linux" });
        spec["tolerations"] =
            json!([{ "key": "spot", "operator": "Exists", "effect": "NoSchedule" }]);
        spec["affinity"] = json!({ "podAntiAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [{
            "weight": 1,
            "podAffinityTerm": { "topologyKey": "kubernetes.io/hostname", "labelSelector": { "matchLabels": { "app": "web" } } },
        }] } });
        spec["schedulingGates"] = json!([{ "name": "example.com/wait" }]);
    }),
    ("network", |pod, _| {
        let spec = &mut pod["spec"];
        spec["hostAliases"] = json!([{ "ip": "10.1.2.3", "hostnames": ["db.example"] }]);
        spec["dnsConfig"] = json!({ "options": [{ "name": "ndots", "value": "1" }] });
        spec["hostname"] = json!("web");
        spec["subdomain"] = json!("web");
        spec["enableServiceLinks"] = json!(false);
    }),
    ("end", |pod, rng| {
        let spec = &mut pod["spec"];
        spec["restartPolicy"] = json!(["Always", "OnFailure", "Never"][rng.usize(0..3)]);
        spec["terminationGracePeriodSeconds"] = json!(rng.u32(0..60));
        spec["activeDeadlineSeconds"] = json!(3600);
    }),
    ("operating system", |pod, _| {
        pod["spec"]["os"] = json!({ "name": "linux" });
    }),
    ("names of ours", |pod, rng| {
        if rng.u8(0..3) > 0 {
            return;
        }
        match rng.u8(0..3) {
            0 => push(&mut pod["spec"]["containers"], container("vouchsafe-agent")),
            1 => push(
                &mut pod["spec"]["initContainers"],
                container("vouchsafe-agent-init"),
            ),
            _ => volume(pod, &json!({ "name": "vouchsafe-secrets", "emptyDir": {} })),
        }
    }),
];

fn push(list: &mut Value, item: Value) {
    match list.as_array_mut() {
        Some(items) => items.push(item),
        None => *list = json!([item]),
    }
}

fn volume(pod: &mut Value, volume: &Value) {
    push(&mut pod["spec"]["volumes"], volume.clone());
}

/// In the first container.
fn mount(pod: &mut Value, mount: &Value) {
    push(
        &mut pod["spec"]["containers"][0]["volumeMounts"],
        mount.clone(),
    );
}
