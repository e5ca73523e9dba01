#!/usr/bin/env python3
"""Compares our template engine with Go's over the templates in tests/bench/templates.

Builds the oracle (Go's engine with consul-template's functions) and our own example, runs both template by template on this
machine, and prints what each takes in processor time. Ratios say how many times as fast ours is; times are of this machine at
this moment. `--update PAGE` writes the ratios into that page as well.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TEMPLATES = REPOSITORY / "tests/bench/templates"
# The oracle takes the best of as many rounds of its own.
ROUNDS = 3
# Files of the corpus: the templates over and over.
CORPUS = 100
MARKS = ("<!-- figures: written by `make bench-templates page=docs/benchmarks.md` -->\n", "<!-- end -->\n")

RATIOS = {
    "parse": ("parse_ns", "parse_ns"),
    "parse, prepared": ("parse_prepared_ns", "parse_ns"),
    "execute": ("execute_ns", "execute_ns"),
}


def build():
    metadata = subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=REPOSITORY)
    target = pathlib.Path(json.loads(metadata)["target_directory"])
    oracle = target / "oracle"
    subprocess.run(["go", "build", "-o", oracle, "."], cwd=REPOSITORY / "tests/oracle", check=True)
    subprocess.run(
        ["cargo", "build", "--locked", "--quiet", "--release", "--package", "vouchsafe-template", "--example", "template_bench"],
        cwd=REPOSITORY, check=True,
    )
    return [oracle, "bench"], [target / "release/examples/template_bench"]


def run(command, directory):
    (line,) = subprocess.check_output([*command, directory], text=True).splitlines()
    return json.loads(line)


def measure(oracle, ours, name):
    """Both programs in turns, so that a busy moment of the machine meets both."""
    with tempfile.TemporaryDirectory() as directory:
        for suffix in (".tmpl", ".json"):
            (pathlib.Path(directory) / f"{name}{suffix}").symlink_to(TEMPLATES / f"{name}{suffix}")
        rounds = [run(ours, directory)]
        theirs = run(oracle, directory)
        rounds += [run(ours, directory) for _ in range(ROUNDS - 1)]
    best = {key: min(figures[key] for figures in rounds) for key in ("parse_ns", "execute_ns")}
    return {"name": name, "bytes": rounds[0]["bytes"], "ours": best, "go": theirs}


def ratios(row):
    return {title: row["go"][go] / row["ours"][ours] for title, (go, ours) in RATIOS.items()}


def geometric_mean(values):
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values))


def corpora_per_second(rows, nanoseconds):
    """How often the whole corpus is done in a second of one core."""
    return 1e9 / sum(nanoseconds(rows[index % len(rows)]) for index in range(CORPUS))


def corpora(rows):
    return {
        "ours, parsed once": corpora_per_second(rows, lambda row: row["ours"]["execute_ns"]),
        "ours, parsed each time": corpora_per_second(rows, lambda row: row["ours"]["parse_ns"] + row["ours"]["execute_ns"]),
        "Go's engine, parsed once": corpora_per_second(rows, lambda row: row["go"]["execute_ns"]),
        "consul-template": corpora_per_second(rows, lambda row: row["go"]["render_ns"]),
    }


def table(rows):
    width = max(len(row["name"]) for row in rows)
    print(f"{'':{width}}  {'ours, ns':>17}  {'times as fast as Go':>33}")
    print(f"{'template':{width}}  {'parse':>8} {'execute':>8}  {'parse':>8} {'parse, prepared':>15} {'execute':>8}")
    for row in rows:
        parse, prepared, execute = ratios(row).values()
        print(f"{row['name']:{width}}  {row['ours']['parse_ns']:8} {row['ours']['execute_ns']:8}  "
              f"{parse:8.2f} {prepared:15.2f} {execute:8.2f}")
    means = [geometric_mean(ratios(row)[title] for row in rows) for title in RATIOS]
    print(f"{'geometric mean':{width}}  {'':17}  {means[0]:8.2f} {means[1]:15.2f} {means[2]:8.2f}")
    print(f"\nwhole corpus of {CORPUS} files, renders per core-second:")
    for who, rate in corpora(rows).items():
        print(f"  {rate:8.0f}  {who}")


def versions():
    go = subprocess.check_output(["go", "version"], text=True).split()[2].removeprefix("go")
    rust = subprocess.check_output(["rustc", "--version"], text=True, cwd=REPOSITORY).split()[1]
    return f"Go {go}, Rust {rust}"


def page(rows):
    """The ratios as Markdown: nothing in it is a time of one machine."""
    lines = [
        f"One run over {len(rows)} templates, {versions()}. How many times as fast as Go ours is, above 1 faster:",
        "",
        "| | parse | parse, prepared | execute |",
        "|---|---|---|---|",
    ]
    for title, pick in (("geometric mean", geometric_mean), ("lowest", min), ("highest", max)):
        cells = (f"{pick([ratios(row)[ratio] for row in rows]):.1f}" for ratio in RATIOS)
        lines.append(f"| **{title}** | {' | '.join(f'**{cell}**' for cell in cells)} |")
    for row in rows:
        cells = " | ".join(f"{ratio:.1f}" for ratio in ratios(row).values())
        lines.append(f"| `{row['name']}` | {cells} |")
    lines += ["", "What is slower than Go, and what is least ahead of it:", ""]
    for title in RATIOS:
        ascending = sorted((ratios(row)[title], row["name"]) for row in rows)
        slower = sum(ratio < 1 for ratio, _ in ascending)
        least = ", ".join(f"`{name}` {ratio:.1f}" for ratio, name in ascending[:5])
        lines.append(f"- {title}: {slower or 'none'} of {len(rows)} slower; least ahead are {least}")
    rates = corpora(rows)
    original = rates.pop("consul-template")
    lines += ["", f"The whole corpus of {CORPUS} files, rendered in the same processor time, consul-template = 1:", "",
              "| | |", "|---|---|"]
    lines += [f"| {who} | {rate / original:.1f} |" for who, rate in rates.items()]
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
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--update", type=pathlib.Path, metavar="PAGE", help="write the ratios into this page, too")
    options = arguments.parse_args()
    oracle, ours = build()
    names = sorted(path.stem for path in TEMPLATES.glob("*.tmpl"))
    rows = []
    for name in names:
        print(f"\r\033[K{len(rows) + 1}/{len(names)} {name}", end="", file=sys.stderr, flush=True)
        rows.append(measure(oracle, ours, name))
    print("\r\033[K", end="", file=sys.stderr)
    table(rows)
    if options.update:
        update(options.update, page(rows))


if __name__ == "__main__":
    main()
