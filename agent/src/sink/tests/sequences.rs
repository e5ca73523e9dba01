//! Whatever was published before, the last set is what is there.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// By name: content and mode.
type Set = BTreeMap<&'static str, (String, &'static str)>;

fn any_set() -> impl Strategy<Value = Set> {
    let name = proptest::sample::select(vec!["a", "b.env", "c/x", "c/y", "d/e/f", "é ü"]);
    let content = proptest::sample::select(vec!["", "1", "2", "longer"]);
    let mode = proptest::sample::select(vec!["0400", "0644"]);
    proptest::collection::btree_map(name, (content.prop_map(str::to_owned), mode), 0..5)
}

fn rendered(set: &Set) -> Vec<RenderedFile> {
    set.iter()
        .map(|(name, (content, mode))| with_mode(mode, file(name, content)))
        .collect()
}

fn changes(before: &Set, after: &Set) -> BTreeSet<FileName> {
    before
        .keys()
        .chain(after.keys())
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| name.parse().unwrap())
        .collect()
}

/// What can be read through the links, and how many generations there are.
fn visible(path: &Path) -> (Vec<String>, usize) {
    let tree = tree(path);
    let mut lines = Vec::new();
    for line in tree.iter().filter(|line| !line.starts_with("..")) {
        let (name, target) = line.split_once(" -> ").unwrap();
        assert_eq!(target, format!("..data/{name}"));
        let target = path.join(name);
        let mode = target.metadata().unwrap().mode() & 0o7777;
        if target.is_dir() {
            lines.extend(
                super::tree(&target.canonicalize().unwrap())
                    .into_iter()
                    .map(|line| format!("{name}/{line}")),
            );
        } else {
            lines.push(format!(
                "{name} {mode:04o} {}",
                fs::read_to_string(&target).unwrap()
            ));
        }
    }
    lines.retain(|line| !line.ends_with("/ 0755"));
    lines.sort();
    let entries = fs::read_dir(path).unwrap();
    let generations = entries
        .filter(|entry| generation::is_name(entry.as_ref().unwrap().file_name().to_str().unwrap()))
        .count();
    (lines, generations)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_last_set_is_visible(
        steps in proptest::collection::vec((any_set(), 0..3_u64, any::<bool>()), 1..10),
    ) {
        let scratch = scratch();
        let path = scratch.path();
        let mut volume = Volume::open(path).unwrap();
        let mut before = Set::new();
        let mut has_generation = false;
        for (set, time, reopen) in steps {
            if reopen {
                volume = Volume::open(path).unwrap();
            }
            let published = volume.publish(&rendered(&set), at(time)).unwrap();
            let changed: BTreeSet<FileName> = published.changed.iter().cloned().collect();
            prop_assert_eq!(changed.len(), published.changed.len());
            prop_assert_eq!(&changed, &changes(&before, &set));
            prop_assert_eq!(published.first, !has_generation);
            has_generation |= !changed.is_empty();

            let (lines, generations) = visible(path);
            let mut expected: Vec<String> = set
                .iter()
                .map(|(name, (content, mode))| format!("{name} {mode} {content}"))
                .collect();
            expected.sort();
            prop_assert_eq!(lines, expected);
            prop_assert!(generations <= 2);
            let wanted: Vec<FileName> = set.keys().map(|name| name.parse().unwrap()).collect();
            prop_assert_eq!(Volume::is_complete(path, &wanted), has_generation);
            before = set;
        }
    }
}
