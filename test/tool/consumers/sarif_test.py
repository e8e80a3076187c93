"""SARIF before its readers: the official schema through ajv, and Microsoft's sarif-multitool with its rules and GitHub's.

sarif_test.py --runnel RUNNEL --npm FOLDER: needs npm; FOLDER keeps what was fetched. Skips (status 77) without npm.
The report is of a program that has everything: fixes, suppressions, a baseline, lock orders, awkward file names, a file
that is missing.
"""
import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[3]
# What the rules ask for that is not so: the project has no address to name; messages name places in related locations
# rather than by links; rule ids are those of clang-tidy's configuration; a report names neither commit nor host.
ACCEPTED = {"SARIF2002", "SARIF2003", "SARIF2005", "SARIF2006", "SARIF2009", "SARIF2012"}
VALIDATE = """
const [schema, ...files] = process.argv.slice(1);
const fs = require('fs'), Ajv = require('ajv/dist/2020'), formats = require('ajv-formats');
const ajv = new Ajv({ allErrors: true, strict: false });
formats(ajv);
const check = ajv.compile(JSON.parse(fs.readFileSync(schema)));
for (const file of files)
  if (!check(JSON.parse(fs.readFileSync(file)))) {
    console.error(file, JSON.stringify(check.errors.slice(0, 10), null, 1));
    process.exitCode = 1;
  }
"""
PROGRAM = {
    "with space ü.cpp": """#include <mutex>
struct A { std::mutex mu; int n = 0; };
void f(A &a, A &b) {
  /* ü */ std::lock_guard one(a.mu); std::lock_guard two(b.mu);
  ++a.n, ++b.n;
}
void g(A &a, A &b) {
  std::lock_guard one(a.mu);
  std::lock_guard two(b.mu); // NOLINT(runnel-web-sequential-guards): measured
  ++a.n, ++b.n;
}
""",
    "sub/b.cpp": """#include <mutex>
struct B { std::mutex mu; int n = 0; };
void known(B &a, B &b) {
  std::lock_guard one(a.mu);
  std::lock_guard two(b.mu);
  ++a.n, ++b.n;
}
""",
}


