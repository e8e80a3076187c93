"""`runnel check`, the plugin and runnel-clangd say the same, in the same order, with the same fixes.

Over every test of every check (fires and fix) that is one translation unit, with all checks on. Compared are check,
place, message and the text after each fix that all can offer; of clangd, whose fixes stay in the file at hand and which starts every message with a capital, those.
"""

import argparse
import concurrent.futures
import json
import os
import re
import sys
import tempfile
from pathlib import Path

import yaml

import lsp
from support import ROOT, RUNTIME, run

LEVEL = "level: advice\n"


class Case:
    def __init__(self, path, base):
        self.name = str(path.relative_to(ROOT / "test/checks"))
        self.text = path.read_text()
        self.folder = base / self.name.replace("/", "_").removesuffix(path.suffix)
        self.file = self.folder / ("a" + path.suffix)
        self.flags = ["-std=c++20", "-pthread"]
        for line in re.findall(r"^// flags: (.*)$", self.text, re.M):
            self.flags += line.replace("%runtime", str(RUNTIME)).split()
        options = re.findall(r"^// option: ([\w.-]+): (.*)$", self.text, re.M)
        self.folder.mkdir()
        self.file.write_text(self.text)
        (self.folder / ".runnel.yaml").write_text(LEVEL)
        (self.folder / ".clang-tidy").write_text("Checks: '-*,runnel-*'\n" + "CheckOptions:\n" * bool(options) +
                                                 "".join(f"  {key}: '{value}'\n" for key, value in options))

    def command(self):
        return {"directory": str(self.folder), "file": self.file.name,
                "arguments": ["clang++", *self.flags, "-c", self.file.name]}

    def place(self, offset):
        """Line and column, from 0, of an offset in bytes."""
        before = self.text.encode()[:offset]
        return before.count(b"\n"), len(before) - (before.rfind(b"\n") + 1)

    def exported(self, path):
        """What a file of the form of --export-fixes says of this case."""
        out = []
        for entry in (yaml.safe_load(path.read_text()) or {}).get("Diagnostics", []) if path.exists() else []:
            message = entry["DiagnosticMessage"]
            if self.folder / message["FilePath"] != self.file:
                continue
            text = self.text.encode()
            edits = sorted(message["Replacements"], key=lambda r: r["Offset"], reverse=True)
            for edit in edits:
                text = text[:edit["Offset"]] + edit["ReplacementText"].encode() + text[edit["Offset"] + edit["Length"]:]
            notes = [(self.place(note["FileOffset"]), note["Message"]) for note in entry.get("Notes", [])
                     if note["FilePath"] and self.folder / note["FilePath"] == self.file and not note["Replacements"]]
            out.append((entry["DiagnosticName"], self.place(message["FileOffset"]), message["Message"],
                        text.decode() if edits else None, notes))
        return out

    def by_check(self, runnel):
        result = run([runnel, "check", "--no-cache", "--format=yaml:out.check.yaml", self.file.name, "--", *self.flags], self.folder)
        if result.returncode not in (0, 1):
            raise AssertionError(f"{self.name}: {result.stderr}")
        return self.exported(self.folder / "out.check.yaml")

    def by_plugin(self, tidy, plugin, base):
        run([tidy, "-load", plugin, "-p", base, "-quiet", f"-export-fixes={self.folder}/out.tidy.yaml", self.file], base)
        return self.exported(self.folder / "out.tidy.yaml")

    def by_clangd(self, server):
        """Check, place, message of each, and the text after the first fix."""
        out = []
        name = str(self.file.relative_to(server.root))
        for diagnostic in server.show(name):
            if not str(diagnostic.get("code")).startswith("runnel-"):
                continue
            start = diagnostic["range"]["start"]
            fixes = [a for a in server.actions(name, diagnostic) if a.get("kind") == "quickfix"] if "fix" in diagnostic["message"] else []
            fixed = lsp.apply(self.text, fixes[0]["edit"]["changes"][server.uri(name)]) if fixes else None
            out.append((diagnostic["code"], (start["line"], start["character"]),
                        re.sub(r" \((fix|fixes) available\)$", "", diagnostic["message"]), fixed))
        server.tell("textDocument/didClose", {"textDocument": {"uri": server.uri(name)}})
        return out


def difference(name, mine, theirs):
    lines = [f"{name} differs:"]
    lines += [f"  only runnel check: {f}" for f in mine if f not in theirs]
    lines += [f"  only {name}: {f}" for f in theirs if f not in mine]
    return "\n".join(lines if len(lines) > 1 else lines + ["  in order"])


def main():
    parser = argparse.ArgumentParser()
    for name in ("runnel", "plugin", "clangd"):
        parser.add_argument(f"--{name}", type=lambda p: str(Path(p).resolve()))
    parser.add_argument("--llvm", default="22", help="the version of clang-tidy")
    parser.add_argument("only", nargs="*")
    arguments = parser.parse_args()
    paths = [p for p in sorted((ROOT / "test/checks").glob("*/*/*")) if re.match(r"(fires|fix).*\.(cpp|c)$", p.name)
             and not re.search(r"^//--- ", p.read_text(), re.M) and (not arguments.only or any(o in str(p) for o in arguments.only))]
    failures, compared, with_fix = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="runnel-same-") as holder:
        base = Path(holder).resolve()
        cases = [Case(p, base) for p in paths]
        (base / "compile_commands.json").write_text(json.dumps([c.command() for c in cases]))
        environment = {**os.environ, "XDG_CACHE_HOME": holder, "XDG_CONFIG_HOME": holder}
        server = lsp.Server([arguments.clangd, "--background-index=false"], base, environment) if arguments.clangd else None
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            checks = [pool.submit(c.by_check, arguments.runnel) for c in cases]
            plugins = [pool.submit(c.by_plugin, f"clang-tidy-{arguments.llvm}", arguments.plugin, base) for c in cases]
            for case, check, plugin in zip(cases, checks, plugins):
                mine, by_plugin = check.result(), plugin.result()
                compared += len(mine)
                with_fix += sum(f[3] is not None for f in mine)
                if arguments.llvm != "22":
                    # Older ones sort what lies in one place by its text, and write deduced arguments without their scope.
                    mine, by_plugin = (sorted(repr(found).replace("<std::mutex> hold", "<mutex> hold") for found in all) for all in (mine, by_plugin))
                if by_plugin != mine:
                    failures.append(f"{case.name}: " + difference("the plugin", mine, by_plugin))
                if server:
                    short = [(check, place, message[0].upper() + message[1:], fixed) for check, place, message, fixed, _ in mine]
                    theirs = case.by_clangd(server)
                    if theirs != short:
                        failures.append(f"{case.name}: " + difference("runnel-clangd", short, theirs))
        if server:
            server.close()
    print("\n".join(failures))
    print(f"{len(cases)} cases, {compared} findings, {with_fix} fixes, {len(failures)} differences")
    return 1 if failures or not with_fix else 0


if __name__ == "__main__":
    sys.exit(main())
