//! Parts of tests that need a process of their own: other privileges, limits or umask, or to be
//! killed.
//!
//! The child is this test binary, told by its arguments to run one test and by a variable that it
//! is meant; in the ordinary run these tests return at once.

use std::process::{Command, Output};

use super::*;

pub(super) const VARIABLE: &str = "VOUCHSAFE_SINK_TEST_VOLUME";

/// The arguments that make this binary run one test, given with its module.
pub(super) fn arguments(module: &str, test: &str) -> [String; 3] {
    let (_crate, module) = module.split_once("::").unwrap();
    [
        "--exact".to_owned(),
        format!("{module}::{test}"),
        "--nocapture".to_owned(),
    ]
}

/// The volume to work on, if this is a child.
pub(super) fn volume_path() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).map(PathBuf::from)
}

/// Runs a test of this module in a child, started through `launcher` (a program that starts the
/// program in its arguments), and asserts that it passes.
pub(super) fn pass(launcher: &mut Command, test: &str, volume: &Path) {
    let output: Output = launcher
        .arg(std::env::current_exe().unwrap())
        .args(arguments(module_path!(), test))
        .env(VARIABLE, volume)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && report.contains("1 passed"),
        "{output:?}"
    );
}

/// What `publish` must leave as it was when it fails.
fn fails(volume: &mut Volume, set: &[RenderedFile], step: Step, message: &str) {
    let before = tree(&volume.path);
    let error = volume.publish(set, at(77)).unwrap_err();
    assert_eq!(error.step, step, "{error}");
    assert!(error.to_string().ends_with(message), "{error}");
    assert_eq!(tree(&volume.path), before);
}

#[test]
fn child_with_a_file_size_limit() {
    let Some(path) = volume_path() else { return };
    let mut volume = Volume::open(path).unwrap();
    volume.publish(&[file("a", "1")], at(0)).unwrap();
    fails(
        &mut volume,
        &[file("b/c", "2"), file("a", &"x".repeat(600))],
        Step::Write,
        "a: File too large (os error 27); the file is larger than this process may write",
    );
    let published = volume.publish(&[file("a", &"x".repeat(500))], at(1));
    assert_eq!(published.unwrap().changed, names(&["a"]));
}

#[test]
fn child_without_privileges() {
    let Some(path) = volume_path() else { return };
    let mut volume = Volume::open(path).unwrap();
    volume.publish(&[file("a", "1")], at(0)).unwrap();
    fails(
        &mut volume,
        &[
            file("b/c", "2"),
            RenderedFile {
                user: Some(5),
                ..file("a", "2")
            },
        ],
        Step::User(5),
        "a: Operation not permitted (os error 1); \
         this needs the capability CHOWN, or an agent that runs as this user",
    );
    fails(
        &mut volume,
        &[RenderedFile {
            group: Some(5),
            ..file("a", "2")
        }],
        Step::Group(5),
        "a: Operation not permitted (os error 1); this needs an agent that is a member of the \
         group (fsGroup), or the capability CHOWN",
    );
    fs::set_permissions(&volume.path, fs::Permissions::from_mode(0o555)).unwrap();
    fails(
        &mut volume,
        &[file("a", "2")],
        Step::Create,
        ": Permission denied (os error 13); \
         the agent's user may not write here; let it own the volume, or set fsGroup",
    );
    fs::set_permissions(&volume.path, fs::Permissions::from_mode(0o755)).unwrap();
    volume.publish(&[file("a", "2")], at(1)).unwrap();
}

#[test]
fn child_with_a_umask() {
    let Some(path) = volume_path() else { return };
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let mut volume = Volume::open(path.join("new")).unwrap();
    volume
        .publish(&[with_mode("0666", file("d/a", "1"))], at(0))
        .unwrap();
    assert_eq!(
        tree(&path),
        [
            "new/ 0755",
            "new/..2026_03_01_10_00_00.000.1/ 0755",
            "new/..2026_03_01_10_00_00.000.1/d/ 0755",
            "new/..2026_03_01_10_00_00.000.1/d/a 0666 1",
            "new/..data -> ..2026_03_01_10_00_00.000.1",
            "new/d -> ..data/d"
        ]
    );
}

#[test]
fn child_that_may_only_change_owners() {
    let Some(path) = volume_path() else { return };
    let set = |content| {
        [RenderedFile {
            user: Some(4242),
            group: Some(4243),
            ..with_mode("0440", file("a", content))
        }]
    };
    let mut volume = Volume::open(path).unwrap();
    assert!(volume.publish(&set("1"), at(0)).unwrap().first);
    assert!(File::open(volume.path.join("a")).is_err());
    assert_eq!(volume.publish(&set("1"), at(1)).unwrap().changed, []);
    let published = volume.publish(&set("2"), at(2)).unwrap();
    assert_eq!(published.changed, names(&["a"]));
    assert_eq!(volume.publish(&set("2"), at(3)).unwrap().changed, []);
}

#[test]
fn child_beside_a_link_it_may_not_replace() {
    let Some(path) = volume_path() else { return };
    let mut volume = Volume::open(path).unwrap();
    volume.publish(&[file("a", "1")], at(0)).unwrap();
    let set = [file("a", "2"), file("theirs", "3"), file("z", "4")];
    let error = volume.publish(&set, at(1)).unwrap_err();
    assert_eq!(error.step, Step::Show);
    assert!(error.path.ends_with("theirs"), "{error}");
    assert_eq!(fs::read_to_string(volume.path.join("a")).unwrap(), "2");
    assert!(
        !tree(&volume.path)
            .iter()
            .any(|line| line.starts_with("..link_tmp"))
    );
    // What became visible then is told now.
    let published = volume
        .publish(&[file("a", "2"), file("z", "4")], at(2))
        .unwrap();
    assert_eq!(published.changed, names(&["a", "z", "theirs"]));
    let published = volume.publish(&[file("a", "2"), file("z", "4")], at(3));
    assert_eq!(published.unwrap().changed, []);
}

#[test]
fn child_in_a_small_volume() {
    let Some(path) = volume_path() else { return };
    let mut volume = Volume::open(path)
        .unwrap()
        .keeping(Duration::from_secs(3600));
    for content in ["1", "2", "3", "4", "5", "6"] {
        let published = volume.publish(&[file("a", &content.repeat(60 * 1024))], at(0));
        assert_eq!(published.unwrap().changed, names(&["a"]), "{content}");
    }
    let before = tree(&volume.path);
    let error = volume
        .publish(&[file("a", &"7".repeat(250 * 1024))], at(0))
        .unwrap_err();
    assert!(error.to_string().contains("the volume is full"), "{error}");
    let shown = |tree: &[String]| tree.iter().filter(|line| line.contains("..data")).count();
    assert_eq!(shown(&tree(&volume.path)), shown(&before));
    assert!(
        fs::read_to_string(volume.path.join("a"))
            .unwrap()
            .starts_with('6')
    );
}
