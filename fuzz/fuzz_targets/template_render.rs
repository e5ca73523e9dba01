//! Any template on any answers, within small limits.
//!
//! Input: `mode data NUL template`. The first byte of the mode says what a missing key is; the data
//! is the response that every secret of the template gets, or the file of a `DataFile`, or nothing.
#![no_main]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    collections::BTreeMap,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use libfuzzer_sys::fuzz_target;
use vouchsafe_template::{
    DataFile, Options, Template,
    encode::json::{self, Numbers},
    go::time::Time,
    object::{certificate::Certificate, secret::Secret},
    scope::{
        Answer, Dependency, FileWrite, Host, InterfaceFlags, Limits, NetworkInterface, Source,
    },
    value::{Text, Value},
};

const LIMITS: Limits = Limits { steps: 100_000, memory: 4 << 20, nesting: 250, templates: 100_000 };

/// What a run may hold at once: a byte that is counted may stand for a value of several words.
const MOST_HELD: usize = 64 << 20;

/// Never to be seen in an error.
const PLANTED: &str = "Pl4nt3d-s3cret";

/// As what is asked for depends on answers, one run may ask for more than the one before.
const MOST_RUNS: usize = 20;

static RESPONSE: LazyLock<String> = LazyLock::new(|| {
    format!(
        r#"{{"request_id": "r", "lease_id": "l", "lease_duration": 3600, "renewable": true,
            "warnings": ["w"], "auth": {{"client_token": "{PLANTED}-token", "policies": ["a"]}},
            "data": {{"username": "user", "password": "{PLANTED}", "keys": ["{PLANTED}-1", null],
            "data": {{"password": "{PLANTED}", "n": 5432, "f": -1.50e3, "t": true, "z": null,
            "list": [3, "b", [], {{}}], "map": {{"{PLANTED}-key": {{"k": ["v"]}}, "a": 1}},
            "json": "{{\"a\": [1, 2.5, \"{PLANTED}\"]}}", "yaml": "a: &b [1, 0x1f]\nc: *b\n"}},
            "metadata": {{"version": 3, "created_time": "2024-01-02T03:04:05.678Z"}}}}}}"#
    )
});

fuzz_target!(|input: &[u8]| {
    let (head, source) = split(input);
    let (mode, document) = head.split_first().unwrap_or((&0, &[]));
    let mut options = Options::new("fuzz");
    options.error_on_missing_key = mode & 1 == 1;
    options.limits = LIMITS;
    let Ok(template) = Template::parse(source, options) else { return };
    // Before anything is held that the first run alone makes.
    LazyLock::force(&RESPONSE);
    let before = HELD.load(Relaxed);
    PEAK.store(before, Relaxed);
    if let Ok(mut data) = DataFile::parse(document) {
        let _ = data.render(&template).map_err(|error| error.to_string());
    }
    let is_told = source.windows(PLANTED.len()).any(|window| window == PLANTED.as_bytes());
    let mut world = World::new(document);
    for _ in 0..MOST_RUNS {
        let (missing, error) = match template.render(&mut world, &mut Nothing) {
            Ok(rendering) => {
                assert!(rendering.output.len() as u64 <= LIMITS.memory);
                if rendering.missing.is_empty() {
                    let again = template.render(&mut world, &mut Nothing).expect("no second run");
                    assert!(rendering.output.expose_secret() == again.output.expose_secret());
                }
                (rendering.missing, None)
            }
            Err(failed) => (failed.missing, Some(failed.error)),
        };
        if let Some(error) = error {
            assert!((1..=lines(source)).contains(&error.place.line));
            let error = error.to_string();
            assert!(is_told || !error.contains(PLANTED), "{error}");
        }
        if missing.is_empty() {
            break;
        }
        for dependency in missing {
            world.learn(dependency);
        }
    }
    let held = PEAK.load(Relaxed) - before;
    assert!(held <= MOST_HELD, "{held} bytes were held at once");
});

fn split(input: &[u8]) -> (&[u8], &[u8]) {
    match input.iter().position(|byte| *byte == 0) {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (&[], input),
    }
}

fn lines(source: &[u8]) -> usize {
    source.split(|byte| *byte == b'\n').count()
}

/// Has an answer to everything, from the second time on.
struct World {
    secret: Value,
    known: BTreeMap<Dependency, Value>,
}

impl World {
    fn new(document: &[u8]) -> Self {
        let secret = |document| {
            let response = json::decode(document, Numbers::Literal).ok()?;
            Some(Secret::from_response(&response).ok()?.into_value())
        };
        let secret = secret(document)
            .or_else(|| secret(RESPONSE.as_bytes()))
            .expect("the answer for everything can be read");
        Self { secret, known: BTreeMap::new() }
    }

    fn learn(&mut self, dependency: Dependency) {
        let text = |end: &str| Text::from(format!("{PLANTED}{end}"));
        let answer = match dependency {
            Dependency::Read { .. } | Dependency::Write { .. } => self.secret.clone(),
            Dependency::List { .. } => Value::strings(["a", "b/", PLANTED].map(Text::from)),
            Dependency::Certificate { .. } => {
                Certificate::new(text("-c"), text("-k"), text("-a"), vec![text("-i")]).into_value()
            }
            Dependency::File { .. } => Value::string(text("\n")),
        };
        self.known.insert(dependency, answer);
    }
}

impl Source for World {
    fn answer(&mut self, dependency: &Dependency) -> Answer {
        self.known.get(dependency).map_or(Answer::Missing, |value| Answer::Value(value.clone()))
    }
}

/// A host that is always the same.
struct Nothing;

impl Host for Nothing {
    fn environment(&self, name: &[u8]) -> Option<Text> {
        (name != b"NONE").then(|| Text::from(name))
    }

    fn now(&mut self) -> Time {
        Time::unix(1_700_000_000, 123_456_789)
    }

    fn random(&mut self, below: u64) -> u64 {
        below - 1
    }

    fn write_file(&mut self, _: &FileWrite<'_>) -> Result<(), String> {
        Ok(())
    }

    fn interfaces(&mut self) -> Result<Vec<NetworkInterface>, String> {
        let addresses = [("10.0.0.7", 24), ("8.8.4.4", 16), ("fd00::7", 64), ("::1", 128)];
        let addresses = addresses.map(|(address, bits)| (address.parse().expect("an address"), bits));
        Ok(vec![NetworkInterface {
            index: 1,
            name: "eth0".to_owned(),
            mtu: 1500,
            hardware_address: vec![2, 0, 0x5e, 0, 0x53, 1],
            flags: InterfaceFlags::UP.with(InterfaceFlags::LOOPBACK),
            addresses: addresses.to_vec(),
            is_default: true,
        }])
    }

    fn plugin(&mut self, _: &[u8], arguments: &[Text]) -> Result<Text, String> {
        arguments.first().cloned().ok_or_else(|| "no argument".to_owned())
    }
}

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// Counts what is held.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(held, Relaxed);
        // SAFETY: as of the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as of the caller.
        unsafe { System.dealloc(pointer, layout) }
    }
}
