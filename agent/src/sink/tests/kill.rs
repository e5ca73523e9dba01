//! A process killed at any moment leaves one whole generation, and the next one heals the rest.

use std::{
    io::Read,
    process::{Command, Stdio},
    sync::mpsc,
};

use super::*;

const VOLUMES: u32 = 10;
const KILLS_PER_VOLUME: u32 = 12;
const FIRST: &str = "VOUCHSAFE_SINK_TEST_FIRST";

/// What one generation in three has besides the files that are always there.
const CHANGING: [[&str; 2]; 3] = [
    ["zero", "shared/zero"],
    ["one/x", "shared/one"],
    ["two/y/z", "shared/two"],
];

fn changing(number: u64) -> [&'static str; 2] {
    CHANGING[usize::try_from(number % 3).unwrap()]
}

fn expected(number: u64) -> Vec<(&'static str, String)> {
    let content = format!("{number}\n").repeat(usize::try_from(number % 300).unwrap() + 1);
    ["a", "tls/server.key"]
        .into_iter()
        .chain(changing(number))
        .map(|name| (name, content.clone()))
        .collect()
}

fn set(number: u64) -> Vec<RenderedFile> {
    expected(number)
        .iter()
        .map(|(name, content)| file(name, content))
        .collect()
}

#[test]
fn child_that_publishes_until_it_is_killed() {
    let Some(path) = child::volume_path() else {
        return;
    };
    let first: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    let mut volume = Volume::open(path).unwrap();
    for number in first.. {
        volume.publish(&set(number), at(number)).unwrap();
        // Fails, and so ends the child, if whoever should kill it is gone.
        io::stderr().write_all(b".").unwrap();
    }
}

fn run_and_kill(path: &Path, first: u64, random: &mut fastrand::Rng) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(child::arguments(
            module_path!(),
            "child_that_publishes_until_it_is_killed",
        ))
        .env(child::VARIABLE, path)
        .env(FIRST, first.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Some publications, then a part of one. Waiting blocked, not spinning: on a busy machine the
    // child would otherwise stand still, always at the same place.
    let mut progress = vec![0; random.usize(0..8)];
    let mut output = child.stderr.take().unwrap();
    output.read_exact(&mut progress).unwrap();
    let (_never_sends, moment) = mpsc::channel::<()>();
    // A child that has not told of any is still starting, or at its first.
    let longest = if progress.is_empty() { 12_000 } else { 1500 };
    let _ = moment.recv_timeout(Duration::from_micros(random.u64(0..longest)));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The number of the generation that is visible, after asserting that it is whole.
fn visible(path: &Path) -> Option<u64> {
    let data = path.join(DATA);
    if data.symlink_metadata().is_err() {
        assert_eq!(tree(path).iter().find(|line| !line.starts_with("..")), None);
        return None;
    }
    let first = fs::read_to_string(data.join("a")).unwrap();
    let number: u64 = first.lines().next().unwrap().parse().unwrap();
    let whole = expected(number);
    for (name, content) in &whole {
        assert_eq!(&fs::read_to_string(data.join(name)).unwrap(), content);
    }
    let files = tree(&data.canonicalize().unwrap());
    let count = files
        .iter()
        .filter(|line| !line.ends_with("/ 0755"))
        .count();
    assert_eq!(count, whole.len());
    for name in CHANGING.into_iter().flatten() {
        if let Ok(read) = fs::read_to_string(path.join(name)) {
            let (_, content) = whole.iter().find(|(other, _)| *other == name).unwrap();
            assert_eq!(&read, content);
        }
    }
    // A link may be left of the generation before, but none is there for the one to come.
    let to_come = changing(number + 1)[0].split('/').next().unwrap();
    assert!(path.join(to_come).symlink_metadata().is_err());
    Some(number)
}

#[test]
fn a_killed_process_leaves_one_whole_generation() {
    let mut random = fastrand::Rng::new();
    let (mut last, mut seen, mut leftovers) = (0, BTreeSet::new(), 0);
    for _ in 0..VOLUMES {
        let scratch = scratch();
        let path = scratch.path();
        for _ in 0..KILLS_PER_VOLUME {
            run_and_kill(path, last + 1, &mut random);
            last = visible(path).unwrap_or(last);
            seen.insert(last);
            leftovers += u32::from(has_leftovers(path));
            // Otherwise the next child finds it as it is.
            if random.bool() {
                last += 1;
                heal(path, last);
            }
        }
    }
    // Otherwise the kills all came at harmless moments and nothing was shown.
    assert!(seen.len() > 50 && leftovers > 0, "{seen:?} {leftovers}");
}

fn has_leftovers(path: &Path) -> bool {
    tree(path).iter().any(|line| {
        line.starts_with(NEW_DATA) || line.starts_with("..link_tmp") || line.ends_with("/ 0700")
    })
}

fn heal(path: &Path, number: u64) {
    let mut volume = Volume::open(path).unwrap();
    assert!(!has_leftovers(path));
    volume.publish(&set(number), at(number)).unwrap();
    assert_eq!(visible(path), Some(number));
    let names: Vec<FileName> = set(number).into_iter().map(|file| file.name).collect();
    assert!(Volume::is_complete(path, &names));
    // At most two generations, `..data` and four links.
    let entries = fs::read_dir(path).unwrap().count();
    assert!(entries <= 2 + 1 + 4, "{:?}", tree(path));
}
