#!/usr/bin/env python3
"""Prints what the webhook costs behind TLS: reviews per second of its processor time, and its memory.

    tests/bench/webhook.py target/x86_64-unknown-linux-musl/release/vouchsafe-webhook

Needs nothing but the program and openssl; with `--mutate EXAMPLE` it runs webhook/examples/mutate_bench.rs too, and with
`--original PROGRAM` it asks the original injector (`make original-injector` builds it) the same, in turns. The time counted
is the program's own, so a slow client or a busy machine makes the run longer and changes the figures little; compare them with
others of the same run all the same. `--update PAGE` writes the figures into that page as well.
"""
import argparse
import base64
import contextlib
import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from api_server import CONFIGURATION, HOST, ApiServer, make_certificate

CONNECTIONS = 64
# Of the webhook's processor time, for each figure.
SECONDS = 4
# From being ready to being idle: what only the start needs is given back within some seconds.
SETTLING = 10
# Whose metadata a webhook with the client follows.
NAMESPACES = 100
MARKS = ("<!-- webhook figures: written by `make bench-webhook page=docs/benchmarks.md` -->\n", "<!-- end of webhook figures -->\n")

# As they come to a webhook: with the service account's volume, which the API server has added by then. The original injects both.
PODS = pathlib.Path(__file__).parent / "pods"


def review(pod):
    return review_of(json.loads((PODS / f"{pod.replace(' ', '-')}.json").read_text()), "apps")


def review_of(pod, namespace):
    request = {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "operation": "CREATE",
        "namespace": namespace,
        "object": pod,
    }
    return json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}).encode()


def post(body):
    return b"POST /mutate HTTP/1.1\r\nHost: webhook\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


# What a request costs before anybody looks at what it says: the kernel's, TLS' and HTTP's part of a review.
EMPTY = b"GET /health/ready HTTP/1.1\r\nHost: webhook\r\n\r\n"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Webhook:
    """The program with a certificate in files; ended at the end of the `with` block."""

    name = "localhost"

    def __init__(self, binary):
        self.binary = binary
        self.cleanup = contextlib.ExitStack()
        self.directory = pathlib.Path(self.cleanup.enter_context(tempfile.TemporaryDirectory()))
        self.port, self.health = free_port(), free_port()
        self.environment = dict(os.environ)

    def certificate(self):
        make_certificate(self.directory, "tls", "DNS:localhost")
        return [f"--tls-cert-file={self.directory / 'tls.crt'}", f"--tls-key-file={self.directory / 'tls.key'}"]

    def trust(self):
        return ssl.create_default_context(cafile=self.directory / "tls.crt")

    def command(self):
        return [
            self.binary, "serve", f"--listen=127.0.0.1:{self.port}", f"--health-listen=127.0.0.1:{self.health}",
            "--agent-image=registry.example/agent:1", "--vault-address=https://vault.vault.svc:8200", *self.certificate(),
        ]

    def __enter__(self):
        command = self.command()
        self.process = subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise SystemExit("the webhook is not ready within 30 s")
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(timeout=10)
        self.cleanup.close()

    def is_ready(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.health, timeout=5)
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def connect(self):
        stream = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.trust().wrap_socket(stream, server_hostname=self.name)

    def processor_time(self):
        """In seconds: all of it, and without the kernel's part."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        user, system = (int(field) / os.sysconf("SC_CLK_TCK") for field in fields[11:13])
        return user + system, user

    def memory(self):
        """Resident and anonymous memory in KiB."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        values = dict(line.split(":", 1) for line in lines)
        return tuple(int(values[name].split()[0]) for name in ("VmRSS", "RssAnon"))


