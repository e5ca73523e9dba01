//! What others left in the volume, by accident or on purpose.

use super::*;

/// Gets the current generation, and a directory outside the volume.
type Tamper = fn(&Path, &Path);

#[test]
fn leftovers_are_removed_at_open_and_nothing_else() {
    let scratch = scratch();
    let path = scratch.path();
    Volume::open(path)
        .unwrap()
        .publish(&[file("a", "1"), file("b/c", "2")], at(0))
        .unwrap();
    put(path.join("notes.txt"), "theirs");
    fs::create_dir(path.join("..theirs")).unwrap();
    link("notes.txt", path.join("other"));
    link("..data/b", path.join("alias"));
    let before = tree(path);

    fs::create_dir_all(path.join("..2026_03_01_10_00_01.000/tls")).unwrap();
    put(path.join("..2026_03_01_10_00_01.000/tls/key"), "half");
    fs::create_dir_all(path.join("..2026_03_01_10_00_00.000.1")).unwrap();
    link("/", path.join("..2020_01_01_00_00_00.000"));
    link("..2026_03_01_10_00_01.000", path.join("..data_tmp"));
    link("..data/d", path.join("..link_tmp.0"));
    link("..data/gone", path.join("gone"));
    Volume::open(path).unwrap();
    assert_eq!(tree(path), before);
}

#[test]
fn a_current_link_that_leads_out_of_the_volume_is_not_followed() {
    let outside = scratch();
    put(outside.path().join("a"), "outside");
    fs::create_dir(outside.path().join("..2026_01_01_00_00_00.000")).unwrap();
    let before = tree(outside.path());
    for target in [
        outside.path().to_owned(),
        outside.path().join("..2026_01_01_00_00_00.000"),
        "..2099_01_01_00_00_00.000".into(),
        "..data".into(),
        "a".into(),
    ] {
        let scratch = scratch();
        let path = scratch.path();
        link(&target, path.join(DATA));
        assert!(!Volume::is_complete(path, &names(&["a"])));
        let mut volume = Volume::open(path).unwrap();
        let published = volume.publish(&[file("a", "1")], at(0)).unwrap();
        assert!(published.first, "{}", target.display());
        assert_eq!(
            tree(path),
            [
                "..2026_03_01_10_00_00.000.1/ 0755",
                "..2026_03_01_10_00_00.000.1/a 0644 1",
                "..data -> ..2026_03_01_10_00_00.000.1",
                "a -> ..data/a"
            ]
        );
        assert_eq!(tree(outside.path()), before);
    }
}

#[test]
fn a_generation_that_is_a_link_is_not_followed() {
    let outside = scratch();
    put(outside.path().join("a"), "outside");
    let scratch = scratch();
    let path = scratch.path();
    link(outside.path(), path.join("..2026_03_01_10_00_00.000"));
    link("..2026_03_01_10_00_00.000", path.join(DATA));
    let mut volume = Volume::open(path).unwrap();
    assert!(volume.publish(&[file("a", "1")], at(0)).unwrap().first);
    assert_eq!(tree(outside.path()), ["a 0644 outside"]);
}

#[test]
fn what_is_not_the_file_that_was_written_is_replaced() {
    let outside = scratch();
    put(outside.path().join("a"), "same");
    fs::create_dir(outside.path().join("d")).unwrap();
    put(outside.path().join("d/b"), "same");
    let set = || [file("a", "same"), file("d/b", "same")];
    let cases: [(&str, Tamper, &[&str]); 6] = [
        (
            "link to a file",
            |data, outside| {
                fs::remove_file(data.join("a")).unwrap();
                link(outside.join("a"), data.join("a"));
            },
            &["a"],
        ),
        (
            "link to a directory",
            |data, outside| {
                fs::remove_dir_all(data.join("d")).unwrap();
                link(outside.join("d"), data.join("d"));
            },
            // The link has a name too, and that name vanishes.
            &["d/b", "d"],
        ),
        (
            "pipe",
            |data, _| {
                fs::remove_file(data.join("a")).unwrap();
                let path = data.join("a");
                let fifo = std::process::Command::new("mkfifo").arg(path).status();
                assert!(fifo.unwrap().success());
            },
            &["a"],
        ),
        (
            "directory",
            |data, _| {
                fs::remove_file(data.join("a")).unwrap();
                fs::create_dir(data.join("a")).unwrap();
            },
            &["a"],
        ),
        (
            "removed",
            |data, _| fs::remove_dir_all(data.join("d")).unwrap(),
            &["d/b"],
        ),
        (
            "added",
            |data, _| put(data.join("d/more"), "x"),
            &["d/more"],
        ),
    ];
    for (name, tamper, changed) in cases {
        let scratch = scratch();
        let path = scratch.path();
        let mut volume = Volume::open(path).unwrap();
        volume.publish(&set(), at(0)).unwrap();
        tamper(&path.join(DATA).canonicalize().unwrap(), outside.path());
        let published = volume.publish(&set(), at(1)).unwrap();
        assert_eq!(published.changed, names(changed), "{name}");
        let data = path.join(DATA).canonicalize().unwrap();
        assert_eq!(
            tree(&data),
            ["a 0644 same", "d/ 0755", "d/b 0644 same"],
            "{name}"
        );
        assert_eq!(
            tree(outside.path()),
            ["a 0644 same", "d/ 0755", "d/b 0644 same"],
            "{name}"
        );
    }
}

#[test]
fn another_link_in_the_place_of_ours_is_replaced() {
    let outside = scratch();
    put(outside.path().join("a"), "outside");
    let scratch = scratch();
    let path = scratch.path();
    link(outside.path().join("a"), path.join("a"));
    let mut volume = Volume::open(path).unwrap();
    volume.publish(&[file("a", "1")], at(0)).unwrap();
    assert_eq!(path.join("a").read_link().unwrap(), Path::new("..data/a"));
    assert_eq!(tree(outside.path()), ["a 0644 outside"]);
}
