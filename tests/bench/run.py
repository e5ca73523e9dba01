#!/usr/bin/env python3
"""Prints what can be compared of the agent: size, memory, start to first render.

Runs inside the test bed (`make bench` brings it up). Times are of this machine at this moment: compare them only with
others of the same run. `--agent PATH` measures another program that takes `run --config FILE` in the same way.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time
import urllib.request

ROUNDS = 15
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def vault_environment():
    scripts = os.environ["VOUCHSAFE_CLUSTER_SCRIPTS"]
    lines = subprocess.check_output([f"{scripts}/vault.sh", "env", "main"], text=True).splitlines()
    pairs = (line.removeprefix("export ").split("=", 1) for line in lines if "=" in line)
    return {name: value.strip("'\"") for name, value in pairs}


class Vault:
    def __init__(self):
        self.environment = vault_environment()

    def write(self, path, body):
        request = urllib.request.Request(
            f"{self.environment['VAULT_ADDR']}/v1/{path}",
            data=json.dumps(body).encode(),
            headers={"X-Vault-Token": self.environment["VAULT_TOKEN"]},
            method="POST",
        )
        urllib.request.urlopen(request, timeout=30).read()

    def put(self, name, version):
        self.write(f"secret/data/{name}", {"data": {"user": "app", "password": f"version {version} " * 10}})


class Agent:
    """One agent with its own directory; ended and removed at the end of the `with` block."""

    def __init__(self, vault, binary, secrets, interval="1h"):
        self.directory = tempfile.TemporaryDirectory()
        path = pathlib.Path(self.directory.name)
        token = subprocess.check_output(["kubectl", "create", "token", "default", "--audience", "vouchsafe"])
        (path / "token").write_bytes(token)
        self.last = path / "secrets" / f"{secrets - 1}.env"
        (path / "config.json").write_text(json.dumps({
            "version": 1,
            "stores": [{
                "name": "vault", "kind": "vault", "address": vault.environment["VAULT_TLS_ADDRESS"],
                "tls": {"ca_file": vault.environment["VAULT_CA_FILE"]},
                "auth": {"method": "kubernetes", "mount": "auth/kubernetes", "role": "bench", "token_file": str(path / "token")},
            }],
            "volumes": [{"path": str(path / "secrets")}],
            "files": [
                {"name": f"{index}.env", "store": "vault", "source": {"secret": f"secret/data/bench-{index}", "format": "env"}}
                for index in range(secrets)
            ],
            "refresh": {"interval": interval},
            "run_directory": str(path / "run"),
        }))
        self.command = [binary, "run", "--config", str(path / "config.json")]

    def __enter__(self):
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.directory.cleanup()

    def wait_for_files(self):
        while not self.last.exists():
            if self.process.poll() is not None or time.monotonic() - self.started > 30:
                raise SystemExit("the agent rendered nothing within 30 s")
            time.sleep(0.0002)
        return time.monotonic() - self.started

    def memory(self):
        """Resident and anonymous memory in KiB."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        values = dict(line.split(":", 1) for line in lines)
        return tuple(int(values[name].split()[0]) for name in ("VmRSS", "RssAnon"))


def report(what, value):
    print(f"{what:<58} {value}", flush=True)


def measure_agent(vault, binary):
    report("agent, binary", f"{os.path.getsize(binary) / 1e6:.2f} MB")
    for secrets in (1, 20):
        times = []
        for _ in range(ROUNDS):
            with Agent(vault, binary, secrets) as agent:
                times.append(agent.wait_for_files())
                resident, anonymous = agent.memory()
        report(f"agent, start to first render, {secrets} secrets, median of {ROUNDS}", f"{statistics.median(times) * 1000:.1f} ms")
        report(f"agent, resident memory after it ({secrets} secrets)", f"{resident} KiB, {anonymous} of them anonymous")
    with Agent(vault, binary, 20, interval="20ms") as agent:
        agent.wait_for_files()
        for version in range(400):
            vault.put("bench-7", version)
        resident, anonymous = agent.memory()
        report("agent, resident memory after 400 rotations of 1 in 20", f"{resident} KiB, {anonymous} of them anonymous")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agent", default=os.environ.get("VOUCHSAFE_TEST_AGENT"), help="the agent to measure")
    arguments = parser.parse_args()
    vault = Vault()
    vault.write("sys/policies/acl/bench", {"policy": 'path "secret/*" { capabilities = ["read"] }'})
    vault.write("auth/kubernetes/role/bench", {
        "bound_service_account_names": ["default"], "bound_service_account_namespaces": ["default"],
        "token_policies": ["bench"], "token_ttl": "1h",
    })
    for index in range(20):
        vault.put(f"bench-{index}", 0)
    measure_agent(vault, arguments.agent)


if __name__ == "__main__":
    main()