class WebhookInCluster(Webhook):
    """The program with a certificate of its own making, which takes the client of the Kubernetes API."""

    name = HOST
    # How a service account gets where a pod finds its own, so that nothing of the machine changes: in mounts of the program's own.
    isolation = ["unshare", "--mount", "--map-root-user"]
    empty_run = "mount -t tmpfs none /run"

    def certificate(self):
        return [f"--tls-auto={CONFIGURATION}", f"--tls-auto-hosts={HOST}"]

    def trust(self):
        return ssl.create_default_context(cadata=base64.b64decode(self.api.ca_bundle()).decode())

    def command(self):
        return self.in_cluster(super().command())

    def in_cluster(self, command):
        self.api = self.cleanup.enter_context(ApiServer(self.directory, NAMESPACES))
        (self.directory / "token").write_text("token")
        (self.directory / "namespace").write_text("vouchsafe")
        account = "/run/secrets/kubernetes.io/serviceaccount"
        script = (
            f'mkdir /dev/shm/account.$$ && cp "$0/token" "$0/namespace" /dev/shm/account.$$ && cp "$0/api.crt" /dev/shm/account.$$/ca.crt '
            f'&& {self.empty_run} && mkdir -p {account} && cp /dev/shm/account.$$/* {account} && rm -r /dev/shm/account.$$ && exec "$@"'
        )
        self.environment |= {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(self.api.port)}
        return [*self.isolation, "sh", "-c", script, self.directory, *command]


class WebhookInThrowaway(WebhookInCluster):
    """As `WebhookInCluster`, where nobody minds what becomes of /run: while an image is built, which may make no mounts."""

    isolation = []
    empty_run = "true"


class OriginalInjector(WebhookInCluster):
    """The original with a certificate in files; it takes the client even so."""

    name = Webhook.name
    certificate = Webhook.certificate
    trust = Webhook.trust

    def command(self):
        return self.in_cluster([
            self.binary, "agent-inject", f"-listen=127.0.0.1:{self.port}", "-vault-image=registry.example/agent:1",
            "-vault-address=https://vault.vault.svc:8200", *self.certificate(),
        ])

    def is_ready(self):
        try:
            with contextlib.closing(self.connect()) as stream:
                stream.sendall(EMPTY)
                return read(stream).startswith(b"HTTP/1.1 204")
        except OSError:
            return False


def read(stream):
    """One answer."""
    answer = b""
    while True:
        part = stream.recv(65536)
        if not part:
            raise SystemExit(f"the webhook closed a connection after {answer[:500]}")
        answer += part
        head, found, body = answer.partition(b"\r\n\r\n")
        if found and is_whole(head.lower(), body):
            return answer


def is_whole(head, body):
    if b"\r\ntransfer-encoding: chunked" in head:
        return body.endswith(b"\r\n0\r\n\r\n")
    _, _, length = head.partition(b"\r\ncontent-length:")
    return len(body) >= int(length.partition(b"\r\n")[0] or 0)


