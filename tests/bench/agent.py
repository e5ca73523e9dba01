#!/usr/bin/env python3
"""Compares our agent with `vault agent`: binary, memory, start to first render, and what an idle period costs.

Needs neither a cluster nor a network: a development server of the same Vault that brings the other agent, on the
loopback address, over plain HTTP for both. Both agents get a token in a file and the same templates, one secret each.
Times are of this machine at this moment: compare them only with others of the same run.

    tests/bench/agent.py --agent PATH [--vault PATH] [--idle SECONDS] [--update docs/benchmarks.md]
"""
import argparse
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request

ROUNDS = 10
SIZES = (1, 20)
# How often each looks for changes: both defaults.
# Source: https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent/template#static_secret_render_interval
OURS_INTERVAL, THEIRS_INTERVAL = 60, 300
# The volumes of both are in memory in a pod, too; on a disk their syncing would be measured.
MEMORY = "/dev/shm"
HOME = pathlib.Path.home()
BEGIN, END = "<!-- agent: written by `tests/bench/agent.py --update docs/benchmarks.md` -->", "<!-- agent: end -->"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(what, holds, limit=60):
    """Returns how long it took, in seconds."""
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > limit:
            raise SystemExit(f"{what} did not come within {limit} s")
        time.sleep(0.0005)
    return time.monotonic() - started


class Vault:
    """A server that forgets all when it ends, and writes down who asked what."""

    def __init__(self, binary, directory):
        self.address = f"http://127.0.0.1:{free_port()}"
        self.audit = directory / "audit"
        command = [binary, "server", "-dev", "-dev-no-store-token", "-dev-root-token-id=root"]
        command.append(f"-dev-listen-address={self.address.removeprefix('http://')}")
        environment = {**os.environ, "HOME": str(directory), "VAULT_DISABLE_MLOCK": "true"}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        wait_until("Vault", self.is_up)
        self.ask("POST", "sys/audit/file", {"type": "file", "options": {"file_path": str(self.audit)}})
        self.ask("POST", "sys/policies/acl/bench", {"policy": 'path "secret/*" { capabilities = ["read"] }'})
        for index in range(max(SIZES)):
            secret = {"data": {"user": "app", "password": f"password {index} " * 10}}
            self.ask("POST", f"secret/data/bench-{index}", secret)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)

    def is_up(self):
        try:
            self.ask("GET", "sys/health")
        except OSError:
            return False
        return True

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/v1/{path}", data, {"X-Vault-Token": "root"}, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def token(self, name):
        body = {"policies": ["bench"], "display_name": name, "ttl": "24h"}
        return self.ask("POST", "auth/token/create", body)["auth"]["client_token"]

    def requests(self, name):
        """How many requests came with the token of this name."""
        lines = self.audit.read_text().splitlines()
        entries = (json.loads(line) for line in lines if f'"token-{name}"' in line)
        return sum(entry["type"] == "request" for entry in entries)


def template(index):
    return f'{{{{ with secret "secret/data/bench-{index}" }}}}USER={{{{ .Data.data.user }}}}\nPASSWORD={{{{ .Data.data.password }}}}\n{{{{ end }}}}'


