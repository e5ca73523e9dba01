//! `template` and `template_config`: what is rendered.

use vouchsafe_shared::{diagnostic::Code, value::HumanDuration};

use super::{Findings, block::Block};
use crate::{
    config::{Command, Located, Run, Template, TemplateConfig, TemplateText},
    keys,
};

/// Source: <https://github.com/hashicorp/consul-template/blob/main/docs/configuration.md#templates>.
const COMMAND_TIMEOUT: HumanDuration = HumanDuration::from_secs(30);

pub(super) fn read_all(top: &Block<'_>, findings: &mut Findings) -> Vec<Template> {
    let blocks = top.blocks(findings, "template", keys::TEMPLATE, false);
    let templates: Vec<Option<Template>> =
        blocks.iter().map(|block| read(block, findings)).collect();
    templates.into_iter().flatten().collect()
}

fn read(block: &Block<'_>, findings: &mut Findings) -> Option<Template> {
    let mode = block.mode(findings, "perms");
    let user = either(block, findings, ["user", "uid"]);
    let group = either(block, findings, ["group", "gid"]);
    let command = command(block, findings);
    let delimiter = |findings: &mut Findings, key| {
        block
            .text(findings, key)
            .map_or_else(String::new, |text| text.value)
    };
    let left_delimiter = delimiter(findings, "left_delimiter");
    let right_delimiter = delimiter(findings, "right_delimiter");
    let error_on_missing_key = block.flag(findings, "error_on_missing_key");
    let error_fatal = block.flag(findings, "error_fatal");
    let text = text(block, findings);
    let destination = block.needed(findings, "destination");
    Some(Template {
        position: block.position,
        text: text?,
        destination: destination?,
        mode,
        user,
        group,
        command,
        left_delimiter,
        right_delimiter,
        error_on_missing_key: error_on_missing_key.unwrap_or(false),
        error_fatal: error_fatal.unwrap_or(true),
    })
}

/// The template itself; exactly one of its two keys.
fn text(block: &Block<'_>, findings: &mut Findings) -> Option<TemplateText> {
    let contents = block.text(findings, "contents");
    let source = block.text(findings, "source");
    match (contents, source) {
        (Some(contents), None) => Some(TemplateText::Contents(contents.value)),
        (None, Some(source)) => Some(TemplateText::Source(source)),
        (Some(contents), Some(source)) => {
            findings.error(
                Code::VaultConfigIncomplete,
                contents.position.max(source.position),
                "a template has either contents or source",
                "remove one of them",
            );
            None
        }
        (None, None) => {
            findings.error(
                Code::VaultConfigIncomplete,
                block.position,
                "the template has neither contents nor source",
                "add contents with the template, or source with the path of its file",
            );
            None
        }
    }
}

/// A number with a newer and an older key; the newer one wins, as in the original.
fn either(block: &Block<'_>, findings: &mut Findings, keys: [&'static str; 2]) -> Option<u32> {
    let [newer, older] = keys.map(|key| block.id(findings, key));
    newer.or(older)
}

/// `exec` wins over `command` and `command_timeout`, and its last block over the others.
fn command(block: &Block<'_>, findings: &mut Findings) -> Option<Located<Command>> {
    let old = block.texts(findings, "command");
    let old_timeout = block.timeout(findings, "command_timeout");
    let exec = block.blocks(findings, "exec", keys::TEMPLATE_EXEC, false);
    let (mut new, mut new_timeout) = (None, None);
    for exec in exec {
        new = exec.texts(findings, "command");
        new_timeout = exec.timeout(findings, "timeout");
    }
    let words = new.or(old)?;
    let timeout = new_timeout.or(old_timeout).unwrap_or(COMMAND_TIMEOUT);
    let run = match words.value.as_slice() {
        [] => return None,
        [only] if only.trim().is_empty() => return None,
        [only] if only.split_whitespace().count() > 1 => Run::Shell(only.clone()),
        [program, ..] if program.trim().is_empty() => {
            findings.error(
                Code::VaultConfigValue,
                words.position,
                "the command begins with an empty word",
                "write the program first",
            );
            return None;
        }
        _ => Run::Program(words.value),
    };
    Some(Located {
        value: Command { run, timeout },
        position: words.position,
    })
}

pub(super) fn read_config(top: &Block<'_>, findings: &mut Findings) -> TemplateConfig {
    let block = top.block(findings, "template_config", keys::TEMPLATE_CONFIG, false);
    let Some(block) = block else {
        return TemplateConfig::default();
    };
    let threshold = block.float(findings, "lease_renewal_threshold");
    if let Some(threshold) = &threshold
        && !(0.0..1.0).contains(&threshold.value)
    {
        findings.error(
            Code::VaultConfigValue,
            threshold.position,
            "template_config.lease_renewal_threshold is not a number from 0 to less than 1",
            "write a share of the lease's time, such as 0.9",
        );
    }
    TemplateConfig {
        exit_on_retry_failure: block
            .flag(findings, "exit_on_retry_failure")
            .unwrap_or(false),
        static_secret_render_interval: block.duration(findings, "static_secret_render_interval"),
        lease_renewal_threshold: threshold
            .map(|threshold| threshold.value)
            .filter(|threshold| *threshold > 0.0),
    }
}
