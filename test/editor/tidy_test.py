"""The plugin in the stock clang-tidy and in what people start it with."""

import json
import shutil
import sys
import unittest
from pathlib import Path

import yaml

import support
from support import CIRCLE, LOCKED_BY_HAND, PATHS, Project, findings, run


class WithProjects(unittest.TestCase):
    def project(self, *arguments, **more):
        project = Project(*arguments, **more)
        self.addCleanup(project.close)
        return project


class Checks(WithProjects):
    def test_every_check_is_there_by_its_name(self):
        project = self.project({"a.cpp": ""})
        known = {check["name"] for check in json.loads(project.run(PATHS["runnel"], "list", "--json", status=0).stdout)}
        listed = set(project.tidy("-checks=-*,runnel-*", "--list-checks", status=0).stdout.split())
        self.assertGreater(len(known), 30)
        self.assertEqual({name for name in listed if name.startswith("runnel-")}, known)

    def test_options_are_known_and_obeyed(self):
        project = self.project({"a.cpp": """#include <mutex>
#include <thread>
#include <chrono>
class Slow {
  std::mutex mu_;
  int n_ = 0;
  void three() { std::this_thread::sleep_for(std::chrono::seconds(1)); }
  void two() { three(); }
  void one() { two(); }

public:
  void run() {
    std::lock_guard lock(mu_);
    ++n_;
    one();
  }
};
"""})
        options = "CheckOptions: {runnel-scope-blocking-call.MaxCalls: '%s'}\n"
        for calls, found in (("1", 0), ("3", 1)):
            project.write(".clang-tidy", "Checks: '-*,runnel-scope-blocking-call'\n" + options % calls)
            self.assertEqual(len(findings(project.tidy("a.cpp", status=0).stdout)), found, calls)
        project.tidy("--verify-config", status=0)
        self.assertIn("runnel-scope-blocking-call.MaxCalls: '3'", project.tidy("--dump-config", status=0).stdout)
        project.write(".clang-tidy", "Checks: '-*,runnel-nonsense'\n")
        self.assertIn("runnel-nonsense", project.tidy("--verify-config", status=1).stderr)

    def test_the_level_decides_unless_a_check_is_named(self):
        project = self.project({"a.cpp": """#include <mutex>
class Tree {
  std::recursive_mutex mu_;
  int n_ = 0;

public:
  void add() {
    std::lock_guard lock(mu_);
    ++n_;
  }
};
"""})
        def found(checks):
            return [check for _, _, check, _ in findings(project.tidy(f"-checks={checks}", "a.cpp").stdout)]
        self.assertNotIn("runnel-web-recursive-mutex", found("-*,runnel-*"))
        self.assertEqual(found("-*,runnel-web-recursive-mutex"), ["runnel-web-recursive-mutex"])
        project.write(".runnel.yaml", "level: advice\n")
        self.assertIn("runnel-web-recursive-mutex", found("-*,runnel-*"))

    def test_suppressions(self):
        lock = "    mu_.lock();\n"
        for comment in ("    mu_.lock(); // NOLINT(runnel-scope-manual-lock)\n",
                        "    // NOLINTNEXTLINE(runnel-scope-*)\n" + lock,
                        "    // NOLINTBEGIN(runnel-*)\n" + lock + "    // NOLINTEND(runnel-*)\n"):
            with self.subTest(comment=comment):
                project = self.project({"a.cpp": LOCKED_BY_HAND.replace(lock, comment)})
                self.assertEqual(findings(project.tidy("a.cpp").stdout), [])
        project = self.project({"a.cpp": "#include <runnel/annotations.h>\n" + LOCKED_BY_HAND.replace(
            "  void add", '  RUNNEL_ALLOW("runnel-scope-manual-lock", "a test") void add')},
            flags=["-std=c++20", f"-I{support.RUNTIME}"])
        self.assertEqual(findings(project.tidy("a.cpp").stdout), [])

    def test_warnings_as_errors(self):
        project = self.project({"a.cpp": LOCKED_BY_HAND}, tidy="Checks: '-*,runnel-*'\nWarningsAsErrors: 'runnel-scope-*'\n")
        self.assertIn(" error: ", project.tidy("a.cpp", status=1).stdout)

    def test_headers(self):
        project = self.project({"names.h": LOCKED_BY_HAND, "a.cpp": '#include "names.h"\n'})
        if PATHS["llvm"] != "22":  # older ones leave all headers out unless they are told
            project.write(".clang-tidy", "Checks: '-*,runnel-*'\nHeaderFilterRegex: '.*'\n")
        self.assertEqual([f[0] for f in findings(project.tidy("a.cpp").stdout)], ["names.h"])
        self.assertEqual(findings(project.tidy("-header-filter=other", "a.cpp").stdout), [])
        project.write(".runnel.yaml", "exclude: [names.h]\n")
        self.assertEqual(findings(project.tidy("a.cpp").stdout), [])

    def test_a_baseline(self):
        project = self.project({"a.cpp": LOCKED_BY_HAND})
        project.write(".runnel.yaml", "baseline: known.json\n")
        project.run(PATHS["runnel"], "baseline", "-p", ".", status=0)
        self.assertEqual(findings(project.tidy("a.cpp").stdout), [])
        # What is new is said, moved lines or not; known is as much as there was.
        project.write("a.cpp", "// above\n" + LOCKED_BY_HAND + LOCKED_BY_HAND.replace("Names", "Others"))
        found = findings(project.tidy("a.cpp").stdout)
        self.assertEqual([f[1] for f in found], [LOCKED_BY_HAND.count("\n") + 10])
        project.write("known.json", "[]")
        result = project.tidy("a.cpp")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("known.json: no baseline of this version", result.stdout + result.stderr)

    def test_a_broken_runnel_yaml_is_an_error(self):
        project = self.project({"a.cpp": LOCKED_BY_HAND})
        project.write(".runnel.yaml", "levle: strict\n")
        result = project.tidy("a.cpp")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("levle", result.stdout + result.stderr)


