#!/usr/bin/env python3
"""Runs every fuzzer of a build folder for a while: run.py --build build/dev --seconds 60

Corpora are kept in BUILD/fuzz/NAME, so that the next run goes on where this one
ended. Exit status: 0, or 1 if a fuzzer found something (it prints what, and
leaves the input in BUILD/fuzz).
"""

import argparse
import subprocess
import sys
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("names", nargs="*", help="of fuzzers; all, if none is given")
    arguments = parser.parse_args()
    fuzzers = sorted(p for p in (arguments.build / "test/fuzz").glob("*_fuzzer")
                     if not arguments.names or p.name in arguments.names)
    if not fuzzers:
        sys.exit(f"no fuzzer in {arguments.build}/test/fuzz: build the target 'fuzzers'")
    failed = []
    for fuzzer in fuzzers:
        corpus = arguments.build / "fuzz" / fuzzer.name
        corpus.mkdir(parents=True, exist_ok=True)
        print(f"{fuzzer.name}: {arguments.seconds} s", flush=True)
        done = subprocess.run([fuzzer.resolve(), f"-max_total_time={arguments.seconds}", "-rss_limit_mb=1024",
                               "-max_len=65536", "-verbosity=0", "-print_final_stats=1",
                               f"-artifact_prefix={corpus.parent.resolve()}/", corpus.resolve()])
        if done.returncode:
            failed.append(fuzzer.name)
    if failed:
        sys.exit(f"found something: {', '.join(failed)}")


if __name__ == "__main__":
    main()
