//! What is rendered into which file.

use super::{Annotation, Name};
use crate::annotations::kind::Kind;

pub(super) const ROWS: &[Annotation] = &[
    Annotation::secret(Name::Secret, "secret", Kind::Reference)
        .original("agent-inject-secret")
        .effect("Renders the secret at PATH, or one value of it, to the file NAME."),
    Annotation::secret(Name::Format, "format", Kind::Format)
        .default("by the file's extension; else raw with #KEY, json without; under the other prefixes without #KEY the default template")
        .effect("How the secret becomes text, without a template."),
    Annotation::secret(Name::Template, "template", Kind::Text)
        .original("agent-inject-template")
        .values("a template in Go's language")
        .effect("Renders this text to the file NAME; `secret-NAME` is not needed then."),
    Annotation::secret(Name::TemplateFile, "template-file", Kind::Text)
        .original("agent-inject-template-file")
        .values("a path in the agent's container")
        .effect("Renders the template in this file; `template-NAME` goes before it."),
    Annotation::secret(Name::LeftDelimiter, "template-left-delimiter", Kind::Text)
        .original("agent-template-left-delim")
        .default("`{{`")
        .effect("What opens an action in the template of this file."),
    Annotation::secret(Name::RightDelimiter, "template-right-delimiter", Kind::Text)
        .original("agent-template-right-delim")
        .default("`}}`")
        .effect("What closes an action in the template of this file."),
    Annotation::secret(Name::ErrorOnMissingKey, "error-on-missing-key", Kind::Boolean)
        .same()
        .default("false")
        .effect("Makes a key that a map does not have an error of the template instead of `<no value>`."),
    Annotation::secret(Name::ErrorFatal, "error-fatal", Kind::Boolean)
        .default("false")
        .effect("Ends the agent, for Kubernetes to start it again, when the template of this file fails although all it asks for is there; otherwise the file keeps its last good content and others go on."),
    Annotation::secret(Name::File, "file", Kind::FileName)
        .original("agent-inject-file")
        .default("NAME")
        .effect("The file's name below its directory. Under the original prefixes an absolute path is taken for one below it too."),
    Annotation::secret(Name::DirectoryOfSecret, "secret-volume-path", Kind::Directory)
        .same()
        .default("that of all files")
        .effect("The directory of this file."),
    Annotation::secret(Name::Mode, "mode", Kind::Mode)
        .original("agent-inject-perms")
        .default("0644")
        .effect("The file's permissions."),
    Annotation::secret(Name::SecretContainers, "containers", Kind::Names)
        .values("container names, separated by commas, or `all`")
        .default("as `containers` of the pod")
        .effect("The containers that see this file."),
    Annotation::secret(Name::Command, "command", Kind::Text)
        .original("agent-inject-command")
        .values("a line for the shell")
        .effect("Run in the agent's container each time this file was written anew."),
    Annotation::secret(
        Name::RefreshIntervalOfSecret,
        "refresh-interval",
        Kind::Duration,
    )
    .default("as for all files")
    .effect("How often the secrets of this file are read again that have no lease."),
    Annotation::secret(
        Name::RefreshAdaptiveOfSecret,
        "refresh-adaptive",
        Kind::Range,
    )
    .default("as for all files")
    .effect("Moves that interval as `refresh-adaptive` of the pod does."),
    Annotation::secret(Name::Optional, "optional", Kind::Boolean)
        .default("false")
        .effect("Lets the app start without this file while its secret does not exist. A template gets nothing for such a secret, and runs. What has once been there stays."),
    Annotation::secret(Name::Fallback, "fallback", Kind::Text)
        .effect("What stands in this file while its secret, or the value in it, does not exist. Everybody who may read the pod can read it."),
    Annotation::secret(Name::Bundle, "bundle", Kind::Filled)
        .values("a name")
        .effect("The files of one bundle change together or not at all, in whatever directories they are."),
    Annotation::secret(
        Name::PreserveCaseOfSecret,
        "preserve-secret-case",
        Kind::LooseBoolean,
    )
    .same()
    .default("as for all files")
    .effect("Keeps capital letters of NAME in the file's name."),
    Annotation::pod(Name::PreserveCase, "preserve-secret-case", Kind::LooseBoolean)
        .same()
        .default("true under vouchsafe.dev/, false under the other prefixes")
        .effect("Keeps capital letters of each NAME in the file's name."),
    Annotation::pod(Name::Directory, "secret-volume-path", Kind::Directory)
        .same()
        .default("/vault/secrets")
        .effect("The directory of all files that have none of their own."),
    Annotation::pod(Name::DefaultTemplate, "default-template", Kind::DefaultTemplate)
        .original("agent-inject-default-template")
        .default("the webhook's --default-template, map; under vouchsafe.dev/ none: formats are used")
        .effect("The template of secrets that have neither a template nor a format nor #KEY."),
    Annotation::pod(Name::Token, "token", Kind::Boolean)
        .original("agent-inject-token")
        .default("false")
        .effect("Writes the store's token to a file too."),
    Annotation::pod(Name::TokenFile, "token-file", Kind::FileName)
        .proposed("agent-inject-token-file")
        .default("token")
        .effect("The name of the token's file."),
    Annotation::pod(Name::TokenMode, "token-mode", Kind::Mode)
        .proposed("agent-inject-token-perms")
        .default("0640")
        .effect("The permissions of the token's file."),
];
