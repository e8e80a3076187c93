"""Faults: what a run leaves behind when it is killed, when it cannot write, when another is at work; awkward inputs.

faults_test.py --runnel RUNNEL --shim SHIM.so: the shim (shim.cpp) makes the file system fail at a chosen place, so that
nothing here depends on timing, rights or mounts.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

# The standard library's names without its headers: parsing takes milliseconds.
LOCKS = """#pragma once
namespace std {
struct mutex { void lock(); void unlock(); bool try_lock(); };
template <class M> struct lock_guard { explicit lock_guard(M &); ~lock_guard(); };
template <class... M> struct scoped_lock { explicit scoped_lock(M &...); ~scoped_lock(); };
}
"""
BAD = """#include "locks.h"
struct S { std::mutex mu; int n = 0; };
void f(S &a, S &b) {
  std::lock_guard<std::mutex> one(a.mu);
  std::lock_guard<std::mutex> two(b.mu);
  ++a.n, ++b.n;
}
"""


class Faults(unittest.TestCase):
    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="runnel-faults-"))
        self.addCleanup(shutil.rmtree, self.work)
        self.project = self.work / "p"
        self.project.mkdir()
        self.cache = self.work / "cache"
        self.write("locks.h", LOCKS)
        self.write(".runnel.yaml", "level: default\n")
        for name in "ab":
            self.write(f"{name}.cpp", BAD.replace("struct S", f"struct S{name}").replace("S &", f"S{name} &").replace(" f(", f" {name}("))
        self.database("a.cpp", "b.cpp")

    def write(self, name, text):
        (self.project / name).parent.mkdir(parents=True, exist_ok=True)
        (self.project / name).write_text(text)

    def database(self, *files, **change):
        entries = [{"directory": str(self.project), "file": f, "arguments": ["g++", "-std=c++20", "-c", f], **change} for f in files]
        (self.project / "compile_commands.json").write_text(json.dumps(entries))

    def run_runnel(self, *words, fault=None, cwd=None, **options):
        env = {**os.environ, "LC_ALL": "C.UTF-8"}
        if fault:
            env.update({"LD_PRELOAD": str(OPTIONS.shim), **{"RUNNEL_FAULT_" + k: str(v) for k, v in fault.items()}})
        return subprocess.run([str(OPTIONS.runnel), *map(str, words)], cwd=cwd or self.project, env=env,
                              capture_output=True, text=True, **options)

    def check(self, *words, **options):
        return self.run_runnel("check", f"--cache-dir={self.cache}", *words, **options)

    def killed_everywhere(self, *words):
        """Runs until a run is not killed; yields after each that was. How many places there are is part of the test."""
        for at in range(1, 500):
            done = self.run_runnel(*words, fault={"DIE": at})
            if done.returncode != -signal.SIGKILL:
                self.assertIn(done.returncode, (0, 1), done.stderr)
                self.assertGreater(at, 3, "the shim is not loaded")
                return
            yield at
        self.fail("the run never ends")

    def test_a_killed_run_leaves_the_cache_whole(self):
        right = self.check("--no-cache", "-q").stdout
        self.assertEqual(right.count("[runnel-web-sequential-guards]"), 2)
        for at in self.killed_everywhere("check", "-q", f"--cache-dir={self.cache}"):
            with self.subTest(at=at):
                self.assertEqual(self.check("-q").stdout, right)
            shutil.rmtree(self.cache, ignore_errors=True)
        # And without cleaning up between.
        shutil.rmtree(self.cache, ignore_errors=True)
        for at in self.killed_everywhere("check", "-q", f"--cache-dir={self.cache}"):
            pass
        again = self.check("-q", "--stats")
        self.assertEqual(again.stdout, right)
        self.assertIn("the whole run", again.stderr)

    def test_a_killed_run_leaves_reports_whole(self):
        right = self.check("-q", "--no-cache", "--format=json:r.json")
        report = (self.project / "r.json").read_bytes()
        for name in ("r.json", "r.sarif", "r.html"):
            (self.project / name).write_text("before")
        for at in self.killed_everywhere("check", "-q", "--no-cache", "--format=json:r.json", "--format=sarif:r.sarif"):
            self.assertIn((self.project / "r.json").read_bytes(), (b"before", report), at)
            text = (self.project / "r.sarif").read_text()
            if text != "before":
                json.loads(text)
        self.assertEqual((self.project / "r.json").read_bytes(), report)
        self.assertEqual(right.returncode, 1)

    def test_a_killed_run_leaves_the_baseline_whole(self):
        self.run_runnel("baseline", "-q", "--no-cache")
        file = self.project / ".runnel-baseline.json"
        before = file.read_bytes()
        self.write("b.cpp", "int clean;\n")
        for at in self.killed_everywhere("baseline", "-q", "--no-cache"):
            self.assertEqual(len(json.loads(file.read_text())["findings"]) in (1, 2), True, at)
        self.assertNotEqual(file.read_bytes(), before)

    def test_a_killed_fix_leaves_sources_whole(self):
        old = {name: (self.project / name).read_bytes() for name in ("a.cpp", "b.cpp")}
        new = {}
        self.run_runnel("fix", "-q", "--no-cache")
        for name in old:
            new[name] = (self.project / name).read_bytes()
            self.assertNotEqual(old[name], new[name])
            (self.project / name).write_bytes(old[name])
        for at in self.killed_everywhere("fix", "-q", "--no-cache"):
            for name in old:
                self.assertIn((self.project / name).read_bytes(), (old[name], new[name]), f"{name} at {at}")
                (self.project / name).write_bytes(old[name])

    def test_two_runs_at_once(self):
        right = self.check("--no-cache", "-q").stdout
        for _ in range(3):
            shutil.rmtree(self.cache, ignore_errors=True)
            runs = [subprocess.Popen([OPTIONS.runnel, "check", "-q", f"--cache-dir={self.cache}"], cwd=self.project,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
            for run in runs:
                out, err = run.communicate()
                self.assertEqual((out, err), (right, ""))
            again = self.check("-q", "--stats")
            self.assertEqual(again.stdout, right)
            self.assertIn("the whole run", again.stderr)

    def test_a_cache_that_cannot_be_written(self):
        right = self.check("--no-cache", "-q").stdout
        for error in ("EROFS", "ENOSPC"):
            fault = {"UNDER": self.cache, "ERRNO": error}
            done = self.check("-q", "--stats", fault=fault)
            self.assertEqual((done.stdout, done.returncode), (right, 1), error)
            self.assertIn("cache not written", done.stderr)
        shutil.rmtree(self.cache, ignore_errors=True)
        self.check("-q")  # a full cache that has become read-only is used still
        done = self.check("-q", "--stats", fault={"UNDER": self.cache, "ERRNO": "EROFS"})
        self.assertEqual(done.stdout, right)
        self.assertIn("the whole run", done.stderr)
        # A file where the folder should be.
        (self.work / "file").write_text("")
        done = self.run_runnel("check", "-q", "--stats", f"--cache-dir={self.work}/file/cache")
        self.assertEqual(done.stdout, right)
        self.assertIn("cache not written", done.stderr)

    def test_a_full_disk(self):
        """What cannot be written is said, with status 2; what was there stays."""
        self.run_runnel("baseline", "-q", "--no-cache")
        baseline = self.project / ".runnel-baseline.json"
        old = {p: p.read_bytes() for p in (baseline, self.project / "a.cpp", self.project / "b.cpp")}
        (self.project / "r.sarif").write_text("before")
        self.write("c.cpp", BAD)
        self.database("a.cpp", "b.cpp", "c.cpp")
        fault = {"UNDER": self.project, "ERRNO": "ENOSPC"}
        for words in (("check", "--format=sarif:r.sarif"), ("baseline", "--add-new"), ("fix",), ("check", "--fix"), ("extract", "-o", "a.rir", "a.cpp")):
            done = self.run_runnel(*words, *(() if words[0] == "extract" else ("--no-cache",)), fault=fault)
            self.assertEqual(done.returncode, 2, (words, done.stdout, done.stderr))
            self.assertIn("No space left on device", done.stderr, words)
            for path, text in old.items():
                self.assertEqual(path.read_bytes(), text, words)
            self.assertEqual((self.project / "r.sarif").read_text(), "before")
            self.assertEqual([p.name for p in self.project.iterdir() if ".runnel-" in p.name and p != baseline], [], "nothing half-written stays")
        for words in (["check", "--no-cache", "--format=json"], ["list"]):
            with open("/dev/full", "w") as nowhere:
                done = subprocess.run([OPTIONS.runnel, *words], cwd=self.project, stdout=nowhere, stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn("No space left on device", done.stderr)
        self.assertEqual(self.check("-q", "--no-cache", "--format=json:/dev/full").returncode, 2)

    def test_ctrl_c_leaves_nothing(self):
        self.write("hang.cpp", "constexpr long spin() { long s = 0; for (long i = 0; i < 4000000000; ++i) s += i & 1; return s; }\n"
                               "static_assert(spin() == 1);\n")
        for number in (signal.SIGINT, signal.SIGTERM):
            before = {p.name for p in self.project.iterdir()}
            run = subprocess.Popen([OPTIONS.runnel, "check", f"--cache-dir={self.cache}", "-j64", "--format=json:r.json", "hang.cpp", "--", "-fconstexpr-steps=2147483647"],
                                   cwd=self.project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            # Its worker is there: the run is under way.
            children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
            workers = []
            while not workers and run.poll() is None:
                workers = children.read_text().split()
            run.send_signal(number)
            run.communicate()
            self.assertEqual(run.returncode, -number)
            self.assertEqual({p.name for p in self.project.iterdir()}, before)
            self.assertEqual([w for w in workers if Path(f"/proc/{w}").exists() and "Z" not in Path(f"/proc/{w}/stat").read_text().split()[2]], [])

    def test_a_killed_parent_takes_its_workers_along(self):
        self.write("hang.cpp", "constexpr long spin() { long s = 0; for (long i = 0; i < 4000000000; ++i) s += i & 1; return s; }\n"
                               "static_assert(spin() == 1);\n")
        run = subprocess.Popen([OPTIONS.runnel, "check", "--no-cache", "hang.cpp", "--", "-fconstexpr-steps=2147483647"],
                               cwd=self.project, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        workers = []
        while not workers and run.poll() is None:
            workers = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        run.kill()
        run.communicate()  # ends when nobody holds the other end of its pipes
        for worker in workers:
            while Path(f"/proc/{worker}").exists():
                state = Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()[0]
                if state in "ZX":
                    break

    def test_without_proc(self):
        """A bare root may have no /proc, and the program may have been started by a path that is not absolute."""
        right = self.check("-q", "--no-cache")
        program = os.path.relpath(OPTIONS.runnel, self.project)
        env = {**os.environ, "LD_PRELOAD": str(OPTIONS.shim), "RUNNEL_FAULT_NO": "/proc/self/exe"}
        done = subprocess.run([program, "check", "-q", f"--cache-dir={self.cache}"], cwd=self.project, env=env, capture_output=True, text=True)
        self.assertEqual((done.stdout, done.stderr, done.returncode), (right.stdout, right.stderr, 1))
        self.assertIn("the whole run", self.check("-q", "--stats").stderr)  # the same program still

    def test_many_more_jobs_than_cores(self):
        names = [f"u{i}.cpp" for i in range(70)]
        for i, name in enumerate(names):
            self.write(name, BAD.replace("struct S", f"struct S{i}").replace("S &", f"S{i} &").replace(" f(", f" f{i}("))
        self.database(*names)
        one, many = self.check("-q", "--no-cache", "-j1"), self.check("-q", "--no-cache", "-j64")
        self.assertEqual(one.stdout.count("[runnel-web-sequential-guards]"), 70)
        self.assertEqual((one.stdout, one.stderr), (many.stdout, many.stderr))

    def test_a_hundred_thousand_lines(self):
        lines = ["#include \"locks.h\"", "struct Big { std::mutex mu; int n = 0; };"]
        for i in range(24_000):
            lines += [f"void g{i}(Big &b) {{", "  std::lock_guard<std::mutex> hold(b.mu);", "  ++b.n;", "}"]
        lines += ["// filler"] * (100_000 - len(lines))
        lines += BAD.splitlines()[1:]
        self.write("big.cpp", "\n".join(lines) + "\n")
        done = self.check("-q", "--no-cache", "--format=text", "--format=html:big.html", "big.cpp", "--", "-std=c++20")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("big.cpp:100004:31: warning:", done.stdout)
        self.assertLess((self.project / "big.html").stat().st_size, 1_000_000)

    def test_a_byte_order_mark_and_carriage_returns(self):
        text = BAD.replace("\n", "\r\n").encode()
        (self.project / "a.cpp").write_bytes(b"\xef\xbb\xbf" + text)
        self.database("a.cpp")
        done = self.check("-q", "--no-cache", "--format=text", "--format=html:r.html", "--format=json:r.json")
        self.assertIn("a.cpp:5:31: warning:", done.stdout)
        self.assertNotIn("\r", done.stdout)
        page = (self.project / "r.html").read_bytes()
        self.assertNotIn(b"\xef\xbb\xbf", page)
        self.assertNotIn(b"\r", page)
        (finding,) = json.loads((self.project / "r.json").read_text())["findings"]
        data = (self.project / "a.cpp").read_bytes()
        self.assertEqual(data[finding["offset"]:finding["offset"] + finding["length"]], b"two(b.mu)")

    def test_awkward_databases(self):
        """Compilers in other places, gcc's own flags, a folder with spaces and umlauts, files listed twice and in vain."""
        awkward = self.work / "a \u00fcmlaut & more"
        self.project.rename(awkward)
        self.project = awkward
        (awkward / "flags.rsp").write_text("-I 'no such' -DQ=\"a b\"\n")
        entries = [
            {"directory": str(awkward), "file": "a.cpp", "arguments": ["/opt/no such/bin/x86_64-linux-gnu-g++-13", "-std=c++20", "-fno-tree-vectorize", "-fcallgraph-info=su", "--param", "max-inline-insns-single=5", "-c", "a.cpp"]},
            {"directory": str(awkward), "file": "./a.cpp", "arguments": ["/opt/no such/bin/x86_64-linux-gnu-g++-13", "-std=c++20", "-fno-tree-vectorize", "-fcallgraph-info=su", "--param", "max-inline-insns-single=5", "-c", "a.cpp"]},
            {"directory": ".", "file": "b.cpp", "command": "distcc c++ -std=gnu++20 @flags.rsp @absent.rsp -Wa,-mbig-obj -c b.cpp"},
            {"directory": str(awkward), "file": "locks.h", "arguments": ["g++", "locks.h"]},
            {"directory": str(awkward), "file": "gone.cpp", "arguments": ["g++", "-c", "gone.cpp"]},
            {"directory": str(awkward / "no folder"), "file": "../a.cpp", "arguments": ["g++", "-std=c++20", "-c", "../a.cpp"]},
        ]
        (awkward / "compile_commands.json").write_text(json.dumps(entries))
        done = self.check("--no-cache", cwd=awkward)
        self.assertEqual(done.stdout.count("[runnel-web-sequential-guards]"), 2, done.stdout + done.stderr)
        self.assertEqual(done.returncode, 2)
        self.assertIn("gone.cpp: does not exist", done.stderr)
        self.assertIn("flags that clang does not know were left out: -fcallgraph-info=su", done.stderr)
        self.assertIn("absent.rsp", done.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runnel", type=Path, required=True)
    parser.add_argument("--shim", type=Path, required=True)
    OPTIONS, rest = parser.parse_known_args()
    OPTIONS.runnel, OPTIONS.shim = OPTIONS.runnel.resolve(), OPTIONS.shim.resolve()
    unittest.main(argv=[sys.argv[0], *rest])
