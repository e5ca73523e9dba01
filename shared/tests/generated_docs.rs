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
         otherwise (under the last two prefixes it is lower-cased, as the original injector does). \
         Short names that begin with `template-` work under the first prefix only.\n",
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
    page.push_str(TEMPLATES);
    page
}

const TEMPLATES: &str = r#"## Templates

A template is written in the language of the original injector: Go's `text/template` with the functions of consul-template. It asks
for its secrets itself, as many as it needs; `secret-NAME` may be left out and is not read beside it.

```yaml
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    vouchsafe.dev/inject: "true"
    vouchsafe.dev/role: web
    vouchsafe.dev/template-web.env: |        # KV version 2: the values lie under .Data.data
      {{- with secret "secret/data/web" }}
      API_KEY={{ .Data.data.api_key }}
      {{- end }}
    vouchsafe.dev/template-db.url: |         # a user of the database for this pod alone
      {{ with secret "database/creds/web" -}}
      postgres://{{ .Data.username }}:{{ .Data.password | urlquery }}@db.shop.svc:5432/web
      {{- end }}
spec:
  serviceAccountName: web
  containers:
    - name: web
      image: registry.example/web:1
```

- A template that cannot be read denies the pod, with line and column; one that is probably not meant so (`.Data.user` of KV
  version 2, credentials asked for as if they were KV) is admitted with a warning. A template in a file cannot be checked then.
- The text stands in the agent's configuration byte for byte. That holds 128 KiB in all; a longer template has to be a
  file of the agent's image (`template-file-NAME`).
- A template that fails when it runs keeps the last good content of its file, and others go on. With `error-fatal-NAME` it ends the
  agent instead, with exit code 1 and every file as it was; Kubernetes starts it again. With the original injector that is so for
  every template. A secret that is not there is waited for in either case.
- Under `vault.hashicorp.com/` and `openbao.org/` a secret without a template, a `format-NAME` and a `#KEY` is rendered with the
  original's default template, `map` or `json`. Quotes in its path are escaped, which the original does not do.
- `agent-inject-template-file-x` is the file of the template for `x`, never the text of one for `file-x`.
- Names that differ in case alone (`Foo`, `foo`) are two secrets. Where both would write the same file the pod is denied.
"#;

fn errors() -> String {
    let mut page = format!("{NOTICE}# Messages by code\n\n");
    page.push_str(
        "Every problem that Vouchsafe tells has a code that never changes its meaning: in denials \
         and warnings of `kubectl`, in the events of a pod that waits, in the agent's log and in \
         metrics. `VS1xxx` annotations, `VS2xxx` templates, `VS3xxx` stores and logins, `VS4xxx` files, `VS5xxx` \
         reloads, `VS7xxx` configuration files of Vault Agent.\n\n",
    );
    for code in Code::ALL {
        let _ = writeln!(page, "## {code}\n\n{}\n", code.cause());
        if let Some(example) = code.example() {
            let _ = writeln!(page, "```text\n{example}\n```\n");
        }
        let _ = writeln!(page, "**Remedy:** {}\n", code.remedy());
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
