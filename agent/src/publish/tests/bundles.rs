//! Volumes that change together.

use super::*;

fn in_bundle(source: Value, volume: usize) -> Value {
    with(
        with(source, "bundle", &json!("tls")),
        "volume",
        &json!(volume),
    )
}

#[test]
fn the_files_of_a_bundle_change_together_or_not_at_all() {
    let mut bench = Bench::new(&[
        ("a", in_bundle(plain("secret/a"), 0)),
        ("b", in_bundle(plain("secret/b"), 1)),
        ("c", plain("secret/c")),
    ]);
    let all = ["secret/a", "secret/b", "secret/c"];
    for path in all {
        bench.answer(path, &json!({ "value": "1" }));
    }
    assert_eq!(rendered(&bench.publish()), (vec![0, 1, 2], true, None));
    bench.answer("secret/a", &json!({ "value": "2" }));
    bench.answer("secret/b", &json!({ "other": "2" }));
    bench.answer("secret/c", &json!({ "value": "2" }));
    let attempt = bench.publish();
    let Outcome::Rendered { changed, kept, .. } = attempt.outcome else {
        panic!("{attempt:?}")
    };
    assert_eq!(changed, [FileIndex(2)]);
    let kept: Vec<_> = kept.iter().map(|kept| kept.file.0).collect();
    assert_eq!(kept, [0, 1]);
    assert_eq!(bench.read("a"), "1");
    bench.answer("secret/b", &json!({ "value": "2" }));
    assert_eq!(rendered(&bench.publish()), (vec![0, 1], false, None));
    assert_eq!(bench.read("a"), "2");
}

#[test]
fn a_volume_of_a_bundle_that_cannot_be_written_leaves_the_others_as_they_were() {
    let mut bench = Bench::new(&[
        ("a", in_bundle(plain("secret/a"), 0)),
        ("b", in_bundle(plain("secret/b"), 1)),
    ]);
    for value in ["1", "2"] {
        bench.answer("secret/a", &json!({ "value": value }));
        bench.answer("secret/b", &json!({ "value": value }));
        if value == "1" {
            rendered(&bench.publish());
        }
    }
    // What is in the way of a link stops the second volume before its swap.
    let other = bench.directory.path().join("secrets-1");
    fs::remove_file(other.join("b")).unwrap();
    fs::create_dir(other.join("b")).unwrap();
    let Outcome::Failed(fault) = bench.publish().outcome else {
        panic!("published")
    };
    assert_eq!(fault.code, Code::WriteFailed);
    assert_eq!(bench.read("a"), "1");
    let generations = fs::read_dir(bench.directory.path().join("secrets")).unwrap();
    let names = generations.map(|entry| entry.unwrap().file_name());
    let left = names
        .filter(|name| name.to_string_lossy().starts_with("..2"))
        .count();
    assert_eq!(left, 1, "what was prepared is gone");
    fs::remove_dir(other.join("b")).unwrap();
    assert_eq!(rendered(&bench.publish()), (vec![0, 1], false, None));
    assert_eq!(bench.read("a"), "2");
}

fn two_volumes() -> Bench {
    let mut bench = Bench::new(&[
        ("a", in_bundle(plain("secret/a"), 0)),
        ("b", in_bundle(plain("secret/b"), 1)),
    ]);
    bench.answer("secret/a", &json!({ "value": "1" }));
    bench.answer("secret/b", &json!({ "value": "1" }));
    bench
}

#[test]
fn what_became_visible_is_told_once_the_other_volume_of_the_bundle_is_swapped_too() {
    let mut bench = two_volumes();
    // By its name it counts as a leftover of the first, which removes it after its own swap.
    let vanishing = bench.directory.path().join("secrets/..1");
    let other = std::mem::replace(
        &mut bench.publisher.volumes[1].config.path,
        vanishing.display().to_string(),
    );
    let Outcome::Failed(fault) = bench.publish().outcome else {
        panic!("published")
    };
    assert_eq!(fault.code, Code::WriteFailed);
    assert_eq!(bench.read("a"), "1");
    bench.publisher.volumes[1].config.path = other;
    bench.publisher.volumes[1].sink = None;
    assert_eq!(rendered(&bench.publish()), (vec![0, 1], true, None));
    assert_eq!(rendered(&bench.publish()), (vec![], false, None));
}

#[test]
fn a_volume_of_a_bundle_that_cannot_be_opened_leaves_nothing_in_the_others() {
    let mut bench = two_volumes();
    let other = bench.directory.path().join("secrets-1");
    fs::File::create(&other).unwrap();
    let Outcome::Failed(fault) = bench.publish().outcome else {
        panic!("published")
    };
    assert_eq!(fault.code, Code::WriteFailed);
    let left = fs::read_dir(bench.directory.path().join("secrets")).unwrap();
    assert_eq!(left.count(), 0);
    fs::remove_file(other).unwrap();
    assert_eq!(rendered(&bench.publish()), (vec![0, 1], true, None));
}
