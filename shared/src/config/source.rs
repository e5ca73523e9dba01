//! Where a file's content comes from.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::value::{OutputFormat, SecretKey, SecretPath};

/// One of the ways to say what stands in a file; which one, its first field tells: `secret`,
/// `template`, `template_file` or `token`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum SourceConfig {
    Secret(SecretSource),
    Template(TemplateSource),
    Token(TokenSource),
}

impl SourceConfig {
    /// Whether a failure to render it is to end the agent.
    pub fn is_error_fatal(&self) -> bool {
        match self {
            Self::Secret(_) | Self::Token(_) => false,
            Self::Template(source) => source.error_fatal,
        }
    }
}

/// A secret or one value of it, in a format.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SecretSource {
    pub secret: SecretPath,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<SecretKey>,
    pub format: OutputFormat,
}

/// The token that the store gave at the login, without a line end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TokenSource {
    token: Yes,
}

/// `true`, the only value of a field that says which form it is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Yes;

impl Serialize for Yes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

/// A template, which names its secrets itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TemplateSource {
    #[serde(flatten)]
    pub text: TemplateText,
    /// Empty: `{{`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub left_delimiter: String,
    /// Empty: `}}`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub right_delimiter: String,
    /// A key that a map does not have is an error instead of `<no value>`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub error_on_missing_key: bool,
    /// A failure of the template although all it asks for is there ends the agent; otherwise the
    /// file keeps its last good content and others go on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub error_fatal: bool,
}

/// Where the template's text stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum TemplateText {
    /// In the configuration.
    #[serde(rename = "template")]
    Inline(String),
    /// In a file of the agent's container, read at start.
    #[serde(rename = "template_file")]
    File(String),
}

/// By hand, so that a mistake in one of the forms is told as such and not as no form at all.
impl<'de> Deserialize<'de> for SourceConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            secret: Option<SecretPath>,
            key: Option<SecretKey>,
            format: Option<OutputFormat>,
            template: Option<String>,
            template_file: Option<String>,
            #[serde(default)]
            token: bool,
            #[serde(default)]
            left_delimiter: String,
            #[serde(default)]
            right_delimiter: String,
            #[serde(default)]
            error_on_missing_key: bool,
            #[serde(default)]
            error_fatal: bool,
        }
        let fields = Fields::deserialize(deserializer)?;
        let only = |applies: bool, names: &str| {
            if applies {
                Ok(())
            } else {
                Err(D::Error::custom(format!(
                    "{names} do not belong to this kind of source"
                )))
            }
        };
        let has_nothing_for_templates = fields.left_delimiter.is_empty()
            && fields.right_delimiter.is_empty()
            && !fields.error_on_missing_key
            && !fields.error_fatal;
        let templates_alone =
            "left_delimiter, right_delimiter, error_on_missing_key and error_fatal";
        let forms = (fields.secret, fields.template, fields.template_file);
        let text = match (forms, fields.token) {
            ((None, None, None), true) => {
                only(has_nothing_for_templates, templates_alone)?;
                only(
                    fields.key.is_none() && fields.format.is_none(),
                    "key and format",
                )?;
                return Ok(Self::Token(TokenSource::default()));
            }
            ((Some(secret), None, None), false) => {
                only(has_nothing_for_templates, templates_alone)?;
                return Ok(Self::Secret(SecretSource {
                    secret,
                    key: fields.key,
                    format: fields
                        .format
                        .ok_or_else(|| D::Error::missing_field("format"))?,
                }));
            }
            ((None, Some(text), None), false) => TemplateText::Inline(text),
            ((None, None, Some(path)), false) => TemplateText::File(path),
            _ => {
                return Err(D::Error::custom(
                    "expected exactly one of secret, template, template_file and token",
                ));
            }
        };
        only(
            fields.key.is_none() && fields.format.is_none(),
            "key and format",
        )?;
        Ok(Self::Template(TemplateSource {
            text,
            left_delimiter: fields.left_delimiter,
            right_delimiter: fields.right_delimiter,
            error_on_missing_key: fields.error_on_missing_key,
            error_fatal: fields.error_fatal,
        }))
    }
}
