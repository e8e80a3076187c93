#!/usr/bin/env python3
"""The pinned corpus: real projects the checker is run on, and what it says of them.

    corpus.py packages            what must be installed, for apt-get install
    corpus.py fetch   [NAME...]   download and unpack the sources
    corpus.py configure [NAME...] make the compile databases
    corpus.py parse   [NAME...]   every unit through clang++ -fsyntax-only, lines counted
    corpus.py check   [NAME...]   run the checker, diff against expected/
    corpus.py record  [NAME...]   run the checker, write expected/ and new lines of verdicts/
    corpus.py verdicts [NAME...]  the share of findings judged right
    corpus.py fixes   [NAME...]   apply every fix to copies: they must compile, and the findings be gone

What is kept in the repository: corpus.toml (what, which version), expected/NAME.txt (the findings, without
line numbers, which are the corpus's and not ours to care about) and verdicts/NAME.tsv (key, verdict, why).
A verdict is one of: agree (would be acted upon), annotate (right, and meant so: would be annotated), wrong.
Sources live in $RUNNEL_CORPUS, by default ~/.cache/runnel-corpus; a project's compile database is
NAME/build-runnel/compile_commands.json there. Exit status: 0 as recorded, 1 differs, 2 could not run.
"""
import argparse
import collections
import fnmatch
import hashlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor

import fixes

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("RUNNEL_CORPUS", "~/.cache/runnel-corpus")).expanduser()
BUILD = "build-runnel"
VERDICTS = ("agree", "annotate", "wrong")

