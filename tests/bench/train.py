#!/usr/bin/env python3
"""Lets the webhook do what it does in a cluster, so that a program built to count what runs writes its counts.

    tests/bench/train.py target/guided/instrumented/x86_64-unknown-linux-musl/release/vouchsafe-webhook

webhook/guided/build.sh calls it. The pods are those of the conformance tests: of every kind, in no proportion that anybody has
measured. The program runs with a certificate of its own and the client of the API server, then with a certificate in files.
"""
import argparse
import json
import pathlib
import signal
import urllib.request

import webhook

CASES = pathlib.Path(__file__).resolve().parents[2] / "webhook/tests/conformance/cases.jsonl"
# How often each review is asked for over one connection, and over each of CONNECTIONS.
ROUNDS = 20
CONNECTIONS = 16


def reviews():
    cases = [json.loads(line) for line in CASES.read_text().splitlines()]
    pods = [(case["namespace"], case["pod"]) for case in cases]
    # Most pods of most clusters ask for nothing.
    plain = [(namespace, {**pod, "metadata": {"name": "plain"}}) for namespace, pod in pods]
    return [webhook.post(webhook.review_of(pod, namespace)) for namespace, pod in [*pods, *plain]]


def work(program, requests):
    """Every request in turn, then the end that Kubernetes gives a pod: only a program that ends so writes its counts."""
    with program:
        for connections in (1, CONNECTIONS):
            with webhook.Load(program, connections) as load:
                for _ in range(max(1, ROUNDS // connections)):
                    for request in requests:
                        load.round(request, b'"allowed"')
        for path in ("live", "ready", "metrics"):
            urllib.request.urlopen(f"http://127.0.0.1:{program.health}/{path}", timeout=10).read()
        program.process.send_signal(signal.SIGTERM)
        if program.process.wait(timeout=60) != 0:
            raise SystemExit(f"the webhook ended with {program.process.returncode}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("webhook", help="the program")
    parser.add_argument("--throwaway", action="store_true", help="this is a container that is thrown away: its /run/secrets may be written")
    options = parser.parse_args()
    requests = reviews()
    in_cluster = webhook.WebhookInThrowaway if options.throwaway else webhook.WebhookInCluster
    for kind in (in_cluster, webhook.Webhook):
        work(kind(options.webhook), requests)
    print(f"trained with {len(requests)} pods")


if __name__ == "__main__":
    main()
