//! How the agent logs in, and what is wrong with what is said about it.

mod parameters;

use vouchsafe_shared::{
    annotations::{Dialect, InjectSpec},
    config::{AppRoleAuth, AuthConfig, CertAuth, JwtAuth, KubernetesAuth, TokenFileAuth},
    diagnostic::{Code, Diagnostic},
    value::AuthMount,
};

use self::parameters::Parameters;
use super::{Settings, token::Token, wording::quoted};

/// The methods that the agent knows.
const METHODS: [&str; 5] = ["kubernetes", "jwt", "approle", "cert", "token_file"];

/// Those of the original agent that ours does not know, each with the way out.
const UNSUPPORTED: [(&str, &str); 9] = [
    (
        "alicloud",
        "use jwt or kubernetes: the pod has a service account",
    ),
    (
        "aws",
        "use jwt or kubernetes: the pod has a service account",
    ),
    (
        "azure",
        "use jwt or kubernetes: the pod has a service account",
    ),
    ("cf", "use jwt or kubernetes: the pod has a service account"),
    (
        "gcp",
        "use jwt or kubernetes: the pod has a service account",
    ),
    (
        "kerberos",
        "use jwt or kubernetes: the pod has a service account",
    ),
    (
        "ldap",
        "use approle, or a token file that something else writes",
    ),
    (
        "oci",
        "use jwt or kubernetes: the pod has a service account",
    ),
    (
        "pcf",
        "use jwt or kubernetes: the pod has a service account",
    ),
];

/// How the agent logs in.
#[derive(Debug)]
pub(super) struct Login {
    pub(super) auth: AuthConfig,
    /// The authorities that a parameter names for the login; there is one connection for all.
    pub(super) ca_file: Option<String>,
}