SOURCES = """Types: deb-src
URIs: {mirror}
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""


def die(text):
    print("corpus.py: " + text, file=sys.stderr)
    sys.exit(2)


def run(command, cwd, log, env=None):
    """Runs a command, its output in a log file; says where on failure."""
    with open(log, "a") as out:
        out.write("$ " + (command if isinstance(command, str) else shlex.join(command)) + "\n")
        out.flush()
        if subprocess.run(command, cwd=cwd, shell=isinstance(command, str), stdout=out, stderr=out, env=env).returncode:
            die(f"failed, see {log}: {command}")


class Project:
    def __init__(self, name, entry):
        self.name = name
        self.entry = entry
        self.root = CACHE / name
        self.log = CACHE / (name + ".log")
        self.database = self.root / BUILD / "compile_commands.json"
        self.expected = HERE / "expected" / (name + ".txt")
        self.verdicts = HERE / "verdicts" / (name + ".tsv")

    # -- getting it ---------------------------------------------------------
    def fetch(self, mirror):
        stamp = self.root / ".version"
        if stamp.exists() and stamp.read_text() == self.entry["version"]:
            return
        downloads = CACHE / "downloads"
        lists = CACHE / "apt-lists"
        for folder in (downloads, lists / "partial"):
            folder.mkdir(parents=True, exist_ok=True)
        sources = CACHE / "corpus.sources"
        # The mirror forgets a version at the next point release; snapshot.debian.org does not.
        sources.write_text(SOURCES.format(mirror=mirror))
        apt = ["apt-get", "-qq", "-o", f"Dir::Etc::sourcelist={sources}", "-o", "Dir::Etc::sourceparts=-",
               "-o", f"Dir::State::lists={lists}", "-o", "APT::Sandbox::User="]
        if not any(lists.glob("*Sources*")):
            run(apt + ["update"], CACHE, self.log)
        run(apt + ["source", "--download-only", f"{self.entry['source']}={self.entry['version']}"], downloads, self.log)
        dsc = downloads / f"{self.entry['source']}_{self.entry['version'].split(':')[-1]}.dsc"
        digest = hashlib.sha256(dsc.read_bytes()).hexdigest()
        if digest != self.entry["sha256"]:
            die(f"{dsc} has hash {digest}, corpus.toml says {self.entry['sha256']}")
        shutil.rmtree(self.root, ignore_errors=True)
        run(["dpkg-source", "--no-copy", "-x", str(dsc), str(self.root)], CACHE, self.log)
        stamp.write_text(self.entry["version"])

    def configure(self):
        if self.database.exists() and (self.root / BUILD / ".configured").exists():
            return
        if not self.root.exists():
            die(f"{self.name} is not fetched")
        shutil.rmtree(self.root / BUILD, ignore_errors=True)
        environment = dict(os.environ, CC="clang-22", CXX="clang++-22")
        run(self.entry["configure"], self.root, self.log, environment)
        everything = json.loads(self.database.read_text())
        kept, seen = [], set()
        for command in everything:
            file = pathlib.Path(os.path.normpath(os.path.join(command["directory"], command["file"])))
            if not file.is_relative_to(self.root) or file in seen or not file.exists():
                continue  # generated sources, and units built twice (static and shared)
            if self.wanted(str(file.relative_to(self.root))):
                seen.add(file)
                kept.append(command)
        kept.sort(key=lambda c: c["file"])
        self.database.write_text(json.dumps(kept, indent=1))
        (self.root / BUILD / ".configured").touch()

    def wanted(self, path):
        def match(globs):
            return any(fnmatch.fnmatchcase(path, g) for g in globs)
        return match(self.entry["include"]) and not match(self.entry.get("exclude", []))

    def units(self):
        if not self.database.exists():
            die(f"{self.name} is not configured")
        return json.loads(self.database.read_text())

    # -- measuring it -------------------------------------------------------
    def parse(self, jobs):
        """Through the compiler: units, those that fail, lines of the project's own code, CPU seconds."""
        files, failed = set(), []

        def one(unit):
            words = unit.get("arguments") or shlex.split(unit["command"])
            command = fixes.syntax_only(words) + ["-H"]
            result = subprocess.run(command, cwd=unit["directory"], capture_output=True, text=True, errors="replace")
            headers = {os.path.normpath(os.path.join(unit["directory"], line.split(" ", 1)[1]))
                       for line in result.stderr.splitlines() if line.startswith(".")}
            return unit["file"], result.returncode, headers, unit["directory"]

        before = os.times()
        with ThreadPoolExecutor(jobs) as pool:
            for file, code, headers, folder in pool.map(one, self.units()):
                files |= headers | {os.path.normpath(os.path.join(folder, file))}
                if code:
                    failed.append(file)
        after = os.times()
        lines = sum(open(f, errors="replace").read().count("\n") for f in files
                    if pathlib.Path(f).is_relative_to(self.root))
        seconds = after.children_user + after.children_system - before.children_user - before.children_system
        return len(self.units()), failed, lines, seconds

    # -- checking it --------------------------------------------------------
    def check(self, runnel, jobs, extra):
        """The findings, as (stable key, human line, line of code)."""
        command = [runnel, "check", "-p", BUILD, "-j", str(jobs), "--root=.", "--format=json",
                   f"--cache-dir={CACHE / 'cache' / self.name}"] + extra
        began = time.monotonic()
        result = subprocess.run(command, cwd=self.root, capture_output=True, text=True)
        if result.returncode not in (0, 1):
            print(f"{self.name}: exit status {result.returncode}\n{result.stderr[-4000:]}", file=sys.stderr)
        if not result.stdout.strip():
            die(f"{self.name}: no output: {shlex.join(command)}")
        findings = json.loads(result.stdout)["findings"]
        (CACHE / (self.name + ".json")).write_text(result.stdout)
        return keyed(findings), result.returncode, time.monotonic() - began


def keyed(findings):
    """Key: check, file, symbol and message, with a count where that repeats. No line: lines move."""
    seen = collections.Counter()
    out = []
    for f in findings:
        key = f"{f['check'].removeprefix('runnel-')} | {f['file']} | {f.get('symbol', '')} | {f['message']}"
        seen[key] += 1
        if seen[key] > 1:
            key += f" | {seen[key]}"
        out.append((key, f))
    return sorted(out, key=lambda pair: pair[0])


def diff(expected, now):
    gone, new = expected - now, now - expected
    for key in sorted(gone):
        print("- " + key)
    for key in sorted(new):
        print("+ " + key)
    return bool(gone or new)


def read_lines(path):
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")] if path.exists() else []