class Fixes(WithProjects):
    FIXED = LOCKED_BY_HAND.replace("mu_.lock();", "std::scoped_lock hold(mu_);").replace("    mu_.unlock();\n", "")

    def test_fix(self):
        project = self.project({"a.cpp": LOCKED_BY_HAND})
        project.tidy("--fix", "a.cpp")
        self.assertEqual(project.read("a.cpp"), self.FIXED)
        self.assertEqual(findings(project.tidy("a.cpp").stdout), [])

    def test_export_fixes_and_apply_replacements(self):
        project = self.project({"a.cpp": LOCKED_BY_HAND})
        fixes = project.folder / "fixes"
        fixes.mkdir()
        project.tidy(f"-export-fixes={fixes}/a.yaml", "a.cpp")
        exported = yaml.safe_load((fixes / "a.yaml").read_text())
        self.assertEqual([d["DiagnosticName"] for d in exported["Diagnostics"]], ["runnel-scope-manual-lock"])
        self.assertTrue(exported["Diagnostics"][0]["Notes"])
        project.run(f"clang-apply-replacements-{PATHS['llvm']}", fixes, status=0)
        self.assertEqual(project.read("a.cpp"), self.FIXED)


class Drivers(WithProjects):
    def test_run_clang_tidy(self):
        project = self.project({"a.cpp": LOCKED_BY_HAND, "b.cpp": LOCKED_BY_HAND.replace("Names", "Others")})
        result = project.run(f"run-clang-tidy-{PATHS['llvm']}", "-p", ".", "-load", PATHS["plugin"], "-quiet", "-fix")
        self.assertEqual(sorted(f[0] for f in findings(result.stdout)), ["a.cpp", "b.cpp"], result.stderr)
        self.assertIn("std::scoped_lock hold(mu_);", project.read("b.cpp"))

    def test_clang_tidy_diff(self):
        project = self.project({"a.cpp": LOCKED_BY_HAND + LOCKED_BY_HAND.replace("Names", "Others")})
        changed = LOCKED_BY_HAND.count("\n") + 9
        patch = f"--- a/a.cpp\n+++ b/a.cpp\n@@ -{changed},0 +{changed},1 @@\n+    mu_.lock();\n"
        result = run([f"clang-tidy-diff-{PATHS['llvm']}.py", "-p1", "-path", ".", "-clang-tidy-binary", f"clang-tidy-{PATHS['llvm']}",
                      "-load", PATHS["plugin"]], project.folder, env=project.environment, input=patch)
        self.assertEqual([f[:2] for f in findings(result.stdout)], [("a.cpp", changed)], result.stdout + result.stderr)

    def test_cmake(self):
        project = self.project({"a.cpp": LOCKED_BY_HAND, "CMakeLists.txt": (
            "cmake_minimum_required(VERSION 3.16)\nproject(sample LANGUAGES CXX)\nset(CMAKE_CXX_STANDARD 20)\n"
            f'set(CMAKE_CXX_CLANG_TIDY clang-tidy-{PATHS["llvm"]} "-load={PATHS["plugin"]}" --warnings-as-errors=runnel-*)\n'
            "add_library(sample STATIC a.cpp)\n")})
        project.run("cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_CXX_COMPILER=clang++-22", status=0)
        result = project.run("cmake", "--build", "build")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("[runnel-scope-manual-lock", result.stdout)
        project.write("a.cpp", Fixes.FIXED)
        project.run("cmake", "--build", "build", status=0)