class Agent:
    """One agent with its own directory and token; ended and removed at the end of the `with` block."""

    count = 0

    def __init__(self, vault, secrets):
        Agent.count += 1
        self.name = f"{self.kind}-{Agent.count}"
        self.directory = tempfile.TemporaryDirectory(dir=MEMORY)
        self.path = pathlib.Path(self.directory.name)
        (self.path / "token").write_text(vault.token(self.name))
        self.files = [self.path / "secrets" / f"{index}.env" for index in range(secrets)]
        self.command = self.configure(vault, secrets)

    def __enter__(self):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}
        self.process = subprocess.Popen(
            self.command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.took = wait_until(f"what {self.kind} renders", lambda: all(file.exists() for file in self.files))
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.directory.cleanup()

    def memory(self):
        """Resident and anonymous memory in KiB."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        values = dict(line.split(":", 1) for line in lines)
        return tuple(int(values[name].split()[0]) for name in ("VmRSS", "RssAnon"))

    def processor_seconds(self):
        """Of the threads that are there, to the nanosecond; `stat` counts in hundredths of a second."""
        threads = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


class Ours(Agent):
    kind, binary = "ours", None

    def configure(self, vault, secrets):
        config = {
            "version": 1,
            "stores": [{
                "name": "vault", "kind": "vault", "address": vault.address,
                "auth": {"method": "token_file", "token_file": str(self.path / "token")},
            }],
            "volumes": [{"path": str(self.path / "secrets")}],
            "files": [
                {"name": f"{index}.env", "store": "vault", "source": {"template": template(index)}}
                for index in range(secrets)
            ],
            "refresh": {"interval": f"{OURS_INTERVAL}s"},
            "run_directory": str(self.path / "run"),
        }
        (self.path / "config.json").write_text(json.dumps(config))
        return [self.binary, "run", "--config", str(self.path / "config.json")]


class Theirs(Agent):
    kind, binary = "theirs", None

    def configure(self, vault, secrets):
        config = {
            "vault": {"address": vault.address},
            "auto_auth": {"method": [{"type": "token_file", "config": {"token_file_path": str(self.path / "token")}}]},
            "template_config": {"static_secret_render_interval": f"{THEIRS_INTERVAL}s", "exit_on_retry_failure": True},
            "template": [
                {"contents": template(index), "destination": str(self.path / "secrets" / f"{index}.env")}
                for index in range(secrets)
            ],
        }
        (self.path / "config.json").write_text(json.dumps(config))
        return [self.binary, "agent", f"-config={self.path / 'config.json'}"]


def measure(vault, idle):
    """Rows of a table: what, ours, theirs, and how many times ours theirs is (or None)."""
    rows = []

    def row(what, ours, theirs, show):
        rows.append((what, show(ours), show(theirs), f"{theirs / ours:.1f}" if ours else "-"))
        print(f"{what:<62} {rows[-1][1]:>12} {rows[-1][2]:>12} {rows[-1][3]:>8}", flush=True)

    def mebibytes(kib):
        return f"{kib / 1024:.1f} MiB"

    row("binary", os.path.getsize(Ours.binary), os.path.getsize(Theirs.binary), lambda size: f"{size / 1e6:.1f} MB")
    for secrets in SIZES:
        times = {Ours: [], Theirs: []}
        for _ in range(ROUNDS):
            for kind, taken in times.items():
                with kind(vault, secrets) as agent:
                    taken.append(agent.took)
        medians = [statistics.median(taken) * 1000 for taken in times.values()]
        row(f"start to first render, {secrets} templates, median of {ROUNDS}", *medians, lambda time: f"{time:.0f} ms")
    for secrets in SIZES:
        with Ours(vault, secrets) as ours, Theirs(vault, secrets) as theirs:
            agents = (ours, theirs)
            time.sleep(5)
            before = [(agent.processor_seconds(), vault.requests(agent.name)) for agent in agents]
            time.sleep(idle)
            after = [(agent.processor_seconds(), vault.requests(agent.name)) for agent in agents]
            memory = [agent.memory() for agent in agents]
        row(f"resident memory, {secrets} templates", *(resident for resident, _ in memory), mebibytes)
        row(f"of it anonymous, {secrets} templates", *(anonymous for _, anonymous in memory), mebibytes)
        spent = [[late - early for early, late in zip(*pair)] for pair in zip(before, after)]
        row(f"processor time in {idle} s, {secrets} templates", *(spent[who][0] for who in (0, 1)), lambda time: f"{time * 1000:.0f} ms")
        row(f"requests in {idle} s, {secrets} templates", *(spent[who][1] for who in (0, 1)), str)
    return rows


def page(rows, version, idle, loads):
    lines = [
        BEGIN,
        "",
        f"One run, {version}, on {os.cpu_count()} cores, load average {loads}. Ours looks for changes every "
        f"{OURS_INTERVAL} s (a tenth more or less), theirs every {THEIRS_INTERVAL} s, the defaults of both; each idle period "
        f"lasts {idle} s.",
        "",
        "| | ours | `vault agent` | times |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
        END,
    ]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agent", default=os.environ.get("VOUCHSAFE_TEST_AGENT"), help="our agent")
    parser.add_argument("--vault", default=str(HOME / ".cache/vouchsafe/vault-v1.21.0/vault"), help="Vault")
    parser.add_argument("--idle", type=int, default=300, help="seconds of each idle period")
    parser.add_argument("--update", type=pathlib.Path, help="the page to write the figures to")
    arguments = parser.parse_args()
    if not arguments.agent:
        parser.error("no agent: give --agent, or set VOUCHSAFE_TEST_AGENT")
    Ours.binary, Theirs.binary = arguments.agent, arguments.vault
    version = subprocess.check_output([arguments.vault, "version"], text=True).split(",")[0]
    loads = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory() as directory, Vault(arguments.vault, pathlib.Path(directory)) as vault:
        rows = measure(vault, arguments.idle)
    loads = f"{loads[0]:.0f} at its start and {os.getloadavg()[2]:.0f} over its last 15 minutes"
    if arguments.update:
        text = arguments.update.read_text()
        pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"{arguments.update} has no place for the figures: {BEGIN} to {END}")
        arguments.update.write_text(pattern.sub(lambda _: page(rows, version, arguments.idle, loads), text))


if __name__ == "__main__":
    main()
