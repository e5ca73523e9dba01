//! `docs/vault-agent-config.md` says what the code does, because it comes from it.
//!
//! `make docs` writes it again.

use std::{fmt::Write, fs, io::Write as _, path::Path};

use vouchsafe_vault_config::{
    Context,
    keys::{self, BLOCKS, Row, Treatment},
    variables,
};

const INTRODUCTION: &str = r#"<!-- Generated from the source by `make docs`. -->

# Configuration files of Vault Agent

The agent runs from a configuration file that was written for Vault Agent, in HCL or JSON, as `agent-configmap` names one:

```
vouchsafe-agent run --vault-agent-config /vault/configs/config.hcl
```

What would change the content, the owner or the readers of a file and is not done here is refused. So is a key that does not
exist, because it may be one of these, misspelt. All problems are told at once:

```
VS7003 file /vault/configs/config.hcl: line 3, column 5: auto_auth.method.wrap_ttl is not supported: the token is never written response-wrapped (help: remove it, or keep this pod with the original agent)
  3 |     wrap_ttl = "5m"
    |     ^
```

In the tables, **used** does what it does in the original; **ignored** changes nothing because nothing is lost; **warned** changes
nothing and the agent says so; **refused** keeps the agent from starting, unless the value is `false`, `0` or empty. Names of keys
may be in any case. Numbers, `true` and `false` may stand in quotes; `"false"` is false.
"#;

/// Before the names of the variables.
const ENVIRONMENT: &str = "
## The environment

As in the original, an environment variable wins over the file, and an empty one counts as absent. Of certificate authorities the
first counts alone: a file, then `VAULT_CACERT_BYTES`, then a directory. These are looked at, each `BAO_…` before its `VAULT_…`:

";

/// After the name of the variable with the volumes.
const VOLUMES: &str = "` names the volumes that the agent can write to, separated by colons, as
in `/vault/secrets:/home/vault`. Each `destination` of a template and each `path` of a sink must be a file below one of them; the
files of a volume change together.
";

const TEXT: &str = "## The text

HCL is version 1 of the language, as Vault Agent reads it: comments with `#`, `//` and `/* */`, blocks with labels, `<<EOF` and
`<<-EOF`, `${…}` as written. A file whose first character is `{` is JSON. At most 1 MiB and 100 blocks or lists within one another
are read. It differs from the original in this:

";

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for block in BLOCKS {
        let title = if block.is_empty() {
            "The file itself".to_owned()
        } else {
            format!("`{block}`")
        };
        let _ = writeln!(page, "\n## {title}\n\n| key | | |\n|---|---|---|");
        for Row {
            key,
            treatment,
            note,
            ..
        } in keys::rows(block)
        {
            let treatment = match treatment {
                Treatment::Used => "used",
                Treatment::Ignored => "ignored",
                Treatment::Warned => "warned",
                Treatment::Refused => "**refused**",
            };
            let _ = writeln!(page, "| `{key}` | {treatment} | {note} |");
        }
    }
    page.push_str(ENVIRONMENT);
    let names: Vec<String> = variables().map(|name| format!("`{name}`")).collect();
    let volumes = Context::VOLUMES_VARIABLE;
    let _ = writeln!(page, "{}.\n\n`{volumes}{VOLUMES}", names.join(", "));
    page.push_str(TEXT);
    let differences = include_str!("differences.json");
    let mut told = Vec::new();
    for line in differences.lines() {
        // The file is a flat object, a pair a line.
        if let Some((_, reason)) = line.split_once("\": \"") {
            let reason = reason.trim_end_matches(['"', ',']);
            if !told.contains(&reason) {
                told.push(reason);
                let _ = writeln!(page, "- {reason}");
            }
        }
    }
    page
}

#[test]
fn the_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/vault-agent-config.md");
    let expected = page();
    if std::env::var_os("VOUCHSAFE_UPDATE_DOCS").is_some() {
        let written =
            fs::File::create(&path).and_then(|mut file| file.write_all(expected.as_bytes()));
        assert!(
            written.is_ok(),
            "{} cannot be written: {written:?}",
            path.display()
        );
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/vault-agent-config.md is not what the source says; run `make docs`"
    );
}

#[test]
fn every_key_stands_once_in_a_block_of_the_page() {
    for (index, row) in keys::KEYS.iter().enumerate() {
        assert!(BLOCKS.contains(&row.block), "{row:?}");
        let again = keys::KEYS.iter().skip(index + 1);
        assert!(
            !again
                .clone()
                .any(|other| other.block == row.block && other.key == row.key),
            "{row:?}"
        );
        let told = row.treatment != Treatment::Refused || row.note.contains("; ");
        assert!(told, "no remedy: {row:?}");
    }
}