class Index(WithProjects):
    CHECK = "runnel-web-lock-order-cycle"

    def circles(self, project, unit):
        return [f[:2] for f in findings(project.tidy(unit).stdout) if f[2] == self.CHECK]

    def test_findings_of_the_program_show_in_every_file_they_touch(self):
        project = self.project(CIRCLE)
        self.assertEqual(self.circles(project, "bank.cpp"), [])
        found = [f for f in findings(project.check().stdout) if f[2] == self.CHECK]
        self.assertEqual(len(found), 1)
        for unit in ("bank.cpp", "audit.cpp"):
            self.assertEqual(self.circles(project, unit), [found[0][:2]], unit)
        self.assertEqual([f[3] for f in findings(project.tidy("bank.cpp").stdout) if f[2] == self.CHECK], [found[0][3]])

    def test_places_move_with_their_lines_and_go_with_them(self):
        project = self.project(CIRCLE)
        (file, line), = [f[:2] for f in findings(project.check().stdout) if f[2] == self.CHECK]
        project.write(file, "// one more\n// and another\n" + CIRCLE[file])
        self.assertEqual(self.circles(project, file), [(file, line + 2)])
        lines = CIRCLE[file].splitlines()
        lines[line - 1] = "  // gone"
        project.write(file, "\n".join(lines) + "\n")
        self.assertEqual(self.circles(project, file), [])
        self.assertEqual(self.circles(project, "bank.cpp"), [])

    def test_a_run_of_the_mended_project_takes_them_away(self):
        project = self.project(CIRCLE)
        project.check()
        project.write("bank.cpp", CIRCLE["bank.cpp"].replace("  audit.note();\n}", "}\nvoid other(Audit &audit) {\n  audit.note();\n}"))
        project.check()
        self.assertEqual(self.circles(project, "audit.cpp"), [])
        # Back to the first text: the run is known, its findings are there again.
        project.write("bank.cpp", CIRCLE["bank.cpp"])
        project.check()
        self.assertEqual(len(self.circles(project, "audit.cpp")), 1)

    def test_suppressed_and_switched_off_findings_stay_away(self):
        project = self.project(CIRCLE)
        (file, line), = [f[:2] for f in findings(project.check().stdout) if f[2] == self.CHECK]
        project.write(".clang-tidy", f"Checks: '-*,runnel-*,-{self.CHECK}'\n")
        self.assertEqual(self.circles(project, "bank.cpp"), [])
        project.write(".clang-tidy", "Checks: '-*,runnel-*'\n")
        lines = CIRCLE[file].splitlines()
        lines[line - 1] += " // NOLINT"
        project.write(file, "\n".join(lines) + "\n")
        project.check()
        for unit in ("bank.cpp", "audit.cpp"):
            self.assertEqual(self.circles(project, unit), [], unit)

    def test_a_run_of_a_part_leaves_it_alone_and_a_damaged_one_is_none(self):
        project = self.project(CIRCLE)
        project.check()
        index, = (project.cache / "runnel/index").iterdir()
        before = index.read_bytes()
        project.run(PATHS["runnel"], "check", "-p", ".", "bank.cpp")
        project.check("--checks=-*,runnel-scope-*")
        self.assertEqual(index.read_bytes(), before)
        for cut in (0, 5, 30, 60, len(before) // 2, len(before) - 1):
            index.write_bytes(before[:cut])
            self.assertEqual(self.circles(project, "bank.cpp"), [], cut)
        middle = len(before) * 2 // 3
        index.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1:])
        self.assertEqual(self.circles(project, "bank.cpp"), [])


class OtherVersions(WithProjects):
    """clang-tidy itself goes on when a plugin does not load: the plugin must not let it."""

    def test_a_process_without_llvm(self):
        code = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
        result = run([sys.executable, "-c", code, PATHS["plugin"]], "/")
        self.assertEqual(result.returncode, 2)
        self.assertIn("the program that loads it is of an older LLVM", result.stderr)

    def test_a_version_without_a_library(self):
        project = self.project({"a.cpp": ""})
        alone = project.folder / "RunnelTidyModule.so"
        shutil.copy(PATHS["plugin"], alone)
        result = project.run(f"clang-tidy-{PATHS['llvm']}", "-load", alone, "-checks=-*,bugprone-*", "a.cpp", status=2)
        self.assertRegex(result.stderr, r"built for LLVM \d+\.\d+; the program that loads it is of LLVM " + PATHS["llvm"] + r"\.")

    def test_a_library_that_does_not_fit(self):
        project = self.project({"a.cpp": ""})
        shutil.copy(PATHS["plugin"], project.folder)
        library = next(Path(PATHS["plugin"]).parent.glob("RunnelTidyChecks-*.so"))
        (project.folder / library.name).write_text("no library")
        result = project.run(f"clang-tidy-{PATHS['llvm']}", "-load", "./RunnelTidyModule.so", "-checks=-*,bugprone-*", "a.cpp", status=2)
        self.assertIn("runnel: error:", result.stderr)

    def test_older_programs_that_are_installed(self):
        tried = 0
        for version in range(11, 22):
            other = shutil.which(f"clang-tidy-{version}")
            if not other or list(Path(PATHS["plugin"]).parent.glob(f"RunnelTidyChecks-{version}.*.so")):
                continue
            tried += 1
            project = self.project({"a.cpp": ""})
            result = project.run(other, "-load", PATHS["plugin"], "-checks=-*,bugprone-*", "a.cpp", "--", status=2)
            self.assertIn("RunnelTidyModule.so is built for LLVM", result.stderr)
        if not tried:
            self.skipTest("no other clang-tidy is installed")


if __name__ == "__main__":
    support.main()
