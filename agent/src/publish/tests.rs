mod bundles;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::{Value, json};
use vouchsafe_shared::diagnostic::Code;
use vouchsafe_template::scope::Dependency;
use zeroize::Zeroizing;

use super::*;
use crate::{
    plan::Plan,
    store::{Layout, Reply},
};

/// A publisher, and a store that answers at once.
struct Bench {
    directory: tempfile::TempDir,
    demand: Demand,
    publisher: Publisher,
    answers: Vec<Option<Answer>>,
    prospects: BTreeMap<SecretIndex, Prospect>,
    endless: Vec<FileIndex>,
    token: Option<SecretString>,
}

impl Bench {
    fn new(files: &[(&str, Value)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self::at(&directory.path().join("secrets").clone(), directory, files)
    }

    fn at(path: &Path, directory: tempfile::TempDir, files: &[(&str, Value)]) -> Self {
        let config = config(path, files);
        Self {
            directory,
            demand: Demand::new(Plan::new(&config)),
            publisher: Publisher::new(&config, Templates::load(&config)),
            answers: Vec::new(),
            prospects: BTreeMap::new(),
            endless: Vec::new(),
            token: None,
        }
    }

    fn answer(&mut self, path: &str, data: &Value) {
        let dependency = Dependency::Read {
            path: path.to_owned(),
        };
        let index = self.demand.find(crate::plan::StoreIndex(0), &dependency);
        let index = index.expect("the secret is needed").0;
        let body = Zeroizing::new(json!({ "request_id": "1", "data": data }).to_string());
        let reply = Reply {
            body: Zeroizing::new(body.as_bytes().to_vec()),
            layout: Layout::Plain,
        };
        let (answer, _) = Answer::decode(&dependency, &reply, SystemTime::now()).unwrap();
        self.answers
            .resize_with(self.answers.len().max(index + 1), || None);
        self.answers[index] = Some(answer);
    }

    fn publish(&mut self) -> Attempt {
        let prospects = &self.prospects;
        let prospect = |secret| *prospects.get(&secret).unwrap_or(&Prospect::Awaited);
        let material = Material {
            demand: &self.demand,
            prospect: &prospect,
            is_endless: &|file| self.endless.contains(&file),
            answers: &self.answers,
            tokens: &[self.token.as_ref()],
        };
        let files = self.demand.plan().files.iter();
        let volumes: BTreeSet<_> = files.map(|file| file.volume).collect();
        let volumes: Vec<_> = volumes.into_iter().collect();
        let attempt = self
            .publisher
            .publish(&material, &volumes, SystemTime::now());
        for asked in attempt.asked.clone() {
            self.demand.learn(asked, |_| false);
        }
        self.demand.retire();
        attempt
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.directory.path().join("secrets").join(name)).unwrap()
    }
}

fn config(path: &Path, files: &[(&str, Value)]) -> AgentConfig {
    let file = |(name, source): &(&str, Value)| {
        let mut source = source.clone();
        let beside = source
            .as_object_mut()
            .and_then(|source| source.remove("beside"));
        let mut file = beside.unwrap_or_else(|| json!({}));
        file["name"] = json!(name);
        file["store"] = json!("vault");
        file["source"] = source;
        file
    };
    let second = format!("{}-1", path.display());
    let auth = json!({ "method": "kubernetes", "mount": "auth/kubernetes", "role": "web", "token_file": "/token" });
    let config = json!({
        "version": 1,
        "stores": [{ "name": "vault", "kind": "vault", "address": "https://vault", "auth": auth }],
        "volumes": [{ "path": path }, { "path": second }],
        "files": files.iter().map(file).collect::<Vec<_>>(),
    });
    AgentConfig::from_json(&config.to_string()).unwrap()
}

fn plain(path: &str) -> Value {
    json!({ "secret": path, "format": "raw", "key": "value" })
}

fn template(text: &str) -> Value {
    json!({ "template": text })
}

