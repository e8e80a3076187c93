#!/usr/bin/env python3
"""Runs one check's tests: check_test.py --runnel BINARY test/checks/FAMILY/CHECK [FILE...]

In a test file
    mu.lock(); // expect: web-self-deadlock              a finding of that check on this line
    // expect@+1: web-self-deadlock "text"               ... on the next line, with that text in its message
    // note: "text"                                      a note with that text on this line (anywhere in the report)
    // flags: -std=c++17                                 flags beside -std=c++20 -pthread
    // whole-program                                     these files are all there is (else: somebody asked for them)
    // option: runnel-web-lock-web.MinScore: 3           an option of a check
    // CHECK-FIX: text                                   (fix files) in the fixed text, in this order
    //--- b.cpp                                          begins another file: .cpp are units of one program
fires*  every finding of the check under test is expected, and every expectation is met
quiet*  the check says nothing
fix*    as fires; then the first fix of each finding is applied: the result compiles, holds what CHECK-FIX says, the
        check is silent on it and no other check says more than before
`// trap: why` marks, for readers and for the count, code that must stay silent.
"""
import argparse
import collections
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

RUNTIME = Path(__file__).resolve().parents[2] / "runtime/include"
FINDING = re.compile(r"^(?P<file>[^\s:][^:]*):(?P<line>\d+):(?P<column>\d+): (?P<kind>warning|error|note): (?P<text>.*)$")
NAME = re.compile(r" \[runnel-(?P<check>[\w-]+)(?:,[^\]]*)?\]$")
EXPECT = re.compile(r'// expect(?:@(?P<shift>[+-]\d+))?: (?P<check>[a-z][\w-]*)(?: "(?P<text>[^"]*)")?')
NOTE = re.compile(r'// note(?:@(?P<shift>[+-]\d+))?: "(?P<text>[^"]*)"')


def split(path):
    """A file as the files it holds: name -> text."""
    parts = re.split(r"^//--- (\S+)\n", path.read_text(), flags=re.M)
    if len(parts) == 1:
        return {path.name: parts[0]}, parts[0]
    return dict(zip(parts[1::2], parts[2::2])), parts[0] + "".join(parts[2::2])


