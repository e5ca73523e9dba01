use std::{
    fs::{self, File, Permissions},
    io::Write as _,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use proptest::prelude::*;
use serde_json::{Value, json};
use vouchsafe_shared::secret::ExposeSecret;
use zeroize::Zeroizing;

use super::{clock::Stamp, *};
use crate::store::{Layout, Lease};

const SECOND: Duration = Duration::from_secs(1);

fn config(run_directory: &Path, roles: &[&str]) -> AgentConfig {
    let store = |(index, role): (usize, &&str)| {
        let auth = json!({ "method": "kubernetes", "mount": "auth/kubernetes", "role": role, "token_file": "/token" });
        json!({ "name": format!("store{index}"), "kind": "vault", "address": "https://vault", "auth": auth })
    };
    let config = json!({
        "version": 1,
        "stores": roles.iter().enumerate().map(store).collect::<Vec<_>>(),
        "volumes": [],
        "files": [],
        "run_directory": run_directory,
    });
    AgentConfig::from_json(&config.to_string()).unwrap()
}

fn token(text: &str) -> SavedToken {
    SavedToken {
        token: SecretString::from(text),
        age: 10 * SECOND,
        lease: TokenLease {
            duration: 3600 * SECOND,
            renewable: true,
        },
        full: 7200 * SECOND,
    }
}

fn secret(store: usize, dependency: Dependency, lifetime: Lifetime) -> SavedSecret {
    SavedSecret {
        store: StoreIndex(store),
        dependency,
        age: 5 * SECOND,
        lifetime,
        reply: Reply {
            body: Zeroizing::new(br#"{"data":{"a":"canary \u00e4"}}"#.to_vec()),
            layout: Layout::Versioned,
        },
    }
}

fn every_kind() -> Vec<SavedSecret> {
    let path = || "secret/data/a".to_owned();
    let arguments = || [("ttl".into(), "1h".into())].into();
    let lease = Lease {
        duration: 60 * SECOND,
        renewable: true,
    };
    let after = 90 * SECOND;
    let read = Dependency::Read { path: path() };
    let write = Dependency::Write {
        path: path(),
        arguments: arguments(),
    };
    let certificate = Dependency::Certificate {
        path: path(),
        arguments: arguments(),
    };
    let ends = |with_token| Lifetime::Ends { after, with_token };
    vec![
        secret(0, read, Lifetime::Unlimited),
        secret(0, write, Lifetime::Leased(lease)),
        secret(0, certificate, ends(false)),
        secret(
            0,
            Dependency::List { path: path() },
            Lifetime::Replaced { after },
        ),
    ]
}

#[test]
fn what_is_saved_is_found_again_with_its_age() {
    let directory = tempfile::tempdir().unwrap();
    let file = StateFile::new(&config(directory.path(), &["web"]));
    assert!(file.load().unwrap().tokens.is_empty());
    let state = State {
        tokens: vec![Some(token("s.canary"))],
        secrets: every_kind(),
    };
    file.save(&state).unwrap();
    let mode = fs::metadata(&file.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let found = file.load().unwrap();
    let resumed = found.tokens[0].as_ref().unwrap();
    assert_eq!(resumed.token.expose_secret(), "s.canary");
    let expected = state.tokens[0].as_ref().unwrap();
    assert_eq!(
        (resumed.lease, resumed.full),
        (expected.lease, expected.full)
    );
    assert!(resumed.age >= 10 * SECOND && resumed.age < 20 * SECOND);
    assert_eq!(found.secrets.len(), state.secrets.len());
    for (found, saved) in found.secrets.iter().zip(&state.secrets) {
        assert_eq!(found.dependency, saved.dependency);
        assert_eq!(found.lifetime, saved.lifetime);
        assert_eq!(found.reply.layout, saved.reply.layout);
        assert_eq!(*found.reply.body, *saved.reply.body);
        assert!(found.age >= saved.age);
    }
    file.remove().unwrap();
    file.remove().unwrap();
    assert!(file.load().unwrap().tokens.is_empty());
}

#[test]
fn a_token_is_taken_up_by_the_store_it_is_of_and_by_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let both = StateFile::new(&config(directory.path(), &["web", "db"]));
    let read = Dependency::Read {
        path: "a".to_owned(),
    };
    let state = State {
        tokens: vec![Some(token("web")), Some(token("db"))],
        secrets: vec![secret(1, read, Lifetime::Unlimited)],
    };
    both.save(&state).unwrap();
    let changed = StateFile::new(&config(directory.path(), &["db", "other"]));
    let found = changed.load().unwrap();
    let tokens = found.tokens.iter().map(|token| {
        let token = token.as_ref()?;
        Some(token.token.expose_secret().to_owned())
    });
    assert_eq!(tokens.collect::<Vec<_>>(), [Some("db".to_owned()), None]);
    assert_eq!(found.secrets[0].store, StoreIndex(0));
    let gone = StateFile::new(&config(directory.path(), &["other"]));
    assert!(gone.load().unwrap().secrets.is_empty());
}

#[test]
fn a_damaged_or_foreign_file_is_refused_without_telling_its_content() {
    let directory = tempfile::tempdir().unwrap();
    let file = StateFile::new(&config(directory.path(), &["web"]));
    let state = State {
        tokens: vec![Some(token("canary"))],
        secrets: Vec::new(),
    };
    file.save(&state).unwrap();
    let good: Value = serde_json::from_slice(&fs::read(&file.path).unwrap()).unwrap();
    let changed = |change: fn(&mut Value)| {
        let mut document = good.clone();
        change(&mut document);
        document.to_string()
    };
    for (content, expected) in [
        ("{\"version\": 1, \"canary".to_owned(), "line 1"),
        (
            changed(|document| document["version"] = json!(2)),
            "version 2",
        ),
        (changed(|document| document["canary"] = json!(2)), "line 1"),
        (
            changed(|document| document["stores"][0]["token"]["age"] = json!("canary")),
            "line 1",
        ),
        (
            changed(|document| document["saved"]["since_boot"] = json!(u64::MAX)),
            "future",
        ),
        (" ".repeat(LIMIT + 1), "longer than"),
    ] {
        let mut opened = File::create(&file.path).unwrap();
        opened.write_all(content.as_bytes()).unwrap();
        let error = file.load().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
    file.save(&state).unwrap();
    fs::set_permissions(&file.path, Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(file.load(), Err(StateError::Foreign)));
    let elsewhere = directory.path().join("elsewhere");
    fs::rename(&file.path, &elsewhere).unwrap();
    symlink(&elsewhere, &file.path).unwrap();
    assert!(matches!(file.load(), Err(StateError::Io(_))));
}

#[test]
fn what_is_too_long_is_not_kept_and_nothing_older_either() {
    let directory = tempfile::tempdir().unwrap();
    let file = StateFile::new(&config(directory.path(), &["web"]));
    let mut state = State {
        tokens: vec![Some(token("x"))],
        secrets: every_kind(),
    };
    file.save(&state).unwrap();
    state.secrets[0].reply.body = Zeroizing::new(vec![b'x'; LIMIT]);
    assert!(matches!(file.save(&state), Err(StateError::TooLong)));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn time_is_told_by_the_machine_and_after_its_restart_by_the_wall_clock() {
    let stamp = |boot: &str, since_boot, wall| Stamp {
        boot: boot.to_owned(),
        since_boot,
        wall,
    };
    let earlier = stamp("a", 1000, 50_000);
    let cases = [
        // The wall clock was set back meanwhile.
        (stamp("a", 3000, 10), Some(2 * SECOND)),
        (stamp("b", 10, 53_000), Some(3 * SECOND)),
        (stamp("b", 10, 10), None),
        (stamp("a", 10, 90_000), None),
    ];
    for (now, expected) in cases {
        assert_eq!(now.since(&earlier), expected, "{now:?}");
    }
}

proptest! {
    #[test]
    fn no_content_makes_the_reader_panic(content in ".{0,200}") {
        let now = Stamp::now();
        drop(wire::decode(content.as_bytes(), &["x".to_owned()], &now));
    }
}
