//! `docs/annotations.md` and `docs/errors.md` say what the code does, because they come from it.
//!
//! `make docs` writes them again.

use std::{fmt::Write, fs, io::Write as _, path::Path};

use vouchsafe_shared::{
    annotations::{Prefix, Scope, TABLE},
    diagnostic::Code,
};

const NOTICE: &str = "<!-- Generated from the source by `make docs`. -->\n\n";

fn annotations() -> String {
    let mut page = format!("{NOTICE}# Annotations\n\n");
    let prefixes: Vec<String> = Prefix::ALL
        .iter()
        .map(|prefix| format!("`{prefix}`"))
        .collect();
    let _ = writeln!(
        page,
        "Each name works under {}; for the same setting the first of them that has it wins. \
         NAME stands for the secret's own name, which is its file's name unless `file-NAME` says \
         otherwise (under the last two prefixes it is lower-cased, as the original injector does).\n",
        prefixes.join(", ")
    );
    for (scope, title) in [
        (Scope::Pod, "About the pod"),
        (Scope::Secret, "About one secret"),
    ] {
        let _ = writeln!(
            page,
            "## {title}\n\n| name | original name | values | default | effect |\n|---|---|---|---|---|"
        );
        let suffix = if scope == Scope::Secret { "-NAME" } else { "" };
        for row in TABLE.iter().filter(|row| row.scope == scope) {
            let original = row.original.map_or_else(
                || "the same".to_owned(),
                |original| format!("`{original}{suffix}`"),
            );
            let _ = writeln!(
                page,
                "| `{}{suffix}` | {original} | {} | {} | {} |",
                row.short, row.values, row.default, row.effect
            );
        }
        page.push('\n');
    }
    page
}

fn errors() -> String {
    let mut page = format!("{NOTICE}# Messages by code\n\n");
    page.push_str(
        "Every problem that Vouchsafe tells has a code that never changes its meaning: in denials \
         and warnings of `kubectl`, in the events of a pod that waits, in the agent's log and in \
         metrics. `VS1xxx` annotations, `VS3xxx` stores and logins, `VS4xxx` files, `VS5xxx` \
         reloads.\n\n",
    );
    for code in Code::ALL {
        let _ = writeln!(
            page,
            "## {code}\n\n{}\n\n**Remedy:** {}\n",
            code.cause(),
            code.remedy()
        );
    }
    page
}

fn check(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .join(name);
    if std::env::var_os("VOUCHSAFE_UPDATE_DOCS").is_some() {
        let written =
            fs::File::create(&path).and_then(|mut file| file.write_all(expected.as_bytes()));
        assert!(
            written.is_ok(),
            "docs/{name} cannot be written: {written:?}"
        );
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/{name} is not what the source says; run `make docs`"
    );
}

#[test]
fn the_page_of_annotations_is_up_to_date() {
    check("annotations.md", &annotations());
}

#[test]
fn the_page_of_errors_is_up_to_date() {
    check("errors.md", &errors());
}
