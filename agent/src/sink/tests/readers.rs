//! A reader sees whole files, and of one generation.

use std::sync::atomic::{AtomicU64, Ordering};

use rustix::{
    fs::{CWD, Mode, OFlags, openat},
    io::Errno,
};

use super::*;

const PUBLICATIONS: u64 = 2000;

fn content(number: u64) -> String {
    format!("{number:08}\n").repeat(usize::try_from(number % 700).unwrap() + 1)
}

/// The number in a file's content, which must be whole.
fn number(read: &str) -> u64 {
    let number = read.lines().next().unwrap().parse().unwrap();
    assert_eq!(read, content(number));
    number
}

fn read(at: impl AsFd, name: &str) -> Result<u64, Errno> {
    let opened = openat(at, name, OFlags::RDONLY, Mode::empty())?;
    Ok(number(&io::read_to_string(File::from(opened)).unwrap()))
}

/// Two files through one opened generation.
fn read_pair(volume: &Path) -> Result<u64, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let generation = openat(CWD, volume.join(DATA), flags, Mode::empty())?;
    let first = read(&generation, "a")?;
    let second = read(&generation, "tls/b")?;
    assert_eq!(first, second);
    Ok(first)
}

#[test]
fn readers_see_whole_files_of_one_generation() {
    let scratch = scratch();
    let path = scratch.path();
    let set = |number| [file("a", &content(number)), file("tls/b", &content(number))];
    let mut volume = Volume::open(path).unwrap();
    volume.publish(&set(0), at(0)).unwrap();
    let (started, completed) = (AtomicU64::new(0), AtomicU64::new(0));
    let reader = |attempt: &dyn Fn() -> Result<u64, Errno>| {
        let mut reads = 0_u64;
        loop {
            let completed_before = completed.load(Ordering::SeqCst);
            let read = attempt();
            let started_after = started.load(Ordering::SeqCst);
            match read {
                Ok(number) => {
                    assert!((completed_before..=started_after).contains(&number));
                    reads += 1;
                }
                // A generation is removed by the second publication after its own, and not before.
                Err(Errno::NOENT) => assert!(started_after >= completed_before + 2),
                Err(error) => panic!("{error}"),
            }
            if completed_before == PUBLICATIONS {
                return reads;
            }
        }
    };
    std::thread::scope(|scope| {
        let readers = [
            scope.spawn(|| reader(&|| read(CWD, path.join("a").to_str().unwrap()))),
            scope.spawn(|| reader(&|| read(CWD, path.join("tls/b").to_str().unwrap()))),
            scope.spawn(|| reader(&|| read_pair(path))),
        ];
        for number in 1..=PUBLICATIONS {
            started.store(number, Ordering::SeqCst);
            volume.publish(&set(number), at(number / 7)).unwrap();
            completed.store(number, Ordering::SeqCst);
        }
        for reader in readers {
            let reads = reader.join().unwrap();
            assert!(reads > 10, "{reads}");
        }
    });
}
