mod child;
mod failures;
mod keeping;
mod kill;
mod readers;
mod sequences;
mod strangers;

use std::{
    fs,
    io::Write,
    os::unix::fs::{MetadataExt, PermissionsExt},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tempfile::TempDir;

use super::*;

/// A new directory, in memory where possible: syncing a disk thousands of times takes minutes.
fn scratch() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

fn file(name: &str, content: &str) -> RenderedFile {
    let mut buffer = SecretBuffer::default();
    buffer.push_str(content);
    RenderedFile {
        name: name.parse().unwrap(),
        content: buffer,
        mode: FileMode::DEFAULT,
        user: None,
        group: None,
    }
}

fn with_mode(mode: &str, file: RenderedFile) -> RenderedFile {
    RenderedFile {
        mode: mode.parse().unwrap(),
        ..file
    }
}

/// So many milliseconds after 2026-03-01 10:00 UTC.
fn at(milliseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_772_359_200) + Duration::from_millis(milliseconds)
}

fn names(names: &[&str]) -> Vec<FileName> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// Writes a file without the sink.
fn put(path: impl AsRef<Path>, content: &str) {
    File::create(path)
        .unwrap()
        .write_all(content.as_bytes())
        .unwrap();
}

fn link(target: impl AsRef<Path>, path: impl AsRef<Path>) {
    std::os::unix::fs::symlink(target, path).unwrap();
}

/// Everything below a directory: `path mode content`, `path -> target`, `path/ mode`.
fn tree(root: &Path) -> Vec<String> {
    fn add(directory: &Path, prefix: &str, lines: &mut Vec<String>) {
        let mut entries: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        entries.sort();
        for path in entries {
            let name = format!("{prefix}{}", path.file_name().unwrap().display());
            let metadata = path.symlink_metadata().unwrap();
            let mode = metadata.permissions().mode() & 0o7777;
            if metadata.is_symlink() {
                lines.push(format!("{name} -> {}", path.read_link().unwrap().display()));
            } else if metadata.is_dir() {
                lines.push(format!("{name}/ {mode:04o}"));
                add(&path, &format!("{name}/"), lines);
            } else {
                lines.push(format!(
                    "{name} {mode:04o} {}",
                    fs::read_to_string(&path).unwrap()
                ));
            }
        }
    }
    let mut lines = Vec::new();
    add(root, "", &mut lines);
    lines
}

#[test]
fn the_tree_is_that_of_a_kubelet_volume() {
    let scratch = scratch();
    let path = scratch.path().join("not/yet/there");
    let mut volume = Volume::open(&path).unwrap();
    let published = volume
        .publish(
            &[
                file("db.env", "A='1'"),
                with_mode("0400", file("tls/server.key", "key")),
                file("tls/ca/root.pem", "root"),
            ],
            at(123),
        )
        .unwrap();
    assert_eq!(
        published,
        Published {
            changed: names(&["db.env", "tls/server.key", "tls/ca/root.pem"]),
            first: true
        }
    );
    let first = [
        "..2026_03_01_10_00_00.123.1/ 0755",
        "..2026_03_01_10_00_00.123.1/db.env 0644 A='1'",
        "..2026_03_01_10_00_00.123.1/tls/ 0755",
        "..2026_03_01_10_00_00.123.1/tls/ca/ 0755",
        "..2026_03_01_10_00_00.123.1/tls/ca/root.pem 0644 root",
        "..2026_03_01_10_00_00.123.1/tls/server.key 0400 key",
    ];
    let links = ["db.env -> ..data/db.env", "tls -> ..data/tls"];
    assert_eq!(
        tree(&path),
        [
            &first[..],
            &["..data -> ..2026_03_01_10_00_00.123.1"],
            &links
        ]
        .concat()
    );

    let set = [
        file("db.env", "A='2'"),
        file("tls/server.key", "key"),
        file("tls/ca/root.pem", "root"),
    ];
    let published = volume.publish(&set, at(60_000)).unwrap();
    assert_eq!(
        published,
        Published {
            changed: names(&["db.env", "tls/server.key"]),
            first: false
        }
    );
    let second = [
        "..2026_03_01_10_01_00.000.2/ 0755",
        "..2026_03_01_10_01_00.000.2/db.env 0644 A='2'",
        "..2026_03_01_10_01_00.000.2/tls/ 0755",
        "..2026_03_01_10_01_00.000.2/tls/ca/ 0755",
        "..2026_03_01_10_01_00.000.2/tls/ca/root.pem 0644 root",
        "..2026_03_01_10_01_00.000.2/tls/server.key 0644 key",
    ];
    assert_eq!(
        tree(&path),
        [
            &first[..],
            &second,
            &["..data -> ..2026_03_01_10_01_00.000.2"],
            &links
        ]
        .concat()
    );

    // Exactly one generation is kept besides the current one.
    volume.publish(&[file("db.env", "A='3'")], at(0)).unwrap();
    assert_eq!(
        tree(&path),
        [
            &[
                "..2026_03_01_10_00_00.000.3/ 0755",
                "..2026_03_01_10_00_00.000.3/db.env 0644 A='3'"
            ],
            &second[..],
            &[
                "..data -> ..2026_03_01_10_00_00.000.3",
                "db.env -> ..data/db.env"
            ]
        ]
        .concat()
    );
}

