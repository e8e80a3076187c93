#!/usr/bin/env python3
"""Runnel's runtime against its rivals: the same workloads in the same run.

    ./dev bench runtime [--only NAME,…] [--workers 1,2] [--repeats N] [--quick] [--json FILE]

Builds the programs beside this file, runs each workload once a process, the contestants in turn
(so that a slow minute of the machine hits all of them), and prints the median of each, and ours
divided by each rival: under 1 is faster. A row that ours loses by more than the noise allowed for
is marked with '<'. Instruction counts are ours alone and repeat exactly: cachegrind's count for two
sizes, subtracted and divided.

A rival without a line for a workload has no such operation; one with '/k' ran a k-th of the size
(a million OS threads are more than a machine has).
"""

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "bench"
NOISE = 1.03  # a ratio above this is a lost row


@dataclass
class Workload:
    name: str
    what: str
    n: int  # operations
    quick: int  # operations under --quick
    counted: tuple = (2_000, 12_000)  # the two sizes whose instruction counts are subtracted
    metric: str = "ns"
    shrink: dict = field(default_factory=dict)  # contestant -> divisor of n
    workers: tuple = (1, 2)


def threads(divisor):
    """OS threads at a fraction of the size."""
    return {"std": divisor, "crossbeam": divisor}


WORKLOADS = [
    Workload("pingpong", "unbuffered ping-pong, a round trip", 1_000_000, 200_000, shrink=threads(10)),
    Workload("spsc128", "buffered(128) stream, an item", 10_000_000, 2_000_000, shrink=threads(4)),
    Workload("mpmc64", "8x8 buffered(64), an item", 4_000_000, 800_000, shrink=threads(4)),
    Workload("mpmc0", "8x8 unbuffered, an item", 2_000_000, 400_000, shrink=threads(20)),
    Workload("select2", "select over 2, a message", 2_000_000, 400_000, shrink=threads(20)),
    Workload("select8", "select over 8, a message", 2_000_000, 400_000, shrink=threads(20)),
    Workload("select64", "select over 64, a message", 1_000_000, 200_000, (6_400, 64_000), shrink=threads(10)),
    Workload("select8idle", "select over 8, one sender", 1_000_000, 200_000, shrink=threads(10)),
    Workload("tryselect1", "try-select over 1, nothing ready", 20_000_000, 5_000_000),
    Workload("tryselect2", "try-select over 2, nothing ready", 20_000_000, 5_000_000),
    Workload("spawnall", "a million starts, then join all", 1_000_000, 200_000, shrink=threads(50)),
    Workload("spawnone", "start and join, one at a time", 1_000_000, 200_000, shrink=threads(20)),
    Workload("parked", "a million parked: make and release", 1_000_000, 100_000, (500, 1_500), shrink=threads(100)),
    Workload("skynet", "skynet of a million, a leaf", 1_000_000, 100_000, (1_000, 10_000)),
    Workload("sieve", "prime sieve, 2,000 primes, a prime", 2_000, 600, (50, 150), shrink=threads(8)),
    Workload("ring", "ring of 10,000, a hop", 2_000_000, 500_000, (100_000, 200_000), shrink=threads(40)),
    Workload("mutex8", "mutex, 8 contenders", 20_000_000, 4_000_000, shrink=threads(4)),
    Workload("mutex64", "mutex, 64 contenders", 20_000_000, 4_000_000, shrink=threads(4)),
    Workload("timers", "a million asleep, CPU time each", 1_000_000, 100_000, (500, 1_500), metric="cpu"),
    Workload("timerstop", "a timer made and stopped", 2_000_000, 400_000),
    Workload("yield", "yield, 8 tasks", 8_000_000, 2_000_000, shrink=threads(20)),
    Workload("pipe0", "16 stages unbuffered, an item", 200_000, 40_000, (500, 2_500), shrink=threads(20)),
    Workload("pipe64", "16 stages buffered(64), an item", 500_000, 100_000, (500, 2_500), shrink=threads(5)),
    # Few enough to be started within Go's preemption period, so that they are indeed unstarted. With
    # two workers the other one would start them.
    Workload("unstarted", "unstarted, bytes each", 100_000, 20_000, metric="bytes", workers=(1,),
             shrink={"go": 12}),
    Workload("parkedbytes", "parked, bytes each", 0, 0, metric="bytes"),
]
# Rows read off another row's runs: (workload run, its key).
DERIVED = {"parkedbytes": "parked"}


@dataclass
class Contestant:
    name: str
    command: list
    workloads: set
    note: str


def run(command, **options):
    return subprocess.run([str(c) for c in command], text=True, capture_output=True, **options)


