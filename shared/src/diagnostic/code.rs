use std::fmt;

macro_rules! codes {
    ($($(#[doc = $cause:literal])+ $name:ident = $number:literal, $remedy:literal $(, example: $example:literal)?;)+) => {
        /// A stable name for one kind of problem.
        ///
        /// `VS1xxx` annotations, `VS2xxx` templates, `VS3xxx` stores and logins, `VS4xxx` files, `VS5xxx` reloads,
        /// `VS6xxx` certificates and cluster, `VS7xxx` configuration files of Vault Agent. A number is never given to another problem.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Code {
            $($(#[doc = $cause])+ $name = $number,)+
        }

        impl Code {
            /// Every code there is, by number.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// What leads to this problem, in a sentence or two.
            pub const fn cause(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($cause),+).trim_ascii(),)+
                }
            }

            /// What to do about it, in a sentence or two.
            pub const fn remedy(self) -> &'static str {
                match self {
                    $(Self::$name => $remedy,)+
                }
            }

            /// What a user reads then, where a sentence does not show it.
            pub const fn example(self) -> Option<&'static str> {
                let example: &[&str] = match self {
                    $(Self::$name => &[$($example)?],)+
                };
                example.first().copied()
            }
        }
    };
}

codes! {
    /// An annotation under one of our prefixes has a name that does not exist.
    UnknownAnnotation = 1001, "Correct the name; the message suggests the nearest one.";
    /// The value of an annotation cannot be read as what it should be.
    BadValue = 1002, "Write the value as the message shows.";
    /// The pod does not say as which role to log in.
    MissingRole = 1003, "Add the annotation `vouchsafe.dev/role` with the name of the role in the store.";
    /// The pod asks for injection but names no secret.
    NoSecrets = 1004, "Add an annotation `vouchsafe.dev/secret-FILE` with the path of a secret.";
    /// Two annotations write the same file.
    DuplicateFile = 1005, "Give one of them another name with `vouchsafe.dev/file-NAME`.";
    /// The format `raw` writes one value, but the secret's reference names none.
    RawNeedsKey = 1006, "Name the key after the path, as in `secret/data/db#password`, or choose another format.";
    /// An annotation sets something for a secret that no annotation names.
    OrphanAnnotation = 1007, "Add the `secret-NAME` annotation of the same NAME, or correct the NAME.";
    /// An annotation asks for something that the original injector can and Vouchsafe cannot.
    Unsupported = 1008, "Remove the annotation, or keep this pod with the original injector for now.";
    /// Annotations of ours are there but none asks for injection.
    NotRequested = 1009, "Add `vouchsafe.dev/inject: \"true\"`, or remove the other annotations.";
    /// The same thing is said under two prefixes with different values.
    Shadowed = 1010, "Keep one of them; `vouchsafe.dev/` wins over `openbao.org/`, and that over `vault.hashicorp.com/`.";
    /// An annotation names a container that the pod does not have.
    UnknownContainer = 1011, "Correct the name; the message lists the pod's containers.";
    /// The pod already has a volume or container with a name that the injection needs.
    NameTaken = 1012, "Rename the pod's own volume or container.";
    /// A container of the pod already mounts something where its secrets belong.
    PathTaken = 1013, "Mount the pod's own volume elsewhere.";
    /// The agent's configuration is longer than one environment value can be (128 KiB on Linux).
    TooLarge = 1014, "Shorten the templates, write fewer files in this pod, or name with `template-file-NAME` a template that is in the agent's image.";
    /// No store address is known, neither from the pod nor from the webhook.
    MissingAddress = 1015, "Add the annotation `vouchsafe.dev/address`, or start the webhook with `--vault-address`.";
    /// The object to admit is not a pod that the webhook can read.
    NotAPod = 1016, "Correct the object; the message says what is wrong with it.";
    /// The mode of a file lets only the agent's user or group read it, and a container that is to read it may run as another.
    UnreadableFile = 1017, "Set `runAsUser` for the pod, or `fsGroup` with a mode that lets the group read, or a mode such as `0444`.";
    /// A pod, a namespace or the cluster's defaults name a profile that is not there.
    UnknownProfile = 1030, "Correct the name, or add the profile to the ConfigMap of defaults; the message lists those that are there.";
    /// `placement` and `init-first` name two places for the agent.
    PlacementConflict = 1031, "Remove one of the two.";
    /// `pre-populate` keeps the agent from running before the app, and `pre-populate-only` from running beside it.
    NoPhase = 1032, "Remove one of the two.";
    /// The agent is to run as a user of its own and as that of the pod's first container. Under the original prefixes the latter goes before, with a warning.
    RunAsConflict = 1033, "Remove one of the two.";
    /// The shortest wait after a failed login is longer than the longest one. Under the original prefixes the shortest counts, with a warning.
    BackoffConflict = 1034, "Lengthen `auth-max-backoff`, or shorten `auth-min-backoff`.";
    /// A client certificate is named without its key, or a key without its certificate.
    CertificateIncomplete = 1035, "Add the other one, or remove it.";
    /// A token volume of the pod's own is named, and something is said about ours beside it. Under the original prefixes it is passed over, with a warning.
    TokenConflict = 1036, "Remove one of the two; audience and lifetime of the pod's own volume stand in its definition.";
    /// An annotation is understood, but changes nothing here or less than with the original injector. The pod is admitted.
    NoEffect = 1037, "Remove it, or leave it if the message describes what is meant.";
    /// Before the agent gives its token back it waits for the app, and by then the pod is killed. The pod is admitted.
    NoTimeToRevoke = 1038, "Shorten `revoke-grace`, or lengthen the pod's `terminationGracePeriodSeconds`.";

    /// A pod of a namespace of the cluster's own (`kube-system`, `kube-public`) asks for injection.
    SystemNamespace = 1040, "Run the pod in a namespace of its own.";
    /// An annotation changes the agent's container by a JSON patch that cannot be read or applied.
    BadPatch = 1041, "Correct the patch: an array of RFC 6902 operations on the agent's container.";
    /// What is said about the user that the agent runs as contradicts itself or the pod.
    AgentUser = 1042, "Say one user, or let the webhook choose; the message names what contradicts.";
    /// The agent would request more of a resource than it may use.
    AgentResources = 1043, "Raise the limit, or lower the request.";
    /// The pod is for an operating system that there is no agent for.
    OperatingSystem = 1044, "Run the pod on Linux, or without injection.";
    /// The volume that is named for the agent's service-account token is not there or holds none.
    TokenVolume = 1045, "Name a projected volume of the pod with a `serviceAccountToken`, or none: the agent then gets a token of its own.";
    /// A login's auth method lacks a parameter, or has one that it does not know.
    AuthParameter = 1046, "Add or correct the annotation `vouchsafe.dev/auth-config-NAME`.";
    /// A mount is hidden by another one, or was left out because its place is taken.
    MountHidden = 1047, "Mount one of the two elsewhere.";
    /// The image named for the agent holds another program, which cannot read what the agent is told.
    OtherProgram = 1048, "Remove the annotation, or name an image with Vouchsafe's agent.";
    /// The pod forbids sharing its process namespace, and an annotation asks for it.
    ProcessNamespace = 1049, "Remove the annotation, or `shareProcessNamespace: false`.";
    /// Two listeners of the agent would have the same port.
    PortTaken = 1050, "Choose another port with `vouchsafe.dev/agent-cache-listener-port`.";

    /// A template is not in Go's template language: something is missing, misplaced or never closed. Like Go, we tell the first mistake of each template.
    TemplateInvalid = 2001, "Correct the template where the `^` points.", example: "VS2001 annotation vouchsafe.dev/template-db.env: line 2, column 26: `-` cannot follow the name `.db` (help: a key with a dash is read with index: `index .Data.data \"db-password\"` (KV v2) or `index .Data \"db-password\"`)\n  2 | PASSWORD={{ .Data.data.db-password }}\n    |                          ^";
    /// A template calls a function that does not exist, or one that the original has and that has no place here.
    TemplateFunction = 2002, "Write the function's name as the message suggests, or do without the function.", example: "VS2002 annotation vouchsafe.dev/template-key: line 1, column 38: there is no function `base64Decoder` (help: did you mean `base64Decode`?)\n  1 | {{ with secret \"secret/data/db\" }}{{ base64Decoder .Data.data.key }}{{ end }}\n    |                                      ^";
    /// A template can be run but probably does not give what was meant. The pod is admitted.
    TemplateDoubtful = 2003, "Look at the place that the message names; if all is as meant, nothing is to be done.", example: "VS2003 annotation vouchsafe.dev/template-db: line 1, column 38: `.Data.user` is asked of a path of KV version 2, which has its values one level deeper (help: write .Data.data.user)";
    /// A secret has both a template, which decides what is written, and a format or a `#KEY`.
    TemplateConflict = 2004, "Remove the template, or the format or key.", example: "VS2004 annotation vouchsafe.dev/format-db: asks for a format beside the template of vouchsafe.dev/template-db (help: remove one of the two)";
    /// An annotation sets something about the template of a secret that has none.
    NoTemplate = 2005, "Add a template for the same NAME, or remove the annotation.", example: "VS2005 annotation vouchsafe.dev/template-left-delimiter-db: is about a template, but the secret db has none of its own (help: add vouchsafe.dev/template-db, or remove the annotation)";
    /// A template cannot be rendered from what the store answered.
    TemplateFailed = 2006, "Correct the template or the secret; the message names the line. The last good file is kept.";

    /// The store cannot be reached: connection refused, no route, name not found.
    StoreUnreachable = 3001, "Check the address, the store's health and network policies; the agent keeps trying.";
    /// The store's certificate is not trusted, or not for this name.
    StoreUntrusted = 3002, "Give the store's CA with the webhook's `--vault-ca-cert-file`, and check the name in its certificate.";
    /// The store refused the login.
    LoginRefused = 3003, "Check that the role exists at this mount and is bound to the pod's service account, namespace and audience.";
    /// The store refused a request with the agent's token.
    PermissionDenied = 3004, "Add the path to a policy of the role; a KV version 2 path needs `data/` in the policy.";
    /// There is no secret at this path, or it was deleted.
    SecretNotFound = 3005, "Correct the path in the annotation, or write the secret.";
    /// The store is sealed, starting or overloaded.
    StoreUnavailable = 3006, "Look at the store's own health; the agent keeps trying.";
    /// The store asks for fewer requests.
    RateLimited = 3007, "Raise the store's quota, or the refresh interval; the agent waits as told.";
    /// The answer is not what the store's protocol promises.
    BadAnswer = 3008, "Check that the address leads to a store and not to a proxy's error page.";
    /// The store did not answer in time.
    StoreTimeout = 3009, "Look at the store's load and the network; the agent keeps trying.";
    /// What the pod logs in with cannot be read: its token, role id, secret id or certificate.
    TokenFileUnreadable = 3010, "Check the volume of the agent's container that the message's file is in; the agent keeps trying.";
    /// The store refuses the request as wrong.
    RequestRefused = 3011, "Read the store's message; the path or the mount is usually at fault.";
    /// The token that wraps the secret id was made elsewhere than it must be, or was used before. Somebody may have taken the secret id.
    WrappingRefused = 3012, "Find out who had the token. Destroy the secret id with its accessor, and have the pod's wrapped anew at the path that the annotation names.";
    /// The HTTP proxy between agent and store lets the agent not through.
    ProxyRefused = 3013, "Check the proxy's address and credentials, and that it allows connections to the store.";
    /// The store wants a TLS certificate of the agent, or does not take the one that it has.
    CertificateRefused = 3014, "Give the agent a certificate from an authority that the store trusts, and check that it has not expired.";
    /// The store answered with an older version of a secret than the agent has: a replica that lags behind, or a store that was set back. The newer files stay.
    AnswerStale = 3015, "Nothing, if it passes; it never ends the agent, not with `exit-on-retry-failure` either. If the store was restored from a backup, write the secret anew or replace the pod.";

    /// A file could not be written.
    WriteFailed = 4001, "Check the size limit and the owner of the volume; the last good files are kept.";
    /// The secret has no value under the key asked for.
    KeyNotFound = 4002, "Correct the key; the message lists the keys that are there.";
    /// Two keys of a secret become the same name in this format.
    KeyCollision = 4003, "Choose the format json or yaml, or rename one of the keys.";
    /// A file that a template is in, or includes, cannot be read.
    FileUnreadable = 4004, "Check the path and that the file is in the agent's container.";

    /// The container to signal is not in the pod, or it is not clear which is meant.
    ReloadContainer = 5001, "Name one of the pod's containers after `@`.";
    /// The user id of the container to signal is not known, or is root's, or differs between containers.
    ReloadUser = 5002, "Set `securityContext.runAsUser` of the pod or container to a number above 0, or reload by HTTP.";
    /// The pod forbids sharing its process namespace, which a signal needs.
    ReloadNamespace = 5003, "Remove `shareProcessNamespace: false` or `hostPID: true`, or reload by HTTP.";
    /// The process to signal was not found or could not be signalled.
    SignalFailed = 5004, "Check that the process runs, and under which user.";
    /// The application did not accept the reload request.
    RequestFailed = 5005, "Check the port and path, and the application's own log.";
    /// The program that is to run after a change of a file could not be run, did not end in time or failed.
    CommandFailed = 5006, "Correct the command. A program that is not in the agent's image needs an image that has it (annotation `agent-image`), or another way to tell the application: a reload by signal or HTTP.";
    /// The marker file of a reload could not be made or given another time of change.
    TouchFailed = 5007, "Check that the directory is there and that the agent's user may write in it. A symbolic link is not followed.";
    /// An annotation refines reloads, and there is none that it is about.
    ReloadOption = 5008, "Add the reload that the message names, or remove the annotation.", example: "VS5008 annotation vouchsafe.dev/reload-timeout-db: is about the reload of db, and there is none (help: add vouchsafe.dev/reload-db, or remove it)";
    /// A reload names a file, a socket or a pid file in a directory that the agent's container does not see.
    ReloadPath = 5009, "Mount the volume in the agent's container too: name a container that has it with `vouchsafe.dev/copy-volume-mounts`.", example: "VS5009 annotation vouchsafe.dev/reload: \"/run/app/reloaded\" is in no volume of the agent's container (help: name a container that mounts it with vouchsafe.dev/copy-volume-mounts: web)";

    /// A configuration file of Vault Agent is neither HCL nor JSON.
    VaultConfigSyntax = 7001, "Correct the file where the `^` points.";
    /// A configuration file of Vault Agent has a key that does not exist.
    VaultConfigUnknownKey = 7002, "Correct the name; the message suggests the nearest one. All keys are in docs/vault-agent-config.md.";
    /// A configuration file of Vault Agent asks for something that this agent does not do.
    VaultConfigUnsupported = 7003, "Do as the message says, or keep this pod with the original agent for now.";
    /// A value in a configuration file of Vault Agent is not what it should be.
    VaultConfigValue = 7004, "Write the value as the message shows.";
    /// A configuration file of Vault Agent lacks something, or says two things that exclude one another.
    VaultConfigIncomplete = 7005, "Add or remove what the message names.";
    /// A configuration file of Vault Agent sets something that changes nothing here. The agent starts.
    VaultConfigIgnored = 7006, "Read the message; if nothing is lost by it, nothing is to be done.";
    /// A configuration file of Vault Agent names a file to write that is in none of the volumes of the agent's container.
    VaultConfigOutsideVolume = 7007, "Write the file below one of the volumes that the message lists, or mount another one.";
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "VS{:04}", *self as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(
            Code::ALL
                .windows(2)
                .all(|pair| (pair[0] as u16) < (pair[1] as u16))
        );
    }
}
