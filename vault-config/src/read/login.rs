//! The `config` of a login method, by the method's type.

use vouchsafe_shared::diagnostic::Code;

use super::{Findings, block::Block, nearest};
use crate::{
    config::{Located, Login},
    keys,
};

const SUPPORTED: [&str; 5] = ["kubernetes", "jwt", "approle", "cert", "token_file"];

/// Types of the original that this agent does not have.
const UNSUPPORTED: [&str; 10] = [
    "alicloud", "aws", "azure", "cf", "gcp", "kerberos", "ldap", "oci", "spiffe", "userpass",
];

/// Where the kubelet puts a service account's token.
/// Source: <https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/>.
const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

pub(super) fn read(
    method: &Block<'_>,
    kind: &Located<String>,
    findings: &mut Findings,
) -> Option<Login> {
    let name = match kind.value.as_str() {
        "kubernetes" => keys::KUBERNETES,
        "jwt" => keys::JWT,
        "approle" => keys::APPROLE,
        "cert" => keys::CERT,
        "token_file" => keys::TOKEN_FILE,
        _ => {
            refuse(kind, findings);
            return None;
        }
    };
    let block = method.block(findings, "config", name, false);
    let Some(block) = block else {
        if name == keys::CERT {
            return Some(Login::Cert {
                name: None,
                ca_cert: None,
                client_cert: None,
                client_key: None,
            });
        }
        method.missing(findings, "config");
        return None;
    };
    let text = |findings: &mut Findings, key| block.text(findings, key).map(|text| text.value);
    match name {
        keys::KUBERNETES => {
            let token_path = text(findings, "token_path");
            Some(Login::Kubernetes {
                role: block.needed(findings, "role")?,
                token_path: token_path.unwrap_or_else(|| TOKEN.to_owned()),
            })
        }
        keys::JWT => {
            let remove = block.flag(findings, "remove_jwt_after_reading");
            let path = block.needed(findings, "path");
            Some(Login::Jwt {
                role: block.needed(findings, "role")?,
                path: path?.value,
                remove_after_reading: remove.unwrap_or(true),
            })
        }
        keys::APPROLE => {
            let remove = block.flag(findings, "remove_secret_id_file_after_reading");
            let wrapping = text(findings, "secret_id_response_wrapping_path");
            let secret_id = text(findings, "secret_id_file_path");
            Some(Login::AppRole {
                role_id_file_path: block.needed(findings, "role_id_file_path")?.value,
                secret_id_file_path: secret_id,
                remove_secret_id_file_after_reading: remove.unwrap_or(true),
                secret_id_response_wrapping_path: wrapping,
            })
        }
        keys::CERT => Some(Login::Cert {
            name: text(findings, "name"),
            ca_cert: block.text(findings, "ca_cert"),
            client_cert: text(findings, "client_cert"),
            client_key: text(findings, "client_key"),
        }),
        _ => Some(Login::TokenFile {
            token_file_path: block.needed(findings, "token_file_path")?.value,
        }),
    }
}

fn refuse(kind: &Located<String>, findings: &mut Findings) {
    let shown: String = kind.value.chars().take(60).collect();
    let shown = shown.escape_debug();
    let all = SUPPORTED.join(", ");
    let (code, message, help) = if UNSUPPORTED.contains(&kind.value.as_str()) {
        let message = format!("logging in with {shown} is not supported");
        let help = format!("log in with one of {all}; for a pod kubernetes or jwt is usual");
        (Code::VaultConfigUnsupported, message, help)
    } else {
        let message = format!("there is no login method {shown}");
        let help = nearest(&kind.value, SUPPORTED).map_or_else(
            || format!("write one of {all}"),
            |near| format!("did you mean {near}?"),
        );
        (Code::VaultConfigValue, message, help)
    };
    findings.error(code, kind.position, message, help);
}
