#!/usr/bin/env python3
"""The gdb extension, on a live process and on a core file:  gdb_test.py EXTENSION SAMPLE

Both runs must print the same goroutines, stacks and channels. A system that gives no core file here
(a core_pattern that pipes it away) skips that half and says so.
"""

import os
import re
import resource
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

EXTENSION, SAMPLE = sys.argv[1], sys.argv[2]
MARK = "==== "
COMMANDS = ["info goroutines", "print numbers", "print silent", "print m", "print left",
            "goroutine apply all bt 1"]


def gdb(before, commands, target):
    """Each command's output, by command; {reader} and {locker} stand for their ids."""
    script = ["set pagination off", "set width 0", "set debuginfod enabled off", f"source {EXTENSION}", *before]
    for command in commands:
        script += [f"echo {MARK}{command}\\n", command]
    arguments = ["gdb", "-nx", "-batch"]
    for line in script:
        arguments += ["-ex", line]
    done = subprocess.run([*arguments, *target], capture_output=True, text=True, timeout=120)
    sections = {}
    for section in done.stdout.split(MARK)[1:]:
        command, _, text = section.partition("\n")
        sections[command] = text
    return sections, done.stdout + done.stderr


class Checks:
    """What holds however the program is looked at."""

    @classmethod
    def look(cls, before, target):
        cls.first, cls.all = gdb(before, COMMANDS, target)
        cls.ids = dict(re.findall(r"^\s*(\d+)  (reader|locker)\b", cls.first.get("info goroutines", ""), re.M))
        cls.ids = {name: number for number, name in cls.ids.items()}
        more = [f"goroutine {cls.ids[who]} {what}" for who in cls.ids for what in ("bt", "info locals")]
        cls.second, text = gdb(before, more, target)
        cls.all += text

    def of(self, who, what):
        self.assertIn(who, self.ids, self.all)
        return self.second[f"goroutine {self.ids[who]} {what}"]

    def line(self, who):
        found = [l for l in self.first["info goroutines"].splitlines() if f"  {who}" in l]
        self.assertEqual(len(found), 1, self.all)
        return found[0]

    def test_lists_what_each_waits_on(self):
        self.assertRegex(self.line("reader"), r"waits: receive 0x[0-9a-f]+ .*in wait_deep \(.*sample\.cpp:\d+\)")
        self.assertRegex(self.line("locker"), r"waits: mutex 0x[0-9a-f]+ ")
        for who in ("reader", "locker"):
            self.assertRegex(self.line(who), r"started at .*sample\.cpp:\d+")

    def test_lists_the_running_one(self):
        self.assertRegex(self.first["info goroutines"], r"runs on thread \d+")

    def test_walks_a_parked_stack(self):
        stack = self.of("reader", "bt")
        self.assertEqual(len(re.findall(r"\bwait_deep \(", stack)), 4, stack)
        self.assertRegex(stack, r"(?m)^#0 ")
        self.assertNotIn("reached", stack)

    def test_selects_a_frame_of_a_parked_goroutine(self):
        self.assertNotIn("dump", self.of("reader", "info locals"))
        self.assertNotIn("No frame", self.of("reader", "info locals"))

    def test_prints_channels(self):
        self.assertRegex(self.first["print numbers"], r"open, 3 of 4 buffered.* = \{10, 20, 30\}")
        self.assertRegex(self.first["print silent"],
                         rf"open, unbuffered, goroutine {self.ids.get('reader')} waits to receive")

    def test_prints_locks(self):
        self.assertRegex(self.first["print m"], rf"locked, goroutine {self.ids.get('locker')} waits")
        self.assertRegex(self.first["print left"], r"2 to go")

    def test_applies_to_all(self):
        self.assertEqual(len(re.findall(r"^Goroutine \d+", self.first["goroutine apply all bt 1"], re.M)), 3)

    def test_no_python_errors(self):
        self.assertNotIn("Python Exception", self.all)
        self.assertNotIn("Error while", self.all)


class Live(Checks, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.look(["break reached", "run"], [SAMPLE])


class Core(Checks, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        unlimited = lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
        subprocess.run([SAMPLE, "core"], cwd=cls.folder.name, preexec_fn=unlimited, stderr=subprocess.DEVNULL)
        cores = list(Path(cls.folder.name).glob("core*"))
        if not cores:
            pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
            raise unittest.SkipTest(f"no core file here: core_pattern is '{pattern}'")
        # The process stopped in abort(); go to the frame where the variables are.
        cls.look(["frame function reached"], [SAMPLE, str(cores[0])])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()


if __name__ == "__main__":
    os.environ.pop("DEBUGINFOD_URLS", None)
    unittest.main(argv=sys.argv[:1], verbosity=2)