class Sarif(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="runnel-sarif-"))
        for file in (ROOT / "docs/tour/example").glob("*.*"):
            shutil.copy(file, cls.folder)
        for name, text in PROGRAM.items():
            (cls.folder / name).parent.mkdir(exist_ok=True)
            (cls.folder / name).write_text(text)
        files = sorted(p.relative_to(cls.folder) for p in cls.folder.rglob("*.cpp"))
        cls.database(["sub/b.cpp"])
        cls.check("baseline")
        cls.database([*map(str, files), "gone.cpp"])
        for name in ("one", "two"):
            cls.check("check", "--baseline=.runnel-baseline.json", f"--format=sarif:{name}.sarif", f"--format=json:{name}.json")
            # Every line moves before the second run.
            for file in files:
                (cls.folder / file).write_text("// moved\n\n" + (cls.folder / file).read_text())
        cls.log = json.loads((cls.folder / "one.sarif").read_text())
        (cls.run_,) = cls.log["runs"]
        cls.npm = Path(OPTIONS.npm)
        cls.npm.mkdir(parents=True, exist_ok=True)
        cls.tool = cls.npm / "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
        if not cls.tool.exists():
            subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", cls.npm,
                            "@microsoft/sarif-multitool@5", "ajv@8", "ajv-formats@3"], check=True, stdout=subprocess.DEVNULL)
        cls.tool.chmod(0o755)  # newer npm leaves that to a script it does not run

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def database(cls, files):
        (cls.folder / "compile_commands.json").write_text(json.dumps(
            [{"directory": str(cls.folder), "file": f, "arguments": ["c++", "-std=c++20", "-c", f]} for f in files]))

    @classmethod
    def check(cls, *words):
        subprocess.run([OPTIONS.runnel, *words, "-q", "--no-cache", "--root=."], cwd=cls.folder, check=False, stderr=subprocess.DEVNULL)

    def test_the_official_schema(self):
        schema = self.tool.parent / "sarif-2.1.0.json"
        subprocess.run(["node", "-e", VALIDATE, schema, self.folder / "one.sarif"], cwd=self.npm, check=True)

    def test_our_own_schema(self):
        subprocess.run(["node", "-e", VALIDATE, ROOT / "docs/reference/report.schema.json", self.folder / "one.json"], cwd=self.npm, check=True)

    def test_the_validator(self):
        out = self.folder / "validated.sarif"
        run = subprocess.run([self.tool, "validate", self.folder / "one.sarif", "--rule-kind", "Sarif;Ghas",
                              "--level", "Error;Warning;Note", "-o", out, "--log", "ForceOverwrite"],
                             capture_output=True, text=True, check=False)
        self.assertTrue(out.exists(), run.stdout + run.stderr)
        results = json.loads(out.read_text())["runs"][0].get("results", [])
        self.assertTrue(results, "the rules ran")
        bad = [(r["ruleId"], r.get("level", "warning"), r["message"]) for r in results if r["ruleId"] not in ACCEPTED]
        self.assertEqual(bad[:5], [])

    def results(self, rule):
        return [r for r in self.run_["results"] if r["ruleId"] == "runnel-" + rule]

    def test_everything_is_there(self):
        (cycle,) = self.results("web-lock-order-cycle")
        (flow,) = cycle["codeFlows"]
        self.assertEqual(len(flow["threadFlows"]), 2, "a thread of its own for either order")
        self.assertTrue(all(len(t["locations"]) >= 2 for t in flow["threadFlows"]))
        self.assertTrue(cycle["relatedLocations"])
        guards = self.results("web-sequential-guards")
        self.assertTrue(any(g.get("fixes") for g in guards))
        self.assertEqual(sorted(g["suppressions"][0]["kind"] for g in guards if "suppressions" in g), ["external", "inSource"])
        self.assertEqual([n["message"]["text"].split(",")[0] for n in self.run_["invocations"][0]["toolExecutionNotifications"]], ["does not exist"])
        for rule in self.run_["tool"]["driver"]["rules"]:
            self.assertIn("## What it flags", rule["help"]["markdown"], rule["id"])

    def test_paths_are_relative_and_lead_to_the_files(self):
        seen = set()
        for result in self.run_["results"]:
            for place in [*result["locations"], *result.get("relatedLocations", [])]:
                artifact = place["physicalLocation"]["artifactLocation"]
                seen.add(artifact["uri"])
                self.assertEqual(artifact["uriBaseId"], "%SRCROOT%")
                self.assertTrue((self.folder / unquote(artifact["uri"])).is_file(), artifact)
        self.assertIn("with%20space%20%C3%BC.cpp", seen)
        self.assertNotIn(str(self.folder), json.dumps(self.log))

    def test_snippets_are_the_code(self):
        (first,) = [r for r in self.results("web-sequential-guards") if "%20" in r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] and "suppressions" not in r]
        region = first["locations"][0]["physicalLocation"]["region"]
        line = PROGRAM["with space ü.cpp"].splitlines()[region["startLine"] - 1]
        self.assertEqual(line[region["startColumn"] - 1:region["endColumn"] - 1], region["snippet"]["text"])

    def test_fingerprints_survive_line_moves(self):
        def prints(name):
            log = json.loads((self.folder / name).read_text())
            return sorted((r["partialFingerprints"]["runnel/v1"], r["ruleId"]) for r in log["runs"][0]["results"])
        self.assertEqual(prints("one.sarif"), prints("two.sarif"))
        self.assertEqual(len(set(prints("one.sarif"))), len(prints("one.sarif")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runnel", required=True)
    parser.add_argument("--npm", required=True)
    OPTIONS, rest = parser.parse_known_args()
    if not shutil.which("npm"):
        print("npm is not installed; SARIF was not tried with its readers")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *rest])
