#!/usr/bin/env python3
"""Runs an example and compares what it prints with the `// Output:` comment that ends its source.

    check_output.py SOURCE PROGRAM
"""

import difflib
import subprocess
import sys
from pathlib import Path


def expected(source):
    _, found, tail = source.read_text().rpartition("\n// Output:\n")
    if not found:
        sys.exit(f"{source.name} has no '// Output:' comment")
    lines = tail.splitlines()
    if not lines or any(not line.startswith("//") for line in lines):
        sys.exit(f"{source.name}: the '// Output:' comment is empty or is not the last thing in it")
    return [line[2:].removeprefix(" ").rstrip() for line in lines]


def main():
    source, program = Path(sys.argv[1]), sys.argv[2]
    done = subprocess.run([program], capture_output=True, text=True)
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    wrong = list(difflib.unified_diff(expected(source), printed, "expected", "printed", lineterm=""))
    if wrong or done.returncode != 0:
        print("\n".join(wrong))
        print(done.stderr, end="")
        sys.exit(f"{source.stem}: exit status {done.returncode}, output {'differs' if wrong else 'as expected'}")


if __name__ == "__main__":
    main()
