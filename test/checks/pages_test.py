#!/usr/bin/env python3
"""The examples in the checks' pages: pages_test.py --runnel BINARY [CHECK...]

A C++ block that includes something is a whole program: it must compile. Under
"Example" its check must fire, under "Instead" it must be silent. Other blocks
are fragments, for readers only.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["-std=c++20", "-pthread", f"-I{ROOT / 'runtime/include'}"]


def blocks(text, heading):
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    found = re.findall(r"^```cpp\n(.*?)^```", section[1], re.M | re.S) if section else []
    return [b for b in found if "#include" in b]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runnel", required=True)
    parser.add_argument("checks", nargs="*")
    arguments = parser.parse_args()
    runnel = str(Path(arguments.runnel).resolve())
    complaints, examples = [], 0
    for page in sorted(ROOT.glob("checks/*/*.md")):
        if arguments.checks and page.stem not in arguments.checks:
            continue
        text = page.read_text()
        for heading, fires in (("Example", True), ("Instead", False)):
            for number, block in enumerate(blocks(text, heading), 1):
                examples += 1
                where = f"{page.relative_to(ROOT)}: {heading} {number}"
                with tempfile.TemporaryDirectory() as folder:
                    (Path(folder) / "example.cpp").write_text(block)
                    compiled = subprocess.run(["clang++-22", "-fsyntax-only", "-w", *FLAGS, "example.cpp"],
                                              cwd=folder, capture_output=True, text=True)
                    if compiled.returncode:
                        complaints.append(f"{where} does not compile:\n{compiled.stderr}")
                        continue
                    done = subprocess.run([runnel, "check", "--no-cache", "--color=never", "--level=advice",
                                           f"--checks=-*,runnel-{page.stem}", "example.cpp", "--", *FLAGS],
                                          cwd=folder, capture_output=True, text=True)
                if done.returncode != int(fires):
                    complaints.append(f"{where}: {'nothing is found' if fires else 'something is found'}\n"
                                      f"{done.stdout}{done.stderr}")
    print(f"{examples} examples")
    if complaints or not examples:
        sys.exit("\n".join(complaints) or "no examples")


if __name__ == "__main__":
    main()
