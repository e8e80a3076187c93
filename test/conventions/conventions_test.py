"""The project's conventions, as tests. Each names the file and the rule it breaks.

Run from anywhere: python3 test/conventions/conventions_test.py
"""

import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = ["lock", "scope", "web", "share", "thread", "chan", "select", "ctx", "fiber"]
HEADINGS = ["What it flags", "Why it hurts", "Example", "Instead", "Options",
            "Where it stays silent", "Known misses"]
SOURCE = {".cpp", ".h", ".py", ".S", ".cmake"}


def tracked():
    """Files git knows; a source archive without git has them all."""
    try:
        out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True,
                             check=True, text=True).stdout
        return [ROOT / name for name in out.split("\0") if name and (ROOT / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        return [p for p in ROOT.rglob("*") if p.is_file() and "build" not in p.relative_to(ROOT).parts]


FILES = tracked()


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def relative(path):
    return str(path.relative_to(ROOT))


def under(folder, *suffixes):
    return [p for p in FILES if relative(p).startswith(folder) and (not suffixes or p.suffix in suffixes)]


def checks():
    return [p for family in FAMILIES for p in under(f"checks/{family}/", ".md")]


class Layers(unittest.TestCase):
    def test_only_the_frontend_knows_clang(self):
        bad = [relative(p) for p in under("checks/", ".cpp", ".h")
               if not relative(p).startswith("checks/frontend/")
               and re.search(r'#include\s*[<"]clang', read(p))]
        self.assertEqual(bad, [], "clang headers outside checks/frontend/")

    def test_arrows_point_one_way(self):
        """tool -> frontend -> ir; tool -> checks -> analysis -> ir."""
        allowed = {"ir": {"ir"}, "analysis": {"ir", "analysis"}, "frontend": {"ir", "frontend"}}
        allowed.update({family: {"ir", "analysis", family, ""} for family in FAMILIES})
        bad = []
        for path in under("checks/", ".cpp", ".h"):
            room = relative(path).split("/")[1]
            if room not in allowed:
                continue
            for target in re.findall(r'#include "([^"]+)"', read(path)):
                if target.startswith(("tool/", "runtime/")):
                    bad.append(f"{relative(path)} includes {target}")
                parts = target.split("/")
                if parts[0] != "checks":
                    continue
                other = parts[1] if len(parts) > 2 else ""
                if other not in allowed[room]:
                    bad.append(f"{relative(path)} includes {target}")
        self.assertEqual(bad, [])

    def test_the_runtime_stands_alone(self):
        bad = [relative(p) for p in under("runtime/", ".cpp", ".h")
               if re.search(r'#include\s*["<](checks|tool|llvm|clang)/', read(p))]
        self.assertEqual(bad, [])

    def test_passes_neither_print_nor_read_files(self):
        bad = []
        for room in FAMILIES + ["analysis"]:
            for path in under(f"checks/{room}/", ".cpp", ".h"):
                if re.search(r"\b(outs|errs|printf|fprintf|fopen|ifstream|getFile|cout|cerr)\b\s*[\(<]", read(path)):
                    bad.append(relative(path))
        self.assertEqual(bad, [])


class Checks(unittest.TestCase):
    def test_a_page_has_every_heading_in_order(self):
        for page in checks():
            with self.subTest(page=relative(page)):
                found = re.findall(r"^## (.+)$", read(page), re.M)
                self.assertEqual([h for h in found if h in HEADINGS], HEADINGS)
                self.assertRegex(read(page), rf"\A# runnel-{page.stem}\n")

    def test_a_check_has_code_and_tests(self):
        for page in checks():
            family, name = page.parent.name, page.stem
            with self.subTest(check=name):
                self.assertTrue(page.with_suffix(".cpp").exists())
                folder = ROOT / "test/checks" / family / name
                fires, quiet = sorted(folder.glob("fires*")), sorted(folder.glob("quiet*"))
                self.assertTrue(fires, f"{folder} has no fires test")
                self.assertTrue(quiet, f"{folder} has no quiet test")
                def lines(paths):
                    return sum(len(read(p).splitlines()) for p in paths if p.is_file())
                self.assertGreaterEqual(lines(quiet), lines(fires), "quiet is shorter than fires")

    def test_a_check_has_a_page(self):
        for family in FAMILIES:
            for path in under(f"checks/{family}/", ".cpp"):
                registered = re.findall(r'CheckRegistration\s+\w+\s*\(\s*"runnel-([\w-]+)"', read(path))
                for name in registered:
                    with self.subTest(check=name):
                        self.assertEqual(path.stem, name, "a check is named as its file")
                        self.assertTrue(path.with_suffix(".md").exists())


    def test_the_catalogue_is_current(self):
        run = subprocess.run([sys.executable, ROOT / "checks/catalogue.py", "--check"],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)


class Text(unittest.TestCase):
    def test_files_are_short(self):
        bad = [f"{relative(p)}: {len(read(p).splitlines())}"
               for folder in ("checks/", "tool/", "runtime/") for p in under(folder, ".cpp", ".h", ".py")
               if len(read(p).splitlines()) > 600]
        self.assertEqual(bad, [], "over 600 lines: does it hold one concept?")

    def test_nothing_is_unfinished(self):
        words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|[Nn]ot (yet )?implemented")
        bad = [relative(p) for p in FILES if p.suffix in SOURCE and p != Path(__file__).resolve()
               and words.search(read(p))]
        self.assertEqual(bad, [])

    def test_no_path_of_one_machine(self):
        pattern = re.compile(r"(?<![\w.$}])/(?:root|home/\w+|work)/")
        bad = [relative(p) for p in FILES if p.suffix in SOURCE | {".md", ".json", ".yaml", ".yml", ".txt"}
               and p != Path(__file__).resolve() and pattern.search(read(p))]
        self.assertEqual(bad, [])

    def test_a_source_file_says_what_it_is(self):
        bad = []
        for folder in ("checks/", "tool/", "runtime/"):
            for path in under(folder, ".cpp", ".h"):
                first = read(path).lstrip().splitlines()[:1]
                if not first or not first[0].startswith(("//", "/*")):
                    bad.append(relative(path))
        self.assertEqual(bad, [], "the first line says what the file is")

    def test_relative_links_in_documents_lead_somewhere(self):
        bad = []
        for path in FILES:
            if path.suffix != ".md":
                continue
            text = re.sub(r"```.*?```", "", read(path), flags=re.S)
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
                if "://" in target or target.startswith("mailto:"):
                    continue
                if not (path.parent / target).exists():
                    bad.append(f"{relative(path)} -> {target}")
        self.assertEqual(bad, [])


class Tests(unittest.TestCase):
    def test_no_test_watches_a_clock(self):
        pattern = re.compile(r"\b(std::this_thread::sleep_for|usleep)\s*\(|"
                             r"EXPECT_(LT|LE|GT|GE)\(.*(elapsed|duration|seconds|millis)")
        bad = [relative(p) for p in FILES if relative(p).startswith("test/runtime/")
               and p.suffix == ".cpp" and pattern.search(read(p))]
        self.assertEqual(bad, [])


if __name__ == "__main__":
    unittest.main()
