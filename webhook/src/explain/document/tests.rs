use proptest::prelude::*;
use serde_json::json;

use super::*;

fn found(text: &str) -> Result<Vec<(String, String)>, DocumentMistake> {
    let names = |manifest: &Manifest| (manifest.kind.clone(), manifest.name.clone());
    Manifest::read(text).map(|found| found.iter().map(names).collect())
}

#[test]
fn pods_are_found_wherever_they_are() {
    for (kind, place) in TEMPLATES {
        let mut object = json!({ "metadata": { "annotations": { "a": "b" } }, "spec": { "x": 1 } });
        for step in place.rsplit('/').filter(|step| !step.is_empty()) {
            object = json!({ step: object });
        }
        object["kind"] = json!(kind);
        object["metadata"] = json!({ "name": "web", "namespace": "shop" });
        let [manifest] = &Manifest::read(&object.to_string()).unwrap()[..] else {
            panic!("{kind}");
        };
        assert_eq!(manifest.namespace.as_deref(), Some("shop"));
        assert_eq!(manifest.annotations(), [("a", "b")]);
        assert_eq!(manifest.pod["spec"]["x"].as_u64(), Some(1));
        assert_eq!(manifest.pod["kind"], "Pod");
    }
}

#[test]
fn documents_and_lists_may_hold_other_things_too() {
    let text = "---\n# nothing\n---\nkind: Service\n---\nkind: List\nitems:\n- kind: Pod\n  \
                metadata: {generateName: web-}\n- kind: Job\n  metadata: {name: once}\n";
    let expected = [("Pod", "web-"), ("Job", "once")];
    let expected = expected.map(|(kind, name)| (kind.to_owned(), name.to_owned()));
    assert_eq!(found(text).unwrap(), expected);
    assert_eq!(found("# nothing"), Err(DocumentMistake::Nothing));
    assert_eq!(found(""), Err(DocumentMistake::Nothing));
    assert_eq!(found("kind: Service"), Err(DocumentMistake::NoPod));
    assert!(matches!(found("a: [b"), Err(DocumentMistake::Syntax(_))));
}

#[test]
fn a_mistake_in_the_syntax_quotes_nothing() {
    let text = "kind: Pod\nhidden: [s3cret, \n";
    let message = found(text).unwrap_err().to_string();
    assert!(!message.contains("s3cret"), "{message}");
}

#[test]
fn defaults_are_read_from_the_config_map_or_its_data() {
    let data = "defaults.yaml: |\n  vouchsafe.dev/role: app\n  vouchsafe.dev/inject: true\n\
                profile.db: '{\"vouchsafe.dev/role\": \"db\"}'\nother: x\n";
    let map = format!(
        "kind: ConfigMap\ndata:\n  {}",
        data.trim_end().replace('\n', "\n  ")
    );
    let expected = defaults(data).unwrap();
    assert_eq!(expected.cluster["vouchsafe.dev/role"], "app");
    assert_eq!(expected.cluster["vouchsafe.dev/inject"], "true");
    assert_eq!(expected.profiles["db"]["vouchsafe.dev/role"], "db");
    assert_eq!(defaults(&map), Ok(expected));
    assert_eq!(defaults("kind: Secret"), Err(DocumentMistake::ConfigMap));
    let mistake = defaults("defaults: 'vouchsafe.dev/role: [1]'").unwrap_err();
    assert!(mistake.to_string().contains("defaults"), "{mistake}");
}

#[test]
fn annotations_of_a_namespace_are_those_of_ours() {
    let flat = "vouchsafe.dev/role: app\nexample.com/x: y\n";
    let namespace = "kind: Namespace\nmetadata:\n  annotations:\n    vouchsafe.dev/role: app\n";
    let expected = BTreeMap::from([("vouchsafe.dev/role".to_owned(), "app".to_owned())]);
    assert_eq!(namespace_annotations(flat).as_ref(), Ok(&expected));
    assert_eq!(namespace_annotations(namespace), Ok(expected));
    assert_eq!(namespace_annotations(""), Ok(BTreeMap::new()));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text: String) {
        let _ = Manifest::read(&text);
        let _ = defaults(&text);
        let _ = namespace_annotations(&text);
    }
}
