use serde_json::json;
use vouchsafe_tests::app;

use super::ready_namespace;

/// What people have: the original agent's configuration, with everything that its documentation
/// shows for a pod.
const CONFIG: &str = r#"
pid_file        = "/home/vault/.pid"
exit_after_auth = EXIT

vault {
  address = "ADDRESS"
  ca_cert = "/vault/custom/ca.crt"
}

auto_auth {
  method "kubernetes" {
    mount_path = "auth/kubernetes"
    config = {
      role       = "ROLE"
      token_path = "/var/run/vouchsafe/token"
    }
  }

  sink "file" {
    config = {
      path = "/home/vault/.vault-token"
    }
  }
}

template_config {
  static_secret_render_interval = "1s"
  exit_on_retry_failure         = true
}

# The heredoc keeps its line ends.
template {
  destination     = "/vault/secrets/login"
  left_delimiter  = "[["
  right_delimiter = "]]"
  perms           = "0444"
  contents        = <<EOF
[[- with secret "secret/data/ROLE" ]]
user=[[ .Data.data.user ]]
[[- end ]]
EOF
}
"#;

#[test]
fn the_users_own_agent_configuration_runs_as_it_is() {
    let (namespace, vault) = ready_namespace("own-config");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "one" }));
    let config = |exit: &str| {
        CONFIG
            .replace("ADDRESS", &vault.address)
            .replace("ROLE", role)
            .replace("EXIT", exit)
    };
    namespace.apply(&json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": "agent" },
        "data": { "config.hcl": config("false"), "config-init.hcl": config("true") },
    }));
    let authority = std::fs::read_to_string(&vault.ca_file).unwrap();
    namespace.apply(&json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": "authority" },
        "stringData": { "ca.crt": authority },
    }));
    for native in ["true", "false"] {
        let name = format!("native-{native}");
        namespace.apply(&app::pod(
            &name,
            &[
                ("vault.hashicorp.com/agent-inject", "true"),
                ("vault.hashicorp.com/agent-configmap", "agent"),
                ("vault.hashicorp.com/agent-extra-secret", "authority"),
                ("vault.hashicorp.com/agent-native-sidecar", native),
            ],
            app::STAY,
        ));
        namespace.wait_ready(&name);
        let read = || namespace.shell(&name, "app", "cat /vault/secrets/login");
        assert_eq!(read(), "\nuser=one\n", "{name}");
    }
}

#[test]
fn what_of_it_is_not_supported_is_refused_with_its_line() {
    let (namespace, vault) = ready_namespace("bad-config");
    let role = namespace.name.as_str();
    let config = CONFIG
        .replace("ADDRESS", &vault.address)
        .replace("ROLE", role)
        .replace("EXIT", "false")
        + "\nexec {\n  command = [\"/app\"]\n}\n";
    namespace.apply(&json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": "agent" },
        "data": { "config.hcl": config, "config-init.hcl": config },
    }));
    namespace.apply(&app::pod(
        "web",
        &[
            ("vault.hashicorp.com/agent-inject", "true"),
            ("vault.hashicorp.com/agent-configmap", "agent"),
        ],
        app::STAY,
    ));
    let line = config
        .lines()
        .position(|line| line.starts_with("exec"))
        .unwrap()
        + 1;
    let log = namespace.wait_log(
        "web",
        "vouchsafe-agent",
        &format!("/vault/configs/config.hcl: line {line}, column 1"),
        vouchsafe_tests::cluster::PATIENCE,
    );
    assert!(log.contains("exec"), "{log}");
}
