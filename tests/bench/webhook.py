#!/usr/bin/env python3
"""Prints what the webhook costs behind TLS: reviews per second of its processor time, and its memory.

    tests/bench/webhook.py target/release/vouchsafe-webhook

Needs nothing but the program and openssl. The time counted is the program's own, so a slow client or a busy machine makes
the run longer and changes the figures little; compare them with others of the same run all the same.
"""
import argparse
import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import time

CONNECTIONS = 64
# Of the webhook's processor time, for each figure.
SECONDS = 4

SMALL = {
    "vouchsafe.dev/inject": "true",
    "vouchsafe.dev/role": "web",
    "vouchsafe.dev/secret-db.env": "secret/data/db",
}
TEN_ANNOTATIONS = {
    **SMALL,
    "vouchsafe.dev/mode-db.env": "0440",
    "vouchsafe.dev/secret-api-key": "secret/data/api#key",
    "vouchsafe.dev/secret-server.yaml": "secret/data/server",
    "vouchsafe.dev/file-server.yaml": "conf/server.yaml",
    "vouchsafe.dev/refresh-interval": "5m",
    "vouchsafe.dev/reload": "http:POST:8080/-/reload",
    "vouchsafe.dev/reload-db.env": "signal:SIGHUP@web",
}


def review(annotations):
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "web-", "labels": {"app": "web"}, "annotations": annotations},
        "spec": {
            "serviceAccountName": "web",
            "securityContext": {"runAsUser": 1000, "runAsNonRoot": True},
            "containers": [{
                "name": "web",
                "image": "registry.example/web:1",
                "env": [{"name": "PORT", "value": "8080"}],
                "ports": [{"containerPort": 8080}],
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
            }],
            "volumes": [{"name": "data", "emptyDir": {}}],
        },
    }
    request = {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "operation": "CREATE",
        "namespace": "apps",
        "object": pod,
    }
    return json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}).encode()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Webhook:
    """The program with a certificate of its own; ended at the end of the `with` block."""

    def __init__(self, binary):
        self.directory = tempfile.TemporaryDirectory()
        path = pathlib.Path(self.directory.name)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", path / "tls.key", "-out", path / "tls.crt"],
            check=True, capture_output=True,
        )
        self.trust = ssl.create_default_context(cafile=path / "tls.crt")
        self.port, self.health = free_port(), free_port()
        self.command = [
            binary, "serve", f"--listen=127.0.0.1:{self.port}", f"--health-listen=127.0.0.1:{self.health}",
            f"--tls-cert-file={path / 'tls.crt'}", f"--tls-key-file={path / 'tls.key'}",
            "--agent-image=registry.example/agent:1", "--vault-address=https://vault.vault.svc:8200",
        ]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the webhook is not ready within 20 s")
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(timeout=10)
        self.directory.cleanup()

    def is_ready(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.health, timeout=5)
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def connect(self):
        return http.client.HTTPSConnection("localhost", self.port, context=self.trust, timeout=60)

    def processor_time(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Resident and anonymous memory in KiB."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        values = dict(line.split(":", 1) for line in lines)
        return tuple(int(values[name].split()[0]) for name in ("VmRSS", "RssAnon"))


class Client(threading.Thread):
    """One connection that is kept, and asks one question after the other."""

    def __init__(self, webhook, body, stop):
        super().__init__(daemon=True)
        self.webhook, self.body, self.stop = webhook, body, stop
        self.answered, self.failure = 0, None

    def run(self):
        try:
            connection = self.webhook.connect()
            while not self.stop.is_set():
                connection.request("POST", "/mutate", self.body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                answer = response.read()
                if response.status != 200 or b'"allowed":true' not in answer or b'"patch"' not in answer:
                    raise RuntimeError(f"{response.status}: {answer[:500]}")
                self.answered += 1
        except Exception as failure:  # told by the main thread
            self.failure = failure


def load(webhook, body, connections, seconds):
    """Reviews answered and processor time taken, and the most memory that was seen meanwhile."""
    stop = threading.Event()
    clients = [Client(webhook, body, stop) for _ in range(connections)]
    before = webhook.processor_time()
    for client in clients:
        client.start()
    most = (0, 0)
    while webhook.processor_time() - before < seconds and not any(client.failure for client in clients):
        most = max(most, webhook.memory())
        time.sleep(0.05)
    stop.set()
    for client in clients:
        client.join()
        if client.failure:
            raise SystemExit(f"a review was not answered: {client.failure}")
    return sum(client.answered for client in clients), webhook.processor_time() - before, most


def report(what, value):
    print(f"{what:<58} {value}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("webhook", help="the program, built as a release")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of processor time, for each figure")
    arguments = parser.parse_args()
    with Webhook(arguments.webhook) as webhook:
        resident, anonymous = webhook.memory()
        report("webhook, resident memory, idle", f"{resident} KiB, {anonymous} of them anonymous")
        for name, annotations in (("small pod", SMALL), ("ten annotations", TEN_ANNOTATIONS)):
            for connections in (1, CONNECTIONS):
                answered, taken, _ = load(webhook, review(annotations), connections, arguments.seconds)
                report(f"webhook, TLS, {name}, {connections} connections", f"{answered / taken:.0f} reviews per second of processor time")
    with Webhook(arguments.webhook) as webhook:
        *_, (resident, anonymous) = load(webhook, review(TEN_ANNOTATIONS), CONNECTIONS, arguments.seconds)
        report(f"webhook, resident memory, {CONNECTIONS} busy connections", f"{resident} KiB, {anonymous} of them anonymous")


if __name__ == "__main__":
    main()