class Load:
    """Connections that are kept, each with one request at a time, written as a whole as Go's client does."""

    def __init__(self, webhook, connections):
        self.webhook = webhook
        self.streams = [webhook.connect() for _ in range(connections)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for stream in self.streams:
            stream.close()

    def round(self, request, expected):
        for stream in self.streams:
            stream.sendall(request)
        for stream in self.streams:
            answer = read(stream)
            if not answer.startswith(b"HTTP/1.1 20") or expected not in answer:
                raise SystemExit(f"not as expected: {answer[:500]}")
        return len(self.streams)

    def per_second(self, request, expected, seconds):
        """Requests answered per second of the webhook's processor time, and of that without the kernel's part."""
        self.round(request, expected)
        before, answered, taken = self.webhook.processor_time(), 0, (0, 0)
        while taken[0] < seconds:
            for _ in range(max(1, 500 // len(self.streams))):
                answered += self.round(request, expected)
            taken = [now - then for now, then in zip(self.webhook.processor_time(), before)]
        return [answered / part for part in taken]


def throughput(programs, seconds):
    """Requests per second by kind and number of connections, each asked of all programs in turn."""
    figures = {}
    for connections in (1, CONNECTIONS):
        with contextlib.ExitStack() as stack:
            loads = [stack.enter_context(Load(program, connections)) for program in programs]
            for name, request, expected in (
                ("no review", EMPTY, b""),
                ("small pod", post(review("small pod")), b'"patch"'),
                ("ten annotations", post(review("ten annotations")), b'"patch"'),
            ):
                figures[name, connections] = [load.per_second(request, expected, seconds) for load in loads]
    return figures


def memory(kind, binary, seconds):
    """Resident and anonymous memory in KiB, idle and after load."""
    with kind(binary) as webhook:
        time.sleep(SETTLING)
        idle = webhook.memory()
        with Load(webhook, CONNECTIONS) as load:
            load.per_second(post(review("ten annotations")), b'"patch"', seconds)
            return idle, webhook.memory()


def mutate(example):
    return json.loads(subprocess.check_output([example, *sorted(PODS.iterdir())], text=True))


def measure(options):
    kinds = {
        "certificate in files": (Webhook, options.webhook),
        "certificate of its own, client of the API server in use": (WebhookInCluster, options.webhook),
    }
    if options.original:
        kinds["the original, certificate in files"] = (OriginalInjector, options.original)
    with contextlib.ExitStack() as stack:
        programs = [stack.enter_context(Webhook(options.webhook))]
        if options.original:
            programs.append(stack.enter_context(OriginalInjector(options.original)))
        reviews = throughput(programs, options.seconds)
    return {
        "reviews": reviews,
        "memory": {name: memory(kind, binary, options.seconds) for name, (kind, binary) in kinds.items()},
        "mutate": mutate(options.mutate) if options.mutate else None,
    }


def table(head, rows):
    return [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *(f"| {' | '.join(cells)} |" for cells in rows)]


def page(figures):
    lines = [f"One run on a shared machine with {os.cpu_count()} cores; requests per second of a program's own processor time:", ""]
    rows = []
    for (name, connections), (ours, *originals) in figures["reviews"].items():
        shown = "the floor: `GET /health/ready`" if name == "no review" else name
        row = [f"{shown}, {connections} connection{'s' if connections > 1 else ''}", f"{ours[0]:.0f}"]
        for original in originals:
            row += [f"{original[0]:.0f}", *(f"{our / other:.1f}" for our, other in zip(ours, original))]
        rows.append(row)
    head = ["", "ours", "the original", "ratio", "ratio without the kernel's part"]
    lines += table(head[: len(rows[0])], rows)
    if figures["mutate"]:
        lines += ["", "`mutate` alone:", ""]
        rows = [
            [name.replace("-", " "), str(one["per_second"]), one["microseconds"]["p50"], one["microseconds"]["p99"]]
            for name, one in figures["mutate"].items()
        ]
        lines += table(["", "per second of processor time", "median, µs", "99 of 100 within, µs"], rows)
    lines += ["", "Resident memory in MiB, and how much of it is anonymous (the rest is pages of the program's file):", ""]
    rows = [
        [name, *(f"{resident / 1024:.1f} ({anonymous / 1024:.1f})" for resident, anonymous in states)]
        for name, states in figures["memory"].items()
    ]
    lines += table(["", "idle", f"after load over {CONNECTIONS} connections"], rows)
    return "\n".join(lines) + "\n"


def update(path, figures):
    text = path.read_text()
    start, end = MARKS
    before, found, rest = text.partition(start)
    _, also_found, after = rest.partition(end)
    if not (found and also_found):
        sys.exit(f"{path} lacks the lines {start.strip()} and {end.strip()}")
    path.write_text(f"{before}{start}\n{figures}\n{end}{after}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("webhook", help="the program, built as a release")
    parser.add_argument("--mutate", metavar="EXAMPLE", help="mutate_bench, built likewise")
    parser.add_argument("--original", metavar="PROGRAM", help="the original injector, to be asked the same")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of processor time, for each figure")
    parser.add_argument("--update", type=pathlib.Path, metavar="PAGE", help="write the figures into this page, too")
    options = parser.parse_args()
    figures = page(measure(options))
    print(figures)
    if options.update:
        update(options.update, figures)


if __name__ == "__main__":
    main()
