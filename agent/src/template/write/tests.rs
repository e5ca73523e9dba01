use std::os::unix::fs::symlink;

use super::*;

fn write(path: &Path, content: &str, append: bool) -> Write {
    named(path, "", "0640", content, append).unwrap()
}

fn named(
    path: &Path,
    user: &str,
    mode: &str,
    content: &str,
    append: bool,
) -> Result<Write, String> {
    Write::new(&FileWrite {
        path: path.as_os_str().as_bytes(),
        user: user.as_bytes(),
        group: b"",
        mode: mode.as_bytes(),
        append,
        content: Text::from(content),
    })
}

#[test]
fn a_file_is_replaced_only_when_it_changes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a/b");
    let inode = |path: &Path| fs::metadata(path).unwrap().ino();
    write(&path, "1", false).carry_out().unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o640);
    let first = inode(&path);
    write(&path, "1", false).carry_out().unwrap();
    assert_eq!(inode(&path), first);
    write(&path, "12", false).carry_out().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "12");
    write(&path, "1", false).carry_out().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "1");
    let entries = fs::read_dir(directory.path().join("a")).unwrap();
    assert_eq!(entries.count(), 1, "nothing is left over");
}

#[test]
fn what_was_added_is_not_added_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    write(&path, "old\n", false).carry_out().unwrap();
    for _ in 0..2 {
        write(&path, "new\n", true).carry_out().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old\nnew\n");
    }
}

#[test]
fn a_link_is_replaced_and_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    let (victim, path) = (directory.path().join("victim"), directory.path().join("a"));
    write(&victim, "untouched", false).carry_out().unwrap();
    symlink(&victim, &path).unwrap();
    write(&path, "x", false).carry_out().unwrap();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
    assert!(fs::symlink_metadata(&path).unwrap().is_file());
}

#[test]
fn what_cannot_be_done_is_told_before() {
    let absolute = Path::new("/tmp/a");
    for (path, user, mode, expected) in [
        (Path::new("a"), "", "0640", "absolute"),
        (Path::new("/"), "", "0640", "absolute"),
        (absolute, "", "rw", "octal"),
        (absolute, "", "77777", "octal"),
        (absolute, "nobody-of-this-name", "0640", "no such user"),
    ] {
        let error = named(path, user, mode, "canary", false).unwrap_err();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
    let directory = tempfile::tempdir().unwrap();
    let error = write(directory.path(), "x", false).carry_out().unwrap_err();
    assert!(error.contains("not a file"), "{error}");
}
