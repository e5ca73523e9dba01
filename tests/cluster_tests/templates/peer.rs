//! The same templates, the same server, the same bytes as the store's own agent.

use serde_json::json;
use vouchsafe_tests::{agent::Agent, peer};

use super::{SOON, ready_namespace};

/// `TWO` and `ONE` stand for paths of a secret in each version of KV, `LIST` for a path with
/// secrets below.
const TEMPLATES: &[&str] = &[
    r#"{{ with secret "TWO" }}{{ range $k, $v := .Data.data }}{{ $k }}: {{ $v }}
{{ end }}{{ end }}"#,
    r#"{{ with secret "ONE" }}{{ range $k, $v := .Data }}{{ $k }}: {{ $v }}
{{ end }}{{ .LeaseDuration }} {{ .Renewable }} {{ .LeaseID | len }}{{ end }}"#,
    r#"{{ with secret "TWO" }}{{ .Data.data | toJSON }}
{{ .Data.data | toJSONPretty }}
{{ .Data.data | toUnescapedJSON }}
{{ .Data.data | toYAML }}{{ end }}"#,
    r#"{{ with secret "TWO" }}{{ .Data.data.nested | toTOML }}
{{ .Data.data.text | indent 4 }}
{{ .Data.data.text | base64Encode | base64Decode | sha256Hex }}{{ end }}"#,
    r#"{{- with secret "TWO" -}}
{{- range $index, $host := .Data.data.hosts -}}
  {{- if $index }}, {{ end }}{{ $host | toUpper | printf "%-8q" }}
{{- end }}
{{ if and .Data.data.on (not .Data.data.off) (gt (len .Data.data.hosts) 1) }}on{{ else }}off{{ end }}
{{- end -}}"#,
    r#"{{ with secret "TWO" }}{{ .Data.data.port }} {{ .Data.data.ratio }} {{ .Data.data.large }} {{ printf "%v %s %d %T" .Data.data.port .Data.data.port .Data.data.port .Data.data.port }}
{{ .Data.data.none }} {{ .Data.data.missing }} {{ index .Data.data "dash-ed" }} {{ .Data.metadata.version }} {{ .Data.data.port.Int64 | add 1 }}{{ end }}"#,
    r#"{{ with secret "TWO" }}{{ scratch.MapSet "m" "user" .Data.data.user }}{{ scratch.MapSet "m" "a" "b" }}{{ range scratch.MapValues "m" }}<{{ . }}>{{ end }}{{ end }}"#,
    r#"{{ range $name := secrets "LIST" }}{{ $name }} {{ end }}{{ range secrets "LISTnothing/" }}never{{ end }}"#,
    r#"{{ define "user" }}[{{ .user }}]{{ end }}{{ with secret "TWO" }}{{ template "user" .Data.data }}{{ executeTemplate "user" .Data.data }}{{ end }}{{/* no text */ -}}
   {{ "a:1,b:2" | splitToMap "," ":" | toJSON }}"#,
    r#"{{ with secret "TWO" }}{{ .Data.data.user | sprig_trunc 2 | sprig_quote }} {{ sprig_default "d" .Data.data.missing }} {{ .Data.data.hosts | sprig_join "+" }} {{ sprig_dict "a" 1 "b" 2 | sprig_toJson }} {{ .Data.data.text | sprig_b64enc }}{{ end }}"#,
    r#"{{ with secret "TWO" }}{{ .Data.data.json | parseJSON | explodeMap | toJSON }} {{ with .Data.data.json | parseJSON }}{{ index . "a/b" }}{{ end }}{{ end }}{{ range loop 3 }}{{ . }}{{ end }}"#,
    r#"{{ with $s := secret "TWO" }}{{ $s.Data.data.text | js }} {{ html $s.Data.data.text }} {{ urlquery $s.Data.data.text }} {{ print 1 2 "x" 3.0 }} {{ slice "abcdef" 1 3 }}{{ end }}"#,
];

#[test]
fn our_agent_writes_the_bytes_that_the_stores_own_agent_writes() {
    let (namespace, vault) = ready_namespace("peer");
    let role = namespace.name.as_str();
    vault.role(role, role, &json!({ "audience": "vouchsafe" }));
    let data = json!({
        "user": "app", "text": "it's <b>\"wörd\" & more\n\tnext $1 \\ \u{1F511} end\n",
        "port": 5432, "ratio": 1.5, "large": 9_007_199_254_740_993_u64,
        "on": true, "off": false, "none": null, "empty": "", "dash-ed": "yes", "yes": "no", "number": "007",
        "hosts": ["b.example", "a.example"], "nested": { "b": { "c": "d" }, "a": "1", "list": ["x", "y"] },
        "json": "{\"a/b\": 1e6, \"a/c\": [true, null], \"d\": 12}",
    });
    vault.put(role, &data);
    vault.put(&format!("{role}-list/one"), &data);
    vault.put(&format!("{role}-list/two/three"), &data);
    vault.write(&format!("kv1/{role}"), &data);
    let templates: Vec<String> = TEMPLATES
        .iter()
        .map(|template| {
            template
                .replace("TWO", &format!("secret/data/{role}"))
                .replace("ONE", &format!("kv1/{role}"))
                .replace("LIST", &format!("secret/metadata/{role}-list/"))
        })
        .collect();
    let texts: Vec<&str> = templates.iter().map(String::as_str).collect();
    let expected = peer::render(&vault, &texts);

    let files: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| json!({ "name": index.to_string(), "source": { "template": text } }))
        .collect();
    let mut agent = Agent::new(&vault, role, role, &json!(files), |_| {});
    agent.start();
    for (index, expected) in expected.iter().enumerate() {
        assert!(!expected.is_empty(), "{}", texts[index]);
        agent.wait_file(&index.to_string(), expected, SOON);
    }
}