#[test]
fn an_unchanged_set_writes_nothing() {
    let scratch = scratch();
    let set = [
        file("a", "1"),
        with_mode("0440", file("b/c", &"2".repeat(10_000))),
    ];
    let mut volume = Volume::open(scratch.path()).unwrap();
    volume.publish(&set, at(0)).unwrap();
    let inode = || scratch.path().join(DATA).symlink_metadata().unwrap().ino();
    let (tree_before, inode_before) = (tree(scratch.path()), inode());
    let nothing = Published {
        changed: Vec::new(),
        first: false,
    };
    assert_eq!(volume.publish(&set, at(1)).unwrap(), nothing);
    // A later life of the process knows it too, and does not take it for the first.
    let mut volume = Volume::open(scratch.path()).unwrap();
    assert_eq!(volume.publish(&set, at(2)).unwrap(), nothing);
    assert_eq!((tree(scratch.path()), inode()), (tree_before, inode_before));
}

#[test]
fn content_mode_and_owner_count_as_changes() {
    let scratch = scratch();
    let mut volume = Volume::open(scratch.path()).unwrap();
    let is_root = rustix::process::geteuid().is_root();
    let (user, group) = if is_root {
        (4242, 4243)
    } else {
        let own = scratch.path().metadata().unwrap();
        (own.uid(), own.gid())
    };
    let long = "x".repeat(5000);
    let owned = |user, group| RenderedFile {
        user,
        group,
        ..with_mode("0440", file("a", &format!("{long}2")))
    };
    for (index, (set, changed)) in [
        (file("a", &format!("{long}1")), true),
        (file("a", &format!("{long}2")), true),
        (file("a", &long), true),
        (file("a", &format!("{long}2")), true),
        (with_mode("0440", file("a", &format!("{long}2"))), true),
        (owned(Some(user), Some(group)), is_root),
        (owned(Some(user), Some(group)), false),
        (owned(None, Some(group)), false),
    ]
    .into_iter()
    .enumerate()
    {
        let published = volume.publish(&[set], at(0)).unwrap();
        assert_eq!(!published.changed.is_empty(), changed, "{index}");
    }
    let metadata = scratch.path().join("a").metadata().unwrap();
    assert_eq!(
        (metadata.uid(), metadata.gid(), metadata.mode() & 0o7777),
        (user, group, 0o440)
    );
}

#[test]
fn names_appear_and_vanish_with_the_set() {
    let scratch = scratch();
    let mut volume = Volume::open(scratch.path()).unwrap();
    let mut publish = |set: &[RenderedFile]| {
        let changed = volume.publish(set, at(0)).unwrap().changed;
        let visible: Vec<String> = tree(scratch.path())
            .into_iter()
            .filter(|line| !line.starts_with(".."))
            .collect();
        (changed, visible)
    };
    publish(&[file("a", "1"), file("b/c", "2"), file("b/d", "3")]);
    assert_eq!(
        publish(&[file("b/d", "3"), file("e", "4")]),
        (
            names(&["e", "a", "b/c"]),
            vec!["b -> ..data/b".to_owned(), "e -> ..data/e".to_owned()]
        )
    );
    // A name can turn from a directory into a file.
    assert_eq!(
        publish(&[file("b", "5")]),
        (names(&["b", "b/d", "e"]), vec!["b -> ..data/b".to_owned()])
    );
    assert_eq!(publish(&[]), (names(&["b"]), Vec::new()));
}

