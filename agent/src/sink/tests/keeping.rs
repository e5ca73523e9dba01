//! How long generations before the current one stay.

use super::*;

fn generations(path: &Path) -> usize {
    let entries = fs::read_dir(path).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names
        .filter(|name| generation::is_name(name.to_str().unwrap()))
        .count()
}

fn publish(volume: &mut Volume, content: &str) {
    volume.publish(&[file("a", content)], at(0)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn generations_stay_for_their_time_and_the_last_one_until_it_is_dropped() {
    let scratch = scratch();
    let volume = Volume::open(scratch.path()).unwrap();
    let mut volume = volume.keeping(Duration::from_secs(60));
    for content in ["1", "2", "3"] {
        publish(&mut volume, content);
    }
    assert_eq!(generations(scratch.path()), 3);
    tokio::time::advance(Duration::from_secs(61)).await;
    publish(&mut volume, "4");
    assert_eq!(generations(scratch.path()), 2);
    volume.drop_previous().unwrap();
    assert_eq!(generations(scratch.path()), 1);
    assert_eq!(fs::read_to_string(scratch.path().join("a")).unwrap(), "4");
}

#[test]
fn only_so_many_are_kept() {
    let scratch = scratch();
    let volume = Volume::open(scratch.path()).unwrap();
    let mut volume = volume.keeping(Duration::from_secs(3600));
    for content in 0..20 {
        publish(&mut volume, &content.to_string());
    }
    assert_eq!(generations(scratch.path()), 9);
}

#[test]
fn what_is_prepared_and_not_swapped_is_not_seen() {
    let scratch = scratch();
    let mut volume = Volume::open(scratch.path()).unwrap();
    publish(&mut volume, "1");
    let prepared = volume.prepare(&[file("a", "2")], at(1)).unwrap();
    assert_eq!(fs::read_to_string(scratch.path().join("a")).unwrap(), "1");
    drop(prepared);
    volume.discard().unwrap();
    assert_eq!(generations(scratch.path()), 1);
    let prepared = volume.prepare(&[file("a", "3")], at(2)).unwrap();
    let published = volume.swap(prepared).unwrap();
    assert_eq!(published.changed, names(&["a"]));
    assert_eq!(fs::read_to_string(scratch.path().join("a")).unwrap(), "3");
}

/// In a volume of its own, which only root can make.
#[test]
fn what_is_kept_gives_way_when_the_volume_is_full() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let scratch = scratch();
    let mounted = format!(
        r#"mount -t tmpfs -o size=256k tmpfs "${}"; exec "$0" "$@""#,
        child::VARIABLE
    );
    child::pass(
        std::process::Command::new("unshare").args(["--mount", "sh", "-euc", &mounted]),
        "child_in_a_small_volume",
        scratch.path(),
    );
}
