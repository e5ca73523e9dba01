//! Where each setting comes from, for people.

use std::fmt;

use serde::Serialize;

use super::{collect::Collected, layers::Layers, setting::Setting};

/// Every setting that counts for a pod. Whether they can be carried out is not said here.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Explanation {
    /// By our short spelling, in alphabetical order.
    pub settings: Vec<ExplainedSetting>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ExplainedSetting {
    /// Our short spelling with its NAME or parameter, without prefix.
    pub setting: String,
    pub value: String,
    /// The annotation that says so, as it is written.
    pub annotation: String,
    /// `pod`, `profile NAME`, `namespace NAME` or `cluster default`.
    pub layer: String,
    /// What says something else or the same and does not count, the strongest first.
    pub shadows: Vec<Shadowed>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Shadowed {
    pub annotation: String,
    pub value: String,
    pub layer: String,
}

/// Tells which annotation makes each setting of a pod, and which others it goes before.
pub fn explain(layers: &Layers<'_>) -> Explanation {
    // Problems are told by whoever parses.
    let collected = Collected::of(layers, &mut Vec::new());
    let mut settings: Vec<ExplainedSetting> = collected
        .settings
        .iter()
        .filter_map(|((_, about), candidates)| {
            let (winner, others) = candidates.split_first()?;
            let short = winner.row.short;
            Some(ExplainedSetting {
                setting: match about {
                    Some(about) => format!("{short}-{about}"),
                    None => short.to_owned(),
                },
                value: winner.value.to_owned(),
                annotation: winner.key.to_owned(),
                layer: winner.source.to_string(),
                shadows: others.iter().map(shadowed).collect(),
            })
        })
        .collect();
    settings.sort_by(|left, right| left.setting.cmp(&right.setting));
    Explanation { settings }
}

fn shadowed(setting: &Setting<'_>) -> Shadowed {
    Shadowed {
        annotation: setting.key.to_owned(),
        value: setting.value.to_owned(),
        layer: setting.source.to_string(),
    }
}

/// A table with a line for each setting, and one below it for each that it goes before.
impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = vec![["SETTING", "VALUE", "FROM", "ANNOTATION"].map(str::to_owned)];
        for setting in &self.settings {
            lines.push([
                setting.setting.clone(),
                in_one_line(&setting.value),
                setting.layer.clone(),
                setting.annotation.clone(),
            ]);
            for other in &setting.shadows {
                lines.push([
                    "  instead of".to_owned(),
                    in_one_line(&other.value),
                    other.layer.clone(),
                    other.annotation.clone(),
                ]);
            }
        }
        let width = |column: usize| {
            let widths = lines.iter().map(|line| line[column].chars().count());
            widths.max().unwrap_or(0)
        };
        let widths = [width(0), width(1), width(2)];
        for [setting, value, layer, annotation] in &lines {
            let [first, second, third] = widths;
            writeln!(
                formatter,
                "{setting:first$}  {value:second$}  {layer:third$}  {annotation}"
            )?;
        }
        Ok(())
    }
}

/// A value cut to what a table has room for. Its whole text is in the other notation.
fn in_one_line(value: &str) -> String {
    const ROOM: usize = 48;
    let plain = !value.is_empty() && value.trim() == value && !value.chars().any(char::is_control);
    let shown = if plain {
        value.to_owned()
    } else {
        format!("{value:?}")
    };
    match shown.char_indices().nth(ROOM) {
        Some((cut, _)) => format!("{}…", &shown[..cut]),
        None => shown,
    }
}
