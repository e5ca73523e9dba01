//! `docs/templates.md` says what the code does: its list of functions and its list of differences
//! come from the code, and each of its examples is run.
//!
//! `make docs` writes them again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends there")]

#[path = "generated_docs/functions.rs"]
mod functions;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::PathBuf,
};

use vouchsafe_template::{DataFile, Options, Template, function};

use self::functions::TOPICS;

fn file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The functions by topic, those of sprig by name.
fn functions() -> String {
    let mut list = String::new();
    for (title, rows) in TOPICS {
        let _ = writeln!(list, "### {title}\n\n| | |\n|---|---|");
        for (usage, line) in *rows {
            let (name, arguments) = usage.split_once(' ').unwrap_or((usage, ""));
            let _ = writeln!(
                list,
                "| `{}` | {line} |",
                format!("{name} {arguments}").trim()
            );
        }
        list.push('\n');
    }
    let mut sprig: Vec<_> = function::names()
        .filter_map(|name| name.strip_prefix("sprig_"))
        .collect();
    sprig.sort_unstable();
    let _ = writeln!(
        list,
        "### Sprig\n\nThe hermetic functions of [sprig](https://masterminds.github.io/sprig/) 3.3.0, each with \
         `sprig_` in front of its name:\n\n`{}`",
        sprig.join("`, `")
    );
    list
}

/// The functions that are refused, by reason.
fn refused() -> String {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for name in refused_names() {
        let reason = function::unsupported::reason(name).unwrap();
        reasons.entry(reason).or_default().push(format!("`{name}`"));
    }
    let mut list = "| refused | because |\n|---|---|\n".to_owned();
    for (reason, names) in reasons {
        let _ = writeln!(list, "| {} | {reason} |", names.join(", "));
    }
    list
}

/// The table of the source is private: a template has no use for it.
fn refused_names() -> Vec<&'static str> {
    include_str!("../src/function/unsupported.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("    (\"")?.split('"').next())
        .collect()
}

/// The cases of the conformance suite that end otherwise than with the original, by reason.
fn differences() -> String {
    let text = fs::read_to_string(file("tests/differences.json")).unwrap();
    let names: BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, reason) in names {
        reasons.entry(reason).or_default().push(format!("`{name}`"));
    }
    if reasons.is_empty() {
        return "None is listed.\n".to_owned();
    }
    let mut list = String::new();
    for (reason, names) in reasons {
        let _ = writeln!(list, "- {reason} ({})", names.join(", "));
    }
    list
}

/// The page with everything that comes from the code.
fn generated(page: &str) -> String {
    let mut page = page.to_owned();
    for (name, content) in [
        ("functions", functions()),
        ("refused", refused()),
        ("differences", differences()),
    ] {
        let start = format!("<!-- {name}: written by `make docs` -->\n");
        let (before, rest) = page.split_once(&start).unwrap();
        let (_, after) = rest.split_once("<!-- end -->\n").unwrap();
        page = format!("{before}{start}\n{content}\n<!-- end -->\n{after}");
    }
    examples(&page)
}

/// Runs every `gotmpl` block with the data of the one `json` block; the `text` block behind it is
/// what comes of it.
fn examples(page: &str) -> String {
    let (_, json) = page.split_once("```json\n").unwrap();
    let (data, _) = json.split_once("```\n").unwrap();
    let mut parts = page.split("```gotmpl ");
    let mut result = parts.next().unwrap().to_owned();
    for part in parts {
        let (words, rest) = part.split_once('\n').unwrap();
        let (template, after) = rest.split_once("```\n").unwrap();
        let (between, output) = after.split_once("```text\n").unwrap();
        assert!(between.trim().is_empty(), "{words} has no output");
        let (_, after) = output.split_once("```\n").unwrap();
        let outcome = outcome(words, template, data);
        let _ = write!(
            result,
            "```gotmpl {words}\n{template}```\n\n```text\n{}\n```\n{after}",
            outcome.trim_end_matches('\n')
        );
    }
    result
}

/// What a template gives: text, error or, where asked for, warnings.
fn outcome(words: &str, template: &str, data: &str) -> String {
    let mut words = words.split(' ');
    let mut options = Options::new(words.next().unwrap());
    let mut warnings = false;
    for word in words {
        match word {
            "missing-key-error" => options.error_on_missing_key = true,
            "warnings" => warnings = true,
            _ => panic!("{word} means nothing here"),
        }
    }
    // The last line break belongs to the page.
    let template = template.strip_suffix('\n').unwrap();
    let template = match Template::parse(template.as_bytes(), options) {
        Ok(template) => template,
        Err(error) => return error.to_string(),
    };
    if warnings {
        let warnings = template.warnings();
        let lines: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        return lines.join("\n");
    }
    match DataFile::parse(data.as_bytes()).unwrap().render(&template) {
        Ok(output) => String::from_utf8(output.expose_secret().to_vec()).unwrap(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_page_of_templates_is_up_to_date() {
    let path = file("../docs/templates.md");
    let page = fs::read_to_string(&path).unwrap();
    let expected = generated(&page);
    if env::var_os("VOUCHSAFE_UPDATE_DOCS").is_some() {
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(expected.as_bytes()).unwrap();
        return;
    }
    let different = page
        .lines()
        .zip(expected.lines())
        .find(|(left, right)| left != right);
    assert!(
        page == expected,
        "docs/templates.md is not what the code says; run `make docs`: {different:?}"
    );
}

#[test]
fn every_function_is_described_with_its_arguments() {
    let mut names: BTreeSet<&str> = function::names()
        .filter(|name| !name.starts_with("sprig_"))
        .collect();
    for (usage, _) in TOPICS.iter().flat_map(|(_, rows)| *rows) {
        let (name, arguments) = usage.split_once(' ').unwrap_or((usage, ""));
        assert!(names.remove(name), "{name} is no function, or told twice");
        let function = function::find(name).unwrap();
        let count = arguments.split_whitespace().count();
        let fixed = function.parameters.len();
        if function.variadic.is_some() {
            assert!(count >= fixed, "{usage}");
        } else {
            assert!(count == fixed && !arguments.contains(['…', '[']), "{usage}");
        }
    }
    assert!(names.is_empty(), "not described: {names:?}");
}

#[test]
fn every_refused_function_is_found() {
    let names = refused_names();
    assert!(
        names.len() > 40
            && names
                .iter()
                .all(|name| function::unsupported::reason(name).is_some())
    );
    for name in ["key", "services", "tree", "sprig_genCA"] {
        assert!(names.contains(&name), "{name}");
    }
}
