#!/usr/bin/env python3
"""Writes what fuzzers start from, out of the cases of template/tests, vault-config/tests and webhook/tests."""

import base64
import hashlib
import json
import re
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
TESTS = FUZZ.parent / "template" / "tests"
VAULT_CONFIG = FUZZ.parent / "vault-config" / "tests"
WEBHOOK = FUZZ.parent / "webhook" / "tests"
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"|`([^`]*)`', re.DOTALL)
# The letter of template_format for the literals of a file of cases.
KINDS = {
    "printf": "p",
    "sprig-regex": "r",
    "sprig-semver": "s",
    "sprig-time": "t",
    "lexing": "l",
}


def lines(path):
    return [json.loads(line) for line in path.read_text().split("\n") if line]


def part(case, name):
    """A text of a case as bytes, none where there is none."""
    text = case.get(name)
    if isinstance(text, str):
        return text.encode(errors="replace")
    return base64.b64decode(text["base64"] if text else case.get(name + "_base64", ""))


def data(case):
    given = case.get("data", {})
    if isinstance(given, str):
        return (TESTS / "cases" / "data" / f"{given}.json").read_bytes()
    return json.dumps(given, ensure_ascii=False).encode()


def literals(template):
    for quoted, raw in LITERAL.findall(template):
        try:
            yield json.loads(f'"{quoted}"') if quoted else raw
        except ValueError:
            yield quoted


def seeds():
    """Pairs of a target and an input."""
    interfaces = json.loads((TESTS / "sockaddr" / "interfaces.json").read_text())
    for path in sorted([*(TESTS / "cases").glob("*.jsonl"), *(TESTS / "sockaddr" / "cases").glob("*.jsonl")]):
        for case in lines(path):
            if case.get("machine"):
                case["data"] = interfaces
            template = part(case, "template")
            ends = [part(case, "left"), part(case, "right")]
            yield "template_parse", b"\0".join([*ends, template]) if any(ends) else template
            if not any(ends):
                mode = b"1" if case.get("missingkey") == "error" else b"0"
                # Once with the answers of the case, once with those of the target.
                yield "template_render", mode + data(case) + b"\0" + template
                yield "template_render", mode + b"\0" + template
            kind = KINDS.get(path.stem)
            texts = list(literals(template.decode(errors="replace")))
            if kind and texts:
                yield "template_format", (kind + "\0".join(texts[:2])).encode(errors="replace")
            for text in texts:
                if "json" in path.stem or "yaml" in path.stem:
                    yield "template_documents", text.encode(errors="replace")
            yield "template_documents", data(case)
    for case in lines(TESTS / "encode" / "read.jsonl"):
        yield "template_documents", part(case, "text")
    for case in lines(TESTS / "encode" / "written.jsonl"):
        for form in ["json", "pretty", "yaml"]:
            yield "template_documents", part(case, form)
    for case in lines(VAULT_CONFIG / "cases.jsonl"):
        yield "vault_config", part(case, "text")
    for path in sorted((VAULT_CONFIG / "files").iterdir()):
        yield "vault_config", path.read_bytes()


def reviews():
    """Inputs of admission_review: reviews of both versions, and what the target itself puts into one."""
    for case in lines(WEBHOOK / "conformance" / "cases.jsonl"):
        annotations = case["pod"]["metadata"].get("annotations", {})
        for version in ("v1", "v1beta1"):
            yield json.dumps({
                "apiVersion": f"admission.k8s.io/{version}",
                "kind": "AdmissionReview",
                "request": {
                    "uid": "the-uid",
                    "kind": {"group": "", "version": "v1", "kind": "Pod"},
                    "operation": "CREATE",
                    "namespace": case["namespace"],
                    "object": case["pod"],
                },
            })
        yield json.dumps(case["pod"])
        yield json.dumps(annotations)
        yield json.dumps({re.sub("^vault.hashicorp.com/(agent-)?", "vouchsafe.dev/", key): value for key, value in annotations.items()})
    yield '{"a":' * 120 + "1" + "}" * 120
    yield "[" * 60
    yield "{{ with secret `a` }}{{ end }}"


def main():
    for target, seed in [*seeds(), *(("admission_review", review.encode()) for review in reviews())]:
        corpus = FUZZ / "corpus" / target
        corpus.mkdir(parents=True, exist_ok=True)
        (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    main()
