//! `docs/annotations.md` and `docs/errors.md` say what the code does, because they come from it.
//!
//! `make docs` writes them again.

use std::{fmt::Write, fs, io::Write as _, path::Path};

use vouchsafe_shared::{
    annotations::{Origin, Prefix, TOPICS},
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
        "Each name works under {}, in our spelling and in the original injector's; for the same \
         setting the first of them that has it wins. NAME stands for the secret's own name, which \
         is its file's name unless `file-NAME` says otherwise (under the last two prefixes it is \
         lower-cased, as the original injector does). PARAM stands for the name of a parameter. \
         Short names that begin with `template-` and carry a NAME work under the first prefix \
         only.\n",
        prefixes.join(", ")
    );
    page.push_str(VALUES);
    for (topic, rows) in TOPICS {
        let _ = writeln!(
            page,
            "## {topic}\n\n| name | original name | since | values | default | effect |\n|---|---|---|---|---|---|"
        );
        for row in *rows {
            let suffix = row.scope.suffix();
            let original = match (row.original, row.origin) {
                (None, Origin::Ours) => "none: ours".to_owned(),
                (None, _) => "the same".to_owned(),
                (Some(original), Origin::Proposed) => format!("`{original}{suffix}` (proposed)"),
                (Some(original), _) => format!("`{original}{suffix}`"),
            };
            let _ = writeln!(
                page,
                "| `{}{suffix}` | {original} | {} | {} | {} | {} |",
                row.short, row.since, row.values, row.default, row.effect
            );
        }
        page.push('\n');
    }
    page.push_str(LAYERS);
    page.push_str(TEMPLATES);
    page.push_str(DIFFERENCES);
    page
}

const VALUES: &str = r#"A value is read by the rules of its own prefix. Under `vouchsafe.dev/` a blank value is a mistake wherever a blank makes no sense,
and a bare number of a duration means seconds. Under the other two a value is read as the original injector reads it: `""` is
`false` and `0`, so `agent-run-as-user: ""` means root, a blank time, proxy or namespace means that the webhook's own does not count,
and only Go's spellings of true and false do. Everything wrong with a pod is told at once.

"#;

const LAYERS: &str = r"## Defaults

A setting that a pod does not make itself is looked for around it. The first place that has it counts:

1. the pod's annotations,
2. the profiles that the pod names with `vouchsafe.dev/profile: web-db,verbose`; of several the later ones win,
3. the annotations of its namespace,
4. the profiles that those name,
5. the cluster's defaults,
6. the profiles that those name.

Everything can be a default, secrets and templates too: `secret-NAME`, `mode-NAME` and the rest are looked for one by one. A pod
takes a default's file away with a blank `secret-NAME`. Where two settings exclude each other, such as `placement` and `init-first`
or `role` and `auth-config-role`, the one nearer to the pod is meant. The prefix of the `inject` that counts decides the dialect.
Messages name the place: `vouchsafe.dev/role (profile web-db)`. A name that we do not know denies the pod where it or a profile of
its choice has it, and is a warning in the defaults of a namespace or cluster.

";

const DIFFERENCES: &str = r#"
## Where we differ from the original injector on purpose

These hold under `vault.hashicorp.com/` and `openbao.org/` too:

- Denied: a file that would leave its directory (`../`); permissions, ports, log levels, durations and parts of the agent that the
  original's agent would fail on; two secrets, or a secret and the token, that would write the same file; directories that are not
  absolute; `pre-populate: "false"` with `pre-populate-only: "true"`, which would give the pod nothing; `NaN`-like and negative
  numbers that no user, port or share can be.
- A warning, where the original says nothing: names that we do not know; a pod without secrets; settings of secrets that no
  annotation names; a `preserve-secret-case` that is neither true nor false; a `template-lease-renewal-threshold` outside of 0 and 1,
  which is passed over; settings of the cache and of telemetry, of which little remains.
- Blanks around the names of `agent-inject-containers` do not count.
- `auth-path` may leave out `auth/`.
"#;

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
- [reload.md](reload.md) tells what reloads do, with an example of each. `reload-timeout`, `reload-retries`, `reload-debounce`,
  `reload-on-first`, `reload-headers` and `reload-expect-status` are settings of the pod, so secrets of these names cannot have a
  `reload-NAME`; `reload` of the pod tells of them.
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