fn rendered(attempt: &Attempt) -> (Vec<usize>, bool, Option<&Fault>) {
    match &attempt.outcome {
        Outcome::Rendered {
            changed,
            first,
            kept,
        } => {
            let changed = changed.iter().map(|file| file.0).collect();
            assert!(kept.len() <= 1, "{kept:?}");
            (changed, *first, kept.first().map(|kept| &kept.fault))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_that_cannot_be_rendered_keeps_its_last_good_content_while_others_change() {
    let mut bench = Bench::new(&[("a", plain("secret/a")), ("b", plain("secret/b"))]);
    bench.answer("secret/a", &json!({ "value": "1" }));
    bench.answer("secret/b", &json!({ "value": "1" }));
    assert_eq!(rendered(&bench.publish()), (vec![0, 1], true, None));

    bench.answer("secret/a", &json!({ "value": "2" }));
    bench.answer("secret/b", &json!({ "other": "canary" }));
    let attempt = bench.publish();
    let (changed, first, kept) = rendered(&attempt);
    assert_eq!((changed, first), (vec![0], false));
    let kept = kept.unwrap();
    assert_eq!(kept.code, Code::KeyNotFound);
    assert!(
        kept.message.contains("file b") && !kept.message.contains("canary"),
        "{kept}"
    );
    assert_eq!(
        (bench.read("a").as_str(), bench.read("b").as_str()),
        ("2", "1")
    );
}

#[test]
fn a_token_is_a_file_as_any_other_of_its_volume() {
    let mut bench = Bench::new(&[
        ("a", plain("secret/a")),
        ("token", json!({ "token": true })),
    ]);
    bench.answer("secret/a", &json!({ "value": "1" }));
    assert_eq!(bench.publish().outcome, Outcome::Incomplete);
    bench.token = Some(SecretString::from("s.one"));
    assert_eq!(rendered(&bench.publish()), (vec![0, 1], true, None));
    assert_eq!(bench.read("token"), "s.one");
    bench.token = Some(SecretString::from("s.two"));
    assert_eq!(rendered(&bench.publish()), (vec![1], false, None));
    assert_eq!(bench.read("token"), "s.two");
}

#[test]
fn nothing_is_published_before_every_file_was_rendered_once() {
    let mut bench = Bench::new(&[("a", plain("secret/a")), ("b", plain("secret/b"))]);
    bench.answer("secret/a", &json!({ "value": "1" }));
    assert_eq!(bench.publish().outcome, Outcome::Incomplete);
    bench.answer("secret/b", &json!({ "other": "1" }));
    let Outcome::Failed(fault) = bench.publish().outcome else {
        panic!("published")
    };
    assert_eq!((fault.code, fault.whose), (Code::KeyNotFound, Whose::User));
    assert!(!bench.directory.path().join("secrets/a").exists());
}

#[test]
fn a_volume_that_cannot_be_opened_is_the_pods_fault() {
    let directory = tempfile::tempdir().unwrap();
    let blocked = directory.path().join("file");
    fs::File::create(&blocked).unwrap();
    let mut bench = Bench::at(&blocked, directory, &[("a", plain("secret/a"))]);
    bench.answer("secret/a", &json!({ "value": "1" }));
    let Outcome::Failed(fault) = bench.publish().outcome else {
        panic!("published")
    };
    assert_eq!((fault.code, fault.whose), (Code::WriteFailed, Whose::Pod));
}

#[test]
fn a_template_is_rendered_once_all_it_asks_for_is_there() {
    let text = r#"{{ with secret "secret/a" }}{{ .Data.value }}{{ with secret "secret/b" }}-{{ .Data.value }}{{ end }}{{ end }}"#;
    let mut bench = Bench::new(&[("a", template(text))]);
    assert_eq!(bench.publish().outcome, Outcome::Incomplete);
    bench.answer("secret/a", &json!({ "value": 1.50 }));
    assert_eq!(bench.publish().outcome, Outcome::Incomplete);
    bench.answer("secret/b", &json!({ "value": "x" }));
    let attempt = bench.publish();
    assert_eq!(rendered(&attempt), (vec![0], true, None));
    assert_eq!((attempt.rendered, bench.read("a").as_str()), (1, "1.5-x"));
}

#[test]
fn an_error_for_want_of_an_answer_is_none() {
    let text = r#"{{ $a := secret "secret/a" }}{{ $a.Data.inner.value }}"#;
    let mut bench = Bench::new(&[("a", template(text))]);
    let attempt = bench.publish();
    assert_eq!(attempt.outcome, Outcome::Incomplete);
    assert!(attempt.template_faults.is_empty());
    bench.answer("secret/a", &json!({ "inner": { "value": "x" } }));
    bench.publish();
    assert_eq!(bench.read("a"), "x");
}

#[test]
fn a_template_that_fails_keeps_its_last_good_file_and_names_its_line() {
    let text = "line\n{{ with secret \"secret/a\" }}{{ .Data.inner.value }}{{ end }}";
    let mut bench = Bench::new(&[("a", template(text)), ("b", plain("secret/b"))]);
    bench.publish();
    bench.answer("secret/a", &json!({ "inner": { "value": "1" } }));
    bench.answer("secret/b", &json!({ "value": "1" }));
    bench.publish();
    bench.answer("secret/a", &json!({ "inner": "canary" }));
    bench.answer("secret/b", &json!({ "value": "2" }));
    let attempt = bench.publish();
    let (changed, _, kept) = rendered(&attempt);
    assert_eq!(changed, [1]);
    let kept = kept.unwrap();
    assert_eq!(kept.code, Code::TemplateFailed);
    assert!(kept.message.contains("template a, line 2"), "{kept}");
    assert!(!kept.message.contains("canary"), "{kept}");
    assert_eq!(attempt.template_faults.len(), 1);
    assert_eq!(
        (bench.read("a").as_str(), bench.read("b").as_str()),
        ("line\n1", "2")
    );
}

fn fatal(text: &str) -> Value {
    json!({ "template": text, "error_fatal": true })
}

#[test]
fn a_fatal_template_that_fails_leaves_every_file_as_it_was() {
    let text = r#"{{ with secret "secret/a" }}{{ .Data.inner.value }}{{ end }}"#;
    let mut bench = Bench::new(&[
        ("a", plain("secret/b")),
        ("b", fatal(text)),
        ("c", plain("secret/b")),
    ]);
    // What is not there yet is no failure.
    assert_eq!(bench.publish().outcome, Outcome::Incomplete);
    bench.answer("secret/a", &json!({ "inner": { "value": "1" } }));
    bench.answer("secret/b", &json!({ "value": "1" }));
    rendered(&bench.publish());
    bench.answer("secret/a", &json!({ "inner": "canary" }));
    bench.answer("secret/b", &json!({ "value": "2" }));
    let attempt = bench.publish();
    let Outcome::Fatal(fatal) = &attempt.outcome else {
        panic!("{attempt:?}")
    };
    assert_eq!(
        (fatal.file, fatal.fault.code),
        (FileIndex(1), Code::TemplateFailed)
    );
    assert!(
        fatal.fault.message.contains("template b, line 1"),
        "{}",
        fatal.fault
    );
    assert_eq!(&attempt.template_faults, std::slice::from_ref(fatal));
    assert_eq!(
        ["a", "b", "c"].map(|name| bench.read(name)),
        ["1", "1", "1"]
    );
}

#[test]
fn a_template_without_end_keeps_its_file_and_lets_others_go_on() {
    let text = r#"{{ with secret "secret/a" }}{{ .Data.value }}{{ if eq .Data.value "2" }}{{ with secret "secret/more" }}x{{ end }}{{ end }}{{ end }}"#;
    for template in [template(text), fatal(text)] {
        let mut bench = Bench::new(&[("a", template), ("b", plain("secret/b"))]);
        bench.publish();
        let answer = |bench: &mut Bench, value: &str| {
            bench.answer("secret/a", &json!({ "value": value }));
            bench.answer("secret/b", &json!({ "value": value }));
        };
        answer(&mut bench, "1");
        rendered(&bench.publish());
        answer(&mut bench, "2");
        assert_eq!(bench.publish().outcome, Outcome::Incomplete);
        bench.endless.push(FileIndex(0));
        let attempt = bench.publish();
        let Outcome::Rendered { kept, .. } = &attempt.outcome else {
            panic!("{attempt:?}")
        };
        let kept: Vec<_> = kept
            .iter()
            .map(|kept| (kept.file, kept.fault.code))
            .collect();
        assert_eq!(kept, [(FileIndex(0), Code::TemplateFailed)]);
        assert_eq!(["a", "b"].map(|name| bench.read(name)), ["1", "2"]);
        // Not all it asks for is there, so that it ends the agent was not asked for.
        assert!(attempt.template_faults.is_empty());
    }
}

#[test]
fn a_secret_that_is_not_there_is_no_failure_of_a_fatal_template() {
    let text = r#"{{ $gone := secret "secret/gone" }}{{ $gone.Data.inner.value }}"#;
    let mut bench = Bench::new(&[("a", fatal(text))]);
    bench.publish();
    let gone = Dependency::Read {
        path: "secret/gone".to_owned(),
    };
    let gone = bench.demand.find(crate::plan::StoreIndex(0), &gone);
    bench
        .prospects
        .extend(gone.into_iter().map(|gone| (gone, Prospect::GivenUp)));
    let Outcome::Failed(fault) = bench.publish().outcome else {
        panic!("not failed")
    };
    assert_eq!(fault.code, Code::SecretNotFound);
}

#[test]
fn a_file_beside_that_cannot_be_written_is_a_failure_of_its_template() {
    for is_fatal in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let blocked = directory.path().join("file");
        fs::File::create(&blocked).unwrap();
        let text = format!(
            r#"{{{{ "x" | writeToFile "{}/beside" "" "" "0600" }}}}"#,
            blocked.display()
        );
        let source = if is_fatal {
            fatal(&text)
        } else {
            template(&text)
        };
        let mut bench = Bench::at(
            &directory.path().join("secrets").clone(),
            directory,
            &[("a", source)],
        );
        let attempt = bench.publish();
        let fault = &attempt.template_faults[0].fault;
        assert_eq!((fault.code, attempt.rendered), (Code::WriteFailed, 0));
        match attempt.outcome {
            Outcome::Failed(failed) => assert!(!is_fatal && failed == *fault),
            Outcome::Fatal(fatal) => assert!(is_fatal && fatal.fault == *fault),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_secret_that_is_given_up_holds_back_its_own_file_only() {
    let text = r#"{{ with secret "secret/a" }}{{ .Data.value }}{{ if eq .Data.value "2" }}{{ with secret "secret/gone" }}{{ .Data.value }}{{ end }}{{ end }}{{ end }}"#;
    let mut bench = Bench::new(&[("a", template(text)), ("b", plain("secret/b"))]);
    bench.publish();
    bench.answer("secret/a", &json!({ "value": "1" }));
    bench.answer("secret/b", &json!({ "value": "1" }));
    bench.publish();
    bench.answer("secret/a", &json!({ "value": "2" }));
    bench.answer("secret/b", &json!({ "value": "2" }));
    assert_eq!(bench.publish().outcome, Outcome::Incomplete);
    let gone = Dependency::Read {
        path: "secret/gone".to_owned(),
    };
    let gone = bench.demand.find(crate::plan::StoreIndex(0), &gone);
    bench
        .prospects
        .extend(gone.into_iter().map(|gone| (gone, Prospect::GivenUp)));
    let attempt = bench.publish();
    let (changed, _, kept) = rendered(&attempt);
    assert_eq!(
        (changed, kept.unwrap().code),
        (vec![1], Code::SecretNotFound)
    );
    assert_eq!(
        (bench.read("a").as_str(), bench.read("b").as_str()),
        ("1", "2")
    );
}

#[test]
fn a_plain_file_and_a_template_share_an_answer_and_cannot_spoil_it() {
    let text = r#"{{ with secret "secret/a" }}{{ $_ := sprig_set .Data "value" "spoilt" }}{{ .Data.value }}{{ end }}"#;
    let mut bench = Bench::new(&[("a", template(text)), ("b", plain("secret/a"))]);
    bench.publish();
    bench.answer("secret/a", &json!({ "value": "1" }));
    for _ in 0..2 {
        rendered(&bench.publish());
        assert_eq!(
            (bench.read("a").as_str(), bench.read("b").as_str()),
            ("spoilt", "1")
        );
    }
}

#[test]
fn files_beside_the_rendered_one_are_written_when_nothing_is_missing() {
    let directory = tempfile::tempdir().unwrap();
    let other = directory.path().join("deep/other");
    let text = format!(
        r#"{{{{ with secret "secret/a" }}}}{{{{ .Data.value | writeToFile "{0}" "" "" "0640" }}}}{{{{ end }}}}main{{{{ "x" | writeToFile "{0}" "" "" "0600" "append" }}}}"#,
        other.display()
    );
    let mut bench = Bench::at(
        &directory.path().join("secrets").clone(),
        directory,
        &[("a", template(&text))],
    );
    assert_eq!(bench.publish().outcome, Outcome::Incomplete);
    assert!(!other.exists());
    bench.answer("secret/a", &json!({ "value": "1" }));
    for _ in 0..2 {
        rendered(&bench.publish());
        assert_eq!(fs::read_to_string(&other).unwrap(), "1x");
    }
    assert_eq!(bench.read("a"), "main");
}

#[test]
fn an_invalid_template_is_told_and_others_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let gone = json!({ "template_file": "/nowhere" });
    let files = [
        ("a", template("{{ nope }}")),
        ("b", gone),
        ("c", template("x")),
    ];
    let config = config(directory.path(), &files);
    let templates = Templates::load(&config);
    let faults: Vec<_> = templates.faults().collect();
    assert!(
        faults
            .iter()
            .all(|fault| fault.code == Code::TemplateInvalid)
    );
    assert!(
        faults[0].message.contains("template a, line 1"),
        "{}",
        faults[0]
    );
    assert!(
        faults[1].message.contains("/nowhere of file b"),
        "{}",
        faults[1]
    );
    assert!(!templates.are_hopeless());
    let hopeless = Templates::load(&self::config(directory.path(), &files[..2]));
    assert!(hopeless.are_hopeless());
    let with_fatal = [("a", fatal("{{ nope }}")), ("c", template("x"))];
    let with_fatal = Templates::load(&self::config(directory.path(), &with_fatal));
    assert!(with_fatal.are_hopeless());
}

impl Bench {
    /// The secret at a path is not there, for this reason.
    fn lacks(&mut self, path: &str, prospect: Prospect) {
        let path = path.to_owned();
        let store = crate::plan::StoreIndex(0);
        let secret = self.demand.find(store, &Dependency::Read { path });
        self.prospects
            .insert(secret.expect("the secret is needed"), prospect);
    }
}

/// A file source with what its file says beside it.
fn with(mut source: Value, key: &str, value: &Value) -> Value {
    source["beside"][key] = value.clone();
    source
}

fn optional(source: Value) -> Value {
    with(source, "optional", &json!(true))
}

#[test]
fn an_optional_file_appears_with_its_secret_and_stays_from_then_on() {
    let mut bench = Bench::new(&[("a", plain("secret/a")), ("b", optional(plain("secret/b")))]);
    bench.answer("secret/a", &json!({ "value": "1" }));
    assert_eq!(bench.publish().outcome, Outcome::Incomplete);
    bench.lacks("secret/b", Prospect::Absent);
    assert_eq!(rendered(&bench.publish()), (vec![0], true, None));
    assert!(!bench.directory.path().join("secrets/b").exists());
    bench.answer("secret/b", &json!({ "value": "2" }));
    assert_eq!(rendered(&bench.publish()), (vec![1], false, None));
    // A value that vanishes from it leaves the file as it was.
    bench.answer("secret/b", &json!({ "other": "2" }));
    assert_eq!(rendered(&bench.publish()), (vec![], false, None));
    assert_eq!(bench.read("b"), "2");
}

#[test]
fn a_refused_secret_is_not_missing_for_an_optional_file() {
    let mut bench = Bench::new(&[("a", optional(plain("secret/a")))]);
    bench.lacks("secret/a", Prospect::GivenUp);
    let Outcome::Failed(fault) = bench.publish().outcome else {
        panic!("published")
    };
    assert_eq!(fault.code, Code::SecretNotFound);
}

#[test]
fn a_fallback_stands_in_for_a_secret_a_value_and_a_template() {
    let fallback = |source| with(source, "fallback", &json!("none"));
    let text = r#"{{ with secret "secret/c" }}{{ .Data.value }}{{ end }}"#;
    let mut bench = Bench::new(&[
        ("a", fallback(plain("secret/a"))),
        ("b", fallback(plain("secret/b"))),
        ("c", fallback(template(text))),
    ]);
    bench.answer("secret/b", &json!({ "other": "1" }));
    bench.publish();
    bench.lacks("secret/a", Prospect::Absent);
    bench.lacks("secret/c", Prospect::Absent);
    assert_eq!(rendered(&bench.publish()), (vec![0, 1, 2], true, None));
    let read = |bench: &Bench| ["a", "b", "c"].map(|name| bench.read(name));
    assert_eq!(read(&bench), ["none", "none", "none"]);
    for path in ["secret/a", "secret/b", "secret/c"] {
        bench.answer(path, &json!({ "value": "1" }));
    }
    assert_eq!(rendered(&bench.publish()), (vec![0, 1, 2], false, None));
    assert_eq!(read(&bench), ["1", "1", "1"]);
}

#[test]
fn an_optional_template_runs_with_nothing_for_what_does_not_exist() {
    let text = r#"{{ with secret "secret/a" }}{{ .Data.value }}{{ else }}nobody{{ end }}"#;
    let broken = r#"{{ (secret "secret/a").Data.inner.value }}"#;
    let mut bench = Bench::new(&[
        ("a", optional(template(text))),
        ("b", optional(template(broken))),
    ]);
    bench.publish();
    bench.lacks("secret/a", Prospect::Absent);
    let attempt = bench.publish();
    assert_eq!(rendered(&attempt), (vec![0], true, None));
    assert_eq!(attempt.template_faults, []);
    assert_eq!(bench.read("a"), "nobody");
    bench.answer(
        "secret/a",
        &json!({ "value": "me", "inner": { "value": "2" } }),
    );
    assert_eq!(rendered(&bench.publish()), (vec![0, 1], false, None));
    assert_eq!([bench.read("a"), bench.read("b")], ["me", "2"]);
}