def read_verdicts(project):
    """key -> (verdict, why)."""
    out = {}
    for number, line in enumerate(project.verdicts.read_text().splitlines() if project.verdicts.exists() else [], 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != 3 or fields[1] not in VERDICTS + ("",):
            die(f"{project.verdicts}:{number}: not 'key TAB verdict TAB why'")
        out[fields[0]] = (fields[1], fields[2])
    return out


def write_verdicts(project, keys):
    """Keeps what is judged, drops what is no longer found, leaves room for what is new."""
    old = read_verdicts(project)
    with open(project.verdicts, "w") as out:
        out.write("# finding\tverdict (agree, annotate, wrong)\twhy\n")
        for key in keys:
            verdict, why = old.get(key, ("", ""))
            out.write(f"{key}\t{verdict}\t{why}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["packages", "fetch", "configure", "parse", "check", "record", "verdicts", "fixes"])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--runnel", default=os.environ.get("RUNNEL", str(ROOT / "build" / "release" / "tool" / "runnel")))
    parser.add_argument("--mirror", default="http://deb.debian.org/debian")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--with", dest="extra", action="append", default=[], metavar="OPTION",
                        help="one more option for runnel check")
    arguments = parser.parse_intermixed_args()
    arguments.runnel = str(pathlib.Path(arguments.runnel).resolve())  # the checker runs in the projects' folders
    if arguments.action in ("check", "record", "fixes") and not os.access(arguments.runnel, os.X_OK):
        die(f"no checker at {arguments.runnel}: build it (cmake --preset release; ninja -C build/release runnel), or name one with --runnel")

    manifest = tomllib.loads((HERE / "corpus.toml").read_text())
    for name in arguments.names:
        if name not in manifest:
            die(f"no project {name}; there are: {' '.join(manifest)}")
    projects = [Project(name, manifest[name]) for name in arguments.names or manifest]
    CACHE.mkdir(parents=True, exist_ok=True)

    if arguments.action == "packages":
        print(" ".join(sorted({"dpkg-dev", "cmake", "ninja-build", "clang-22"} |
                              {p for project in projects for p in project.entry["packages"]})))
        return 0

    status = 0
    total = collections.Counter()
    for project in projects:
        if arguments.action == "fetch":
            project.fetch(arguments.mirror)
        elif arguments.action == "configure":
            project.configure()
            print(f"{project.name}: {len(project.units())} units")
        elif arguments.action == "parse":
            units, failed, lines, seconds = project.parse(arguments.jobs)
            total.update(units=units, failed=len(failed), lines=lines)
            print(f"{project.name}: {units} units, {len(failed)} with errors, {lines} lines, {seconds:.0f} CPU s", flush=True)
            for file in failed:
                print("  " + file)
            status |= bool(failed)
        elif arguments.action in ("check", "record"):
            findings, code, seconds = project.check(arguments.runnel, arguments.jobs, arguments.extra)
            keys = [key for key, _ in findings]
            print(f"{project.name}: {len(keys)} findings, {seconds:.0f} s, exit status {code}", flush=True)
            if code not in (0, 1):
                status = 2
            if arguments.action == "check":
                status = max(status, int(diff(set(read_lines(project.expected)), set(keys))))
            else:
                project.expected.write_text("".join(key + "\n" for key in keys))
                write_verdicts(project, keys)
        elif arguments.action == "fixes":
            tried, wrong = fixes.try_all(project, arguments.runnel, arguments.jobs, arguments.extra,
                                         ROOT / "runtime" / "include", keyed)
            total.update(tried=tried, wrong=wrong)
            status |= bool(wrong)
        else:
            verdicts = read_verdicts(project)
            count = collections.Counter(v or "unread" for v, _ in verdicts.values())
            total.update(count)
            print(f"{project.name}: {len(verdicts)} findings " + " ".join(f"{v} {count[v]}" for v in sorted(count)))
            for key in sorted(set(read_lines(project.expected)) ^ set(verdicts)):
                print("  not in both expected/ and verdicts/: " + key)
                status = 1
    if arguments.action == "parse":
        print(f"together: {total['units']} units, {total['failed']} with errors, {total['lines']} lines")
    if arguments.action == "fixes":
        print(f"together: {total['tried']} fixes, {total['wrong']} problems")
    if arguments.action == "verdicts":
        read = sum(total[v] for v in VERDICTS)
        print(f"together: {sum(total.values())} findings, {read} read, {total['wrong']} wrong" +
              (f" ({100 * (read - total['wrong']) / read:.1f} % right)" if read else ""))
    return status


if __name__ == "__main__":
    sys.exit(main())
