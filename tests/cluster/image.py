#!/usr/bin/env -S python3 -B
"""Builds an image from the final stage of one of our own Dockerfiles, without a container engine.

image.py DOCKERFILE REFERENCE OUT.tar --binary NAME=PATH ...

What is tested is what the Dockerfile says: its user, entry point, labels and files. Only the program comes from
outside of it: what `COPY --from=build .../NAME` copies is looked up among the --binary arguments. An instruction
that is not understood is an error, never skipped.
"""

import argparse
import json
import os
import re
import shlex
import sys

import docker_archive

# The PATH that an engine gives an image whose Dockerfile sets none.
DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Mistake(Exception):
    """Something in the Dockerfile or the arguments that this program cannot honour."""


def instructions(text):
    """(line number, instruction, its arguments), with continued lines joined and comments left out."""
    pending, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or (pending and not line.strip()):
            continue
        start = start if pending else number
        pending += line
        if pending.endswith("\\"):
            pending = pending[:-1] + " "
            continue
        if pending.strip():
            word, _, arguments = pending.strip().partition(" ")
            yield start, word.upper(), arguments.strip()
        pending = ""


def final_stage(text):
    stage = None
    for number, word, arguments in instructions(text):
        if word == "FROM":
            stage = [(number, word, arguments)]
        elif stage is not None:
            stage.append((number, word, arguments))
    if stage is None:
        raise Mistake("no FROM in it")
    return stage


def pairs(arguments):
    """KEY=VALUE ..., as LABEL and ENV have it."""
    words = shlex.split(arguments)
    if not words or any("=" not in word for word in words):
        raise Mistake("only the form KEY=VALUE is understood")
    if "$" in arguments:
        raise Mistake("variables are not understood")
    return [word.partition("=")[::2] for word in words]


def build(text, binaries):
    layer, config, environment = docker_archive.Layer(), {}, {}
    unused = set(binaries)
    for number, word, arguments in final_stage(text):
        try:
            match word:
                case "FROM":
                    if arguments != "scratch":
                        raise Mistake("the final stage must start FROM scratch")
                case "COPY":
                    copied = re.fullmatch(r"--from=build\s+(\S+)\s+(/\S*[^/\s])", arguments)
                    if not copied:
                        raise Mistake("only the form COPY --from=build SOURCE /DESTINATION is understood")
                    source, destination = copied.groups()
                    name = os.path.basename(source)
                    if name not in binaries:
                        raise Mistake(f"what is {name}? Say --binary {name}=PATH")
                    unused.discard(name)
                    with open(binaries[name], "rb") as file:
                        layer.file(destination, file.read())
                case "USER":
                    config["User"] = arguments
                case "ENTRYPOINT":
                    config["Entrypoint"] = entry_point(arguments)
                case "LABEL":
                    config.setdefault("Labels", {}).update(pairs(arguments))
                case "ENV":
                    environment.update(pairs(arguments))
                case "EXPOSE":
                    ports = (port if "/" in port else f"{port}/tcp" for port in arguments.split())
                    config.setdefault("ExposedPorts", {}).update((port, {}) for port in ports)
                case _:
                    raise Mistake(f"the instruction {word} is not understood in the final stage")
        except Mistake as mistake:
            raise Mistake(f"line {number}: {mistake}") from None
    if unused:
        raise Mistake(f"it copies no {', '.join(sorted(unused))}")
    path = [] if "PATH" in environment else [DEFAULT_PATH]
    config["Env"] = path + [f"{key}={value}" for key, value in environment.items()]
    return layer, config


def entry_point(arguments):
    try:
        words = json.loads(arguments)
    except ValueError:
        words = None
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise Mistake('only the form ENTRYPOINT ["PROGRAM", "ARGUMENT"] is understood')
    return words


def binary(argument):
    name, equals, path = argument.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"{argument} is not NAME=PATH")
    return name, path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dockerfile")
    parser.add_argument("reference")
    parser.add_argument("out")
    parser.add_argument("--binary", action="append", default=[], type=binary, metavar="NAME=PATH")
    arguments = parser.parse_args()
    try:
        with open(arguments.dockerfile, encoding="utf-8") as file:
            layer, config = build(file.read(), dict(arguments.binary))
        docker_archive.write(arguments.out, arguments.reference, layer, config)
    except Mistake as mistake:
        sys.exit(f"error: {arguments.dockerfile}: {mistake}")
    except OSError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
