//! A publication that fails leaves everything as it was, and says what to do.

use std::{os::unix::process::CommandExt, process::Command};

use rustix::io::Errno;
use vouchsafe_shared::diagnostic::Code;

use super::*;

/// A user and group that nobody is.
const NOBODY: u32 = 65_534;

/// Publishes a set that fails, after one that does not.
fn failure(set: &[RenderedFile], prepare: impl Fn(&Path)) -> SinkError {
    let scratch = scratch();
    let path = scratch.path();
    let mut volume = Volume::open(path).unwrap();
    volume
        .publish(&[file("a", "1"), file("d/e", "2")], at(0))
        .unwrap();
    volume
        .publish(&[file("a", "3"), file("d/e", "4")], at(1))
        .unwrap();
    prepare(path);
    let before = tree(path);
    let error = volume.publish(set, at(2)).unwrap_err();
    assert_eq!(tree(path), before);
    assert_eq!(error.code(), Code::WriteFailed);
    assert!(error.path.starts_with(path), "{error}");
    error
}

#[test]
fn a_failure_among_the_files_changes_nothing() {
    let error = failure(&[file("a", "5"), file("f", "6"), file("f/g", "7")], |_| ());
    assert_eq!(error.step, Step::Create);
    assert!(
        error
            .to_string()
            .ends_with("/f/g: Not a directory (os error 20)"),
        "{error}"
    );
    let error = failure(&[file("f/g", "7"), file("f", "6")], |_| ());
    assert_eq!(error.step, Step::Create);
    let error = failure(&[file("a", "5"), file("a", "6")], |_| ());
    assert_eq!(error.step, Step::Create);
    let stranger = RenderedFile {
        user: Some(u32::MAX),
        ..file("a", "5")
    };
    assert_eq!(failure(&[stranger], |_| ()).step, Step::User(u32::MAX));
}

#[test]
fn something_else_in_the_place_of_a_link_is_left_there() {
    for put_there in [
        (|path| fs::create_dir(path).unwrap()) as fn(PathBuf),
        |path| put(path, "theirs"),
    ] {
        let error = failure(&[file("a", "5"), file("new/x", "6")], |path| {
            put_there(path.join("new"));
        });
        assert_eq!(error.step, Step::Link);
        assert!(
            error.to_string().ends_with(
                "/new: File exists (os error 17); \
                 something that is not a link of this volume has its place; remove it"
            ),
            "{error}"
        );
    }
}

#[test]
fn something_else_in_the_place_of_the_swap_is_left_there() {
    let error = failure(&[file("a", "5")], |path| {
        fs::remove_file(path.join(DATA)).unwrap();
        fs::create_dir(path.join(DATA)).unwrap();
    });
    assert_eq!(error.step, Step::Link);
    let error = failure(&[file("a", "5")], |path| {
        fs::remove_file(path.join(DATA)).unwrap();
        put(path.join(DATA), "theirs");
    });
    assert!(error.path.ends_with(DATA), "{error}");
}

#[test]
fn what_blocks_one_publication_does_not_block_the_next() {
    let scratch = scratch();
    let path = scratch.path();
    let mut volume = Volume::open(path).unwrap();
    volume.publish(&[file("a", "1")], at(0)).unwrap();
    // As another process at work on the same volume would leave it.
    link("x", path.join(NEW_DATA));
    link("x", path.join("..link_tmp.0"));
    let set = [file("a", "2"), file("b", "3")];
    assert_eq!(volume.publish(&set, at(1)).unwrap_err().step, Step::Link);
    assert_eq!(fs::read_to_string(path.join("a")).unwrap(), "1");
    let published = volume.publish(&set, at(1)).unwrap();
    assert_eq!(published.changed, names(&["a", "b"]));
}

#[test]
fn a_volume_that_is_no_directory_is_refused() {
    let scratch = scratch();
    put(scratch.path().join("file"), "");
    for name in ["file", "file/below"] {
        let error = Volume::open(scratch.path().join(name)).unwrap_err();
        assert_eq!(error.step, Step::Open);
    }
}

#[test]
fn a_file_larger_than_allowed_changes_nothing() {
    let scratch = scratch();
    // The limit is one block of 512 bytes; its signal would end the process.
    let script = r#"trap "" XFSZ; ulimit -f 1; exec "$0" "$@""#;
    child::pass(
        Command::new("sh").args(["-c", script]),
        "child_with_a_file_size_limit",
        scratch.path(),
    );
}

#[test]
fn a_missing_privilege_changes_nothing() {
    let scratch = scratch();
    let mut launcher = Command::new("env");
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(scratch.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        launcher.uid(NOBODY).gid(NOBODY);
    }
    child::pass(&mut launcher, "child_without_privileges", scratch.path());
}

#[test]
fn the_umask_does_not_matter() {
    let scratch = scratch();
    child::pass(
        &mut Command::new("env"),
        "child_with_a_umask",
        scratch.path(),
    );
}

/// In a directory with the sticky bit nobody may replace what is another user's.
#[test]
fn a_failure_after_the_swap_is_made_up_for() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let scratch = scratch();
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o1777)).unwrap();
    link("elsewhere", scratch.path().join("theirs"));
    child::pass(
        Command::new("env").uid(NOBODY).gid(NOBODY),
        "child_beside_a_link_it_may_not_replace",
        scratch.path(),
    );
}

/// Root without any capability but CHOWN, a usual `securityContext`, cannot open what it gave away.
#[test]
fn a_file_given_away_is_still_compared() {
    let can_drop = rustix::process::geteuid().is_root()
        && Command::new("setpriv").arg("--version").output().is_ok();
    if !can_drop {
        return;
    }
    let scratch = scratch();
    let mut launcher = Command::new("setpriv");
    launcher.args(["--bounding-set=-all,+chown", "--inh-caps=-all,+chown", "--"]);
    child::pass(
        &mut launcher,
        "child_that_may_only_change_owners",
        scratch.path(),
    );
}

#[test]
fn an_error_says_where_and_what_to_do() {
    for (name, step, error, expected) in [
        (
            "db.env",
            Step::Write,
            Errno::NOSPC,
            "cannot write /v/db.env: No space left on device (os error 28); \
             the volume is full; raise its size limit",
        ),
        (
            "",
            Step::Create,
            Errno::ROFS,
            "cannot create /v: Read-only file system (os error 30); \
             the volume is mounted read-only; mount it writable here",
        ),
        (
            "db.env",
            Step::Group(7),
            Errno::PERM,
            "cannot make group 7 the group of /v/db.env: Operation not permitted (os error 1); \
             this needs an agent that is a member of the group (fsGroup), or the capability CHOWN",
        ),
        (
            DATA,
            Step::Swap,
            Errno::IO,
            "cannot make current /v/..data: Input/output error (os error 5)",
        ),
    ] {
        let error = SinkError::new(Path::new("/v"), name, step.failed()(error));
        assert_eq!(error.to_string(), expected);
    }
}
