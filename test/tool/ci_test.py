"""The CI recipes, run as CI would run them: the GitHub action's steps, the GitLab template's script, the pre-commit hook.

ci_test.py --runnel RUNNEL: needs bash, git and PyYAML; the hook is tried where pre-commit is installed. Expressions
(`${{ … }}`) are evaluated for what the action uses; the `uses:` steps are GitHub's and are looked at only.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

import yaml  # Debian: python3-yaml

ROOT = Path(__file__).resolve().parents[2]
OLD = """#include <mutex>
struct A { std::mutex mu; int n = 0; };
void f(A &a, A &b) {
  std::lock_guard one(a.mu);
  std::lock_guard two(b.mu);
  ++a.n, ++b.n;
}
"""
NEW = OLD.replace(" f(", " g(").replace("struct A", "struct B").replace("A &", "B &")


class Recipes(unittest.TestCase):
    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="runnel-ci-"))
        self.addCleanup(shutil.rmtree, self.work)
        (self.work / "bin").mkdir()
        (self.work / "bin/runnel").symlink_to(OPTIONS.runnel.resolve())
        self.env = {"PATH": f"{self.work}/bin:{os.environ['PATH']}", "HOME": str(self.work / "home"), "LC_ALL": "C.UTF-8",
                    "GIT_AUTHOR_NAME": "n", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "n", "GIT_COMMITTER_EMAIL": "a@b.c"}
        (self.work / "home").mkdir()
        # origin/main has an old finding; the branch adds one.
        self.project = self.work / "a project"
        self.project.mkdir()
        self.write("a.cpp", OLD)
        self.write(".gitignore", "build/\n.cache/\n*.html\n*.json\n*.xml\n")
        self.git("init", "-q", "-b", "main")
        self.git("add", ".")
        self.git("commit", "-q", "-m", "old")
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.git("checkout", "-q", "-b", "change")
        self.write("b.cpp", NEW)
        self.git("add", ".")
        self.git("commit", "-q", "-m", "new")
        build = self.project / "build"
        build.mkdir()
        (build / "compile_commands.json").write_text(json.dumps(
            [{"directory": str(build), "file": f"../{f}", "arguments": ["c++", "-std=c++20", "-c", f"../{f}"]} for f in ("a.cpp", "b.cpp")]))

    def write(self, name, text):
        (self.project / name).write_text(text)

    def git(self, *words):
        return subprocess.run(["git", *words], cwd=self.project, env=self.env, check=True, capture_output=True, text=True).stdout

    def bash(self, script, env, *flags):
        return subprocess.run(["bash", *flags, "-c", script], cwd=self.project, env={**self.env, **env}, capture_output=True, text=True)

    # --- GitHub

    def expression(self, text, values):
        def one(match):
            inner = match[1].strip()
            # `a == 'x' && b || c`, as the action uses it.
            if choice := re.fullmatch(r"([\w.-]+) == '(\w+)' && ([\w.-]+) \|\| ''", inner):
                return values.get(choice[3], "") if values.get(choice[1], "") == choice[2] else ""
            self.assertIn(inner, values, "an expression the test does not know")
            return values[inner]
        return re.sub(r"\$\{\{(.*?)\}\}", one, text)

    def action(self, **given):
        """The action's own steps in order; the last one's result and its outputs."""
        action = yaml.safe_load((ROOT / "tool/ci/github/action.yml").read_text())
        self.assertEqual(action["runs"]["using"], "composite")
        values = {"inputs." + k: v.get("default", "") for k, v in action["inputs"].items()}
        values.update({"github.action_path": str(ROOT / "tool/ci/github"), "runner.temp": str(self.work / "temp"),
                       "github.base_ref": ""})
        values.update({k.replace("_", ".", 1): v for k, v in given.items() if k != "inputs_only_new"})
        if "inputs_only_new" in given:
            values["inputs.only-new"] = given["inputs_only_new"]
        files = {name: self.work / name for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        for step in action["runs"]["steps"]:
            if "uses" in step:
                self.assertRegex(step["uses"], r"\A[\w-]+/[\w/-]+@v\d+\Z")
                continue
            env = {k: self.expression(v, values) for k, v in step.get("env", {}).items()}
            env.update({k: str(v) for k, v in files.items()})
            done = self.bash(step["run"], env, "--noprofile", "--norc", "-eo", "pipefail")
            if done.returncode:
                break
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        for output in action["outputs"].values():
            name = re.fullmatch(r"\$\{\{ steps\.check\.outputs\.(\w+) \}\}", output["value"])[1]
            if done.returncode in (0, 1):
                self.assertTrue(Path(outputs[name]).is_file(), name)
        return done, outputs, files["GITHUB_STEP_SUMMARY"].read_text()

    def test_github_on_a_push(self):
        done, outputs, summary = self.action(inputs_build="build")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(len(re.findall(r"^::warning file=", done.stdout, re.M)), 2)
        self.assertIn("::warning file=a.cpp,line=5,", done.stdout)
        self.assertIn("b.cpp:5:", summary)
        self.assertEqual(len(json.loads(Path(outputs["sarif"]).read_text())["runs"][0]["results"]), 2)

    def test_github_on_a_pull_request(self):
        done, outputs, _ = self.action(inputs_build="build", github_base_ref="main")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertNotIn("file=a.cpp", done.stdout)
        self.assertIn("::warning file=b.cpp,line=5,", done.stdout)
        done, _, _ = self.action(inputs_build="build", github_base_ref="main", inputs_only_new="false")
        self.assertIn("file=a.cpp", done.stdout)

    def test_github_says_what_a_shallow_checkout_lacks(self):
        self.git("update-ref", "-d", "refs/remotes/origin/main")
        done, _, _ = self.action(inputs_build="build", github_base_ref="main")
        self.assertEqual(done.returncode, 2)
        self.assertIn("fetch-depth: 0", done.stdout)

    def test_github_options_and_a_clean_project(self):
        done, _, summary = self.action(inputs_options="--checks='-*,runnel-lock-exposed' --level=default")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(summary, "")

    # --- GitLab

    def gitlab(self, **given):
        template = yaml.safe_load((ROOT / "tool/ci/gitlab.yml").read_text())
        (job,) = template.values()
        env = {**{k: str(v) for k, v in job["variables"].items()}, **given}
        env["XDG_CACHE_HOME"] = env["XDG_CACHE_HOME"].replace("$CI_PROJECT_DIR", str(self.project))
        # The runner joins the lines into one script that ends at the first failure.
        done = self.bash("\n".join(job["before_script"] + job["script"]), env, "-eo", "pipefail")
        return job, done

    def test_gitlab(self):
        job, done = self.gitlab(RUNNEL_BUILD="build")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        reports = job["artifacts"]["reports"]
        quality = json.loads((self.project / reports["codequality"]).read_text())
        self.assertEqual([q["location"]["path"] for q in quality], ["a.cpp", "b.cpp"])
        self.assertEqual(xml.parse(self.project / reports["junit"]).getroot().get("failures"), "2")
        for path in job["artifacts"]["paths"] + job["cache"]["paths"]:
            self.assertTrue((self.project / path).exists(), path)

    def test_gitlab_merge_request(self):
        job, done = self.gitlab(CI_MERGE_REQUEST_DIFF_BASE_SHA=self.git("rev-parse", "origin/main").strip(), RUNNEL_OPTIONS="--level=default")
        self.assertEqual(done.returncode, 1, done.stderr)
        quality = json.loads((self.project / job["artifacts"]["reports"]["codequality"]).read_text())
        self.assertEqual([q["location"]["path"] for q in quality], ["b.cpp"])

    # --- pre-commit

    def test_pre_commit(self):
        if not shutil.which("pre-commit"):
            self.skipTest("pre-commit is not installed")
        hooks = self.work / "hooks"
        hooks.mkdir()
        shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
        def git(*words):
            return subprocess.run(["git", *words], cwd=hooks, env=self.env, check=True, capture_output=True, text=True).stdout.strip()
        git("init", "-q")
        git("add", ".")
        git("commit", "-q", "-m", "hooks")
        self.write(".pre-commit-config.yaml", yaml.safe_dump({"repos": [
            {"repo": str(hooks), "rev": git("rev-parse", "HEAD"), "hooks": [{"id": "runnel"}]}]}))
        self.git("add", ".pre-commit-config.yaml")
        subprocess.run(["pre-commit", "install"], cwd=self.project, env=self.env, check=True, capture_output=True)
        self.git("commit", "-q", "-m", "config")  # no C++: the hook has nothing to do
        self.write("b.cpp", NEW.replace("two", "second"))
        self.git("add", "b.cpp")
        refused = subprocess.run(["git", "commit", "-m", "bad"], cwd=self.project, env=self.env, capture_output=True, text=True)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("b.cpp:5:", refused.stdout + refused.stderr)
        self.assertNotIn("a.cpp:5:", refused.stdout + refused.stderr, "what was there before is not the commit's")
        self.write("b.cpp", "int clean;\n")
        self.git("add", "b.cpp")
        self.git("commit", "-q", "-m", "good")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runnel", type=Path, required=True)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
