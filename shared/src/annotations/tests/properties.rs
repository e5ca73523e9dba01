use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A key that may be an annotation, of any spelling there is or near one.
fn key() -> impl Strategy<Value = String> {
    let spellings: Vec<&'static str> = TABLE.iter().flat_map(Annotation::spellings).collect();
    let about = "(|-db|-Db|-x\\.env|-role|-file-x|-)";
    let known = (
        proptest::sample::select(Prefix::ALL.to_vec()),
        proptest::sample::select(spellings),
        about,
    )
        .prop_map(|(prefix, spelling, about)| format!("{prefix}{spelling}{about}"));
    prop_oneof![
        8 => known,
        1 => "(vouchsafe.dev/|openbao.org/|vault.hashicorp.com/)\\PC{0,20}",
        1 => "\\PC{0,20}",
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "|true|false|1|5s|10m|0\\.5|250m|64Mi|all|none|first|after:x|force|json|map|raw",
        2 => "secret/data/x(#[a-z]{0,3})?|/a(/b)?|\\.\\./x|0440|auth/x|https://v:1|signal:HUP@x|a,b",
        1 => "\\[\\{\"op\":\"add\"\\}\\]|null|-1|0x1p-1|1e999|\\+|1d",
        1 => "\\PC{0,20}",
    ]
}

fn pairs() -> impl Strategy<Value = BTreeMap<String, String>> {
    proptest::collection::btree_map(key(), value(), 0..10)
}

fn asking_too(mut pairs: BTreeMap<String, String>, prefix: Prefix) -> BTreeMap<String, String> {
    pairs.insert(format!("{prefix}agent-inject"), "true".to_owned());
    pairs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Nothing panics, every problem names an annotation or what is missing, and what is explained
    /// is what was said.
    #[test]
    fn any_annotations_are_read_or_told_of(
        pod in pairs(), namespace in pairs(), cluster in pairs(), profile in pairs(),
        prefix in proptest::sample::select(Prefix::ALL.to_vec()),
    ) {
        let pod = asking_too(pod, prefix);
        let profiles = BTreeMap::from([("a".to_owned(), profile.clone()), ("b".to_owned(), profile)]);
        let layers = Layers {
            namespace: Some(NamespaceLayer { name: "team", annotations: &namespace }),
            cluster: Some(&cluster),
            profiles: Some(&profiles),
            ..Layers::of_pod(pod.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        };
        let told = match parse_layers(&layers, &mut |_| vec![]) {
            Ok(Intent::Inject { spec, warnings }) => {
                let mut paths: Vec<String> =
                    spec.files.iter().map(|file| format!("{}/{}", file.directory, file.name)).collect();
                paths.sort();
                let count = paths.len();
                paths.dedup();
                prop_assert_eq!(paths.len(), count);
                warnings
            }
            Ok(Intent::LeaveAlone { warnings }) => warnings,
            Err(Rejection(problems)) => problems,
        };
        for problem in told {
            prop_assert!(problem.subject.starts_with("annotation "), "{}", problem);
            prop_assert!(!problem.message.is_empty() && !problem.help.is_empty());
        }
        for setting in explain(&layers).settings {
            if setting.layer == "pod" {
                prop_assert_eq!(pod.get(&setting.annotation), Some(&setting.value));
            }
        }
    }

    /// The order in which annotations come does not matter.
    #[test]
    fn the_order_of_annotations_says_nothing(pod in pairs(), prefix in proptest::sample::select(Prefix::ALL.to_vec())) {
        let pod = asking_too(pod, prefix);
        let forwards = || pod.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        match (parse(forwards()), parse(forwards().collect::<Vec<_>>().into_iter().rev())) {
            (Ok(one), Ok(other)) => match (one, other) {
                (Intent::Inject { spec: one, .. }, Intent::Inject { spec: other, .. }) => prop_assert_eq!(one, other),
                (Intent::LeaveAlone { .. }, Intent::LeaveAlone { .. }) => {}
                other => prop_assert!(false, "{:?}", other),
            },
            (Err(Rejection(one)), Err(Rejection(other))) => prop_assert_eq!(one.len(), other.len()),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