class Case:
    def __init__(self, path, check, runnel):
        self.path, self.check, self.runnel = path, check, runnel
        self.files, everything = split(path)
        self.flags = ["-std=c++20", "-pthread"]
        for line in re.findall(r"^// flags: (.*)$", everything, re.M):
            # %runtime: the runtime's headers, which programs under test are written against.
            self.flags += line.replace("%runtime", str(RUNTIME)).split()
        self.options = re.findall(r"^// option: ([\w.-]+): (.*)$", everything, re.M)
        self.whole = re.search(r"^// whole-program$", everything, re.M)
        self.fixed = re.findall(r"// CHECK-FIX: (.*)$", everything, re.M)
        self.errors = []

    def complain(self, text):
        self.errors.append(f"{self.path}: {text}")

    def write(self, folder):
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            # Expectations are no part of the program that is checked.
            (folder / name).write_text(re.sub(r"// CHECK-FIX: .*", "//", text))
        checks = [f"Checks: '-*,runnel-{self.check}'"]
        if self.options:
            checks.append("CheckOptions:")
            checks += [f"  {key}: '{value}'" for key, value in self.options]
        if self.whole:
            (folder / "compile_commands.json").write_text(json.dumps(
                [{"directory": str(folder), "file": name, "arguments": ["clang++", *self.flags, "-c", name]}
                 for name in self.units()]))
        (folder / ".clang-tidy").write_text("\n".join(checks) + "\n")

    def units(self):
        return [name for name in self.files if name.endswith((".cpp", ".cc", ".cxx", ".c"))]

    def run(self, folder, *more, level="advice"):
        what = ["-p", "."] if self.whole else [*self.units(), "--", *self.flags]
        command = [self.runnel, "check", "--no-cache", "--color=never", f"--level={level}", *more, *what]
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if result.returncode not in (0, 1):
            self.complain(f"exit status {result.returncode}:\n{result.stderr}")
        found, notes = [], []
        for line in result.stdout.splitlines():
            match = FINDING.match(line)
            if not match:
                continue
            name = NAME.search(match["text"])
            where = (Path(match["file"]).name, int(match["line"]))
            if name:
                found.append((*where, name["check"], match["text"][:name.start()]))
            elif match["kind"] == "note":
                notes.append((*where, match["text"]))
        return found, notes, result.stdout

    def expectations(self, pattern):
        out = []
        for name, text in self.files.items():
            for number, line in enumerate(text.splitlines(), 1):
                for match in pattern.finditer(line):
                    out.append((Path(name).name, number + int(match["shift"] or 0), match))
        return out

    def compare(self, found, notes, output):
        found = [f for f in found if f[2] == self.check]
        wanted = [(file, line, match["text"] or "") for file, line, match in self.expectations(EXPECT)
                  if match["check"] == self.check]
        left = list(found)
        for file, line, text in wanted:
            hit = next((f for f in left if f[:2] == (file, line) and text in f[3]), None)
            if hit:
                left.remove(hit)
            else:
                self.complain(f"{file}:{line}: expected {self.check}" + (f' "{text}"' if text else "") + ", not found")
        for file, line, check, text in left:
            self.complain(f"{file}:{line}: not expected: {text} [{check}]")
        for file, line, match in self.expectations(NOTE):
            if not any(n[:2] == (file, line) and match["text"] in n[2] for n in notes):
                self.complain(f'{file}:{line}: no note "{match["text"]}"')
        if self.errors:
            self.errors.append(output)
        return wanted

    def fires(self):
        with tempfile.TemporaryDirectory() as folder:
            self.write(Path(folder))
            if not self.compare(*self.run(folder)):
                self.complain("expects nothing")

    def quiet(self):
        with tempfile.TemporaryDirectory() as folder:
            self.write(Path(folder))
            self.compare(*self.run(folder))

    def fix(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            self.write(folder)
            self.compare(*self.run(folder))
            everything = ["--checks=-*,runnel-*"]
            before, _, _ = self.run(folder, *everything)
            self.run(folder, "--fix")
            text = "\n".join((folder / name).read_text() for name in self.files)
            for name in self.units():
                compiled = subprocess.run(["clang++-22", "-fsyntax-only", "-w", *self.flags, name], cwd=folder,
                                          capture_output=True, text=True)
                if compiled.returncode:
                    self.complain(f"fixed {name} does not compile:\n{compiled.stderr}")
            at = 0
            for wanted in self.fixed:
                at = text.find(wanted, at)
                if at < 0:
                    self.complain(f"not in the fixed text, or not in order: {wanted}\n{text}")
                    break
                at += len(wanted)
            after, _, _ = self.run(folder, *everything)
            counted = collections.Counter(f[2] for f in after)
            for check, number in counted.items():
                if check == self.check:
                    self.complain(f"{number} findings are left after the fix\n{text}")
                elif number > collections.Counter(f[2] for f in before)[check]:
                    self.complain(f"the fix raises {check}:\n" + "\n".join(map(str, after)) + "\n" + text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runnel", required=True)
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    runnel = str(Path(arguments.runnel).resolve())
    paths = sorted(p for p in arguments.folder.iterdir() if p.suffix in (".cpp", ".c")
                   and (not arguments.files or p.name in arguments.files))
    if not paths:
        sys.exit(f"no tests in {arguments.folder}")
    failed = 0
    for path in paths:
        kind = re.match(r"fires|quiet|fix", path.name)
        if not kind:
            sys.exit(f"{path}: is neither fires, quiet nor fix")
        case = Case(path, arguments.folder.name, runnel)
        getattr(case, kind.group())()
        for error in case.errors:
            print(error)
        failed += bool(case.errors)
        print(f"{'FAIL' if case.errors else 'ok'}   {path.name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