def must(command, what, **options):
    done = run(command, **options)
    if done.returncode != 0:
        sys.exit(f"bench: could not build {what}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def first_line(command):
    try:
        return (run(command).stdout.splitlines() or [""])[0]
    except OSError:
        return ""


def contestant(name, command, note):
    listed = run(command + ["--list"])
    if listed.returncode != 0:
        sys.exit(f"bench: {name} does not list its workloads:\n{listed.stderr}")
    return Contestant(name, command, set(listed.stdout.split()), note)


def build_ours(compiler):
    folder = BUILD / "ours"
    must(["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
          f"-DCMAKE_CXX_COMPILER={compiler}", "-DRUNNEL_BUILD_CHECKER=OFF", "-DRUNNEL_BUILD_TESTS=OFF",
          "-DRUNNEL_BUILD_BENCH=ON"], "ours (configure)")
    must(["ninja", "-C", folder, "runnel-bench"], "ours")
    return contestant("runnel", [folder / "runtime/bench/runnel-bench"], first_line([compiler, "--version"]))


def build_go():
    if not shutil.which("go"):
        return say("no Go: install golang-go")
    must(["go", "build", "-o", BUILD / "go-bench", "."], "Go's program", cwd=HERE / "go")
    return contestant("go", [BUILD / "go-bench"], first_line(["go", "version"]))


def build_cpp(name, folder, libraries, compiler, note):
    """Every source to its own object, as ours are; the flags of CMake's Release."""
    objects = BUILD / name
    objects.mkdir(parents=True, exist_ok=True)
    launcher = ["ccache"] if shutil.which("ccache") else []
    outputs = []
    for source in sorted((HERE / folder).glob("*.cpp")):
        output = objects / (source.stem + ".o")
        must(launcher + [compiler, "-std=c++20", "-O3", "-DNDEBUG", "-c", source, "-o", output], source)
        outputs.append(output)
    program = BUILD / f"{name}-bench"
    must([compiler, *outputs, "-o", program, *libraries, "-pthread"], name)
    return contestant(name, [program], note)


def build_boost(compiler):
    header = Path("/usr/include/boost/fiber/all.hpp")
    if not header.exists():
        return say("no Boost.Fiber: install libboost-fiber1.81-dev")
    version = re.search(r'BOOST_LIB_VERSION "([\d_]+)"', (header.parents[1] / "version.hpp").read_text())
    return build_cpp("boost", "boost_fiber", ["-lboost_fiber", "-lboost_context"], compiler,
                     f"Boost.Fiber {version.group(1).replace('_', '.')}")


def build_rust():
    missing = [crate for crate in ("tokio", "flume", "crossbeam-channel")
               if not list(Path("/usr/share/cargo/registry").glob(f"{crate}-[0-9]*"))]
    if missing or not shutil.which("cargo"):
        say("no crossbeam and tokio: install cargo librust-tokio-dev librust-flume-dev librust-crossbeam-channel-dev")
        return []
    environment = dict(os.environ, CARGO_TARGET_DIR=str(BUILD / "rust"))
    done = run(["cargo", "build", "--release", "--offline"], cwd=HERE / "rust", env=environment)
    if done.returncode != 0:
        say(f"no crossbeam and tokio: cargo failed offline:\n{done.stderr[-2000:]}")
        return []
    program = BUILD / "rust/release/rivals"
    lock = (HERE / "rust/Cargo.lock").read_text()
    version = lambda crate: re.search(rf'name = "{crate}"\nversion = "([^"]+)"', lock).group(1)
    rustc = first_line(["rustc", "--version"])
    return [contestant("crossbeam", [program, "crossbeam"], f"crossbeam-channel {version('crossbeam-channel')}, {rustc}"),
            contestant("tokio", [program, "tokio"], f"tokio {version('tokio')}, flume {version('flume')}, {rustc}")]


def measure(who, workload, workers, n):
    """One process; its figures by name."""
    timeout = 300
    try:
        done = run(who.command + [workload, workers, n], timeout=timeout)
    except subprocess.TimeoutExpired:
        say(f"{who.name} {workload} with {workers}: over {timeout} s")
        return None
    if done.returncode != 0:
        say(f"{who.name} {workload} with {workers}: exit status {done.returncode}: {done.stderr.strip()[-300:]}")
        return None
    words = done.stdout.split()
    figures = {key: float(value) for key, value in (word.split("=") for word in words[2:])}
    figures["ns"] = float(words[1])
    return figures


def instructions(who, workload):
    """Instructions an operation, one worker: the difference of two sizes."""
    if not shutil.which("valgrind") or workload.name not in who.workloads:
        return None
    counts = []
    for n in workload.counted:
        done = run(["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
                    *who.command, workload.name, 1, n], timeout=600)
        found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
        if done.returncode != 0 or not found:
            say(f"no instruction count for {workload.name}: {done.stderr.strip()[-200:]}")
            return None
        counts.append(int(found.group(1).replace(",", "")))
    return (counts[1] - counts[0]) / (workload.counted[1] - workload.counted[0])


def shown(value):
    if value is None:
        return "-"
    if value >= 10_000:
        return f"{value / 1000:,.0f}k"
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def table(results, contestants, workers):
    rivals = [c.name for c in contestants if c.name != "runnel"]
    print(f"\n{workers} worker{'s' if workers > 1 else ''}: nanoseconds an operation unless the row says otherwise; in brackets ours / theirs")
    print(f"  {'':36} {'runnel':>8} {'instr':>7}  " + "  ".join(f"{name:>17}" for name in rivals))
    lost = []
    for workload in WORKLOADS:
        row = results.get((workload.name, workers))
        if not row:
            continue
        ours = row["median"].get("runnel")
        cells, losing = [], False
        for name in rivals:
            theirs = row["median"].get(name)
            if theirs is None:
                cells.append(f"{'-':>17}")
                continue
            ratio = ours / theirs if ours and theirs > 0 else None
            losing |= ratio is not None and ratio > NOISE
            divisor = workload.shrink.get(name, 1)
            text = shown(theirs) + (f"/{divisor}" if divisor > 1 else "")
            cells.append(f"{text:>9} {'' if ratio is None else f'({ratio:.2f})':>7}")
        if losing:
            lost.append(workload.name)
        counted = shown(row.get("instructions")) if workers == 1 else ""
        print(f"{'<' if losing else ' '} {workload.what:36} {shown(ours):>8} {counted:>7}  " + "  ".join(cells))
    print(f"  lost rows: {', '.join(lost) or 'none'}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="workloads, comma-separated; a prefix names all that start with it")
    parser.add_argument("--against", help="rivals, comma-separated (go,boost,std,crossbeam,tokio; 'none' for ours alone)")
    parser.add_argument("--workers", default="1,2", help="worker counts, comma-separated")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, three repeats, no instruction counts")
    parser.add_argument("--no-count", action="store_true", help="no instruction counts")
    parser.add_argument("--json", metavar="FILE", help="write every figure there")
    parser.add_argument("--compiler", default="g++", help="for ours and the C++ rivals")
    parser.add_argument("--list", action="store_true", help="list the workloads")
    return parser.parse_args()


def rows(to_run, contestants, options, repeats):
    """Measures one row after the other."""
    for workload in to_run:
        if workload.name in DERIVED:
            continue
        for workers in map(int, options.workers.split(",")):
            if workers not in workload.workers:
                continue
            say(f"{workload.name}, {workers} worker(s)")
            runs = {c.name: [] for c in contestants if workload.name in c.workloads}
            for _ in range(repeats):
                for c in contestants:
                    if c.name not in runs:
                        continue
                    n = (workload.quick if options.quick else workload.n) // workload.shrink.get(c.name, 1)
                    figures = measure(c, workload.name, workers, n)
                    if figures is None:
                        del runs[c.name]
                    else:
                        runs[c.name].append(figures)
            row = {"runs": runs, "median": {}}
            if workers == 1 and not (options.quick or options.no_count) and workload.metric != "bytes":
                row["instructions"] = instructions(contestants[0], workload)
            yield row, workload, workers


def main():
    options = arguments()
    if options.list:
        for w in WORKLOADS:
            print(f"{w.name:12} {w.what}")
        return 0
    wanted = options.only.split(",") if options.only else [""]
    chosen = [w for w in WORKLOADS if any(w.name.startswith(p) for p in wanted)]
    if not chosen:
        sys.exit(f"bench: no workload named {options.only}; see --list")
    to_run = [w for w in WORKLOADS if w in chosen or w.name in {DERIVED.get(c.name) for c in chosen}]
    against = options.against.split(",") if options.against else ["go", "boost", "std", "crossbeam", "tokio"]
    repeats = 3 if options.quick and options.repeats == 5 else options.repeats

    BUILD.mkdir(parents=True, exist_ok=True)
    say("building")
    contestants = [build_ours(options.compiler)]
    if "go" in against:
        contestants.append(build_go())
    if "boost" in against:
        contestants.append(build_boost(options.compiler))
    if "std" in against:
        contestants.append(build_cpp("std", "std_thread", [], options.compiler, "std::thread, mutex and condition variable"))
    if {"crossbeam", "tokio"} & set(against):
        contestants += [c for c in build_rust() if c.name in against]
    contestants = [c for c in contestants if c]

    results = {}
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for row, workload, workers in rows(to_run, contestants, options, repeats):
            results[workload.name, workers] = row
    except KeyboardInterrupt:
        say("interrupted: what follows is what was measured so far")
    for workload in to_run:
        for workers in (1, 2, *map(int, options.workers.split(","))):
            source = results.get((DERIVED.get(workload.name, workload.name), workers))
            if source is None or workers not in workload.workers:
                continue
            row = results.setdefault((workload.name, workers), {"runs": source["runs"], "median": {}})
            for name, runs in source["runs"].items():
                values = [r[workload.metric] for r in runs if workload.metric in r]
                if values:
                    row["median"][name] = statistics.median(values)

    for c in contestants:
        print(f"{c.name:10} {c.note}")
    print(f"{os.cpu_count()} CPUs; medians of {repeats}")
    for workers in map(int, options.workers.split(",")):
        table(results, contestants, workers)
    if options.json:
        document = {"contestants": {c.name: c.note for c in contestants}, "repeats": repeats,
                    "rows": [{"workload": name, "workers": workers, **row} for (name, workers), row in results.items()]}
        Path(options.json).write_text(json.dumps(document, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
