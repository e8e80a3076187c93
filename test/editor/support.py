"""What the editor tests share: where things are, and projects to look at."""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "runtime/include"
FINDING = re.compile(r"^(?P<file>/?[^\s:][^:]*):(?P<line>\d+):(?P<column>\d+): (?P<kind>warning|error): "
                     r"(?P<text>.*) \[(?P<check>runnel-[\w-]+)(?:,[^\]]*)?\]$")

# Set by main() from the command line.
PATHS = {"llvm": "22"}


def main():
    """unittest.main, with the paths of what is tested as options."""
    parser = argparse.ArgumentParser()
    for name in ("runnel", "plugin", "clangd"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--llvm", default="22", help="the version of clang-tidy and its scripts")
    known, rest = parser.parse_known_args()
    PATHS["llvm"] = known.llvm
    PATHS.update({name: str(Path(getattr(known, name)).resolve()) for name in ("runnel", "plugin", "clangd") if getattr(known, name)})
    unittest.main(module="__main__", argv=[sys.argv[0], *rest])


def run(command, cwd, status=None, **more):
    result = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, **more)
    if status is not None and result.returncode != status:
        raise AssertionError(f"{' '.join(map(str, command))}\nexit status {result.returncode}, not {status}\n"
                             f"{result.stdout}\n{result.stderr}")
    return result


def findings(text):
    """(file, line, check, message) of every finding in a report of runnel's or clang-tidy's."""
    out = []
    for line in text.splitlines():
        match = FINDING.match(line)
        if match:
            out.append((Path(match["file"]).name, int(match["line"]), match["check"], match["text"]))
    return out


class Project:
    """A folder with sources, a compile database, and a cache of its own."""

    def __init__(self, files, flags=("-std=c++20",), tidy="Checks: '-*,runnel-*'\n"):
        self.holder = tempfile.TemporaryDirectory(prefix="runnel-editor-")
        base = Path(self.holder.name).resolve()
        self.folder = base / "project"
        self.cache = base / "cache"
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(self.cache), "XDG_CONFIG_HOME": str(base / "config")}
        self.folder.mkdir()
        (self.folder / ".runnel.yaml").write_text("level: default\n")
        if tidy is not None:
            files = {".clang-tidy": tidy, **files}
        for name, text in files.items():
            self.write(name, text)
        units = [name for name in files if name.endswith(".cpp")]
        (self.folder / "compile_commands.json").write_text(json.dumps(
            [{"directory": str(self.folder), "file": name, "arguments": ["clang++", *flags, "-c", name]}
             for name in units]))

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name):
        return (self.folder / name).read_text()

    def close(self):
        self.holder.cleanup()

    def run(self, *command, status=None):
        return run(command, self.folder, status, env=self.environment)

    def check(self, *arguments):
        """`runnel check` of the whole project, which leaves the index."""
        return self.run(PATHS["runnel"], "check", "-p", ".", *arguments)

    def tidy(self, *arguments, status=None):
        return self.run(f"clang-tidy-{PATHS['llvm']}", "-load", PATHS["plugin"], "-p", ".", *arguments, status=status)


LOCKED_BY_HAND = """#include <mutex>
#include <vector>
class Names {
  std::mutex mu_;
  std::vector<int> all_;

public:
  void add(int name) {
    mu_.lock();
    all_.push_back(name);
    mu_.unlock();
  }
};
"""

# A circle of two locks of which no unit sees more than one half.
CIRCLE = {
    "bank.h": """#pragma once
#include <mutex>
class Audit;
class Bank {
public:
  void pay(Audit &audit);
  void freeze();

private:
  std::mutex mu_;
  int money_ = 0;
};
class Audit {
public:
  void note();
  void review(Bank &bank);

private:
  std::mutex mu_;
  int notes_ = 0;
};
""",
    "bank.cpp": """#include "bank.h"
void Bank::pay(Audit &audit) {
  std::lock_guard lock(mu_);
  --money_;
  audit.note();
}
void Bank::freeze() {
  std::lock_guard lock(mu_);
  money_ = 0;
}
""",
    "audit.cpp": """#include "bank.h"
void Audit::note() {
  std::lock_guard lock(mu_);
  ++notes_;
}
void Audit::review(Bank &bank) {
  std::lock_guard lock(mu_);
  --notes_;
  bank.freeze();
}
""",
}