#[test]
fn a_lost_link_is_put_back_and_its_files_count_as_changed() {
    let scratch = scratch();
    let set = [file("a", "1"), file("b/c", "2"), file("d", "3")];
    let mut volume = Volume::open(scratch.path()).unwrap();
    volume.publish(&set, at(0)).unwrap();
    fs::remove_file(scratch.path().join("b")).unwrap();
    let published = volume.publish(&set, at(1)).unwrap();
    assert_eq!(published.changed, names(&["b/c"]));
    assert_eq!(fs::read_to_string(scratch.path().join("b/c")).unwrap(), "2");
}

#[test]
fn generations_have_distinct_names_whatever_the_clock_says() {
    let scratch = scratch();
    let mut volume = Volume::open(scratch.path()).unwrap();
    let day = Duration::from_secs(24 * 3600);
    let times = [
        at(5),
        at(5),
        at(5),
        at(4),
        UNIX_EPOCH - day,
        UNIX_EPOCH + day * 365 * 20_000,
    ];
    let mut seen = Vec::new();
    for (index, time) in times.into_iter().enumerate() {
        volume
            .publish(&[file("a", &index.to_string())], time)
            .unwrap();
        let current = scratch.path().join(DATA).read_link().unwrap();
        seen.push(current.display().to_string());
        assert_eq!(
            fs::read_to_string(scratch.path().join("a")).unwrap(),
            index.to_string()
        );
    }
    assert_eq!(
        seen,
        [
            "..2026_03_01_10_00_00.005.1",
            "..2026_03_01_10_00_00.005.2",
            "..2026_03_01_10_00_00.005.3",
            "..2026_03_01_10_00_00.004.4",
            "..1970_01_01_00_00_00.000.5",
            "..9999_12_31_23_59_59.000.6",
        ]
    );
}

/// A reader between reading `..data` and going there must never end up in a later generation that
/// is half written, so the name of a removed one is not given again.
#[test]
fn the_name_of_a_generation_is_never_used_again() {
    let scratch = scratch();
    let mut volume = Volume::open(scratch.path()).unwrap();
    let mut seen = BTreeSet::new();
    for number in 0..20 {
        volume
            .publish(&[file("a", &number.to_string())], at(0))
            .unwrap();
        assert!(seen.insert(scratch.path().join(DATA).read_link().unwrap()));
    }
}

#[test]
fn files_belong_to_the_group_that_the_volume_passes_on() {
    let scratch = scratch();
    let path = scratch.path();
    let group = if rustix::process::geteuid().is_root() {
        4243
    } else {
        path.metadata().unwrap().gid()
    };
    std::os::unix::fs::chown(path, None, Some(group)).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o2777)).unwrap();
    let mut volume = Volume::open(path).unwrap();
    volume.publish(&[file("tls/key", "1")], at(0)).unwrap();
    for entry in ["..data/", "..data/tls/", "..data/tls/key"] {
        assert_eq!(path.join(entry).metadata().unwrap().gid(), group, "{entry}");
    }
    assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o2777);
}

#[test]
fn a_volume_is_complete_when_every_file_is_shown() {
    let scratch = scratch();
    let path = scratch.path();
    let all = names(&["a", "tls/key"]);
    let is_complete = || Volume::is_complete(path, &all);
    assert!(!Volume::is_complete(&path.join("missing"), &all));
    assert!(!is_complete());
    let mut volume = Volume::open(path).unwrap();
    volume.publish(&[file("a", "1")], at(0)).unwrap();
    assert!(!is_complete());
    volume
        .publish(&[file("a", "1"), file("tls/key", "2")], at(0))
        .unwrap();
    assert!(is_complete());
    assert!(Volume::is_complete(path, &names(&["a"])));
    assert!(!Volume::is_complete(path, &names(&["tls"])));
    fs::remove_file(path.join("tls")).unwrap();
    assert!(!is_complete());
    link("..data/tls", path.join("tls"));
    assert!(is_complete());
    fs::remove_file(path.join("..data/tls/key")).unwrap();
    assert!(!is_complete());
}