/// `None` when a problem was told.
pub(super) fn resolve(
    spec: &InjectSpec,
    settings: &Settings,
    token: Option<&Token>,
    problems: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Option<Login> {
    let asked = spec.auth.method.as_ref();
    let method = asked.map_or(settings.auth_method.as_str(), |asked| asked.value.as_str());
    let subject = match asked {
        Some(asked) => format!("annotation {}", asked.annotation),
        None => "the webhook's auth method".to_owned(),
    };
    if !METHODS.contains(&method) {
        problems.push(unknown_method(&subject, method));
        return None;
    }
    let mount = mount(spec, settings, method, &subject, warnings);
    let mut parameters = Parameters::new(spec, method, problems, warnings);
    let token_file = parameters
        .text("token_path")
        .or_else(|| token.map(Token::path));
    let mut ca_file = None;
    let auth = match method {
        "kubernetes" => {
            let role = spec.auth.role.as_ref().map(|role| role.value.clone());
            let role = role.or_else(|| parameters.text("role"));
            if role.is_none() {
                parameters.problem(missing_role());
            }
            // Without a token a problem was told where it was looked for.
            role.zip(token_file).map(|(role, token_file)| {
                AuthConfig::Kubernetes(KubernetesAuth {
                    mount,
                    role,
                    token_file,
                })
            })
        }
        "jwt" => {
            let path = parameters.text("path");
            // The original's default; the kubelet's own token cannot be removed.
            let removes = spec.dialect == Dialect::Original && path.is_some();
            let remove_after_reading = parameters.boolean("remove_jwt_after_reading", removes);
            let role = spec.auth.role.as_ref().map(|role| role.value.clone());
            let role = role.or_else(|| parameters.text("role"));
            path.or(token_file).map(|token_file| {
                AuthConfig::Jwt(JwtAuth {
                    mount,
                    role: role.unwrap_or_default(),
                    token_file,
                    remove_after_reading,
                })
            })
        }
        "approle" => {
            let removes = spec.dialect == Dialect::Original;
            let secret_id_file = parameters.text("secret_id_file_path");
            let remove_after_reading = parameters
                .boolean("remove_secret_id_file_after_reading", removes)
                && secret_id_file.is_some();
            let wrapping_path = parameters.text("secret_id_response_wrapping_path");
            parameters
                .required("role_id_file_path")
                .map(|role_id_file| {
                    AuthConfig::AppRole(AppRoleAuth {
                        mount,
                        role_id_file,
                        secret_id_file,
                        remove_after_reading,
                        wrapping_path,
                    })
                })
        }
        "cert" => {
            ca_file = parameters.text("ca_cert");
            cert(spec, mount, &mut parameters)
        }
        _ => parameters
            .required("token_file_path")
            .map(|token_file| AuthConfig::TokenFile(TokenFileAuth { token_file })),
    };
    parameters.finish().then_some(())?;
    Some(Login {
        auth: auth?,
        ca_file,
    })
}

fn cert(
    spec: &InjectSpec,
    mount: AuthMount,
    parameters: &mut Parameters<'_>,
) -> Option<AuthConfig> {
    let role = parameters.text("name").or_else(|| {
        // The original injector has a role too, which this method of its agent does not look at.
        let role = spec.auth.role.as_ref()?;
        (spec.dialect == Dialect::Own).then(|| role.value.clone())
    });
    let (certificate_file, key_file) = (
        parameters.text("client_cert"),
        parameters.text("client_key"),
    );
    if certificate_file.is_some() != key_file.is_some() {
        let missing = if key_file.is_none() {
            "client_key"
        } else {
            "client_cert"
        };
        parameters.required(missing);
        return None;
    }
    let connection = &spec.connection;
    if certificate_file.is_none() && connection.client_certificate_file.is_none() {
        let diagnostic = Diagnostic::error(
            Code::AuthParameter,
            "auth method cert",
            "logs in with a client certificate, but no annotation names one",
            "add vouchsafe.dev/client-cert and vouchsafe.dev/client-key",
        );
        match spec.dialect {
            Dialect::Own => parameters.problem(diagnostic),
            // It is left to its agent to fail.
            Dialect::Original => parameters.warning(diagnostic),
        }
    }
    Some(AuthConfig::Cert(CertAuth {
        mount,
        role: role.unwrap_or_default(),
        certificate_file,
        key_file,
    }))
}

/// Under our own prefix a method is looked for where it is mounted by default; the original injector
/// takes its own setting in any case.
fn mount(
    spec: &InjectSpec,
    settings: &Settings,
    method: &str,
    subject: &str,
    warnings: &mut Vec<Diagnostic>,
) -> AuthMount {
    let default = &settings.vault_auth_mount;
    if let Some(mount) = &spec.auth.mount {
        return mount.clone();
    }
    let usual: Option<AuthMount> = method.parse().ok();
    let is_other = method != settings.auth_method && method != "token_file";
    let Some(usual) = usual.filter(|usual| is_other && usual != default) else {
        return default.clone();
    };
    match spec.dialect {
        Dialect::Own => usual,
        Dialect::Original => {
            let diagnostic = Diagnostic::error(
                Code::AuthParameter,
                subject,
                format!("{method}, but without auth-path it logs in at {default}"),
                format!("add auth-path, for example {usual}"),
            );
            warnings.push(diagnostic.as_warning());
            default.clone()
        }
    }
}

fn unknown_method(subject: &str, method: &str) -> Diagnostic {
    if let Some((_, help)) = UNSUPPORTED.iter().find(|(name, _)| *name == method) {
        return Diagnostic::error(
            Code::Unsupported,
            subject,
            format!("the agent does not know the auth method {method}"),
            *help,
        );
    }
    let help = match parameters::nearest(method, METHODS) {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => format!("expected one of {}", METHODS.join(", ")),
    };
    Diagnostic::error(
        Code::Unsupported,
        subject,
        format!("there is no auth method {}", quoted(method)),
        help,
    )
}

fn missing_role() -> Diagnostic {
    Diagnostic::error(
        Code::MissingRole,
        "annotation vouchsafe.dev/role",
        "is missing, so the agent cannot log in",
        "add it with the name of the role in the store",
    )
}
