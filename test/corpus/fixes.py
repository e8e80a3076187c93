"""Every fix of a corpus project, tried on a copy: what it leaves must compile, and its finding be gone.

Fixes that overlap are applied in turns, so there are a few rounds. A unit that was changed goes through clang++ with
its own command; one that only reads a changed header is parsed by the checker, which names what does not compile.
"""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile

ROUNDS = 4
FAILED = re.compile(r"warning: (\S+): does not compile")


def syntax_only(words):
    """A unit's command, to look for errors only."""
    kept, skip = [], False
    for word in words[1:]:
        if skip or word in ("-o", "-MF", "-MT", "-MQ"):
            skip = not skip
        elif word not in ("-c", "-MD", "-MMD"):
            kept.append(word)
    return ["clang++-22", "-fsyntax-only", "-w"] + kept


class Copy:
    """A project's sources and its compile database in another folder."""

    def __init__(self, project, runnel, jobs, runtime):
        self.project, self.runnel, self.jobs = project, runnel, jobs
        self.holder = tempfile.TemporaryDirectory(prefix=f"runnel-fixes-{project.name}-")
        self.root = pathlib.Path(self.holder.name) / project.name
        shutil.copytree(project.root, self.root, symlinks=True, ignore=shutil.ignore_patterns("*.o", ".git"))
        database = self.root / project.database.relative_to(project.root)
        units = json.loads(database.read_text().replace(str(project.root), str(self.root)))
        for unit in units:  # some fixes use the project's headers
            words = unit.pop("arguments", None) or shlex.split(unit.pop("command"))
            unit["arguments"] = words + ["-isystem", str(runtime)]
        database.write_text(json.dumps(units))
        self.units, self.build = units, database.parent

    def run(self, verb, more):
        command = [self.runnel, verb, "-p", str(self.build), "-j", str(self.jobs), "--root=.",
                   f"--cache-dir={self.holder.name}/cache"] + more
        result = subprocess.run(command, cwd=self.root, capture_output=True, text=True)
        if result.returncode not in (0, 1, 2):
            raise RuntimeError(f"exit status {result.returncode}: {shlex.join(command)}\n{result.stderr[-2000:]}")
        return result

    def check(self, more):
        """The findings, and the units that do not compile."""
        result = self.run("check", ["--format=json"] + more)
        return json.loads(result.stdout)["findings"], set(FAILED.findall(result.stderr))

    def compile(self, changed):
        """The errors of the units that were changed themselves."""
        out = {}
        for unit in self.units:
            file = os.path.normpath(os.path.join(unit["directory"], unit["file"]))
            if os.path.relpath(file, self.root) not in changed:
                continue
            result = subprocess.run(syntax_only(unit["arguments"]), cwd=unit["directory"], capture_output=True,
                                    text=True, errors="replace")
            if result.returncode:
                out[os.path.relpath(file, self.root)] = result.stderr
        return out



def try_all(project, runnel, jobs, extra, runtime, keyed):
    """Applies all, prints what fails; how many fixes there were, and how many failures."""
    copy = Copy(project, runnel, jobs, runtime)
    options = ["--level=advice"] + extra
    findings, failed_before = copy.check(options)
    fixable = [f for f in findings if f.get("fixes")]
    changed = {edit["file"] for f in fixable for edit in f["fixes"][0]["edits"]}
    fixed = set()
    now, failed = findings, failed_before
    for _ in range(ROUNDS):
        pending = [f for f in now if f.get("fixes")]
        if not pending:
            break
        fixed |= {key for key, f in keyed(now) if f.get("fixes")}
        copy.run("fix", options)
        now, failed = copy.check(options)
    problems = []
    left = {key for key, _ in keyed(now)}
    for key in sorted(fixed & left):
        problems.append("not silenced: " + key)
    for file in sorted(failed - failed_before):
        problems.append("does not compile any more: " + file)
    for file, errors in sorted(copy.compile(changed).items()):
        problems.append(f"clang++ refuses {file}:\n{errors[:1500]}")
    for line in problems:
        print(f"  {line}")
    by_check = {}
    for f in fixable:
        by_check[f["check"]] = by_check.get(f["check"], 0) + 1
    print(f"{project.name}: {len(fixed)} fixes in {len(changed)} files, {len(problems)} problems; " +
          ", ".join(f"{name.removeprefix('runnel-')} {n}" for name, n in sorted(by_check.items())), flush=True)
    return len(fixed), len(problems)
