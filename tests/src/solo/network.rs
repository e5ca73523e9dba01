//! A network of a test's own, with a way that loses packets.

use std::{
    fs::{self, File},
    io,
    net::{Ipv4Addr, TcpListener},
    os::fd::AsFd,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::child::{self, Child};
use crate::wait;

/// Set where a test runs the second time.
const INSIDE: &str = "VOUCHSAFE_TEST_NETWORK";

/// Longer than any test.
const LIMIT: Duration = Duration::from_secs(300);

const HERE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const THERE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);

/// Whether this is a process of the test `name` with a network that nobody else has, only loopback
/// at first. Otherwise it makes such a process, and waits until that has passed the test. Needs root.
///
/// # Panics
/// When the other process fails, with what that said.
pub fn is_apart(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let program = std::env::current_exe().expect("a program knows itself");
    let program = program.display().to_string();
    let said = tempfile::NamedTempFile::new().expect("a file");
    let outputs = [(); 2].map(|()| said.as_file().try_clone().expect("a file"));
    let script = "ip link set lo up\nexec \"$@\"";
    let arguments = ["--exact", name, "--nocapture", "--include-ignored"];
    let mut command = vec![
        "unshare", "--net", "bash", "-euc", script, "apart", &program,
    ];
    command.extend(arguments);
    let mut process = child::start(&command, |command| {
        let [output, errors] = outputs;
        command.env(INSIDE, "1");
        command
            .stdout(Stdio::from(output))
            .stderr(Stdio::from(errors));
    });
    let status = process.wait_end(LIMIT);
    let said = fs::read_to_string(said.path()).unwrap_or_default();
    assert!(status.success(), "in a network of its own:\n{said}");
    assert!(said.contains("1 passed"), "nothing was tested:\n{said}");
    false
}

/// A pair of interfaces, one here and one in another network; both go with this.
#[derive(Debug)]
pub struct Way {
    /// Has the other network for as long as it lives.
    holder: Child,
}

impl Way {
    /// Only to be made where [`is_apart`] holds.
    ///
    /// # Panics
    /// When the interfaces cannot be made.
    pub fn laid() -> Self {
        assert!(
            std::env::var_os(INSIDE).is_some(),
            "this network is everybody's"
        );
        let holder = child::start(&["unshare", "--net", "sleep", "infinity"], |_| ());
        let way = Self { holder };
        let own = File::open("/proc/self/ns/net").and_then(|file| file.metadata());
        let own = own.expect("a network");
        wait::until(LIMIT, "another network", || {
            let other = fs::metadata(way.network()).map_err(|error| error.to_string())?;
            let is_another = ino(&other) != ino(&own);
            is_another
                .then_some(())
                .ok_or_else(|| "the same".to_owned())
        });
        let pid = way.holder.pid();
        // Segments as long as those of a network, or one packet would hold a whole answer.
        run(&format!(
            "ip link add here type veth peer name there netns {pid}
            ip addr add {HERE}/30 dev here
            ip link set here gso_max_segs 1 gso_max_size 1500 up"
        ));
        way.run_there(&format!(
            "ip addr add {THERE}/30 dev there
            ip link set there gso_max_segs 1 gso_max_size 1500 up"
        ));
        way
    }

    fn network(&self) -> String {
        format!("/proc/{}/ns/net", self.holder.pid())
    }

    fn run_there(&self, script: &str) -> String {
        run(&format!(
            "nsenter --net={} bash -euc '{script}'",
            self.network()
        ))
    }

    /// Listens at the other end.
    ///
    /// # Panics
    /// When that cannot be.
    pub fn listener(&self) -> TcpListener {
        let bind = || -> io::Result<TcpListener> {
            let network = File::open(self.network())?;
            // This thread alone; what it opens stays there.
            move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))?;
            TcpListener::bind((THERE, 0))
        };
        let bound = thread::scope(|scope| scope.spawn(bind).join());
        bound
            .expect("no panic")
            .expect("a port in the other network")
    }

    /// From now on this share of packets is lost at random, in either direction, as they arrive: the
    /// sender does not know.
    ///
    /// # Panics
    /// When this kernel cannot.
    pub fn lose(&self, share: f64) {
        self.heal();
        // Where the kernel has a random number, beyond what packets have, and what it may answer.
        // Source: `SKF_AD_RANDOM` in <https://github.com/torvalds/linux/blob/master/include/uapi/linux/filter.h>,
        // `TC_ACT_SHOT` in <https://github.com/torvalds/linux/blob/master/include/uapi/linux/pkt_cls.h>.
        let random = u32::MAX - 0x1000 + 1 + 56;
        let (shot, passed) = (2, 0);
        let below = share * f64::from(u32::MAX);
        let program = format!("4,32 0 0 {random},53 1 0 {below:.0},6 0 0 {shot},6 0 0 {passed}");
        let lose = |device: &str| {
            format!(
                "tc qdisc add dev {device} clsact
                tc filter add dev {device} ingress protocol ip bpf direct-action bytecode \"{program}\""
            )
        };
        run(&lose("here"));
        self.run_there(&lose("there"));
    }

    /// From now on none is lost.
    pub fn heal(&self) {
        let heal = |device: &str| format!("tc qdisc del dev {device} clsact 2>/dev/null || true");
        run(&heal("here"));
        self.run_there(&heal("there"));
    }

    /// How many packets were lost since the loss began: those on their way here, and there.
    ///
    /// # Panics
    /// When `tc` does not tell.
    pub fn lost(&self) -> [u64; 2] {
        let told = |device: &str| format!("tc -s qdisc show dev {device} clsact");
        [run(&told("here")), self.run_there(&told("there"))].map(|told| {
            let (_, dropped) = told.split_once("dropped ").expect("a count");
            let digits = dropped.split(|character: char| !character.is_ascii_digit());
            let count = digits.into_iter().next().unwrap_or_default();
            count.parse().expect("a count")
        })
    }
}

fn ino(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

/// Runs a script, and gives what it says.
fn run(script: &str) -> String {
    let mut command = Command::new("bash");
    let output = command.args(["-euc", script]).output().expect("bash runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "packets cannot be lost on this machine (it takes root, ip and tc of the package iproute2, and a \
         kernel with veth, sch_ingress and cls_bpf): {script}: {errors}"
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
